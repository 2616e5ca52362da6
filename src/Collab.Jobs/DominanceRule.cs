using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>When a sum stands for too few of its rows to be told: the p% rule, the (n,k) rule, or both.</summary>
/// <remarks>
/// With contributions x₁ ≥ x₂ ≥ … ≥ 0 of total T, a cell is unsafe by p% if T − x₁ − x₂ &lt; p/100 · x₁: who holds x₂ then knows x₁ closer than by p percent.
/// It is unsafe by (n,k) if x₁ + … + xₙ &gt; k/100 · T. Source: specs/statistics.md; Hundepool et al., Statistical Disclosure Control, Wiley 2012, section 4.2.
/// </remarks>
/// <param name="Percent">p, 1 to 100; 0 for no such rule.</param>
/// <param name="Largest">n, 1 to 3; 0 for no such rule.</param>
/// <param name="Share">k, 1 to 99; 0 if there is no n.</param>
public sealed record DominanceRule(int Percent, int Largest, int Share)
{
    /// <summary>The largest n of a rule.</summary>
    public const int MostLargest = 3;

    /// <summary>What holds when nothing is said: p = 10.</summary>
    public static DominanceRule Default { get; } = new(10, 0, 0);

    /// <summary>Whether the numbers are a rule at all.</summary>
    public bool IsSound => Percent is >= 0 and <= 100 && (Largest, Share) is (0, 0) or ( >= 1 and <= MostLargest, >= 1 and <= 99) && Percent + Largest > 0;

    /// <summary>Whether every cell that passes this rule passes the other one too, rule by rule: no smaller p; no fewer of the largest with no larger share.</summary>
    public bool IsAtLeast(DominanceRule other) =>
        Percent >= other.Percent && (other.Largest == 0 || (Largest >= other.Largest && Share <= other.Share));

    /// <summary>As people write it: <c>p 10</c>, <c>(2,85)</c>, <c>p 10 and (2,85)</c>.</summary>
    public override string ToString() =>
        string.Join(" and ", new[] { Percent > 0 ? $"p {Percent}" : "", Largest > 0 ? $"({Largest},{Share})" : "" }.Where(rule => rule.Length > 0));

    /// <summary>Writes p, n and k, a byte each.</summary>
    public static void Encode(CanonicalWriter writer, DominanceRule rule) =>
        writer.Byte((byte)rule.Percent).Byte((byte)rule.Largest).Byte((byte)rule.Share);

    /// <summary>Reads what <see cref="Encode"/> writes.</summary>
    /// <exception cref="MalformedException">Numbers that are no rule.</exception>
    public static DominanceRule Decode(ref CanonicalReader reader)
    {
        var rule = new DominanceRule(reader.Byte(), reader.Byte(), reader.Byte());
        return rule.IsSound ? rule : throw new MalformedException("a dominance rule");
    }
}
