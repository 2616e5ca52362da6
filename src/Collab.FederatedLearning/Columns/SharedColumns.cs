using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Columns;

/// <summary>Any engine whose matrix products cost what their results do: columns are shared once.</summary>
internal sealed class SharedColumns : ISharedColumns
{
    private readonly IVectorEngine _engine;
    private readonly SharedVector _byColumn, _byRow;
    private readonly int _rows, _columns;

    private SharedColumns(IVectorEngine engine, SharedVector byColumn, int rows, int columns) =>
        (_engine, _byColumn, _byRow, _rows, _columns) = (engine, byColumn, VectorParts.Transposed(byColumn, columns, rows), rows, columns);

    /// <summary>Shares the columns.</summary>
    public static async Task<SharedColumns> ShareAsync(IVectorEngine engine, int[] counts, ulong[] own, int rows, CancellationToken cancellation)
    {
        var parts = new List<SharedVector>();
        try
        {
            for (var party = 0; party < counts.Length; party++)
            {
                parts.Add(await engine.InputAsync(
                    engine.Parties[party], engine.Index == party ? own : default, checked(counts[party] * rows), cancellation).ConfigureAwait(false));
            }

            return new(engine, SharedVectors.Concatenate(parts), rows, counts.Sum());
        }
        finally
        {
            foreach (var part in parts) part.Dispose();
        }
    }

    /// <inheritdoc/>
    public async Task<SharedVector> TransposedProductsAsync(SharedVector vectors, int count, CancellationToken cancellation)
    {
        using var columns = VectorParts.Transposed(vectors, count, _rows);
        using var sums = await _engine.MatrixProductAsync(_byColumn, columns, _columns, _rows, count, cancellation).ConfigureAwait(false);
        return VectorParts.Transposed(sums, _columns, count);
    }

    /// <inheritdoc/>
    public async Task<SharedVector> ProductsAsync(SharedVector vectors, int count, CancellationToken cancellation)
    {
        using var columns = VectorParts.Transposed(vectors, count, _columns);
        using var products = await _engine.MatrixProductAsync(_byRow, columns, _rows, _columns, count, cancellation).ConfigureAwait(false);
        return VectorParts.Transposed(products, _rows, count);
    }

    /// <summary>Zeroes the shares.</summary>
    public void Dispose()
    {
        _byColumn.Dispose();
        _byRow.Dispose();
    }
}
