using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.SecretSharing.TwoPartyRing;
using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Trees.Secret;

/// <summary>Two parties: each keeps its columns in clear; with the other's share goes one transfer for each row and split.</summary>
/// <remarks>The entries are 0 and −1, numbers of one bit, and results are negated.</remarks>
internal sealed class OwnedCandidates : ICandidateColumns
{
    private const int Bits = 1;

    private readonly TwoPartyEngine _engine;
    private readonly ulong[] _own; // row-major, [rows, own splits]
    private readonly (int First, int Second) _splits;
    private readonly int _rows;

    /// <summary>Keeps the own sides, given split after split.</summary>
    public OwnedCandidates(TwoPartyEngine engine, CandidateLayout layout, ulong[] own, int rows)
    {
        (_engine, _splits, _rows) = (engine, (layout.Counts[0], layout.Counts[1]), rows);
        var count = layout.Counts[engine.Index];
        _own = new ulong[own.Length];
        for (var i = 0; i < own.Length; i++) _own[((i % rows) * count) + (i / rows)] = unchecked(0 - own[i]);
        Array.Clear(own);
    }

    /// <inheritdoc/>
    public Task<SharedVector> SumsAsync(SharedVector vectors, int count, CancellationToken cancellation) =>
        EachAsync(vectors, count, part => _engine.OwnedTransposedProductAsync(_own, _rows, _splits, part, Bits, cancellation));

    /// <inheritdoc/>
    public Task<SharedVector> SidesAsync(SharedVector words, int nodes, CancellationToken cancellation) =>
        EachAsync(words, nodes, part => _engine.OwnedMatrixProductAsync(_own, _rows, _splits, part, Bits, cancellation));

    /// <summary>Zeroes the columns.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_own.AsSpan()));

    private async Task<SharedVector> EachAsync(SharedVector all, int count, Func<SharedVector, Task<SharedVector>> multiply)
    {
        var products = new List<SharedVector>();
        try
        {
            for (var i = 0; i < count; i++)
            {
                using var part = SharedVectors.Slice(all, i * (all.Length / count), all.Length / count);
                products.Add(await multiply(part).ConfigureAwait(false));
            }

            using var together = SharedVectors.Concatenate(products);
            return _engine.Affine(together, ulong.MaxValue, 0);
        }
        finally
        {
            foreach (var product in products) product.Dispose();
        }
    }
}
