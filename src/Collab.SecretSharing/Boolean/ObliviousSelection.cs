using System.Buffers.Binary;
using Collab.Arithmetic.BinaryField;
using Collab.Primitives;

namespace Collab.SecretSharing.Boolean;

/// <summary>Selection of one of two integers by a bit of the other party, the result shared modulo 2^w; what converts bits to integers and multiplies integers by bits.</summary>
/// <remarks>One transfer, one bit and w bits on the wire for each element, one round for each batch. Source: specs/boolean-sharing.md, steps 3 and 4; ABY (NDSS 2015), III-E.</remarks>
public static class ObliviousSelection
{
    internal static readonly StepId Choices = new("boolean-sharing.3");
    internal static readonly StepId Corrections = new("boolean-sharing.4");

    private const int HashedAtATime = 2048;

    /// <summary>The part of the party that has the integers: its shares of values[i, bit i of the other party].</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="ifZero">Shape [n].</param>
    /// <param name="ifOne">Shape [n].</param>
    /// <param name="wordBits">w: 32, 64 or 128; integers are taken modulo 2^w.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public static async Task<SharedWords> SendAsync(
        BooleanEngine engine, ReadOnlyMemory<UInt128> ifZero, ReadOnlyMemory<UInt128> ifOne, int wordBits, CancellationToken cancellation = default)
    {
        if (ifZero.Length != ifOne.Length) throw new ArgumentException("Two integers for each element.", nameof(ifOne));
        var shares = new UInt128[ifZero.Length];
        for (var start = 0; start < shares.Length; start += BooleanEngine.TransfersAtATime)
        {
            var count = Math.Min(BooleanEngine.TransfersAtATime, shares.Length - start);
            using var batch = await engine.Transfers.SendAsync(count, cancellation).ConfigureAwait(false);
            var flips = await engine.ReceiveBitsAsync(Choices, count, cancellation).ConfigureAwait(false);                 // 3 ←
            var corrections = Mask(
                engine, batch, flips, ifZero.Span.Slice(start, count), ifOne.Span.Slice(start, count), shares.AsSpan(start, count), wordBits);
            await engine.SendBitsAsync(corrections, cancellation).ConfigureAwait(false);                                    // 4 →
        }

        return new(shares, wordBits);
    }

    /// <summary>The part of the party that has the bits: its shares of values[i, choices[i]].</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="choices">n bits.</param>
    /// <param name="wordBits">w, as with the other party.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public static async Task<SharedWords> ReceiveAsync(
        BooleanEngine engine, BitVector choices, int wordBits, CancellationToken cancellation = default)
    {
        var shares = new UInt128[choices.Length];
        for (var start = 0; start < shares.Length; start += BooleanEngine.TransfersAtATime)
        {
            var count = Math.Min(BooleanEngine.TransfersAtATime, shares.Length - start);
            using var batch = await engine.Transfers.ReceiveAsync(count, cancellation).ConfigureAwait(false);
            await engine.SendBitsAsync(Flips(batch, choices, start, count), cancellation).ConfigureAwait(false);            // 3 →
            var corrections = await engine.ReceiveBitsAsync(Corrections, (long)count * wordBits, cancellation).ConfigureAwait(false); // 4 ←
            Unmask(engine, batch, choices, start, corrections, shares.AsSpan(start, count), wordBits);
        }

        return new(shares, wordBits);
    }

    /// <summary>Shares modulo 2^w of bits that are shared by exclusive or.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="bits">n shared bits.</param>
    /// <param name="wordBits">w: 32, 64 or 128.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<SharedWords> ToWordsAsync(
        BooleanEngine engine, SharedBits bits, int wordBits, CancellationToken cancellation = default)
    {
        if (engine.Party == BooleanParty.Second) return await ReceiveAsync(engine, bits.Share, wordBits, cancellation).ConfigureAwait(false);
        UInt128[] ifZero = new UInt128[bits.Length], ifOne = new UInt128[bits.Length]; // x and 1 − x: the bit is x xor the other's
        for (var i = 0; i < ifZero.Length; i++)
        {
            ifZero[i] = bits.Share.Bit(i);
            ifOne[i] = bits.Share.Bit(i) ^ 1;
        }

        return await SendAsync(engine, ifZero, ifOne, wordBits, cancellation).ConfigureAwait(false);
    }

    /// <summary>Shares modulo 2^w of bit · value, where one party knows the values.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="bits">n shared bits.</param>
    /// <param name="holder">Who knows the values.</param>
    /// <param name="values">n integers modulo 2^w at the holder, nothing at the other.</param>
    /// <param name="wordBits">w: 32, 64 or 128.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<SharedWords> MultiplyAsync(
        BooleanEngine engine, SharedBits bits, BooleanParty holder, ReadOnlyMemory<UInt128> values, int wordBits, CancellationToken cancellation = default)
    {
        if (engine.Party != holder) return await ReceiveAsync(engine, bits.Share, wordBits, cancellation).ConfigureAwait(false);
        if (values.Length != bits.Length) throw new ArgumentException("A value for each bit.", nameof(values));
        UInt128[] ifZero = new UInt128[bits.Length], ifOne = new UInt128[bits.Length]; // x·v and (1 − x)·v
        for (var i = 0; i < ifZero.Length; i++)
        {
            var own = unchecked(0 - (UInt128)bits.Share.Bit(i));
            ifZero[i] = values.Span[i] & own;
            ifOne[i] = values.Span[i] & ~own;
        }

        return await SendAsync(engine, ifZero, ifOne, wordBits, cancellation).ConfigureAwait(false);
    }

    /// <summary>Shares modulo 2^w of bit · value, where both are shared: two selections, one in each direction.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="bits">n shared bits.</param>
    /// <param name="values">n shared integers.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<SharedWords> MultiplyAsync(
        BooleanEngine engine, SharedBits bits, SharedWords values, CancellationToken cancellation = default)
    {
        var own = values.Share.ToArray();
        using var first = await MultiplyAsync(engine, bits, BooleanParty.First, own, values.WordBits, cancellation).ConfigureAwait(false);
        using var second = await MultiplyAsync(engine, bits, BooleanParty.Second, own, values.WordBits, cancellation).ConfigureAwait(false);
        return first.Add(second);
    }

    /// <summary>Step 3: choice xor the random choice of the transfer, packed.</summary>
    internal static byte[] Flips(TransferReceiverBatch batch, BitVector choices, int start, int count)
    {
        var flips = new byte[BooleanMessages.Size(count)];
        for (var i = 0; i < count; i++) flips[i >> 3] |= (byte)((choices.Bit(start + i) ^ batch.Choices.Bit(i)) << (i & 7));
        return flips;
    }

    private static byte[] Mask(
        BooleanEngine engine, TransferSenderBatch batch, byte[] flips, ReadOnlySpan<UInt128> ifZero, ReadOnlySpan<UInt128> ifOne, Span<UInt128> shares, int wordBits)
    {
        var corrections = new byte[shares.Length * (wordBits / 8)];
        var tweak = engine.TakeSentTweaks(shares.Length);
        using NativeBuffer<Gf128> zero = NativeBuffer<Gf128>.Allocate(HashedAtATime), one = NativeBuffer<Gf128>.Allocate(HashedAtATime);
        for (var start = 0; start < shares.Length; start += HashedAtATime)
        {
            var count = Math.Min(HashedAtATime, shares.Length - start);
            for (var i = 0; i < count; i++)
            {
                var flip = unchecked(0 - ((ulong)(flips[(start + i) >> 3] >> ((start + i) & 7)) & 1));
                zero.Span[i] = batch.Blocks[start + i] + new Gf128(batch.Delta.Low & flip, batch.Delta.High & flip);
                one.Span[i] = zero.Span[i] + batch.Delta;
            }

            engine.Hash(zero.Span[..count], unchecked(tweak + (ulong)start));
            engine.Hash(one.Span[..count], unchecked(tweak + (ulong)start));
            for (var i = 0; i < count; i++)
            {
                var (mask0, mask1) = (Word(zero.Span[i]), Word(one.Span[i]));
                unchecked
                {
                    shares[start + i] = (ifZero[start + i] - mask0) & SharedWords.Mask(wordBits);
                    Write(corrections, start + i, ifOne[start + i] - ifZero[start + i] + mask0 - mask1, wordBits);
                }
            }
        }

        return corrections;
    }

    private static void Unmask(
        BooleanEngine engine, TransferReceiverBatch batch, BitVector choices, int first, byte[] corrections, Span<UInt128> shares, int wordBits)
    {
        var tweak = engine.TakeReceivedTweaks(shares.Length);
        using var masks = NativeBuffer<Gf128>.Allocate(HashedAtATime);
        for (var start = 0; start < shares.Length; start += HashedAtATime)
        {
            var count = Math.Min(HashedAtATime, shares.Length - start);
            batch.Blocks.Slice(start, count).CopyTo(masks.Span);
            engine.Hash(masks.Span[..count], unchecked(tweak + (ulong)start));
            for (var i = 0; i < count; i++)
            {
                unchecked
                {
                    var chosen = 0 - (UInt128)choices.Bit(first + start + i);
                    shares[start + i] = (Word(masks.Span[i]) + (Read(corrections, start + i, wordBits) & chosen)) & SharedWords.Mask(wordBits);
                }
            }
        }
    }

    private static UInt128 Word(Gf128 block) => new(block.High, block.Low);

    private static void Write(Span<byte> words, int index, UInt128 word, int wordBits)
    {
        switch (wordBits)
        {
            case 32: BinaryPrimitives.WriteUInt32LittleEndian(words[(4 * index)..], unchecked((uint)word)); break;
            case 64: BinaryPrimitives.WriteUInt64LittleEndian(words[(8 * index)..], unchecked((ulong)word)); break;
            default: BinaryPrimitives.WriteUInt128LittleEndian(words[(16 * index)..], word); break;
        }
    }

    private static UInt128 Read(ReadOnlySpan<byte> words, int index, int wordBits) => wordBits switch
    {
        32 => BinaryPrimitives.ReadUInt32LittleEndian(words[(4 * index)..]),
        64 => BinaryPrimitives.ReadUInt64LittleEndian(words[(8 * index)..]),
        _ => BinaryPrimitives.ReadUInt128LittleEndian(words[(16 * index)..]),
    };
}
