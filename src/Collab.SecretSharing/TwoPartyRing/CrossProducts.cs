using System.Runtime.CompilerServices;
using Collab.Arithmetic.BinaryField;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;

namespace Collab.SecretSharing.TwoPartyRing;

/// <summary>Shares modulo 2^64 of x[i] · y[i] where one party, the sender, has x and the other, the receiver, has y of a public width.</summary>
/// <remarks>
/// For bit k of y the receiver gets r + y_k·x modulo 2^(64−k) by one transfer, r being the sender's mask; both weigh with 2^k and add up, so
/// that a correction for bit k has 64 − k bits, on the wire rounded up to bytes. Source: specs/two-party-ring.md, steps 2 and 3; Gilboa, CRYPTO 1999, section 4.
/// </remarks>
internal static class CrossProducts
{
    /// <summary>Bytes of the corrections of one element: 288 at 64 bits.</summary>
    public static int CorrectionSize(int bits) => Enumerable.Range(0, bits).Sum(BytesOf);

    private const int HashedAtATime = 2048;
    private const int Slack = sizeof(ulong); // corrections are read and written as whole words

    /// <summary>The sender's shares of x[i] · y[i].</summary>
    public static async Task<NativeBuffer<ulong>> SendAsync(BooleanEngine engine, NativeBuffer<ulong> x, int bits, CancellationToken cancellation)
    {
        var shares = NativeBuffer<ulong>.AllocateZeroed(x.Length);
        await SendAsync(engine, x, 0, bits, shares, cancellation).ConfigureAwait(false);
        return shares;
    }

    private static async Task SendAsync(BooleanEngine engine, NativeBuffer<ulong> x, int first, int bits, NativeBuffer<ulong> shares, CancellationToken cancellation)
    {
        foreach (var (start, count) in Batches(first, x.Length, bits))
        {
            using var transfers = await engine.Transfers.SendAsync(count * bits, cancellation).ConfigureAwait(false);
            var flips = await engine.ReceiveBitsAsync(TwoPartyEngine.ChoiceStep, FlipBits(count, bits), cancellation).ConfigureAwait(false);   // 2 ←
            var corrections = Mask(engine, transfers, x, start, count, bits, flips, shares);
            await engine.SendBitsAsync(corrections, cancellation).ConfigureAwait(false);                                                    // 3 →
        }
    }

    /// <summary>The receiver's shares of x[i] · y[i].</summary>
    public static async Task<NativeBuffer<ulong>> ReceiveAsync(BooleanEngine engine, NativeBuffer<ulong> y, int bits, CancellationToken cancellation)
    {
        var shares = NativeBuffer<ulong>.AllocateZeroed(y.Length);
        await ReceiveAsync(engine, y, 0, bits, shares, cancellation).ConfigureAwait(false);
        return shares;
    }

    private static async Task ReceiveAsync(BooleanEngine engine, NativeBuffer<ulong> y, int first, int bits, NativeBuffer<ulong> shares, CancellationToken cancellation)
    {
        foreach (var (start, count) in Batches(first, y.Length, bits))
        {
            using var transfers = await engine.Transfers.ReceiveAsync(count * bits, cancellation).ConfigureAwait(false);
            await engine.SendBitsAsync(Flips(transfers, y, start, count, bits), cancellation).ConfigureAwait(false);                         // 2 →
            var corrections = await engine.ReceiveBitsAsync(TwoPartyEngine.CorrectionStep, CorrectionBits(count, bits), cancellation).ConfigureAwait(false); // 3 ←
            Unmask(engine, transfers, y, start, count, bits, corrections, shares);
        }
    }

    /// <summary>Shares of x₀[i]·y₁[i] + x₁[i]·y₀[i], where this party has one of each; both directions in the same rounds.</summary>
    public static async Task<NativeBuffer<ulong>> BothWaysAsync(
        BooleanEngine engine, NativeBuffer<ulong> x, NativeBuffer<ulong> y, CancellationToken cancellation)
    {
        var shares = NativeBuffer<ulong>.AllocateZeroed(x.Length);
        await BothWaysAsync(engine, x, y, 64, shares, shares, cancellation).ConfigureAwait(false);
        return shares;
    }

