using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Linear;

/// <summary>Any engine whose matrix products cost what their results do: columns are shared once, batch by batch, and so kept.</summary>
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
        var all = columns.Sum();
        int[] owners = [.. columns.SelectMany((count, party) => Enumerable.Repeat(party, count))], first = [.. columns.Select((_, party) => columns.Take(party).Sum())];
        var (byRow, byColumn) = (new SharedVector[batches.Count], new SharedVector[batches.Count]);
        var (places, transposed) = (Array.Empty<int>(), Array.Empty<int>());
        foreach (var (t, (start, count)) in batches.Index())
        {
            if (places.Length != count * all) (places, transposed) = Places(count);
            using SharedVector x = await InputAsync(engine, values, start, count, columns, cancellation).ConfigureAwait(false);
            using SharedVector y = await InputAsync(engine, scaled, start, count, columns, cancellation).ConfigureAwait(false);
            (byRow[t], byColumn[t]) = (SharedVectors.Pick(x, places), SharedVectors.Pick(y, transposed));
        }

        return new(engine, batches, byRow, byColumn, all);

        // Where row-major and column-major entries are in what came in: party after party, each row-major.
        (int[] ByRow, int[] ByColumn) Places(int rows)
        {
            var (rowMajor, columnMajor) = (new int[rows * all], new int[rows * all]);
            for (var i = 0; i < rows; i++)
            {
                for (var j = 0; j < all; j++)
                {
                    var owned = columns[owners[j]];
                    rowMajor[(i * all) + j] = columnMajor[(j * rows) + i] = (first[owners[j]] * rows) + (i * owned) + j - first[owners[j]];
                }
            }

            return (rowMajor, columnMajor);
        }
    }

    /// <inheritdoc/>
    public Task<SharedVector> ScoresAsync(int batch, SharedVector weights, CancellationToken cancellation) =>
        _engine.MatrixProductAsync(_values[batch], weights, _batches[batch].Rows, _columns, 1, cancellation);

    /// <inheritdoc/>
    public Task<SharedVector> StepAsync(int batch, SharedVector errors, CancellationToken cancellation) =>
        _engine.MatrixProductAsync(_scaled[batch], errors, _columns, _batches[batch].Rows, 1, cancellation);

    /// <inheritdoc/>
    public async Task<SharedVector> GramAsync(int batch, SharedVector? weights, CancellationToken cancellation)
    {
        var rows = _batches[batch].Rows;
        if (weights is null) return await _engine.MatrixProductAsync(_scaled[batch], _values[batch], _columns, rows, _columns, cancellation).ConfigureAwait(false);
        using var spread = SharedVectors.Pick(weights, [.. Enumerable.Range(0, rows * _columns).Select(at => at / _columns)]);
        using var weighted = (await _engine.MultiplyAsync([(_values[batch], spread)], cancellation).ConfigureAwait(false))[0];
        return await _engine.MatrixProductAsync(_scaled[batch], weighted, _columns, rows, _columns, cancellation).ConfigureAwait(false);
    }

    /// <summary>Zeroes the shares.</summary>
    public void Dispose()
    {
        foreach (var batch in _values.Concat(_scaled)) batch.Dispose();
    }

    private static async Task<SharedVector> InputAsync(
        IVectorEngine engine, ulong[] own, int start, int rows, IReadOnlyList<int> columns, CancellationToken cancellation)
    {
        var parts = new SharedVector[columns.Count];
        for (var party = 0; party < parts.Length; party++)
        {
            var words = engine.Index == party ? own.AsMemory(start * columns[party], rows * columns[party]) : default;
            parts[party] = await engine.InputAsync(engine.Parties[party], words, rows * columns[party], cancellation).ConfigureAwait(false);
        }

        var all = SharedVectors.Concatenate(parts);
        foreach (var part in parts) part.Dispose();
        return all;
    }
}
