using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.TwoPartyRing;

/// <content>Values in and out.</content>
public sealed partial class TwoPartyEngine
{
    /// <inheritdoc/>
    /// <remarks>Step 1: no message. The owner's share is the words and the other's is 0; specs/two-party-ring.md says why no mask is needed.</remarks>
    public Task<SharedVector> InputAsync(PartyId owner, ReadOnlyMemory<ulong> words, int length, CancellationToken cancellation = default)
    {
        var shared = SharedVector.Allocate(RequireLength(owner, words, length), 1, zeroed: true);
        if (IndexOf(owner) == Index) words.Span.CopyTo(shared.Component(0));
        return Task.FromResult(shared);
    }

    /// <inheritdoc/>
    public unsafe Task<SharedBitVector> InputBitsAsync(
        PartyId owner, ReadOnlyMemory<ulong> words, int length, int bits, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 64);
        var shared = SharedBitVector.Allocate(RequireLength(owner, words, length), bits, 1, zeroed: true);
        if (IndexOf(owner) == Index)
        {
            fixed (ulong* x = words.Span) BitPlanes.FromWords(WordKernels.Best, x, length, bits, shared.Pointer(0));
        }

        return Task.FromResult(shared);
    }

    /// <inheritdoc/>
    public async Task<ulong[]?> OpenAsync(SharedVector x, IReadOnlyCollection<PartyId> receivers, CancellationToken cancellation = default)
    {
        using var opened = await OpenAsync<Integers64>(x.Buffer(0), receivers, cancellation).ConfigureAwait(false);
        return opened?.Span.ToArray();
    }

    /// <inheritdoc/>
    public async Task<ulong[]?> OpenBitsAsync(
        SharedBitVector x, IReadOnlyCollection<PartyId> receivers, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(x.Planes, 64, nameof(x));
        using var opened = await OpenAsync<Bits64>(x.Buffer(0), receivers, cancellation).ConfigureAwait(false);
        return opened is null ? null : WordsOf(opened, x.Length, x.Planes);
    }

    private async Task<NativeBuffer<ulong>?> OpenAsync<TRing>(
        NativeBuffer<ulong> own, IReadOnlyCollection<PartyId> receivers, CancellationToken cancellation)
        where TRing : struct, IWordRing
    {
        var to = receivers.Select(IndexOf).ToHashSet();
        NativeBuffer<ulong>? opened = null;
        await Round.AllAsync(
            [
                async token =>
                {
                    if (to.Contains(1 - Index)) await WordMessages.SendAsync(own, _channel, token).ConfigureAwait(false);                      // 4 →
                },
                async token =>
                {
                    if (to.Contains(Index)) opened = await WordMessages.ReceiveAsync(own.Length, _channel, OpenStep, token).ConfigureAwait(false); // 4 ←
                },
            ],
            cancellation).ConfigureAwait(false);
        unsafe
        {
            if (opened is not null) WordKernels.Add<TRing>(WordKernels.Best, opened.Pointer, own.Pointer, opened.Pointer, own.Length);
        }

        return opened;
    }

    private int RequireLength(PartyId owner, ReadOnlyMemory<ulong> words, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (IndexOf(owner) == Index && words.Length != length) throw new ArgumentException("As many words as stated.", nameof(words));
        return length;
    }

    private static unsafe ulong[] WordsOf(NativeBuffer<ulong> planes, int length, int bits)
    {
        var words = new ulong[length];
        fixed (ulong* d = words) BitPlanes.ToWords(WordKernels.Best, planes.Pointer, length, bits, d);
        return words;
    }
}
