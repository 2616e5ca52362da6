using Collab.Jobs;

namespace Collab.Data.Keys;

/// <summary>Is told of the keys of a table, row by row in order.</summary>
/// <param name="row">The row, from 1.</param>
/// <param name="alternative">Which of its alternative keys, from 0.</param>
/// <param name="key">Its canonical bytes (<see cref="KeyList"/>), valid until this returns; empty when it is blank.</param>
public delegate void RowKeyRead(long row, int alternative, ReadOnlySpan<byte> key);

/// <summary>Reads the keys of a table of any size; nothing is kept, so that repeated keys are for the caller to find.</summary>
public static class KeyStream
{
    /// <summary>Reads batches to their end.</summary>
    /// <param name="batches">Rows in order, with the key columns and maybe more.</param>
    /// <param name="keys">The alternative keys in the order of the plan, each by its columns: text or integer.</param>
    /// <param name="rule">How keys are made equal, and what happens with blank ones, as in <see cref="KeyedRowReader"/>.</param>
    /// <param name="read">Told of every key of every row.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="SourceException">The source cannot be read, or the rule forbids a blank key; with the row.</exception>
    public static async Task ReadAsync(
        IAsyncEnumerable<ColumnBatch> batches,
        IReadOnlyList<IReadOnlyList<string>> keys,
        KeyRule rule,
        RowKeyRead read,
        CancellationToken cancellationToken = default)
    {
        KeyEncoder[]? encoders = null;
        await foreach (var batch in batches.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            encoders ??= [.. keys.Select((columns, i) => new KeyEncoder(
                [.. batch.Columns.Select(column => column.Schema)], columns, rule, keys.Count > 1 ? (byte)(i + 1) : (byte)0))];
            for (var i = 0; i < batch.RowCount; i++) Read(encoders, batch, i, rule, read);
        }
    }

    private static void Read(KeyEncoder[] encoders, ColumnBatch batch, int at, KeyRule rule, RowKeyRead read)
    {
        var blanks = 0;
        for (var alternative = 0; alternative < encoders.Length; alternative++)
        {
            var key = encoders[alternative].Encode(batch, at);
            if (key.IsEmpty) blanks++;
            read(batch.NumberOf(at), alternative, key);
        }

        if (blanks == encoders.Length && rule.Blank == KeyProblem.Fail)
            throw SourceException.At(SourceException.KeyBlank, "the key is blank", batch.NumberOf(at));
    }
}