    /// <summary>
    /// Shares of the words that this party sends times the other's numbers, and of its own numbers times the words that the other sends; the lengths may differ, and as far
    /// as both last, both directions are in the same rounds.
    /// </summary>
    public static async Task<(NativeBuffer<ulong> Sent, NativeBuffer<ulong> Chosen)> BothWaysAsync(
        BooleanEngine engine, NativeBuffer<ulong> sent, NativeBuffer<ulong> chosen, int bits, CancellationToken cancellation)
    {
        NativeBuffer<ulong> ofSent = NativeBuffer<ulong>.AllocateZeroed(sent.Length), ofChosen = NativeBuffer<ulong>.AllocateZeroed(chosen.Length);
        await BothWaysAsync(engine, sent, chosen, bits, ofSent, ofChosen, cancellation).ConfigureAwait(false);
        return (ofSent, ofChosen);
    }

    private static async Task BothWaysAsync(
        BooleanEngine engine, NativeBuffer<ulong> sent, NativeBuffer<ulong> chosen, int bits, NativeBuffer<ulong> ofSent, NativeBuffer<ulong> ofChosen, CancellationToken cancellation)
    {
        var common = Math.Min(sent.Length, chosen.Length);
        foreach (var (start, count) in Batches(0, common, bits))
        {
            var (sending, receiving) = await TransfersAsync(engine, count * bits, cancellation).ConfigureAwait(false);
            using (sending)
            using (receiving)
            {
                var ownFlips = Flips(receiving, chosen, start, count, bits);
                var flips = await engine.ExchangeBitsAsync(TwoPartyEngine.ChoiceStep, ownFlips, FlipBits(count, bits), cancellation).ConfigureAwait(false); // 2 ↔
                var own = Mask(engine, sending, sent, start, count, bits, flips, ofSent);
                var corrections = await engine.ExchangeBitsAsync(TwoPartyEngine.CorrectionStep, own, CorrectionBits(count, bits), cancellation).ConfigureAwait(false); // 3 ↔
                Unmask(engine, receiving, chosen, start, count, bits, corrections, ofChosen);
            }
        }

        if (sent.Length > common) await SendAsync(engine, sent, common, bits, ofSent, cancellation).ConfigureAwait(false);
        if (chosen.Length > common) await ReceiveAsync(engine, chosen, common, bits, ofChosen, cancellation).ConfigureAwait(false);
    }

    private static async Task<(TransferSenderBatch Sending, TransferReceiverBatch Receiving)> TransfersAsync(
        BooleanEngine engine, int count, CancellationToken cancellation)
    {
        if (engine.Party == BooleanParty.First)
        {
            var sent = await engine.Transfers.SendAsync(count, cancellation).ConfigureAwait(false);
            return (sent, await engine.Transfers.ReceiveAsync(count, cancellation).ConfigureAwait(false));
        }

        var received = await engine.Transfers.ReceiveAsync(count, cancellation).ConfigureAwait(false);
        return (await engine.Transfers.SendAsync(count, cancellation).ConfigureAwait(false), received);
    }

    private static IEnumerable<(int Start, int Count)> Batches(int first, int length, int bits)
    {
        var largest = BooleanEngine.TransfersAtATime / bits;
        for (var start = first; start < length; start += largest) yield return (start, Math.Min(largest, length - start));
    }

    private static int BytesOf(int bit) => (64 - bit + 7) / 8;

    private static long FlipBits(int count, int bits) => 8L * count * ((bits + 7) / 8);

    private static long CorrectionBits(int count, int bits) => 8L * count * CorrectionSize(bits);

    /// <summary>Step 2: the bits of y xor the random choices of the transfers, whole bytes for each element.</summary>
    private static byte[] Flips(TransferReceiverBatch transfers, NativeBuffer<ulong> y, int start, int count, int bits)
    {
        var size = (bits + 7) / 8;
        var flips = new byte[count * size];
        for (var i = 0; i < count; i++)
        {
            var flip = (y.Span[start + i] & (ulong.MaxValue >> (64 - bits))) ^ WordAt(transfers.Choices.Words, (long)i * bits, bits);
            for (var b = 0; b < size; b++) flips[(i * size) + b] = unchecked((byte)(flip >> (8 * b)));
        }

        return flips;
    }

    /// <summary>So many bits from a position on.</summary>
    private static ulong WordAt(ReadOnlySpan<ulong> words, long position, int bits)
    {
        var (at, shift) = ((int)(position >> 6), (int)(position & 63));
        var word = words[at] >> shift;
        if (shift + bits > 64) word |= words[at + 1] << (64 - shift);
        return word & (ulong.MaxValue >> (64 - bits));
    }

