using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <summary>The last step of F: SHA-256(prefix ‖ value ‖ digest), whose first half is the mask and whose second half keys labels and proofs.</summary>
internal sealed class MaskFunction : IDisposable
{
    private const string Domain = "collab.psi-vole.mask";
    private const int ChunkItems = 2048; // values, digests and field elements of a chunk stay in the first-level cache

    private readonly byte[] _prefix = new byte[ItemDigests.PrefixSize];
    private readonly AesPermutation _permutation;
    private readonly Digest _context;
    private readonly int _parallelism;
    private readonly (ulong High, ulong Low) _kept;

    public MaskFunction(Digest context, int width, int parallelism)
    {
        ItemDigests.FillPrefix(Domain, context, _prefix);
        (_context, _parallelism) = (context, parallelism);
        _permutation = ItemDigests.Permutation(context);
        var kept = UInt128.MaxValue << (8 * (MaskLayout.LargestWidth - width));
        _kept = ((ulong)(kept >> 64), (ulong)(kept & ulong.MaxValue));
    }

    /// <summary>values[i] becomes the mask of value[i] + Δ·H(d[i]) + w; second, unless null, the other half of the hash.</summary>
    /// <param name="digests">Of the items, shape [n].</param>
    /// <param name="delta">Δ at the sender; null at the receiver, whose values contain that term already.</param>
    /// <param name="coin">w, 0 in the semi-honest form.</param>
    /// <param name="values">Decoded values, shape [n]; receives the masks.</param>
    /// <param name="second">Receives the second halves, shape [n]; null when they are not wanted.</param>
    public void Evaluate(ReadOnlyMemory<Gf128> digests, Gf128? delta, Gf128 coin, NativeBuffer<Gf128> values, NativeBuffer<Gf128>? second)
    {
        var chunks = (digests.Length + ChunkItems - 1) / ChunkItems;
        if (_parallelism == 1)
        {
            using var elements = NativeBuffer<Gf128>.Allocate(ChunkItems);
            for (var chunk = 0; chunk < chunks; chunk++) EvaluateChunk(_permutation, chunk, digests.Span, delta, coin, values, second, elements.Span);
            return;
        }

        Parallel.For(
            0,
            chunks,
            new ParallelOptions { MaxDegreeOfParallelism = _parallelism },
            () => (Permutation: ItemDigests.Permutation(_context), Elements: NativeBuffer<Gf128>.Allocate(ChunkItems)),
            (chunk, _, local) =>
            {
                EvaluateChunk(local.Permutation, chunk, digests.Span, delta, coin, values, second, local.Elements.Span);
                return local;
            },
            local =>
            {
                local.Permutation.Dispose();
                local.Elements.Dispose();
            });
    }

    public void Dispose() => _permutation.Dispose();

    private void EvaluateChunk(
        AesPermutation permutation, int chunk, ReadOnlySpan<Gf128> allDigests, Gf128? delta, Gf128 coin, NativeBuffer<Gf128> allValues, NativeBuffer<Gf128>? second, Span<Gf128> scratch)
    {
        var start = chunk * ChunkItems;
        var size = Math.Min(ChunkItems, allDigests.Length - start);
        var digests = allDigests.Slice(start, size);
        var values = allValues.Span.Slice(start, size);
        var elements = scratch[..size];
        if (delta is { } factor)
        {
            permutation.Compress(digests, elements);
            Gf128Vector.MultiplyAdd(elements, factor, values);
        }

        for (var i = 0; i < values.Length; i++) values[i] += coin;
        Sha256Pairs.Hash(_prefix, values, digests, values, second is null ? [] : second.Span.Slice(start, size));
        if ((_kept.High & _kept.Low) == ulong.MaxValue) return;
        for (var i = 0; i < values.Length; i++) values[i] = new Gf128(values[i].Low & _kept.Low, values[i].High & _kept.High);
    }
}
