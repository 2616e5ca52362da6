using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Primitives;

namespace Collab.Cryptography.KeyValueStore;

/// <summary>An oblivious key-value store: a vector P with ⟨row(key), P⟩ = value for every key of a set, and with random values uniform whatever the keys.</summary>
/// <remarks>Weight 3 and a few dense columns over GF(2^128), in bins that fit a core's cache. Source: Raghuraman and Rindal, eprint 2022/320;
/// protocols/specs/okvs.md.</remarks>
public static unsafe class Okvs
{
    private const int BlockItems = 256;                                                 // decoded at a time, in the first cache

    /// <summary>Solves for a store.</summary>
    /// <param name="parameters">The sizes, for as many keys as there are.</param>
    /// <param name="seed">A uniform public seed, drawn when the keys were fixed and independently of them.</param>
    /// <param name="keys">Distinct uniform digests, shape [n].</param>
    /// <param name="values">Their values, shape [n].</param>
    /// <param name="random">Fills what the equations leave free.</param>
    /// <param name="store">Receives P, shape [<see cref="OkvsParameters.Size"/>]; arbitrary after a failure.</param>
    /// <param name="parallelism">Threads at most, 1 or more.</param>
    /// <returns>False with a probability of at most 2^-statisticalBits, or when two keys are equal; the caller then draws another seed.</returns>
    /// <exception cref="ArgumentException">A length does not fit the parameters.</exception>
    /// <remarks>Time depends on keys and seed, not on values; nothing is sent before it ends.</remarks>
    public static bool TryEncode(
        OkvsParameters parameters, Gf128 seed, ReadOnlySpan<Gf128> keys, ReadOnlySpan<Gf128> values, RandomSource random, Span<Gf128> store,
        int parallelism = 1)
    {
        if (keys.Length != parameters.ItemCount) throw new ArgumentException("As many keys as the store is made for.", nameof(keys));
        using var sorted = OkvsKeys.Sort(parameters, seed, keys, parallelism);
        return TryEncode(sorted, values, random, store, parallelism);
    }

