namespace Collab.Statistics.Analyses.Joined;

/// <summary>What logistic regression adds up of a row with linear predictor η, as a function of η.</summary>
internal enum LogisticSum
{
    /// <summary>The weight σ′(η) = σ(η)·(1 − σ(η)).</summary>
    Weight = 0,

    /// <summary>The mean σ(η) = 1/(1 + e^−η).</summary>
    Mean = 1,

    /// <summary>ln(2·cosh(η/2)), which less (y − ½)·η is half the deviance of a row.</summary>
    Deviance = 2,
}
