using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Cryptography;

using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <summary>The receiver's items as a store: Decode(P, d) = H(d) for each of its digests d, and random to who does not know them.</summary>
internal sealed class StoreOfItems : IDisposable
{
    // Each trial fails with chance 2^-40 at most: three in a row do not happen to distinct items.
    private const int Trials = 3;

    private readonly NativeBuffer<Gf128> _store;

    private StoreOfItems(Gf128 seed, NativeBuffer<Gf128> store) => (Seed, _store) = (seed, store);

    /// <summary>r.</summary>
    public Gf128 Seed { get; }

    /// <summary>Elements.</summary>
    public int Size => _store.Length;

    /// <summary>P.</summary>
    public Span<Gf128> Span => _store.Span;

    /// <summary>Hashes and solves.</summary>
    /// <exception cref="ArgumentException">Two items are equal.</exception>
    public static StoreOfItems Solve(VoleRun run, OkvsParameters parameters, ReadOnlyMemory<Gf128> digests, CancellationToken cancellation)
    {
        using var elements = NativeBuffer<Gf128>.Allocate(digests.Length);
        using (var permutation = ItemDigests.Permutation(run.Context)) permutation.Compress(digests.Span, elements.Span);
        using var random = AesPrg.Generate(run.Random);
        var store = NativeBuffer<Gf128>.Allocate((int)parameters.Size);
        try
        {
            for (var trial = 0; trial < Trials; trial++)
            {
                cancellation.ThrowIfCancellationRequested();
                var seed = run.DrawBlock();                                             // anew, and of no item
                if (Okvs.TryEncode(parameters, seed, digests.Span, elements.Span, random, store.Span, run.Parallelism)) return new(seed, store);
            }
        }
        catch
        {
            store.Dispose();
            throw;
        }

        store.Dispose();
        throw new ArgumentException("Items are distinct.", nameof(digests));
    }

    public void Dispose() => _store.Dispose();
}
