using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Trees.Secret;

/// <summary>Any engine whose matrix products cost what their results do: sides are shared once, as words.</summary>
internal sealed class SharedCandidates : ICandidateColumns
{
    private readonly IVectorEngine _engine;
    private readonly SharedVector _bySplit, _byRow;
    private readonly int _rows, _splits;

    private SharedCandidates(IVectorEngine engine, SharedVector bySplit, int rows, int splits) =>
        (_engine, _bySplit, _byRow, _rows, _splits) = (engine, bySplit, SecretVectors.Transposed(bySplit, splits, rows), rows, splits);

    /// <summary>Shares the sides.</summary>
    public static async Task<SharedCandidates> ShareAsync(IVectorEngine engine, CandidateLayout layout, ulong[] own, int rows, CancellationToken cancellation)
    {
        var parts = new List<SharedVector>();
        try
        {
            for (var party = 0; party < layout.Counts.Length; party++)
            {
                parts.Add(await engine.InputAsync(
                    engine.Parties[party], engine.Index == party ? own : default, checked(layout.Counts[party] * rows), cancellation).ConfigureAwait(false));
            }

            return new(engine, SharedVectors.Concatenate(parts), rows, layout.Splits);
        }
        finally
        {
            Array.Clear(own);
            foreach (var part in parts) part.Dispose();
        }
    }

    /// <inheritdoc/>
    public async Task<SharedVector> SumsAsync(SharedVector vectors, int count, CancellationToken cancellation)
    {
        using var columns = SecretVectors.Transposed(vectors, count, _rows);
        using var sums = await _engine.MatrixProductAsync(_bySplit, columns, _splits, _rows, count, cancellation).ConfigureAwait(false);
        return SecretVectors.Transposed(sums, _splits, count);
    }

    /// <inheritdoc/>
    public async Task<SharedVector> SidesAsync(SharedVector words, int nodes, CancellationToken cancellation)
    {
        using var columns = SecretVectors.Transposed(words, nodes, _splits);
        using var sides = await _engine.MatrixProductAsync(_byRow, columns, _rows, _splits, nodes, cancellation).ConfigureAwait(false);
        return SecretVectors.Transposed(sides, _rows, nodes);
    }

    /// <summary>Zeroes the shares.</summary>
    public void Dispose()
    {
        _bySplit.Dispose();
        _byRow.Dispose();
    }
}
