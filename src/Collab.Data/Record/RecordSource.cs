using System.Runtime.CompilerServices;
using Collab.Jobs;

namespace Collab.Data.Record;

/// <summary>A table of one row of text, given by its owner in words and kept in no file of its own: a record to be asked for.</summary>
/// <param name="record">The values by column; at least one.</param>
public sealed class RecordSource(IReadOnlyDictionary<string, string> record) : IDataSource
{
    /// <summary>The columns, all text, in the order of their names.</summary>
    public DatasetSchema Schema { get; } = new([.. record.Keys.Order(StringComparer.Ordinal).Select(name => new ColumnSchema(name, ColumnType.Text, 0))]);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ColumnBatch> ReadAsync(
        IReadOnlyList<string> columns, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Task.CompletedTask.ConfigureAwait(false);
        yield return new ColumnBatch(1, 1, [.. ColumnChoice.Choose(Schema, columns).Select(column => new TextColumn(column, [record[column.Name]]))]);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ColumnBatch> ScanAsync(
        IReadOnlyList<string> columns, Action<SourceProblem> report, CancellationToken cancellationToken = default) => ReadAsync(columns, cancellationToken);
}
