namespace Collab.Statistics.Inference.Regression;

/// <summary>What a generalised linear model needs of its responses alone.</summary>
/// <param name="Count">How many rows.</param>
/// <param name="NullDeviance">The deviance of the intercept alone.</param>
/// <param name="SaturatedLog">The log likelihood of a model that foretells every response: 0 for 0 and 1.</param>
public sealed record Responses(long Count, double NullDeviance, double SaturatedLog)
{
    /// <summary>Of responses 0 and 1.</summary>
    /// <param name="zeros">How many are 0.</param>
    /// <param name="ones">How many are 1.</param>
    public static Responses Binomial(long zeros, long ones)
    {
        double count = zeros + ones;
        return new Responses(zeros + ones, -2 * (Share(zeros) + Share(ones)), 0);

        double Share(long part) => part == 0 || part == count ? 0 : part * Math.Log(part / count);
    }

    /// <summary>Of counts.</summary>
    /// <param name="count">How many rows.</param>
    /// <param name="sum">Σ y.</param>
    /// <param name="sumOfLogs">Σ y·ln y.</param>
    /// <param name="sumOfLogFactorials">Σ ln y!.</param>
    public static Responses Poisson(long count, double sum, double sumOfLogs, double sumOfLogFactorials) => new(
        count, sum == 0 ? 0 : 2 * (sumOfLogs - (sum * Math.Log(sum / count))), sumOfLogs - sum - sumOfLogFactorials);
}
