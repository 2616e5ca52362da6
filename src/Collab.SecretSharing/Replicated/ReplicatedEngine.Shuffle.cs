using Collab.Primitives;
using Collab.SecretSharing.Permutations;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.Replicated;

/// <content>The shuffle by resharing.</content>
public sealed partial class ReplicatedEngine
{
    /// <summary>Not against a party that deviates.</summary>
    public bool CanShuffle => !IsChecked;

    /// <inheritdoc/>
    public async Task<(SharedVector[] Vectors, SharedBitVector[] Bits)> ShuffleAsync(
        IReadOnlyList<SharedVector> vectors, IReadOnlyList<SharedBitVector> bits, CancellationToken cancellation = default)
    {
        if (!CanShuffle) throw new NotSupportedException("Three parties of which one may deviate have no shuffle yet.");
        if (vectors.Count + bits.Count == 0) throw new ArgumentException("A vector to shuffle.", nameof(vectors));
        var length = vectors.Count > 0 ? vectors[0].Length : bits[0].Length;
        foreach (var vector in vectors) RequireSame(length, vector.Length);
        foreach (var vector in bits) RequireSame(length, vector.Length);
        var current = Rows(vectors, bits, length);

        // Pass h hides its order from party h.
        for (var hidden = 0; hidden < 3; hidden++)
        {
            using var old = current;
            current = await PassAsync(old, length, vectors.Count, bits.Count, hidden, cancellation).ConfigureAwait(false);
        }

        using (current)
        {
            return ([.. vectors.Select((_, i) => SharedVectors.Slice(current, i * length, length))],
                [.. bits.Select((vector, i) => BitsOf(current, (vectors.Count + i) * length, length, vector.Planes))]);
        }
    }

    /// <summary>
    /// Step 5, for h the party from which the order is hidden. The parties h + 1 and h + 2 know the order from k_{h+2} and hold all between
    /// them: h + 1 has x_{h+1} + x_{h+2}, h + 2 has x_h. Each permutes its addend and makes it uniform under masks from k_{h+2}; party h gets
    /// the two masked addends as its new components, and the new x_{h+2} is a word of k_{h+2}.
    /// </summary>
    private async Task<SharedVector> PassAsync(SharedVector x, int length, int words, int bits, int hidden, CancellationToken cancellation)
    {
        if (Index == hidden)
        {
            NativeBuffer<ulong>? own = null, next = null;
            await Round.AllAsync(
                [
                    async token => own = await WordMessages.ReceiveAsync(x.Length, _previous, ShuffleStep, token).ConfigureAwait(false),   // 5 ←
                    async token => next = await WordMessages.ReceiveAsync(x.Length, _next, ShuffleStep, token).ConfigureAwait(false),      // 5 ←
                ],
                cancellation).ConfigureAwait(false);
            return new SharedVector(x.Length, own!, next!);
        }

        var before = Index == (hidden + 2) % 3;                                                  // the party before h; the other is the one after it
        var (addend, last) = MaskedAddend(x, length, words, bits, before);
        await WordMessages.SendAsync(addend, before ? _next : _previous, cancellation).ConfigureAwait(false);                               // 5 →
        return before ? new SharedVector(x.Length, last, addend) : new SharedVector(x.Length, addend, last);
    }

    private unsafe (NativeBuffer<ulong> Addend, NativeBuffer<ulong> Last) MaskedAddend(SharedVector x, int length, int words, int bits, bool before)
    {
        // h + 2 holds (x_{h+2}, x_h) and k_{h+2} is its own key; h + 1 holds (x_{h+1}, x_{h+2}) and k_{h+2} is its next one.
        var stream = before ? _ownStream : _nextStream;
        using var mask = NativeBuffer<ulong>.Allocate(x.Length);
        var last = NativeBuffer<ulong>.Allocate(x.Length);
        var addend = NativeBuffer<ulong>.Allocate(x.Length);
        Draw(stream, mask.Pointer, x.Length);
        Draw(stream, last.Pointer, x.Length);
        using var order = RandomOrder.Draw(stream, length);
        var split = words * length;
        Part<Integers64>(0, split);
        Part<Bits64>(split, bits * length);
        return (addend, last);

        void Part<TRing>(int start, int count)
            where TRing : struct, IWordRing
        {
            using var sum = NativeBuffer<ulong>.Allocate(count);
            if (before) x.Component(1).Slice(start, count).CopyTo(sum.Span);
            else WordKernels.Add<TRing>(WordKernels.Best, x.Pointer(0) + start, x.Pointer(1) + start, sum.Pointer, count);
            var to = addend.Pointer + start;
            for (nint row = 0; row < count; row += Math.Max(length, 1)) RandomOrder.Apply(order.Pointer, sum.Pointer + row, to + row, length);
            if (before)
            {
                WordKernels.Add<TRing>(WordKernels.Best, to, mask.Pointer + start, to, count);
                WordKernels.Subtract<TRing>(WordKernels.Best, to, last.Pointer + start, to, count);
            }
            else
            {
                WordKernels.Subtract<TRing>(WordKernels.Best, to, mask.Pointer + start, to, count);
            }
        }
    }

    /// <summary>All vectors one after the other, bits packed to one word an element.</summary>
    private static unsafe SharedVector Rows(IReadOnlyList<SharedVector> vectors, IReadOnlyList<SharedBitVector> bits, int length)
    {
        var rows = SharedVector.Allocate(checked((vectors.Count + bits.Count) * length), 2);
        for (var c = 0; c < 2; c++)
        {
            var to = rows.Pointer(c);
            foreach (var vector in vectors)
            {
                vector.Component(c).CopyTo(new Span<ulong>(to, length));
                to += length;
            }

            foreach (var vector in bits)
            {
                BitPlanes.ToWords(WordKernels.Best, vector.Pointer(c), length, vector.Planes, to);
                to += length;
            }
        }

        return rows;
    }

    private static unsafe SharedBitVector BitsOf(SharedVector rows, int start, int length, int planes)
    {
        var bits = SharedBitVector.Allocate(length, planes, 2);
        for (var c = 0; c < 2; c++) BitPlanes.FromWords(WordKernels.Best, rows.Pointer(c) + start, length, planes, bits.Pointer(c));
        return bits;
    }
}
