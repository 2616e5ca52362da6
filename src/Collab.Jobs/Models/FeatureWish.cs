using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>What a description wants made of a column; it becomes a step of a recipe once the column's type is known.</summary>
/// <param name="Of">The owner.</param>
/// <param name="Column">The column.</param>
/// <param name="As">What is made of it.</param>
/// <param name="Missing">What stands for a missing value.</param>
/// <param name="Indicator">Whether one more feature tells where a value was missing.</param>
/// <param name="Bins">Bins to begin with, or most levels.</param>
/// <param name="EqualWidth">Whether bins of numbers are of one width; else of about as many rows.</param>
/// <param name="Unseen">What becomes of a level that training had not.</param>
/// <param name="MergeTo">Bins are merged until there are at most so many and neighbours differ; 0: they are not.</param>
public sealed record FeatureWish(
    PartyId Of, string Column, WishedFeature As, WishedMissing Missing, bool Indicator, int Bins, bool EqualWidth, WishedUnseen Unseen, int MergeTo);

/// <summary>What is made of a column.</summary>
public enum WishedFeature
{
    /// <summary>The number.</summary>
    Number,

    /// <summary>Less its mean, by its deviation.</summary>
    Standard,

    /// <summary>From 0 to 1 over the rows of training.</summary>
    Range,

    /// <summary>An indicator of each bin or level but the first.</summary>
    Indicators,

    /// <summary>The weight of evidence of its bin or level.</summary>
    WeightOfEvidence,
}

/// <summary>What stands for a missing value.</summary>
public enum WishedMissing
{
    /// <summary>Nothing: it ends the job.</summary>
    Refuse,

    /// <summary>The mean.</summary>
    Mean,

    /// <summary>The median.</summary>
    Median,

    /// <summary>A bin or level of its own.</summary>
    Own,
}

/// <summary>What becomes of a level that training had not.</summary>
public enum WishedUnseen
{
    /// <summary>It ends the job.</summary>
    Refuse,

    /// <summary>It is in a bin with others of its kind, and with missing values.</summary>
    Other,

    /// <summary>It counts nowhere.</summary>
    Zero,
}
