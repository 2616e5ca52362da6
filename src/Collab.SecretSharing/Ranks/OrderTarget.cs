using Collab.Primitives;

namespace Collab.SecretSharing.Ranks;

/// <summary>A value sought by its rank among the N rows of a group: for a probability p the one of rank ⌊(N − 1)·p⌋ + 1, or of rank ⌈(N − 1)·p⌉ + 1.</summary>
/// <param name="Group">The group.</param>
/// <param name="Numerator">Of p in lowest terms, at least 0.</param>
/// <param name="Denominator">Of p in lowest terms, at most 10^9.</param>
/// <param name="IsUpper">Whether the rank is rounded up.</param>
public readonly record struct OrderTarget(int Group, long Numerator, long Denominator, bool IsUpper)
{
    /// <summary>The largest denominator.</summary>
    public const long LargestDenominator = 1_000_000_000;

    /// <summary>What makes C, the rows up to a place, reach the rank: Numerator · N − Denominator · C + this &lt; 0 (specs/rank-element.md, "Parameters and why").</summary>
    internal long Constant => IsUpper ? Denominator - Numerator - 1 : -Numerator;

    /// <summary>Refuses what is no probability of one of so many groups.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public void Check(int groups)
    {
        if (Group < 0 || Group >= groups || Numerator < 0 || Denominator < 1 || Denominator > LargestDenominator || Numerator > Denominator)
            throw new ArgumentException("A group of the plan and a probability of at most 9 decimals.");
    }
}
