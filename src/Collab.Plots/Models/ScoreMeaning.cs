namespace Collab.Plots.Models;

/// <summary>What the number of a score means.</summary>
public enum ScoreMeaning
{
    /// <summary>A number in units of its own.</summary>
    Number = 1,

    /// <summary>The chance of class 1.</summary>
    Chance = 2,

    /// <summary>The logarithm of the odds of class 1.</summary>
    Logit = 3,
}
