using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Linear;

/// <summary>Any engine whose matrix products cost what their results do: columns are shared once, and kept batch by batch.</summary>
internal sealed class SharedBatches : IBatchedRows
{
    private readonly IVectorEngine _engine;
    private readonly IReadOnlyList<(int Start, int Rows)> _batches;
    private readonly SharedVector[] _values, _scaled; // of a batch: [rows, columns], and [columns, rows]
    private readonly int _columns;

    private SharedBatches(IVectorEngine engine, IReadOnlyList<(int Start, int Rows)> batches, SharedVector[] values, SharedVector[] scaled, int columns) =>
        (_engine, _batches, _values, _scaled, _columns) = (engine, batches, values, scaled, columns);

    /// <summary>Shares the columns.</summary>
    public static async Task<SharedBatches> ShareAsync(
        IVectorEngine engine, ulong[] values, ulong[] scaled, IReadOnlyList<int> columns, IReadOnlyList<(int Start, int Rows)> batches, CancellationToken cancellation)
    {
        var rows = batches.Sum(batch => batch.Rows);
        var all = columns.Sum();
        using SharedVector x = await InputAsync(engine, values, rows, columns, cancellation).ConfigureAwait(false), y = await InputAsync(engine, scaled, rows, columns, cancellation).ConfigureAwait(false);
        int[] owners = [.. columns.SelectMany((count, party) => Enumerable.Repeat(party, count))];
        int[] first = [.. columns.Select((_, party) => columns.Take(party).Sum())];

        // Party after party, each row-major, as the words came in.
        int Place(int row, int column) => (first[owners[column]] * rows) + (row * columns[owners[column]]) + column - first[owners[column]];
        var (byRow, byColumn) = (new SharedVector[batches.Count], new SharedVector[batches.Count]);
        foreach (var (t, (start, count)) in batches.Index())
        {
            byRow[t] = SharedVectors.Pick(x, [.. Enumerable.Range(0, count * all).Select(at => Place(start + (at / all), at % all))]);
            byColumn[t] = SharedVectors.Pick(y, [.. Enumerable.Range(0, count * all).Select(at => Place(start + (at % count), at / count))]);
        }

        return new(engine, batches, byRow, byColumn, all);
    }

    /// <inheritdoc/>
    public Task<SharedVector> ScoresAsync(int batch, SharedVector weights, CancellationToken cancellation) =>
        _engine.MatrixProductAsync(_values[batch], weights, _batches[batch].Rows, _columns, 1, cancellation);

    /// <inheritdoc/>
    public Task<SharedVector> StepAsync(int batch, SharedVector errors, CancellationToken cancellation) =>
        _engine.MatrixProductAsync(_scaled[batch], errors, _columns, _batches[batch].Rows, 1, cancellation);

    /// <summary>Zeroes the shares.</summary>
    public void Dispose()
    {
        foreach (var batch in _values.Concat(_scaled)) batch.Dispose();
    }

    private static async Task<SharedVector> InputAsync(IVectorEngine engine, ulong[] own, int rows, IReadOnlyList<int> columns, CancellationToken cancellation)
    {
        var parts = new SharedVector[columns.Count];
        for (var party = 0; party < parts.Length; party++)
        {
            parts[party] = await engine.InputAsync(
                engine.Parties[party], engine.Index == party ? own : default, checked(rows * columns[party]), cancellation).ConfigureAwait(false);
        }

        var all = SharedVectors.Concatenate(parts);
        foreach (var part in parts) part.Dispose();
        return all;
    }
}
