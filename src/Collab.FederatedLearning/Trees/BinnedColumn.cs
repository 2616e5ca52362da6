namespace Collab.FederatedLearning.Trees;

/// <summary>A column as the numbers of its bins, row by row.</summary>
public sealed class BinnedColumn
{
    private BinnedColumn(FeatureBins bins, byte[] rows) => (Bins, _rows) = (bins, rows);

    private readonly byte[] _rows;

    /// <summary>What the numbers mean.</summary>
    public FeatureBins Bins { get; }

    /// <summary>The bin of each row.</summary>
    public ReadOnlySpan<byte> Rows => _rows;

    /// <summary>A column of numbers; NaN is missing.</summary>
    /// <exception cref="Primitives.CollabException">A value is infinite: <see cref="TreeErrors.ValueUnfit"/>.</exception>
    public static BinnedColumn Of(FeatureBins bins, ReadOnlySpan<double> values)
    {
        ArgumentNullException.ThrowIfNull(bins);
        var rows = new byte[values.Length];
        for (var i = 0; i < rows.Length; i++) rows[i] = bins.BinOf(values[i]);
        return new(bins, rows);
    }

    /// <summary>A column of categories; null is missing, and so is what is not among the categories.</summary>
    public static BinnedColumn Of(FeatureBins bins, IReadOnlyList<string?> values)
    {
        ArgumentNullException.ThrowIfNull(bins);
        ArgumentNullException.ThrowIfNull(values);
        var rows = new byte[values.Count];
        for (var i = 0; i < rows.Length; i++) rows[i] = bins.BinOf(values[i]);
        return new(bins, rows);
    }

    /// <summary>A column whose bins are known already.</summary>
    internal static BinnedColumn OfBins(FeatureBins bins, byte[] rows) => new(bins, rows);

    /// <summary>The column with other numbers for its bins, as a byte for each tells.</summary>
    internal BinnedColumn Regrouped(ReadOnlySpan<byte> groupOf)
    {
        var rows = new byte[_rows.Length];
        for (var i = 0; i < rows.Length; i++) rows[i] = groupOf[_rows[i]];
        return new(Bins, rows);
    }
}
