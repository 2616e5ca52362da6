using System.Buffers.Binary;
using Collab.Arithmetic.BinaryField;
using Collab.Primitives;

namespace Collab.SecretSharing.Boolean;

/// <summary>Products of words that one party has with a number that the other has, shared modulo 2^128; several words may be multiplied by the same number for the same transfers.</summary>
/// <remarks>
/// A transfer for each bit of the number, and for each word 128 − k bits of correction at bit k, rounded up to bytes. Source: specs/boolean-sharing.md, steps 9 and 10;
/// Gilboa, CRYPTO 1999, section 4, with correlated transfers (ABY, NDSS 2015, III-A). Timing depends on lengths and widths alone.
/// </remarks>
public static class ObliviousProducts
{
    internal static readonly StepId Choices = new("boolean-sharing.9");
    internal static readonly StepId Corrections = new("boolean-sharing.10");

    private const int WordBits = 128;
    private const int HashedAtATime = 2048;
    private const int LargestMessage = 1 << 24;
    private const int Slack = 16; // corrections are written and read as whole words

    /// <summary>Bytes of the corrections of one word at so many bits.</summary>
    public static int CorrectionSize(int bits) => Enumerable.Range(0, bits).Sum(BytesOf);

    /// <summary>How n elements are cut into pieces.</summary>
    /// <param name="length">n.</param>
    /// <param name="bits">Bits of the number.</param>
    /// <param name="vectors">Words that each number multiplies.</param>
    public static IEnumerable<(int Start, int Count)> Pieces(int length, int bits, int vectors)
    {
        var most = Math.Max(1, Math.Min(BooleanEngine.TransfersAtATime / bits, LargestMessage / (vectors * CorrectionSize(bits))));
        for (var start = 0; start < length; start += most) yield return (start, Math.Min(most, length - start));
    }

    /// <summary>The part of the party that has the words: its shares of words[j][i] · the other's number i.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="words">Shape [t][n].</param>
    /// <param name="bits">The width of the numbers, 1 to 128.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public static async Task<SharedWords[]> SendAsync(BooleanEngine engine, IReadOnlyList<ReadOnlyMemory<UInt128>> words, int bits, CancellationToken cancellation = default)
    {
        var length = words[0].Length;
        if (words.Any(vector => vector.Length != length)) throw new ArgumentException("Vectors of one length.", nameof(words));
        var shares = words.Select(_ => new UInt128[length]).ToArray();
        foreach (var (start, count) in Pieces(length, bits, words.Count))
        {
            using var batch = await engine.Transfers.SendAsync(count * bits, cancellation).ConfigureAwait(false);
            var flips = await engine.ReceiveBitsAsync(Choices, (long)count * bits, cancellation).ConfigureAwait(false);          // 9 ←
            await engine.SendBitsAsync(Mask(engine, batch, flips, words, shares, bits, start, count), cancellation).ConfigureAwait(false); // 10 →
        }

        return [.. shares.Select(share => new SharedWords(share, WordBits))];
    }

    /// <summary>The part of the party that has the numbers: its shares of the other's words[j][i] · numbers[i].</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="numbers">Shape [n], each below 2^<paramref name="bits"/>.</param>
    /// <param name="bits">Their width, 1 to 128.</param>
    /// <param name="vectors">t, how many words each multiplies.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public static async Task<SharedWords[]> ReceiveAsync(BooleanEngine engine, ReadOnlyMemory<UInt128> numbers, int bits, int vectors, CancellationToken cancellation = default)
    {
        var shares = Enumerable.Range(0, vectors).Select(_ => new UInt128[numbers.Length]).ToArray();
        foreach (var (start, count) in Pieces(numbers.Length, bits, vectors))
        {
            using var batch = await engine.Transfers.ReceiveAsync(count * bits, cancellation).ConfigureAwait(false);
            using var choices = SharedBits.OfKnown(count * bits, Planes(numbers.Span.Slice(start, count), bits));
            await engine.SendBitsAsync(ObliviousSelection.Flips(batch, choices.Share, 0, count * bits), cancellation).ConfigureAwait(false); // 9 →
            var corrections = await engine.ReceiveBitsAsync(Corrections, 8L * count * vectors * CorrectionSize(bits), cancellation).ConfigureAwait(false); // 10 ←
            Unmask(engine, batch, choices.Share, corrections, shares, bits, start, count);
        }

        return [.. shares.Select(share => new SharedWords(share, WordBits))];
    }

