using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Primitives;

namespace Collab.SecretSharing.Boolean;

/// <content>The local work of both parties. Timing depends on lengths alone.</content>
public static unsafe partial class EqualityTest
{
    private const int HashedAtATime = 4096;

    /// <summary>String i takes bits [i·l, (i + 1)·l).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Pack(ReadOnlySpan<ulong> strings, int bits, Span<ulong> words)
    {
        var (position, word, fill) = (0, 0UL, 0);
        foreach (var s in strings) Append(words, ref position, ref word, ref fill, s, bits);
        if (fill > 0) words[position] = word;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Append(Span<ulong> words, ref int position, ref ulong word, ref int fill, ulong value, int bits)
    {
        word |= value << fill;
        fill += bits;
        if (fill < 64) return;
        words[position++] = word;
        fill -= 64;
        word = fill == 0 ? 0 : value >> (bits - fill);
    }

    /// <summary>
    /// Step 5b. The share of [x ≠ y] of one bit is x − k₀, so the other party's must be k₀ for y = 0 and 1 − 2x + k₀ for y = 1:
    /// it has k₀ or k₁ and gets the difference. The new string is minus the sum of the shares.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MaskDistances(
        BooleanEngine engine, TransferSenderBatch batch, byte[] flips, ReadOnlySpan<ulong> strings, int bits, Span<ulong> shorter, byte[] corrections)
    {
        var width = DistanceBits(bits);
        var modulus = (1UL << width) - 1;
        var tweak = engine.TakeSentTweaks(strings.Length * bits);
        var delta = batch.Delta;
        var packed = new ulong[(corrections.Length + 7) / 8];
        var (position, word, fill) = (0, 0UL, 0);
        using NativeBuffer<Gf128> zeros = NativeBuffer<Gf128>.Allocate(HashedAtATime), ones = NativeBuffer<Gf128>.Allocate(HashedAtATime);
        Gf128* zero = zeros.Pointer, one = ones.Pointer;
        var atATime = HashedAtATime / bits;
        fixed (Gf128* blocks = batch.Blocks)
        fixed (byte* flip = flips)
        {
            for (var start = 0; start < strings.Length; start += atATime)
            {
                var count = Math.Min(atATime, strings.Length - start);
                unchecked
                {
                    var first = start * bits;
                    for (var i = 0; i < count * bits; i++)
                    {
                        var mask = 0 - (ulong)((uint)(flip[(first + i) >> 3] >> ((first + i) & 7)) & 1);
                        zero[i] = blocks[first + i] + new Gf128(delta.Low & mask, delta.High & mask);
                        one[i] = zero[i] + delta;
                    }

                    engine.Hash(zeros.Span[..(count * bits)], tweak + (ulong)first);
                    engine.Hash(ones.Span[..(count * bits)], tweak + (ulong)first);
                    var transfer = 0;
                    for (var i = start; i < start + count; i++)
                    {
                        var (s, share) = (strings[i], 0UL);
                        for (var j = 0; j < bits; j++, transfer++)
                        {
                            var (x, k0, k1) = ((s >> j) & 1, zero[transfer].Low, one[transfer].Low);
                            share += x - k0;
                            Append(packed, ref position, ref word, ref fill, (1 - (2 * x) + k0 - k1) & modulus, width);
                        }

                        shorter[i] = (0 - share) & modulus;
                    }
                }
            }
        }

        if (fill > 0) packed[position] = word;
        MemoryMarshal.AsBytes(packed.AsSpan())[..corrections.Length].CopyTo(corrections);
    }

