namespace Collab.Jobs;

/// <summary>Some consecutive rows of a dataset, by column. A source yields batches; no step holds a whole table.</summary>
/// <param name="FirstRow">The number of the first row in the source, from 1, headers not counted; of rows that a filter took from a batch, of that batch.</param>
/// <param name="RowCount">Rows in this batch.</param>
/// <param name="Columns">The columns asked for, in the order asked for, each with <paramref name="RowCount"/> rows.</param>
public sealed record ColumnBatch(long FirstRow, int RowCount, IReadOnlyList<Column> Columns)
{
    /// <summary>Where each row stood in the batch that a filter took it from, ascending; empty when none did.</summary>
    public ReadOnlyMemory<int> Places { get; init; }

    /// <summary>The number of a row in the source; for the owner only.</summary>
    public long NumberOf(int row) => FirstRow + (Places.IsEmpty ? row : Places.Span[row]);
}

/// <summary>The values of one column in one batch.</summary>
/// <param name="Schema">What the column is.</param>
public abstract record Column(ColumnSchema Schema);

/// <summary>A column of text; null where the value is missing.</summary>
public sealed record TextColumn(ColumnSchema Schema, IReadOnlyList<string?> Values) : Column(Schema);

/// <summary>A column of exact numbers, as whole units of 10^(−<see cref="ColumnSchema.Scale"/>).</summary>
/// <param name="Schema">What the column is; its scale is the unit of <paramref name="Values"/>.</param>
/// <param name="Values">One value per row; 0 where missing.</param>
/// <param name="Present">Whether the row has a value.</param>
public sealed record NumberColumn(ColumnSchema Schema, ReadOnlyMemory<long> Values, ReadOnlyMemory<bool> Present) : Column(Schema);
