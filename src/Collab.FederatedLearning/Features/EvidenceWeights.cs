namespace Collab.FederatedLearning.Features;

/// <summary>Weights of evidence of a column's bins, and its information value.</summary>
/// <param name="Weights">ln((goods of the bin / goods) / (bads of the bin / bads)) for each bin; 0 of a bin without rows.</param>
/// <param name="InformationValue">Σ (goods of the bin / goods − bads of the bin / bads) · weight.</param>
/// <remarks>Siddiqi, Credit Risk Scorecards, 2006. A bin without goods or without bads counts with half a row more of both.</remarks>
public sealed record EvidenceWeights(IReadOnlyList<double> Weights, double InformationValue)
{
    /// <summary>Computes them.</summary>
    /// <param name="counts">At least one good and one bad in all.</param>
    /// <exception cref="ArgumentException">There are no goods or no bads.</exception>
    public static EvidenceWeights Of(BinCounts counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        double goods = counts.Goods.Sum(), bads = counts.Bads.Sum();
        if (goods == 0 || bads == 0) throw new ArgumentException("There are goods and bads.", nameof(counts));
        var (weights, value) = (new double[counts.Goods.Count], 0.0);
        for (var bin = 0; bin < weights.Length; bin++)
        {
            double good = counts.Goods[bin], bad = counts.Bads[bin];
            if (good + bad == 0) continue;
            if (good == 0 || bad == 0) (good, bad) = (good + 0.5, bad + 0.5);
            weights[bin] = Math.Log(good / goods / (bad / bads));
            value += ((good / goods) - (bad / bads)) * weights[bin];
        }

        return new(weights, value);
    }
}