    private static int BytesOf(int bit) => (WordBits - bit + 7) / 8;

    /// <summary>Bit plane after bit plane.</summary>
    private static BitVector Planes(ReadOnlySpan<UInt128> numbers, int bits)
    {
        var planes = new BitVector(numbers.Length * bits);
        for (var k = 0; k < bits; k++)
            for (var i = 0; i < numbers.Length; i++) planes[(k * numbers.Length) + i] = ((numbers[i] >> k) & 1) != 0;
        return planes;
    }

    /// <summary>Corrections vector by vector, plane by plane.</summary>
    private static ReadOnlyMemory<byte> Mask(
        BooleanEngine engine, TransferSenderBatch batch, byte[] flips, IReadOnlyList<ReadOnlyMemory<UInt128>> words, UInt128[][] shares, int bits, int start, int count)
    {
        var corrections = new byte[(count * words.Count * CorrectionSize(bits)) + Slack];
        using NativeBuffer<Gf128> zero = NativeBuffer<Gf128>.Allocate(HashedAtATime), one = NativeBuffer<Gf128>.Allocate(HashedAtATime);
        var at = 0;
        for (var j = 0; j < words.Count; j++)
        {
            var from = words[j].Span.Slice(start, count);
            var to = shares[j].AsSpan(start, count);
            for (var k = 0; k < bits; k++)
            {
                for (var first = 0; first < count; first += HashedAtATime)
                {
                    var size = Math.Min(HashedAtATime, count - first);
                    for (var i = 0; i < size; i++)
                    {
                        var transfer = (k * count) + first + i;
                        var flip = unchecked(0 - ((ulong)(flips[transfer >> 3] >> (transfer & 7)) & 1));
                        zero.Span[i] = batch.Blocks[transfer] + new Gf128(batch.Delta.Low & flip, batch.Delta.High & flip);
                        one.Span[i] = zero.Span[i] + batch.Delta;
                    }

                    var tweak = engine.TakeSentTweaks(size);
                    engine.Hash(zero.Span[..size], tweak);
                    engine.Hash(one.Span[..size], tweak);
                    for (var i = 0; i < size; i++)
                    {
                        var (mask, other) = (Word(zero.Span[i]), Word(one.Span[i]));
                        unchecked
                        {
                            to[first + i] -= mask << k;
                            BinaryPrimitives.WriteUInt128LittleEndian(corrections.AsSpan(at), from[first + i] + mask - other);
                        }

                        at += BytesOf(k);
                    }
                }
            }
        }

        return corrections.AsMemory(0, at);
    }

    private static void Unmask(
        BooleanEngine engine, TransferReceiverBatch batch, BitVector choices, byte[] received, UInt128[][] shares, int bits, int start, int count)
    {
        var corrections = new byte[received.Length + Slack];
        received.CopyTo(corrections, 0);
        using var masks = NativeBuffer<Gf128>.Allocate(HashedAtATime);
        var at = 0;
        foreach (var share in shares)
        {
            var to = share.AsSpan(start, count);
            for (var k = 0; k < bits; k++)
            {
                for (var first = 0; first < count; first += HashedAtATime)
                {
                    var size = Math.Min(HashedAtATime, count - first);
                    batch.Blocks.Slice((k * count) + first, size).CopyTo(masks.Span);
                    engine.Hash(masks.Span[..size], engine.TakeReceivedTweaks(size));
                    for (var i = 0; i < size; i++)
                    {
                        unchecked
                        {
                            var chosen = 0 - (UInt128)choices.Bit((k * count) + first + i);
                            var correction = BinaryPrimitives.ReadUInt128LittleEndian(corrections.AsSpan(at)) & chosen; // bits that are the next word's are shifted out
                            to[first + i] += (Word(masks.Span[i]) + correction) << k;
                        }

                        at += BytesOf(k);
                    }
                }
            }
        }
    }

    private static UInt128 Word(Gf128 block) => new(block.High, block.Low);
}
