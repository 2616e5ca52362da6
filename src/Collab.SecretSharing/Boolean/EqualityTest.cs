using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Primitives;

namespace Collab.SecretSharing.Boolean;

/// <summary>Equality of strings of up to 64 bits, one at each party, as shared bits: the Hamming distance in shares, again and again, until the strings are short; then a table.</summary>
/// <remarks>
/// l bits become ⌈log₂ (l + 1)⌉ bits by one transfer a bit, and at most <see cref="TableBits"/> bits are compared by one transfer
/// of 1 in 2^l. 61 bits cost 67 transfers in one direction; the conjunction of 61 bits costs 120. Also the test that strings
/// shared by exclusive or are zero. Source: specs/boolean-sharing.md, "Equality"; G. Couteau, eprint 2016/544, section 3.
/// </remarks>
public static partial class EqualityTest
{
    /// <summary>The longest string that is compared by a table.</summary>
    public const int TableBits = 6;

    internal static readonly StepId DistanceChoices = new("boolean-sharing.5a");
    internal static readonly StepId DistanceCorrections = new("boolean-sharing.5b");
    internal static readonly StepId TableChoices = new("boolean-sharing.6a");
    internal static readonly StepId TableEntries = new("boolean-sharing.6b");

    /// <summary>Shared bits: this party's string i is the other's.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="strings">n strings, each below 2^<paramref name="bits"/>.</param>
    /// <param name="bits">l, 1 to 64, the same with both.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ArgumentException">A string is longer.</exception>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public static async Task<SharedBits> EqualAsync(
        BooleanEngine engine, ReadOnlyMemory<ulong> strings, int bits, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 64);
        var excess = 0UL;
        foreach (var s in strings.Span) excess |= bits == 64 ? 0 : s >> bits;
        if (excess != 0) throw new ArgumentException("Strings of the stated length.", nameof(strings));

        var current = strings.ToArray();
        while (bits > TableBits)
        {
            var shorter = engine.Party == BooleanParty.First
                ? await SendDistancesAsync(engine, current, bits, cancellation).ConfigureAwait(false)
                : await ReceiveDistancesAsync(engine, current, bits, cancellation).ConfigureAwait(false);
            Clear(current);
            (current, bits) = (shorter, DistanceBits(bits));
        }

        var equal = engine.Party == BooleanParty.First
            ? await SendTablesAsync(engine, current, bits, cancellation).ConfigureAwait(false)
            : await ReceiveTablesAsync(engine, current, bits, cancellation).ConfigureAwait(false);
        Clear(current);
        return new(equal);
    }

    /// <summary>Transfers that one comparison takes: l + ⌈log₂ (l + 1)⌉ + …, until the rest goes through a table. The tables' part is rounded up to 64 strings.</summary>
    /// <param name="bits">l.</param>
    public static int TransfersOf(int bits) => bits <= TableBits ? bits : bits + TransfersOf(DistanceBits(bits));

    /// <summary>Bits on the wire for one comparison, both ways.</summary>
    /// <param name="bits">l.</param>
    public static int WireBitsOf(int bits) => bits <= TableBits
        ? bits + (1 << bits) - 1
        : bits + (bits * DistanceBits(bits)) + WireBitsOf(DistanceBits(bits));

    /// <summary>v, the bits that hold every number from 0 to l.</summary>
    /// <param name="bits">l.</param>
    public static int DistanceBits(int bits) => BitOperations.Log2((uint)bits) + 1;

    /// <summary>Strings of a piece, a multiple of 64: the most that take <see cref="BooleanEngine.TransfersAtATime"/> transfers.</summary>
    /// <param name="bits">l.</param>
    public static int StringsAtATime(int bits) => BooleanEngine.TransfersAtATime / bits / 64 * 64;

    private static async Task<ulong[]> SendDistancesAsync(BooleanEngine engine, ulong[] strings, int bits, CancellationToken cancellation)
    {
        var shorter = new ulong[strings.Length];
        var (atATime, width) = (StringsAtATime(bits), DistanceBits(bits));
        for (var start = 0; start < strings.Length; start += atATime)
        {
            var count = Math.Min(atATime, strings.Length - start);
            using var batch = await engine.Transfers.SendAsync(count * bits, cancellation).ConfigureAwait(false);
            var flips = await engine.ReceiveBitsAsync(DistanceChoices, (long)count * bits, cancellation).ConfigureAwait(false); // 5a ←
            var corrections = new byte[BooleanMessages.Size((long)count * bits * width)];
            MaskDistances(engine, batch, flips, strings.AsSpan(start, count), bits, shorter.AsSpan(start, count), corrections);
            await engine.SendBitsAsync(corrections, cancellation).ConfigureAwait(false);                                       // 5b →
        }

        return shorter;
    }

    private static async Task<ulong[]> ReceiveDistancesAsync(BooleanEngine engine, ulong[] strings, int bits, CancellationToken cancellation)
    {
        var shorter = new ulong[strings.Length];
        var (atATime, width) = (StringsAtATime(bits), DistanceBits(bits));
        for (var start = 0; start < strings.Length; start += atATime)
        {
            var count = Math.Min(atATime, strings.Length - start);
            using var batch = await engine.Transfers.ReceiveAsync(count * bits, cancellation).ConfigureAwait(false);
            using var packed = new SharedBits(new BitVector(count * bits));
            Pack(strings.AsSpan(start, count), bits, packed.Share.Words);
            var flips = new byte[BooleanMessages.Size((long)count * bits)];
            for (var i = 0; i < flips.Length; i++) flips[i] = (byte)(packed.Share.Bytes[i] ^ batch.Choices.Bytes[i]);
            await engine.SendBitsAsync(flips, cancellation).ConfigureAwait(false);                                             // 5a →
            var corrections = await engine.ReceiveBitsAsync(DistanceCorrections, (long)count * bits * width, cancellation).ConfigureAwait(false); // 5b ←
            UnmaskDistances(engine, batch, strings.AsSpan(start, count), bits, corrections, shorter.AsSpan(start, count));
        }

        return shorter;
    }

    private static async Task<BitVector> SendTablesAsync(BooleanEngine engine, ulong[] strings, int bits, CancellationToken cancellation)
    {
        var equal = new BitVector(strings.Length);
        var atATime = StringsAtATime(bits);
        for (var start = 0; start < strings.Length; start += atATime)
        {
            var count = Math.Min(atATime, strings.Length - start);
            var words = BitVector.WordCount(count);
            using var batch = await engine.Transfers.SendAsync(64 * words * bits, cancellation).ConfigureAwait(false);
            var flips = await engine.ReceiveBitsAsync(TableChoices, 64L * words * bits, cancellation).ConfigureAwait(false);    // 6a ←
            var entries = MaskTables(
                engine, batch, MemoryMarshal.Cast<byte, ulong>(flips), strings.AsSpan(start, count), bits, equal.Words.Slice(start / 64, words));
            await engine.SendBitsAsync(entries, cancellation).ConfigureAwait(false);                                           // 6b →
        }

        equal.Trim();
        return equal;
    }

    private static async Task<BitVector> ReceiveTablesAsync(BooleanEngine engine, ulong[] strings, int bits, CancellationToken cancellation)
    {
        var equal = new BitVector(strings.Length);
        var atATime = StringsAtATime(bits);
        for (var start = 0; start < strings.Length; start += atATime)
        {
            var count = Math.Min(atATime, strings.Length - start);
            var words = BitVector.WordCount(count);
            using var batch = await engine.Transfers.ReceiveAsync(64 * words * bits, cancellation).ConfigureAwait(false);
            var planes = Planes(strings.AsSpan(start, count), bits, words);
            var flips = new byte[words * bits * sizeof(ulong)];
            BitVector.Xor(planes, batch.Choices.Words, MemoryMarshal.Cast<byte, ulong>(flips.AsSpan()));
            await engine.SendBitsAsync(flips, cancellation).ConfigureAwait(false);                                             // 6a →
            var entries = await engine.ReceiveBitsAsync(TableEntries, 64L * words * ((1 << bits) - 1), cancellation).ConfigureAwait(false); // 6b ←
            UnmaskTables(engine, batch, planes, bits, MemoryMarshal.Cast<byte, ulong>(entries), equal.Words.Slice(start / 64, words));
            Clear(planes);
        }

        equal.Trim();
        return equal;
    }

    private static void Clear(ulong[] secret) => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(secret.AsSpan()));
}
