namespace Collab.SecretSharing.Ranks;

/// <summary>What is made of the order of a column.</summary>
public enum OrderedStatistic
{
    /// <summary>Twice the sum of the ranks of each group, and Σ (t³ − t) over the values that t rows share.</summary>
    RankSums = 1,

    /// <summary>m · n times the greatest distance of two groups' distribution functions, and whether two rows share a value.</summary>
    Distance = 2,

    /// <summary>Values of given ranks, group by group.</summary>
    Quantiles = 3,

    /// <summary>Σ of products of twice the ranks of two columns, of which each party has one, and Σ (t³ − t) of each.</summary>
    Correlation = 4,
}
