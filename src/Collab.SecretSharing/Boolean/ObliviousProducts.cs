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
    /// <param name="shapes">The numbers of each element.</param>
    public static IEnumerable<(int Start, int Count)> Pieces(int length, params IReadOnlyList<ProductShape> shapes)
    {
        var (transfers, corrections) = (shapes.Sum(shape => shape.Bits), shapes.Sum(shape => (long)shape.Words * CorrectionSize(shape.Bits)));
        var most = (int)Math.Max(1, Math.Min(BooleanEngine.TransfersAtATime / transfers, LargestMessage / corrections));
        for (var start = 0; start < length; start += most) yield return (start, Math.Min(most, length - start));
    }

    /// <summary>The part of the party that has the words: its shares of words[j][i] · the other's number i.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="words">Shape [t][n].</param>
    /// <param name="bits">The width of the numbers, 1 to 128.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public static async Task<SharedWords[]> SendAsync(BooleanEngine engine, IReadOnlyList<ReadOnlyMemory<UInt128>> words, int bits, CancellationToken cancellation = default) =>
        (await SendAsync(engine, [(bits, words)], cancellation).ConfigureAwait(false))[0];

    /// <summary>The part of the party that has the numbers: its shares of the other's words[j][i] · numbers[i].</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="numbers">Shape [n], each below 2^<paramref name="bits"/>.</param>
    /// <param name="bits">Their width, 1 to 128.</param>
    /// <param name="vectors">t, how many words each multiplies.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public static async Task<SharedWords[]> ReceiveAsync(BooleanEngine engine, ReadOnlyMemory<UInt128> numbers, int bits, int vectors, CancellationToken cancellation = default) =>
        (await ReceiveAsync(engine, [(bits, numbers, vectors)], cancellation).ConfigureAwait(false))[0];

    /// <summary>The same for several numbers of each element with words of their own, in the flights of one.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="groups">For each number its width, 1 to 128, and the words that it multiplies, shape [t][n]; n of all.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>Number by number, the shares of its products.</returns>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public static async Task<SharedWords[][]> SendAsync(
        BooleanEngine engine, IReadOnlyList<(int Bits, IReadOnlyList<ReadOnlyMemory<UInt128>> Words)> groups, CancellationToken cancellation = default)
    {
        var length = groups[0].Words[0].Length;
        if (groups.Any(group => group.Words.Any(vector => vector.Length != length))) throw new ArgumentException("Vectors of one length.", nameof(groups));
        var shares = groups.Select(group => group.Words.Select(_ => new UInt128[length]).ToArray()).ToArray();
        ProductShape[] shapes = [.. groups.Select(group => new ProductShape(group.Bits, group.Words.Count))];
        foreach (var (start, count) in Pieces(length, shapes))
        {
            var transfers = count * shapes.Sum(shape => shape.Bits);
            using var batch = await engine.Transfers.SendAsync(transfers, cancellation).ConfigureAwait(false);
            var flips = await engine.ReceiveBitsAsync(Choices, transfers, cancellation).ConfigureAwait(false);                          // 9 ←
            var corrections = new byte[CorrectionSize(shapes, count) + Slack];
            var (at, first) = (0, 0);
            foreach (var ((bits, words), to) in groups.Zip(shares))
            {
                at = Mask(engine, batch, flips, words, to, bits, start, count, first, corrections, at);
                first += count * bits;
            }

            await engine.SendBitsAsync(corrections.AsMemory(0, at), cancellation).ConfigureAwait(false);                                // 10 →
        }

        return [.. shares.Select(group => group.Select(share => new SharedWords(share, WordBits)).ToArray())];
    }

    /// <summary>The same at the party that has the numbers.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="groups">For each number its width, its values, shape [n], and t, how many words it multiplies.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>Number by number, the shares of its products.</returns>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public static async Task<SharedWords[][]> ReceiveAsync(
        BooleanEngine engine, IReadOnlyList<(int Bits, ReadOnlyMemory<UInt128> Numbers, int Words)> groups, CancellationToken cancellation = default)
    {
        var length = groups[0].Numbers.Length;
        if (groups.Any(group => group.Numbers.Length != length)) throw new ArgumentException("Vectors of one length.", nameof(groups));
        var shares = groups.Select(group => Enumerable.Range(0, group.Words).Select(_ => new UInt128[length]).ToArray()).ToArray();
        ProductShape[] shapes = [.. groups.Select(group => new ProductShape(group.Bits, group.Words))];
        foreach (var (start, count) in Pieces(length, shapes))
        {
            var transfers = count * shapes.Sum(shape => shape.Bits);
            using var batch = await engine.Transfers.ReceiveAsync(transfers, cancellation).ConfigureAwait(false);
            using var choices = SharedBits.OfKnown(transfers, Planes(groups, start, count, transfers));
            await engine.SendBitsAsync(ObliviousSelection.Flips(batch, choices.Share, 0, transfers), cancellation).ConfigureAwait(false); // 9 →
            var received = await engine.ReceiveBitsAsync(Corrections, 8L * CorrectionSize(shapes, count), cancellation).ConfigureAwait(false); // 10 ←
            var corrections = new byte[received.Length + Slack];
            received.CopyTo(corrections, 0);
            var (at, first) = (0, 0);
            foreach (var ((bits, _, _), to) in groups.Zip(shares))
            {
                at = Unmask(engine, batch, choices.Share, corrections, to, bits, start, count, first, at);
                first += count * bits;
            }
        }

        return [.. shares.Select(group => group.Select(share => new SharedWords(share, WordBits)).ToArray())];
    }

    private static int CorrectionSize(ProductShape[] shapes, int count) => count * shapes.Sum(shape => shape.Words * CorrectionSize(shape.Bits));

    private static int BytesOf(int bit) => (WordBits - bit + 7) / 8;

    /// <summary>Number after number, bit plane after bit plane.</summary>
    private static BitVector Planes(IReadOnlyList<(int Bits, ReadOnlyMemory<UInt128> Numbers, int Words)> groups, int start, int count, int transfers)
    {
        var planes = new BitVector(transfers);
        var at = 0;
        foreach (var (bits, numbers, _) in groups)
        {
            var own = numbers.Span.Slice(start, count);
            for (var k = 0; k < bits; k++)
                for (var i = 0; i < count; i++) planes[at++] = ((own[i] >> k) & 1) != 0;
        }

        return planes;
    }

    /// <summary>Writes corrections vector by vector, plane by plane, and returns where they end.</summary>
    private static int Mask(
        BooleanEngine engine, TransferSenderBatch batch, byte[] flips, IReadOnlyList<ReadOnlyMemory<UInt128>> words, UInt128[][] shares, int bits, int start, int count,
        int firstTransfer, byte[] corrections, int at)
    {
        using NativeBuffer<Gf128> zero = NativeBuffer<Gf128>.Allocate(HashedAtATime), one = NativeBuffer<Gf128>.Allocate(HashedAtATime);
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
                        var transfer = firstTransfer + (k * count) + first + i;
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

        return at;
    }

    private static int Unmask(
        BooleanEngine engine, TransferReceiverBatch batch, BitVector choices, byte[] corrections, UInt128[][] shares, int bits, int start, int count, int firstTransfer, int at)
    {
        using var masks = NativeBuffer<Gf128>.Allocate(HashedAtATime);
        foreach (var share in shares)
        {
            var to = share.AsSpan(start, count);
            for (var k = 0; k < bits; k++)
            {
                for (var first = 0; first < count; first += HashedAtATime)
                {
                    var size = Math.Min(HashedAtATime, count - first);
                    batch.Blocks.Slice(firstTransfer + (k * count) + first, size).CopyTo(masks.Span);
                    engine.Hash(masks.Span[..size], engine.TakeReceivedTweaks(size));
                    for (var i = 0; i < size; i++)
                    {
                        unchecked
                        {
                            var chosen = 0 - (UInt128)choices.Bit(firstTransfer + (k * count) + first + i);
                            var correction = BinaryPrimitives.ReadUInt128LittleEndian(corrections.AsSpan(at)) & chosen; // bits that are the next word's are shifted out
                            to[first + i] += (Word(masks.Span[i]) + correction) << k;
                        }

                        at += BytesOf(k);
                    }
                }
            }
        }

        return at;
    }

    private static UInt128 Word(Gf128 block) => new(block.High, block.Low);
}
