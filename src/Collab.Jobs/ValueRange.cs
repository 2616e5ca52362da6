namespace Collab.Jobs;

/// <summary>The values that a column's may count as: declared before anybody looks at a row, since noise is measured by it.</summary>
/// <param name="Column">The column.</param>
/// <param name="Scale">Decimal digits of <paramref name="Low"/> and <paramref name="High"/>; in a question those of its measure.</param>
/// <param name="Low">The smallest, in units of 10^(−scale); what is below it counts as it.</param>
/// <param name="High">The largest, likewise.</param>
public sealed record ValueRange(string Column, int Scale, long Low, long High)
{
    /// <summary>Whether it holds a value, and one other than 0: a column of nothing but 0 needs no noise and says nothing.</summary>
    public bool IsSound => Low <= High && (Low != 0 || High != 0);
}
