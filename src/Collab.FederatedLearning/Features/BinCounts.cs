namespace Collab.FederatedLearning.Features;

/// <summary>How many goods, label 0, and bads, label 1, each bin of a column has; the last bin is that of missing values.</summary>
/// <param name="Goods">Bin by bin; of bins that are counted together, in the place of the first of them.</param>
/// <param name="Bads">The same of bads.</param>
/// <param name="GroupOf">For each bin in whose place it is counted: its own, unless it is counted together with others.</param>
public sealed record BinCounts(IReadOnlyList<long> Goods, IReadOnlyList<long> Bads, IReadOnlyList<byte> GroupOf)
{
    /// <summary>Counts of each bin by itself.</summary>
    /// <param name="goods">Bin by bin.</param>
    /// <param name="bads">Bin by bin.</param>
    public BinCounts(IReadOnlyList<long> goods, IReadOnlyList<long> bads)
        : this(goods, bads, [.. Enumerable.Range(0, goods.Count).Select(bin => (byte)bin)])
    {
    }

    /// <summary>The bins that are counted together, group after group in order of their first bins.</summary>
    internal IEnumerable<List<int>> Groups => Enumerable.Range(0, GroupOf.Count).GroupBy(bin => GroupOf[bin]).OrderBy(group => group.Key).Select(group => group.ToList());
}
