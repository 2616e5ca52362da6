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

    /// <summary>Zeroes the copies of the columns.</summary>
    public void Dispose()
    {
        Array.Clear(values);
        Array.Clear(scaled);
    }

    private ReadOnlyMemory<ulong> Own(ulong[] words, int batch)
    {
        var own = columns[engine.Index];
        return words.AsMemory(batches[batch].Start * own, batches[batch].Rows * own);
    }
}
