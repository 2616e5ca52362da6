using Collab.Jobs;

namespace Collab.Data.Keys;

/// <summary>Is told of every key when it is new: the batch, the row in it and the key's place in the list.</summary>
public delegate void KeyFound(ColumnBatch batch, int row, int key);

/// <summary>Reads the keys of a table by one or several alternative keys.</summary>
public static class KeyedRowReader
{
    /// <summary>Reads batches to their end and gathers keys and rows.</summary>
    /// <param name="batches">Rows in order, with the key columns and maybe more.</param>
    /// <param name="keys">The alternative keys in the order of the plan, each by its columns: text or integer.</param>
    /// <param name="rule">
    /// How keys are made equal, and what happens with blank and repeated ones. A key is blank when a part is; a row is when all of its
    /// alternatives are, and only that fails a job that refuses blanks.
    /// </param>
    /// <param name="found">Told of every new key in order, for what belongs to its first row; null for nobody.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="SourceException">The source cannot be read, or the rule forbids a blank or repeated key; with the row.</exception>
    public static async Task<KeyedRows> ReadAsync(
        IAsyncEnumerable<ColumnBatch> batches,
        IReadOnlyList<IReadOnlyList<string>> keys,
        KeyRule rule,
        KeyFound? found = null,
        CancellationToken cancellationToken = default)
    {
        var rows = new KeyedRows(keys.Count, rule.Duplicate == DuplicateKeys.All);
        KeyEncoder[]? encoders = null;
        await foreach (var batch in batches.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            encoders ??= [.. keys.Select((columns, i) => new KeyEncoder(
                [.. batch.Columns.Select(column => column.Schema)], columns, rule, keys.Count > 1 ? (byte)(i + 1) : (byte)0))];
            for (var i = 0; i < batch.RowCount; i++) Add(rows, encoders, batch, i, rule, found);
        }

        return rows;
    }

    private static void Add(KeyedRows rows, KeyEncoder[] encoders, ColumnBatch batch, int at, KeyRule rule, KeyFound? found)
    {
        var row = batch.NumberOf(at);
        var (blanks, repeated) = (0, false);
        rows.AddRow(row);
        for (var alternative = 0; alternative < encoders.Length; alternative++)
        {
            var key = encoders[alternative].Encode(batch, at);
            if (key.IsEmpty)
            {
                blanks++;
                rows.AddBlank();
                continue;
            }

            if (rows.Keys.TryAdd(key, row, out var place))
            {
                rows.CountOf[alternative]++;
                found?.Invoke(batch, at, place);
            }
            else
            {
                if (rule.Duplicate == DuplicateKeys.Refuse)
                    throw SourceException.At(SourceException.KeyDuplicate, $"the key is that of row {rows.Keys.Row(place)}", row);
                repeated = true;
            }

            rows.AddKey(place);
        }

        if (repeated) rows.Keys.DuplicateCount++;
        if (blanks < encoders.Length) return;
        if (rule.Blank == KeyProblem.Fail) throw SourceException.At(SourceException.KeyBlank, "the key is blank", row);
        rows.Keys.BlankCount++;
    }
}
