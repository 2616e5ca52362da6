using Collab.Jobs;

namespace Collab.Data;

/// <summary>Gathers rows into batches whose memory is bounded by rows, by cells and by bytes of text.</summary>
internal sealed class BatchBuilder
{
    /// <summary>Rows of a batch at most.</summary>
    public const int MaximumRows = 8_192;

    private const int MaximumCells = 1 << 20, MaximumBytes = 1 << 23;

    private readonly ColumnBuilder[] _columns;
    private readonly int _maximumRows;
    private long _firstRow = 1;
    private int _rowCount;
    private long _bytes;

    public BatchBuilder(IReadOnlyList<ColumnSchema> columns, IReadOnlyList<string> missing)
    {
        _maximumRows = Math.Clamp(MaximumCells / Math.Max(1, columns.Count), 1, MaximumRows);
        _columns = [.. columns.Select(column => ColumnBuilder.For(column, missing, _maximumRows))];
    }

    /// <summary>Whether the batch must be taken before another row is added.</summary>
    public bool IsFull => _rowCount == _maximumRows || _bytes >= MaximumBytes;

    /// <summary>Whether no row was added since the last batch.</summary>
    public bool IsEmpty => _rowCount == 0;

    /// <summary>Adds one value of the row that <see cref="EndRow"/> ends; columns in order, none left out.</summary>
    public ValueOutcome Add(int column, ReadOnlySpan<byte> utf8, bool quoted)
    {
        _bytes += utf8.Length;
        return _columns[column].Add(utf8, quoted);
    }

    /// <summary>Ends the row with that number.</summary>
    public void EndRow(long row)
    {
        if (_rowCount++ == 0) _firstRow = row;
    }

    /// <summary>The batch so far; the next begins empty.</summary>
    public ColumnBatch Take()
    {
        var batch = new ColumnBatch(_firstRow, _rowCount, [.. _columns.Select(column => column.Take())]);
        (_rowCount, _bytes) = (0, 0);
        return batch;
    }
}
