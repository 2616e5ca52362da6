namespace Collab.Statistics.Orders;

/// <summary>One value to be found among a group's N: of those two between which a quantile lies, the lower, rank ⌊(N − 1)·p⌋ + 1, or the upper, rank ⌈(N − 1)·p⌉ + 1, with p = a/b.</summary>
/// <param name="Group">The number of the group.</param>
/// <param name="Numerator">a, with 0 ≤ a ≤ b.</param>
/// <param name="Denominator">b, positive.</param>
/// <param name="IsUpper">Which of the two.</param>
/// <remarks>
/// No rank has to be known to anyone. With C of the rows at or below a candidate, the lower value is at or below it exactly if C > (N − 1)·p, that is a·N − b·C − a &lt; 0; the upper
/// exactly if C − 1 ≥ (N − 1)·p, that is a·N − b·C + b − a − 1 &lt; 0. N and C are sums over the owners, so each owner's <see cref="Term"/> is its own affair.
/// Source: specs/rank-element.md.
/// </remarks>
internal sealed record RankTarget(int Group, long Numerator, long Denominator, bool IsUpper)
{
    /// <summary>The constant that the first owner adds to its term.</summary>
    public long Constant => IsUpper ? Denominator - Numerator - 1 : -Numerator;

    /// <summary>An owner's term, a·Nᵢ − b·Cᵢ; the value sought is at or below the candidate exactly if the sum of all, with <see cref="Constant"/>, is negative.</summary>
    /// <param name="atOrBelow">Cᵢ: the owner's rows of the group at or below the candidate.</param>
    /// <param name="rows">Nᵢ: its rows of the group.</param>
    public Int128 Term(long atOrBelow, long rows) => ((Int128)Numerator * rows) - ((Int128)Denominator * atOrBelow);
}
