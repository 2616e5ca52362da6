namespace Collab.Jobs;

/// <summary>What the number of a model's score means. The numbers are those of the canonical encoding.</summary>
public enum ScoreMeaning
{
    /// <summary>A number in units of its own.</summary>
    Number = 1,

    /// <summary>The chance of class 1.</summary>
    Chance = 2,

    /// <summary>The logarithm of the odds of class 1.</summary>
    Logit = 3,
}
