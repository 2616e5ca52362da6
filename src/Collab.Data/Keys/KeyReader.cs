using Collab.Jobs;

namespace Collab.Data.Keys;

/// <summary>Reads the distinct keys of a source in their canonical form, the same with every party that has the same key.</summary>
public static class KeyReader
{
    /// <summary>Reads the key columns, streaming, and gathers the distinct keys.</summary>
    /// <param name="source">The table.</param>
    /// <param name="keyColumns">The parts of the key, in the order of the plan; text or integer columns.</param>
    /// <param name="rule">How keys are made equal, and what happens with blank and repeated ones. A key is blank when a part is.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="SourceException">The source cannot be read, or the rule forbids a blank or repeated key; with the row.</exception>
    public static Task<KeyList> ReadAsync(
        IDataSource source, IReadOnlyList<string> keyColumns, KeyRule rule, CancellationToken cancellationToken = default) =>
        ReadAsync(source.ReadAsync(keyColumns, cancellationToken), keyColumns, rule, cancellationToken);

    /// <summary>As the other, from batches that hold the key columns and maybe more.</summary>
    /// <param name="batches">Rows in order.</param>
    /// <param name="keyColumns">The parts of the key, in the order of the plan; text or integer columns.</param>
    /// <param name="rule">How keys are made equal, and what happens with blank and repeated ones.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="SourceException">As in the other.</exception>
    public static async Task<KeyList> ReadAsync(
        IAsyncEnumerable<ColumnBatch> batches, IReadOnlyList<string> keyColumns, KeyRule rule, CancellationToken cancellationToken = default)
    {
        var rows = await KeyedRowReader.ReadAsync(batches, [keyColumns], rule, null, cancellationToken).ConfigureAwait(false);
        return rows.Keys;
    }
}
