using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.SecretSharing.TwoPartyRing;
using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Columns;

/// <summary>Two parties: each keeps its columns in clear; with the other's share goes a transfer for each bit of an entry.</summary>
/// <remarks>Signed numbers of one bit are 0 and −1: for words 0 and 1 all is negated.</remarks>
internal sealed class OwnedColumns : ISharedColumns
{
    private readonly TwoPartyEngine _engine;
    private readonly ulong[] _own; // row-major, [rows, own columns]
    private readonly (int First, int Second) _counts;
    private readonly int _rows, _bits;

    /// <summary>Keeps a copy of the own columns, given column after column.</summary>
    public OwnedColumns(TwoPartyEngine engine, int[] counts, ulong[] own, int rows, int bits)
    {
        (_engine, _counts, _rows, _bits) = (engine, (counts[0], counts[1]), rows, bits);
        var count = counts[engine.Index];
        _own = new ulong[own.Length];
        for (var i = 0; i < own.Length; i++) _own[(i % rows * count) + (i / rows)] = bits == 1 ? unchecked(0 - own[i]) : own[i];
    }

    /// <inheritdoc/>
    public Task<SharedVector> TransposedProductsAsync(SharedVector vectors, int count, CancellationToken cancellation) =>
        EachAsync(vectors, count, part => _engine.OwnedTransposedProductAsync(_own, _rows, _counts, part, _bits, cancellation));

    /// <inheritdoc/>
    public Task<SharedVector> ProductsAsync(SharedVector vectors, int count, CancellationToken cancellation) =>
        EachAsync(vectors, count, part => _engine.OwnedMatrixProductAsync(_own, _rows, _counts, part, _bits, cancellation));

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
            return _engine.Affine(together, _bits == 1 ? ulong.MaxValue : 1, 0);
        }
        finally
        {
            foreach (var product in products) product.Dispose();
        }
    }
}
