using Collab.SecretSharing.TwoPartyRing;
using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Linear;

/// <summary>Two parties: each keeps its columns in clear, and multiplies them itself with its share of the weights or errors.</summary>
/// <param name="engine">This party's end.</param>
/// <param name="values">Own values, row-major.</param>
/// <param name="scaled">Own values times η / batch.</param>
/// <param name="columns">Of each party, with the intercept.</param>
/// <param name="bits">Width of a value.</param>
/// <param name="batches">First row and rows of each.</param>
internal sealed class OwnedBatches(TwoPartyEngine engine, ulong[] values, ulong[] scaled, IReadOnlyList<int> columns, int bits, IReadOnlyList<(int Start, int Rows)> batches) : IBatchedRows
{
    /// <inheritdoc/>
    public Task<SharedVector> ScoresAsync(int batch, SharedVector weights, CancellationToken cancellation) =>
        engine.OwnedMatrixProductAsync(Own(values, batch), batches[batch].Rows, (columns[0], columns[1]), weights, bits, cancellation);

    /// <inheritdoc/>
    public Task<SharedVector> StepAsync(int batch, SharedVector errors, CancellationToken cancellation) =>
        engine.OwnedTransposedProductAsync(Own(scaled, batch), batches[batch].Rows, (columns[0], columns[1]), errors, bits, cancellation);

    /// <inheritdoc/>
    /// <remarks>Column after column of diag(w) · X takes the place of errors.</remarks>
    public async Task<SharedVector> GramAsync(int batch, SharedVector? weights, CancellationToken cancellation)
    {
        var (rows, all) = (batches[batch].Rows, columns.Sum());
        using var weighted = weights is null
            ? await InputAsync(batch, cancellation).ConfigureAwait(false)
            : await engine.OwnedScaledRowsAsync(Own(values, batch), rows, (columns[0], columns[1]), weights, bits, cancellation).ConfigureAwait(false);
        var products = new List<SharedVector>();
        for (var j = 0; j < all; j++)
        {
            var (first, width, at) = j < columns[0] ? (0, columns[0], j) : (rows * columns[0], columns[1], j - columns[0]);
            using var column = SharedVectors.Pick(weighted, [.. Enumerable.Range(0, rows).Select(i => first + (i * width) + at)]);
            products.Add(await engine.OwnedTransposedProductAsync(Own(values, batch), rows, (columns[0], columns[1]), column, bits, cancellation).ConfigureAwait(false));
        }

        var gram = SharedVectors.Concatenate(products);
        foreach (var product in products) product.Dispose();
        return gram;
    }

    /// <summary>Zeroes the copies of the columns.</summary>
    public void Dispose()
    {
        Array.Clear(values);
        Array.Clear(scaled);
    }

    private async Task<SharedVector> InputAsync(int batch, CancellationToken cancellation)
    {
        var rows = batches[batch].Rows;
        using SharedVector first = await engine.InputAsync(engine.Parties[0], engine.Index == 0 ? Own(values, batch) : default, rows * columns[0], cancellation).ConfigureAwait(false);
        using SharedVector second = await engine.InputAsync(engine.Parties[1], engine.Index == 1 ? Own(values, batch) : default, rows * columns[1], cancellation).ConfigureAwait(false);
        return SharedVectors.Concatenate(first, second);
    }

    private ReadOnlyMemory<ulong> Own(ulong[] words, int batch)
    {
        var own = columns[engine.Index];
        return words.AsMemory(batches[batch].Start * own, batches[batch].Rows * own);
    }
}
