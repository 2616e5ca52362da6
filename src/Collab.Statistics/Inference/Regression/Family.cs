namespace Collab.Statistics.Inference.Regression;

/// <summary>A generalised linear model's distribution, with its canonical link.</summary>
public enum Family
{
    /// <summary>0 or 1, with the logit.</summary>
    Binomial = 1,

    /// <summary>Counts, with the logarithm.</summary>
    Poisson = 2,
}
