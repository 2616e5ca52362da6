using System.Runtime.InteropServices;
using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.Replicated;

/// <content>Values in and out.</content>
public sealed partial class ReplicatedEngine
{
    /// <inheritdoc/>
    public async Task<SharedVector> InputAsync(
        PartyId owner, ReadOnlyMemory<ulong> words, int length, CancellationToken cancellation = default)
    {
        var (own, next) = await InputAsync<Integers64>(IndexOf(owner), CopyOf(owner, words, length), length, cancellation).ConfigureAwait(false);
        return new SharedVector(length, own, next);
    }

    /// <inheritdoc/>
    public async Task<SharedBitVector> InputBitsAsync(
        PartyId owner, ReadOnlyMemory<ulong> words, int length, int bits, CancellationToken cancellation = default)
    {
        using var copy = CopyOf(owner, words, length);
        var planes = copy is null ? null : PlanesOf(copy, bits);
        var (own, next) = await InputAsync<Bits64>(IndexOf(owner), planes, checked(bits * BitPlanes.Stride(length)), cancellation).ConfigureAwait(false);
        return new SharedBitVector(length, bits, own, next);
    }

    /// <inheritdoc/>
    public async Task<ulong[]?> OpenAsync(
        SharedVector x, IReadOnlyCollection<PartyId> receivers, CancellationToken cancellation = default)
    {
        using var opened = await OpenAsync<Integers64>(x.Buffer(0), x.Buffer(1), receivers, cancellation).ConfigureAwait(false);
        return opened?.Span.ToArray();
    }

    /// <inheritdoc/>
    public async Task<ulong[]?> OpenBitsAsync(
        SharedBitVector x, IReadOnlyCollection<PartyId> receivers, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(x.Planes, 64, nameof(x));
        using var opened = await OpenAsync<Bits64>(x.Buffer(0), x.Buffer(1), receivers, cancellation).ConfigureAwait(false);
        return opened is null ? null : WordsOf(opened, x.Length, x.Planes);
    }

    /// <summary>
    /// Step 2. The owner p takes x_p from the key it has in common with p − 1, sends x_{p+1} = x − x_p to p + 1, and x_{p+2} is 0:
    /// one word, and any word it may send is a sharing of something.
    /// </summary>
    private async Task<(NativeBuffer<ulong> Own, NativeBuffer<ulong> Next)> InputAsync<TRing>(
        int owner, NativeBuffer<ulong>? words, int count, CancellationToken cancellation)
        where TRing : struct, IWordRing
    {
        if (Index == owner)
        {
            var mask = NativeBuffer<ulong>.Allocate(count);
            unsafe
            {
                Draw(_ownStream, mask.Pointer, count);
                WordKernels.Subtract<TRing>(WordKernels.Best, words!.Pointer, mask.Pointer, words.Pointer, count);
            }

            await WordMessages.SendAsync(words, _next, cancellation).ConfigureAwait(false);                                       // 2 →
            return (mask, words);
        }

        if (Index == (owner + 1) % 3)
        {
            var received = await WordMessages.ReceiveAsync(count, _previous, InputStep, cancellation).ConfigureAwait(false);      // 2 ←
            return (received, NativeBuffer<ulong>.AllocateZeroed(count));
        }

        var known = NativeBuffer<ulong>.Allocate(count);
        unsafe
        {
            Draw(_nextStream, known.Pointer, count);
        }

        return (NativeBuffer<ulong>.AllocateZeroed(count), known);
    }

    /// <summary>Step 4. Party i lacks component i + 2 = i − 1, which is the own one of the party before it.</summary>
    private async Task<NativeBuffer<ulong>?> OpenAsync<TRing>(
        NativeBuffer<ulong> own, NativeBuffer<ulong> next, IReadOnlyCollection<PartyId> receivers, CancellationToken cancellation)
        where TRing : struct, IWordRing
    {
        var to = receivers.Select(IndexOf).ToHashSet();
        NativeBuffer<ulong>? opened = null, again = null;
        await CheckAsync(cancellation).ConfigureAwait(false);
        await Round.AllAsync(
            [
                async token =>
                {
                    if (to.Contains((Index + 1) % 3)) await WordMessages.SendAsync(own, _next, token).ConfigureAwait(false);      // 4 →
                },
                async token =>
                {
                    if (to.Contains(Index)) opened = await WordMessages.ReceiveAsync(own.Length, _previous, OpenStep, token).ConfigureAwait(false); // 4 ←
                },
                async token =>
                {
                    if (IsChecked && to.Contains((Index + 2) % 3)) await WordMessages.SendAsync(next, _previous, token).ConfigureAwait(false); // 4' →
                },
                async token =>
                {
                    if (IsChecked && to.Contains(Index)) again = await WordMessages.ReceiveAsync(own.Length, _next, OpenStep, token).ConfigureAwait(false); // 4' ←
                },
            ],
            cancellation).ConfigureAwait(false);
        if (opened is null) return null;
        using (again)
        {
            var same = again is null || opened.Span.SequenceEqual(again.Span);
            PeerFaultException.ThrowUnless(same, _previous.Peer, OpenStep, $"the words that {_next.Peer.Name} has too; one of the two opened others");
        }

        unsafe
        {
            WordKernels.Add<TRing>(WordKernels.Best, opened.Pointer, own.Pointer, opened.Pointer, own.Length);
            WordKernels.Add<TRing>(WordKernels.Best, opened.Pointer, next.Pointer, opened.Pointer, own.Length);
        }

        return opened;
    }

    private static unsafe NativeBuffer<ulong> PlanesOf(NativeBuffer<ulong> words, int bits)
    {
        var planes = NativeBuffer<ulong>.Allocate(checked(bits * BitPlanes.Stride(words.Length)));
        BitPlanes.FromWords(WordKernels.Best, words.Pointer, words.Length, bits, planes.Pointer);
        return planes;
    }

    private static unsafe ulong[] WordsOf(NativeBuffer<ulong> planes, int length, int bits)
    {
        var words = new ulong[length];
        fixed (ulong* d = words) BitPlanes.ToWords(WordKernels.Best, planes.Pointer, length, bits, d);
        return words;
    }

    private NativeBuffer<ulong>? CopyOf(PartyId owner, ReadOnlyMemory<ulong> words, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (IndexOf(owner) != Index) return null;
        if (words.Length != length) throw new ArgumentException("As many words as stated.", nameof(words));
        var copy = NativeBuffer<ulong>.Allocate(length);
        words.Span.CopyTo(copy.Span);
        return copy;
    }
}