    /// <summary>Solves for a store over keys that are sorted already.</summary>
    /// <inheritdoc cref="TryEncode(OkvsParameters, Gf128, ReadOnlySpan{Gf128}, ReadOnlySpan{Gf128}, RandomSource, Span{Gf128}, int)"/>
    public static bool TryEncode(OkvsKeys keys, ReadOnlySpan<Gf128> values, RandomSource random, Span<Gf128> store, int parallelism = 1)
    {
        var parameters = keys.Parameters;
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        if (keys.Count != parameters.ItemCount) throw new ArgumentException("As many keys as the store is made for.", nameof(keys));
        if (values.Length != keys.Count) throw new ArgumentException("A value for each key.", nameof(values));
        RequireSize(parameters, store.Length);
        using var sorted = NativeBuffer<Gf128>.Allocate(keys.Count);
        keys.SortValues(values, sorted);
        var seeds = new Gf128[parameters.BinCount];
        random.Fill(MemoryMarshal.AsBytes(seeds.AsSpan()));
        var failed = 0;
        var largest = 0;
        for (var bin = 0; bin < parameters.BinCount; bin++) largest = Math.Max(largest, keys.Starts[bin + 1] - keys.Starts[bin]);
        fixed (Gf128* first = store)
        {
            var target = (nint)first;
            ForEachBin(
                parameters.BinCount, parallelism, () => new OkvsBinSolver(parameters, largest), (solver, bin) =>
                {
                    var part = (Gf128*)target + (nint)bin * parameters.BinSize;
                    using (var free = new AesPrg(seeds[bin])) free.Fill(new Span<Gf128>(part, parameters.BinSize));
                    var (from, to) = (keys.Starts[bin], keys.Starts[bin + 1]);
                    if (!solver.TrySolve(keys.Permutation, keys.Rows + from, sorted.Pointer + from, to - from, part)) Volatile.Write(ref failed, 1);
                });
        }

        System.Security.Cryptography.CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(seeds.AsSpan()));
        return failed == 0;
    }

    /// <summary>values[i] = ⟨row(keys[i]), store⟩.</summary>
    /// <param name="parameters">The sizes of the store.</param>
    /// <param name="seed">Its seed.</param>
    /// <param name="keys">Uniform digests, shape [n]; any number.</param>
    /// <param name="store">Shape [<see cref="OkvsParameters.Size"/>].</param>
    /// <param name="values">Receives the values, shape [n].</param>
    /// <param name="parallelism">Threads at most, 1 or more.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    /// <remarks>Linear in the store. No branch depends on a key or an element; addresses do, as in every table look-up.</remarks>
    public static void Decode(
        OkvsParameters parameters, Gf128 seed, ReadOnlySpan<Gf128> keys, ReadOnlySpan<Gf128> store, Span<Gf128> values, int parallelism = 1)
    {
        if (keys.Length != values.Length) throw new ArgumentException("A value for each key.", nameof(values));
        RequireSize(parameters, store.Length);
        using var sorted = OkvsKeys.Sort(parameters, seed, keys, parallelism);
        Decode(sorted, store, values, parallelism);
    }

    /// <summary>Decodes for keys that are sorted already.</summary>
    /// <inheritdoc cref="Decode(OkvsParameters, Gf128, ReadOnlySpan{Gf128}, ReadOnlySpan{Gf128}, Span{Gf128}, int)"/>
    public static void Decode(OkvsKeys keys, ReadOnlySpan<Gf128> store, Span<Gf128> values, int parallelism = 1)
    {
        var parameters = keys.Parameters;
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        if (keys.Count != values.Length) throw new ArgumentException("A value for each key.", nameof(values));
        RequireSize(parameters, store.Length);
        using var sorted = NativeBuffer<Gf128>.Allocate(keys.Count);
        fixed (Gf128* first = store)
        {
            var source = (nint)first;
            ForEachBin<NativeBuffer<Gf128>>(parameters.BinCount, parallelism, () => NativeBuffer<Gf128>.Allocate(BlockItems), (points, bin) =>
                DecodeBin(keys, (Gf128*)source + (nint)bin * parameters.BinSize, bin, sorted.Pointer, points));
        }

        keys.UnsortValues(sorted, values);
    }

    private static void DecodeBin(OkvsKeys keys, Gf128* store, int bin, Gf128* values, NativeBuffer<Gf128> points)
    {
        var (sparse, dense) = (keys.Parameters.SparseCount, keys.Parameters.DenseCount);
        var to = keys.Starts[bin + 1];
        for (var at = keys.Starts[bin]; at < to; at += BlockItems)
        {
            var count = Math.Min(BlockItems, to - at);
            var block = points.Span[..count];
            keys.Permutation.Compress(new(keys.Rows + at, count), block);
            if (sparse > 0) AddSparse(keys.Rows + at, count, (uint)sparse, store, values + at);
            else new Span<Gf128>(values + at, count).Clear();
            Gf128Vector.AddPolynomial(block, new(store + sparse, dense), new(values + at, count));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddSparse(Gf128* rows, nint count, uint sparse, Gf128* store, Gf128* values)
    {
        unchecked
        {
            for (nint i = 0; i < count; i++)
            {
                OkvsRow.Columns(rows[i], sparse, out var first, out var second, out var third);
                values[i] = Gf128.From(store[first].ToVector() ^ store[second].ToVector() ^ store[third].ToVector());
            }
        }
    }

    private static void RequireSize(OkvsParameters parameters, int size)
    {
        if (size != parameters.Size) throw new ArgumentException("The store has its parameters' size.", "store");
    }

    /// <summary>Every bin once, with one working place for each thread.</summary>
    private static void ForEachBin<TPlace>(int bins, int parallelism, Func<TPlace> place, Action<TPlace, int> body)
        where TPlace : IDisposable
    {
        if (parallelism == 1 || bins == 1)
        {
            using var only = place();
            for (var bin = 0; bin < bins; bin++) body(only, bin);
            return;
        }

        Parallel.For(0, bins, new() { MaxDegreeOfParallelism = parallelism }, place, (bin, _, own) =>
        {
            body(own, bin);
            return own;
        }, own => own.Dispose());
    }
}
