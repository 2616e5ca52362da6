using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Cryptography.KeyValueStore;
using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <summary>The receiver's items as a store: Decode(P, d) = H(d) for each of its digests d, and random to who does not know them.</summary>
internal sealed class StoreOfItems : IDisposable
{
    private readonly NativeBuffer<Gf128> _store;

    private StoreOfItems(OkvsKeys keys, NativeBuffer<Gf128> store) => (Keys, _store) = (keys, store);

    /// <summary>The digests under the store's seed.</summary>
    public OkvsKeys Keys { get; }

    /// <summary>Elements.</summary>
    public int Size => _store.Length;

    /// <summary>P.</summary>
    public Span<Gf128> Span => _store.Span;

    /// <summary>Hashes and solves.</summary>
    /// <exception cref="ArgumentException">Two items are equal; or, with chance 2^-40, the seed was a bad one.</exception>
    public static StoreOfItems Solve(VoleRun run, OkvsParameters parameters, Gf128 seed, ReadOnlyMemory<Gf128> digests)
    {
        using var elements = NativeBuffer<Gf128>.Allocate(digests.Length);
        using (var permutation = ItemDigests.Permutation(run.Context)) permutation.Compress(digests.Span, elements.Span);
        using var random = AesPrg.Generate(run.Random.Branch("store")); // the vector OLE draws at the same time
        var store = NativeBuffer<Gf128>.Allocate((int)parameters.Size);
        var keys = OkvsKeys.Sort(parameters, seed, digests.Span, run.Parallelism);
        var solved = false;
        try
        {
            solved = Okvs.TryEncode(keys, elements.Span, random, store.Span, run.Parallelism);
            return solved ? new(keys, store) : throw new ArgumentException("Items are distinct; if they are, the seed was one of 2^40 that fails, and another run will do.", nameof(digests));
        }
        finally
        {
            if (!solved)
            {
                store.Dispose();
                keys.Dispose();
            }
        }
    }

    /// <summary>Drops P and keeps the digests.</summary>
    public void DropStore() => _store.Dispose();

    public void Dispose()
    {
        Keys.Dispose();
        _store.Dispose();
    }
}
