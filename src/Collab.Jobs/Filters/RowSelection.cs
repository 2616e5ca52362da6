namespace Collab.Jobs;

/// <summary>Takes from batches the rows for which a filter is true (protocols/specs/filter.md), in their order and with their numbers.</summary>
/// <remarks>Local: sends nothing. Memory: one mark for a row and condition of a batch, and the rows that are taken. Timing depends on the owner's own data.</remarks>
public sealed class RowSelection
{
    private readonly RowCondition _condition;
    private bool[] _holds = [];

    /// <summary>Makes a filter ready for batches.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="columns">The columns of every batch, in their order.</param>
    /// <exception cref="ArgumentException">The filter does not fit them.</exception>
    public RowSelection(RowFilter filter, IReadOnlyList<ColumnSchema> columns)
    {
        if (!filter.Fits(columns)) throw new ArgumentException("The filter does not fit the columns.", nameof(filter));
        _condition = RowCondition.Of(filter, columns);
    }

    /// <summary>The batch of the rows for which the filter is true; maybe of none.</summary>
    public ColumnBatch Of(ColumnBatch batch)
    {
        if (_holds.Length < batch.RowCount) _holds = new bool[batch.RowCount];
        var holds = _holds.AsSpan(0, batch.RowCount);
        _condition.Mark(batch, holds);
        return Taken(batch, holds);
    }

    /// <summary>The batch of the rows that are marked.</summary>
    public static ColumnBatch Taken(ColumnBatch batch, ReadOnlySpan<bool> marked)
    {
        var places = new int[marked.Count(true)];
        if (places.Length == batch.RowCount) return batch;
        for (int row = 0, next = 0; next < places.Length; row++)
            if (marked[row]) places[next++] = row;
        return new ColumnBatch(batch.FirstRow, places.Length, [.. batch.Columns.Select(column => Taken(column, places))])
        {
            Places = batch.Places.IsEmpty ? places : Array.ConvertAll(places, place => batch.Places.Span[place]),
        };
    }

    private static Column Taken(Column column, int[] places)
    {
        if (column is TextColumn text) return text with { Values = Array.ConvertAll(places, place => text.Values[place]) };
        var numbers = (NumberColumn)column;
        var values = numbers.Values.Span;
        var present = numbers.Present.Span;
        var (taken, there) = (new long[places.Length], new bool[places.Length]);
        for (var next = 0; next < places.Length; next++) (taken[next], there[next]) = (values[places[next]], present[places[next]]);
        return numbers with { Values = taken, Present = there };
    }
}
