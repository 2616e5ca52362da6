using System.Runtime.CompilerServices;
using Collab.Data.Snapshot;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Datasets;

/// <summary>
/// Commits to each column of a dataset by itself while batches pass. A job reads some columns only, and still it can be told, in
/// one reading, whether they are what was registered (protocols/specs/dataset-snapshot.md, "Columns").
/// </summary>
internal sealed class ColumnCommitter : IDisposable
{
    private readonly List<(ColumnSchema Column, Digest Salt, SnapshotHash Hash)> _columns;
    private long _rows;

    /// <summary>Begins with the columns that will pass, in their order, each with its salt.</summary>
    public ColumnCommitter(IEnumerable<(ColumnSchema Column, Digest Salt)> columns) =>
        _columns = [.. columns.Select(c => (c.Column, c.Salt, Begin(c.Column, c.Salt)))];

    /// <summary>Passes batches through and takes them in on the way.</summary>
    public async IAsyncEnumerable<ColumnBatch> Observe(
        IAsyncEnumerable<ColumnBatch> batches, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var batch in batches.WithCancellation(cancellation))
        {
            for (var i = 0; i < _columns.Count; i++)
                _columns[i].Hash.Append(new ColumnBatch(batch.FirstRow, batch.RowCount, [batch.Columns[i]]));
            _rows += batch.RowCount;
            yield return batch;
        }
    }

    /// <summary>The commitments, and how many rows passed; nothing can be taken in after it.</summary>
    public (IReadOnlyDictionary<string, ColumnCommitment> Columns, long Rows) Finish() =>
        (_columns.ToDictionary(c => c.Column.Name, c => new ColumnCommitment(c.Salt, c.Hash.Finish().Value)), _rows);

    public void Dispose() => _columns.ForEach(c => c.Hash.Dispose());

    private static SnapshotHash Begin(ColumnSchema column, Digest salt)
    {
        using var secret = SecretBytes.Take(salt.ToArray());
        return new SnapshotHash([column], secret);
    }
}
