namespace Collab.Statistics.Inference.Tables;

/// <summary>Logarithms of the probabilities of whole numbers 0, 1, ..., made from the ratios of neighbours.</summary>
/// <remarks>Every step is one rounding of 2^−53, so a million outcomes keep 32 bits; no probability is lost for being small.</remarks>
internal static class DiscreteDistribution
{
    private const double Slack = 1e-7; // R's: outcomes as likely as the one seen, within rounding

    /// <summary>The logarithms, scaled so that the probabilities add up to 1.</summary>
    /// <param name="outcomes">How many outcomes there are.</param>
    /// <param name="logRatio">log P(k) − log P(k − 1), for k from 1; falls with k.</param>
    public static double[] LogProbabilities(int outcomes, Func<int, double> logRatio)
    {
        var logs = new double[outcomes];
        for (var k = 1; k < outcomes; k++) logs[k] = logs[k - 1] + logRatio(k);
        var scale = logs.Max() + Math.Log(SumOf(logs, logs.Max()));
        for (var k = 0; k < outcomes; k++) logs[k] -= scale;
        return logs;
    }

    /// <summary>The p-value of an outcome: those as unlikely or more on the side of the alternative.</summary>
    public static double PValue(double[] logs, int seen, Alternative alternative) => Math.Min(1, alternative switch
    {
        Alternative.Less => logs.Take(seen + 1).Sum(Math.Exp),
        Alternative.Greater => logs.Skip(seen).Sum(Math.Exp),
        _ => logs.Where(log => log <= logs[seen] + Math.Log(1 + Slack)).Sum(Math.Exp),
    });

    private static double SumOf(double[] logs, double largest) => logs.Sum(log => Math.Exp(log - largest));
}