    /// <summary>Step 3 of the sender: for each bit the mask r of choice 0 and u of choice 1; the correction is r + x − u, the share −Σ 2^k·r.</summary>
    private static unsafe ReadOnlyMemory<byte> Mask(
        BooleanEngine engine, TransferSenderBatch transfers, NativeBuffer<ulong> x, int start, int count, int bits, byte[] flips, NativeBuffer<ulong> shares)
    {
        var tweak = engine.TakeSentTweaks(count * bits);
        var (size, flipSize) = (CorrectionSize(bits), (bits + 7) / 8);
        var corrections = new byte[((long)count * size) + Slack];
        var step = HashedAtATime / bits;
        using NativeBuffer<Gf128> zeros = NativeBuffer<Gf128>.Allocate(step * bits), ones = NativeBuffer<Gf128>.Allocate(step * bits);
        for (var i = 0; i < count; i += step)
        {
            var (now, at) = (Math.Min(step, count - i), i * bits);
            Span<Gf128> zero = zeros.Span[..(now * bits)], one = ones.Span[..(now * bits)];
            var blocks = transfers.Blocks.Slice(at, now * bits);
            for (var j = 0; j < blocks.Length; j++) (zero[j], one[j]) = (blocks[j], blocks[j] + transfers.Delta);
            engine.Hash(zero, unchecked(tweak + (ulong)at));
            engine.Hash(one, unchecked(tweak + (ulong)at));
            fixed (byte* correction = &corrections[(long)i * size], flip = &flips[i * flipSize])
                Mask(zeros.Pointer, ones.Pointer, x.Pointer + start + i, flip, flipSize, now, bits, correction, shares.Pointer + start + i);
        }

        return corrections.AsMemory(0, count * size);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static unsafe void Mask(Gf128* zeros, Gf128* ones, ulong* x, byte* flips, int flipSize, int n, int bits, byte* correction, ulong* shares)
    {
        unchecked
        {
            for (var i = 0; i < n; i++)
            {
                var sum = 0UL;
                for (var k = 0; k < bits; k++)
                {
                    var flip = 0 - (ulong)((flips[k >> 3] >> (k & 7)) & 1);
                    ulong zero = zeros->Low, one = ones->Low, swap = (zero ^ one) & flip;
                    zero ^= swap;
                    one ^= swap;
                    Unsafe.WriteUnaligned(correction, zero + x[i] - one);
                    sum += zero << k;
                    correction += (71 - k) >> 3;
                    zeros++;
                    ones++;
                }

                shares[i] -= sum;
                flips += flipSize;
            }
        }
    }

    /// <summary>Step 3 of the receiver: the share is Σ 2^k·(mask + y_k·correction); what a correction has beyond 64 − k bits is shifted out.</summary>
    private static unsafe void Unmask(
        BooleanEngine engine, TransferReceiverBatch transfers, NativeBuffer<ulong> y, int start, int count, int bits, byte[] received, NativeBuffer<ulong> shares)
    {
        var tweak = engine.TakeReceivedTweaks(count * bits);
        var size = CorrectionSize(bits);
        var corrections = new byte[received.Length + Slack];
        received.CopyTo(corrections, 0);
        var step = HashedAtATime / bits;
        using var masks = NativeBuffer<Gf128>.Allocate(step * bits);
        for (var i = 0; i < count; i += step)
        {
            var (now, at) = (Math.Min(step, count - i), i * bits);
            transfers.Blocks.Slice(at, now * bits).CopyTo(masks.Span);
            engine.Hash(masks.Span[..(now * bits)], unchecked(tweak + (ulong)at));
            fixed (byte* correction = &corrections[(long)i * size])
                Unmask(masks.Pointer, y.Pointer + start + i, now, bits, correction, shares.Pointer + start + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static unsafe void Unmask(Gf128* masks, ulong* y, int n, int bits, byte* correction, ulong* shares)
    {
        unchecked
        {
            for (var i = 0; i < n; i++)
            {
                var sum = 0UL;
                for (var k = 0; k < bits; k++)
                {
                    var choice = 0 - ((y[i] >> k) & 1);
                    sum += (masks->Low + (Unsafe.ReadUnaligned<ulong>(correction) & choice)) << k;
                    correction += (71 - k) >> 3;
                    masks++;
                }

                shares[i] += sum;
            }
        }
    }
}
