namespace Collab.FederatedLearning.Features;

/// <summary>How many goods, label 0, and bads, label 1, each bin of a column has; the last bin is that of missing values.</summary>
/// <param name="Goods">Bin by bin.</param>
/// <param name="Bads">Bin by bin.</param>
public sealed record BinCounts(IReadOnlyList<long> Goods, IReadOnlyList<long> Bads)
{
    /// <summary>Of one column.</summary>
    internal long Of(int bin) => Goods[bin] + Bads[bin];
}
