namespace Collab.FederatedLearning.Trees;

/// <summary>The best split of a node by its histogram.</summary>
/// <remarks>
/// gain = ½·(G_L²/(H_L + λ) + G_R²/(H_R + λ) − G²/(H + λ)), from Chen and Guestrin, XGBoost, KDD 2016, equation 7; missing values go to either side (their algorithm 3).
/// Sums are exact, the rest is done in doubles in one order: the same histogram gives the same split on every machine. Of equal gains the first wins: by
/// feature, bin, then missing values to the right before left.
/// </remarks>
internal static class SplitSearch
{
    /// <summary>Less is rounding and not gain; XGBoost's kRtEps.</summary>
    private const double LeastGain = 1e-6;

    /// <summary>The best split, or null if none gains enough.</summary>
    /// <param name="histogram">The node's.</param>
    /// <param name="total">The sums over its rows.</param>
    /// <param name="settings">λ, γ, least weight.</param>
    /// <param name="fractionBits">f.</param>
    public static FoundSplit? Best(Histogram histogram, GradientSums total, TreeSettings settings, int fractionBits)
    {
        var unit = (double)(1L << fractionBits);
        var (l2, least) = (settings.L2 * unit, (long)Math.Ceiling(settings.MinimumChildWeight * unit));
        var whole = Worth(total, l2);
        var best = default(FoundSplit?);
        var bestGain = Math.Max(settings.MinimumGain, LeastGain);
        for (var feature = 0; feature < histogram.Layout.Features.Count; feature++)
        {
            var (shape, start) = (histogram.Layout.Features[feature], histogram.Layout.StartOf(feature));
            var missing = At(histogram, start + shape.MissingBin);
            var lower = default(GradientSums);
            for (var bin = 0; bin < shape.ValueBins; bin++)
            {
                var here = At(histogram, start + bin);
                lower += here;
                var values = shape.IsCategory ? here : lower;
                Try(values, (byte)bin, missingLeft: false);
                if (shape.IsCategory || bin < shape.ValueBins - 1) Try(values + missing, (byte)bin, missingLeft: true);
            }

            void Try(GradientSums left, byte bin, bool missingLeft)
            {
                var right = total - left;
                if (left.Second < Math.Max(1, least) || right.Second < Math.Max(1, least)) return;      // an empty side has no weight, a row has one unit
                var gain = 0.5 * (Worth(left, l2) + Worth(right, l2) - whole) / unit;
                if (!(gain > bestGain)) return;
                (best, bestGain) = (new(new(feature, bin, missingLeft, gain), left, right), gain);
            }
        }

        return best;
    }

    /// <summary>−η·G/(H + λ) as a score.</summary>
    public static long LeafValue(GradientSums sums, TreeSettings settings, int fractionBits)
    {
        var weight = sums.Second + (settings.L2 * (1L << fractionBits));
        return weight > 0 ? Scores.Of(-settings.LearningRate * sums.First / weight) : 0;
    }

    private static GradientSums At(Histogram histogram, int bin) => new(histogram.First[bin], histogram.Second[bin]);

    // In units of 2^-f: the caller divides.
    private static double Worth(GradientSums sums, double l2) => (double)sums.First * sums.First / (sums.Second + l2);
}

/// <summary>A split and the sums of both sides.</summary>
internal readonly record struct FoundSplit(Split Split, GradientSums Left, GradientSums Right);
