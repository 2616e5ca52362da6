using Collab.Primitives;
using Collab.SecretSharing.Permutations;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.TwoPartyRing;

/// <content>The shuffle: each party permutes in turn.</content>
public sealed partial class TwoPartyEngine
{
    /// <inheritdoc/>
    /// <remarks>
    /// Step 12: n·(2⌈log₂ n⌉ − 1) transfers of a word and of the bits beside it, for each vector or vector of bits, whichever are more; two flights each way for 2^20 of them. Orders come from <see cref="Orders"/>.
    /// </remarks>
    public async Task<(SharedVector[] Vectors, SharedBitVector[] Bits)> ShuffleAsync(
        IReadOnlyList<SharedVector> vectors, IReadOnlyList<SharedBitVector> bits, CancellationToken cancellation = default)
    {
        if (_products.Mover is not { } engine) throw new NotSupportedException("Two parties with a dealer do not shuffle.");
        if (vectors.Count + bits.Count == 0) throw new ArgumentException("A vector to shuffle.", nameof(vectors));
        var length = vectors.Count > 0 ? vectors[0].Length : bits[0].Length;
        foreach (var vector in vectors) RequireSame(length, vector.Length);
        foreach (var vector in bits) RequireSame(length, vector.Length);
        RowShares[] rows = [.. Enumerable.Range(0, Math.Max(vectors.Count, bits.Count)).Select(i =>
            new RowShares(i < vectors.Count ? vectors[i].Component(0).ToArray() : null, i < bits.Count ? WordsOf(bits[i]) : null, i < bits.Count ? bits[i].Planes : 0))];
        try
        {
            await KnownMoves.ShuffleAsync(engine, rows, Orders, cancellation).ConfigureAwait(false);                                    // 12 ↔
            return ([.. rows.Take(vectors.Count).Select(row => VectorOf(row.Words!))], [.. rows.Take(bits.Count).Select(row => BitsOf(row.Bits!, row.BitCount))]);
        }
        finally
        {
            foreach (var row in rows) row.Dispose();
        }
    }

    private static SharedVector VectorOf(ulong[] words)
    {
        var vector = SharedVector.Allocate(words.Length, 1);
        words.CopyTo(vector.Component(0));
        return vector;
    }

    /// <summary>A word for each element.</summary>
    private static unsafe ulong[] WordsOf(SharedBitVector bits)
    {
        var words = new ulong[bits.Length];
        fixed (ulong* to = words) BitPlanes.ToWords(WordKernels.Best, bits.Pointer(0), bits.Length, bits.Planes, to);
        return words;
    }

    private static unsafe SharedBitVector BitsOf(ulong[] words, int planes)
    {
        var bits = SharedBitVector.Allocate(words.Length, planes, 1);
        fixed (ulong* from = words) BitPlanes.FromWords(WordKernels.Best, from, words.Length, planes, bits.Pointer(0));
        return bits;
    }
}