    /// <summary>After step 5b: the sum of this party's shares, the new string.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void UnmaskDistances(
        BooleanEngine engine, TransferReceiverBatch batch, ReadOnlySpan<ulong> strings, int bits, byte[] corrections, Span<ulong> shorter)
    {
        var width = DistanceBits(bits);
        var modulus = (1UL << width) - 1;
        var tweak = engine.TakeReceivedTweaks(strings.Length * bits);
        var packed = new ulong[((corrections.Length + 7) / 8) + 1];                      // one more word to read beyond
        corrections.CopyTo(MemoryMarshal.AsBytes(packed.AsSpan()));
        using var masks = NativeBuffer<Gf128>.Allocate(HashedAtATime);
        var mask = masks.Pointer;
        var atATime = HashedAtATime / bits;
        fixed (ulong* correction = packed)
        {
            for (var start = 0; start < strings.Length; start += atATime)
            {
                var count = Math.Min(atATime, strings.Length - start);
                unchecked
                {
                    var first = start * bits;
                    batch.Blocks.Slice(first, count * bits).CopyTo(masks.Span);
                    engine.Hash(masks.Span[..(count * bits)], tweak + (ulong)first);
                    var transfer = 0;
                    for (var i = start; i < start + count; i++)
                    {
                        var (s, share) = (strings[i], 0UL);
                        for (var j = 0; j < bits; j++, transfer++)
                        {
                            var at = (long)(first + transfer) * width;
                            var (index, shift) = (at >> 6, (int)at & 63);
                            var sent = (correction[index] >> shift) | ((correction[index + 1] << 1) << (63 - shift));
                            share += mask[transfer].Low + (sent & (0 - ((s >> j) & 1)));
                        }

                        shorter[i] = share & modulus;
                    }
                }
            }
        }
    }

    /// <summary>Bit planes: word [j · words + i / 64], bit i mod 64, is bit j of string i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static ulong[] Planes(ReadOnlySpan<ulong> strings, int bits, int words)
    {
        var planes = new ulong[bits * words];
        for (var i = 0; i < strings.Length; i++)
        {
            for (var j = 0; j < bits; j++) planes[(j * words) + (i >> 6)] |= ((strings[i] >> j) & 1) << (i & 63);
        }

        return planes;
    }

    /// <summary>Which of the strings of word i are the value, one bit each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong AreValue(ReadOnlySpan<ulong> planes, int bits, int words, int i, int value)
    {
        var all = ulong.MaxValue;
        for (var j = 0; j < bits; j++) all &= planes[(j * words) + i] ^ unchecked(((ulong)(value >> j) & 1) - 1);
        return all;
    }

    /// <summary>Σ_j blocks[j · n + g] · X^j: one block for l transfers, whose choices are then the bits of one element below X^l.</summary>
    private static void Combine(ReadOnlySpan<Gf128> blocks, int bits, int groups, Span<Gf128> combined)
    {
        blocks[..groups].CopyTo(combined);
        for (var j = 1; j < bits; j++) Gf128Vector.MultiplyAdd(blocks.Slice(j * groups, groups), new Gf128(1UL << j, 0), combined);
    }

    /// <summary>The lowest bits of the hashes of blocks + offset.</summary>
    private static void MaskPlane(BooleanEngine engine, ReadOnlySpan<Gf128> blocks, Gf128 offset, ulong tweak, NativeBuffer<Gf128> scratch, Span<ulong> plane)
    {
        plane.Clear();
        for (var start = 0; start < blocks.Length; start += HashedAtATime)
        {
            var count = Math.Min(HashedAtATime, blocks.Length - start);
            var masks = scratch.Pointer;
            for (var i = 0; i < count; i++) masks[i] = blocks[start + i] + offset;
            engine.Hash(scratch.Span[..count], unchecked(tweak + (ulong)start));
            for (var i = 0; i < count; i++) plane[(start + i) >> 6] |= (masks[i].Low & 1) << ((start + i) & 63);
        }
    }

    /// <summary>Step 6b. The share r is such that entry 0 needs no message: r = k₀ xor [x = 0]; entry v is [x = v] xor r xor k_v.</summary>
    private static byte[] MaskTables(
        BooleanEngine engine, TransferSenderBatch batch, ReadOnlySpan<ulong> flips, ReadOnlySpan<ulong> strings, int bits, Span<ulong> shares)
    {
        var words = shares.Length;
        var tweak = engine.TakeSentTweaks(64 * words);
        var entries = new byte[((1 << bits) - 1) * words * sizeof(ulong)];
        var planes = Planes(strings, bits, words);
        using NativeBuffer<Gf128> combined = NativeBuffer<Gf128>.Allocate(64 * words), scratch = NativeBuffer<Gf128>.Allocate(HashedAtATime);
        Combine(batch.Blocks, bits, 64 * words, combined.Span);
        for (var i = 0; i < combined.Length; i++)
        {
            var element = 0UL;                                                                // what the flips of the group add: Δ·d
            for (var j = 0; j < bits; j++) element |= ((flips[(j * words) + (i >> 6)] >> (i & 63)) & 1) << j;
            combined.Span[i] += batch.Delta * new Gf128(element, 0);
        }

        MaskPlane(engine, combined.Span, Gf128.Zero, tweak, scratch, shares);
        for (var i = 0; i < words; i++) shares[i] ^= AreValue(planes, bits, words, i, 0);
        for (var value = 1; value < 1 << bits; value++)
        {
            var plane = MemoryMarshal.Cast<byte, ulong>(entries.AsSpan()).Slice((value - 1) * words, words);
            MaskPlane(engine, combined.Span, batch.Delta * new Gf128((ulong)value, 0), tweak, scratch, plane);
            for (var i = 0; i < words; i++) plane[i] ^= shares[i] ^ AreValue(planes, bits, words, i, value);
        }

        Clear(planes);
        return entries;
    }

    /// <summary>After step 6b: k_y, and entry y unless y = 0; all entries are read.</summary>
    private static void UnmaskTables(
        BooleanEngine engine, TransferReceiverBatch batch, ReadOnlySpan<ulong> planes, int bits, ReadOnlySpan<ulong> entries, Span<ulong> shares)
    {
        var words = shares.Length;
        var tweak = engine.TakeReceivedTweaks(64 * words);
        using NativeBuffer<Gf128> combined = NativeBuffer<Gf128>.Allocate(64 * words), scratch = NativeBuffer<Gf128>.Allocate(HashedAtATime);
        Combine(batch.Blocks, bits, 64 * words, combined.Span);
        MaskPlane(engine, combined.Span, Gf128.Zero, tweak, scratch, shares);
        for (var value = 1; value < 1 << bits; value++)
        {
            for (var i = 0; i < words; i++) shares[i] ^= entries[((value - 1) * words) + i] & AreValue(planes, bits, words, i, value);
        }
    }
}
