using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Collab.Arithmetic.BinaryField;

namespace Collab.Arithmetic.Codes;

public sealed unsafe partial class ExpandConvoluteCode
{
    private const int Reach = StateSize + 1;
    private const int ReachedPairs = (Reach + 1) / 2;   // pairs after its own that a pair may change

    private static CodeKernel Best =>
        Avx512F.IsSupported && Avx512DQ.IsSupported ? CodeKernel.Lanes512 : Avx2.IsSupported ? CodeKernel.Lanes256 : CodeKernel.Lanes128;

    /// <summary>The specification: x[(i + j) mod k] += x[i] for every tap j of place i, places in order.</summary>
    private void Convolve(Span<Gf128> x, ulong pass)
    {
        var taps = new uint[Chunk];
        for (var start = 0; start < x.Length; start += Chunk)
        {
            var count = Math.Min(Chunk, x.Length - start);
            Taps(pass, start, taps.AsSpan(0, count));
            for (var i = 0; i < count; i++) ConvolveOne(x, start + i, taps[i]);
        }
    }

    private static void ConvolveOne(Span<Gf128> x, int place, uint taps)
    {
        var value = x[place];
        for (var j = 1; j <= Reach; j++)
        {
            var mask = unchecked(0UL - ((taps >> (j - 1)) & 1));
            var target = place + j;
            if (target >= x.Length) target -= x.Length;
            x[target] += new Gf128(value.Low & mask, value.High & mask);
        }
    }

    /// <summary>Bits: the state is a word, whose bit j − 1 is what place i + j has received.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void ConvolveBits(Span<byte> x, ulong pass)
    {
        var taps = new uint[Chunk];
        var state = 0U;
        for (var start = 0; start < x.Length; start += Chunk)
        {
            var count = Math.Min(Chunk, x.Length - start);
            Taps(pass, start, taps.AsSpan(0, count));
            var piece = x.Slice(start, count);
            for (var i = 0; i < piece.Length; i++)
            {
                var bit = (piece[i] ^ state) & 1;
                piece[i] = (byte)bit;
                state = (state >> 1) ^ (taps[i] & unchecked(0U - bit));
            }
        }

        for (var i = 0; i < Reach; i++) x[i] ^= (byte)((state >> i) & 1); // around the ring
    }

    /// <summary>Pairs of places, whose receivers are read and written in place; the last ones, around the ring, one at a time.</summary>
    private void ConvolveLanes256(Span<Gf128> x, ulong pass)
    {
        const int Ahead = 2 * ReachedPairs + 2;     // elements from a pair's first to the end of the last pair that it may change
        var taps = new uint[Chunk];
        var masks = stackalloc Vector256<ulong>[4];
        for (var bits = 0; bits < 4; bits++)
        {
            ulong low = unchecked(0UL - (ulong)(bits & 1)), high = unchecked(0UL - (ulong)(bits >> 1));
            masks[bits] = Vector256.Create(low, low, high, high);
        }

        for (var start = 0; start < x.Length; start += Chunk)
        {
            var count = Math.Min(Chunk, x.Length - start);
            Taps(pass, start, taps.AsSpan(0, count));
            var inside = Math.Clamp(x.Length - Ahead - start, 0, count); // even, as all of these are
            fixed (Gf128* elements = x[start..])
            fixed (uint* first = taps) ConvolvePairs((Vector256<ulong>*)elements, inside, first, masks);
            for (var i = inside; i < count; i++) ConvolveOne(x, start + i, taps[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void ConvolvePairs(Vector256<ulong>* x, int count, uint* taps, Vector256<ulong>* masks)
    {
        for (var i = 0; i < count; i += 2, x++, taps += 2)
        {
            // Bit q of r: whether the place q beyond the pair's first receives the element.
            ulong r0 = (ulong)taps[0] << 1, r1 = (ulong)taps[1] << 2;
            var pair = x[0];
            var b0 = Avx2.Permute4x64(pair, 0x44);
            pair ^= b0 & masks[r0 & 3];
            var b1 = Avx2.Permute4x64(pair, 0xEE);
            x[0] = pair;
            for (var q = 1; q <= ReachedPairs; q++)
            {
                r0 >>= 2;
                r1 >>= 2;
                x[q] ^= (b0 & masks[r0 & 3]) ^ (b1 & masks[r1 & 3]);
            }
        }
    }

    private void ConvolveLanes512(Span<Gf128> x, ulong pass)
    {
        // What the last places send around the ring is gathered behind the end; so is the look-ahead of the first.
        using var taps = Primitives.NativeBuffer<uint>.Allocate(Chunk);
        using var tail = Primitives.NativeBuffer<Vector128<ulong>>.AllocateZeroed(64);
        using var masks = Primitives.NativeBuffer<Vector512<ulong>>.Allocate(16);
        for (var nibble = 0; nibble < 16; nibble++)
        {
            ulong A(int lane) => unchecked(0UL - (ulong)((nibble >> lane) & 1));
            masks.Span[nibble] = Vector512.Create(A(0), A(0), A(1), A(1), A(2), A(2), A(3), A(3));
        }

        const int Ahead = 28;                       // elements beyond the group of four that it may change
        var state = tail.Pointer;                   // [Ahead]: groups 1 to 7 of the window
        fixed (Gf128* elements = x)
        {
            var ahead = (Vector128<ulong>*)elements;
            for (var i = 0; i < Ahead; i++) state[i] = ahead[i];
            for (var start = 0; start < x.Length; start += Chunk)
            {
                var count = Math.Min(Chunk, x.Length - start);
                Taps(pass, start, taps.Span[..count]);
                var inside = Math.Min(count, Math.Max(0, x.Length - Ahead - start)); // groups whose look-ahead is inside the ring
                ConvolveGroups((Vector512<ulong>*)(ahead + start), inside, taps.Pointer, (byte*)masks.Pointer, (Vector512<ulong>*)state, Ahead / 4);
                if (inside == count) continue;
                // The last groups read zeroes from behind the end: at most Ahead elements, so they are done in a copy.
                using var end = Primitives.NativeBuffer<Vector128<ulong>>.AllocateZeroed(2 * Ahead);
                ConvolveGroups((Vector512<ulong>*)end.Pointer, count - inside, taps.Pointer + inside, (byte*)masks.Pointer, (Vector512<ulong>*)state, Ahead / 4);
                for (var i = 0; i < count - inside; i++) ahead[start + inside + i] = end.Pointer[i];
            }

            for (var i = 0; i < Ahead; i++) ahead[i] ^= state[i];
        }
    }

    /// <summary>Groups of four places. The window holds what groups 1 to 7 have received and their own elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void ConvolveGroups(Vector512<ulong>* x, int count, uint* taps, byte* masks, Vector512<ulong>* state, int ahead)
    {
        Vector512<ulong> w0 = state[0], w1 = state[1], w2 = state[2], w3 = state[3], w4 = state[4], w5 = state[5], w6 = state[6];
        var first = *(Vector512<ulong>*)(masks + 64);
        for (var i = 0; i < count; i += 4, x++, taps += 4)
        {
            // Bit q of r: whether the place q beyond the group's first receives the element. A nibble picks four lanes' mask of 64 bytes.
            ulong r0 = (ulong)taps[0] << 7, r1 = (ulong)taps[1] << 8, r2 = (ulong)taps[2] << 9, r3 = (ulong)taps[3] << 10;
            var w7 = x[ahead];
            var b0 = Avx512F.Shuffle4x128(w0, w0, 0x00);
            w0 = Avx512F.TernaryLogic(w0, b0, *(Vector512<ulong>*)(masks + (r0 & 0x3C0)), 0x78);
            var b1 = Avx512F.Shuffle4x128(w0, w0, 0x55);
            w0 = Avx512F.TernaryLogic(w0, b1, *(Vector512<ulong>*)(masks + (r1 & 0x3C0)), 0x78);
            var b2 = Avx512F.Shuffle4x128(w0, w0, 0xAA);
            w0 = Avx512F.TernaryLogic(w0, b2, *(Vector512<ulong>*)(masks + (r2 & 0x3C0)), 0x78);
            var b3 = Avx512F.Shuffle4x128(w0, w0, 0xFF);
            *x = w0;
            w0 = Receive(w1, b0, b1, b2, b3, masks, r0 >> 4, r1 >> 4, r2 >> 4, r3 >> 4);
            w1 = Receive(w2, b0, b1, b2, b3, masks, r0 >> 8, r1 >> 8, r2 >> 8, r3 >> 8);
            w2 = Receive(w3, b0, b1, b2, b3, masks, r0 >> 12, r1 >> 12, r2 >> 12, r3 >> 12);
            w3 = Receive(w4, b0, b1, b2, b3, masks, r0 >> 16, r1 >> 16, r2 >> 16, r3 >> 16);
            w4 = Receive(w5, b0, b1, b2, b3, masks, r0 >> 20, r1 >> 20, r2 >> 20, r3 >> 20);
            w5 = Receive(w6, b0, b1, b2, b3, masks, r0 >> 24, r1 >> 24, r2 >> 24, r3 >> 24);
            w6 = Avx512F.TernaryLogic(w7, b3, first, 0x78); // only the last tap of the fourth reaches so far, and it is one
        }

        state[0] = w0;
        state[1] = w1;
        state[2] = w2;
        state[3] = w3;
        state[4] = w4;
        state[5] = w5;
        state[6] = w6;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Receive(
        Vector512<ulong> w, Vector512<ulong> b0, Vector512<ulong> b1, Vector512<ulong> b2, Vector512<ulong> b3,
        byte* masks, ulong r0, ulong r1, ulong r2, ulong r3)
    {
        w = Avx512F.TernaryLogic(w, b0, *(Vector512<ulong>*)(masks + (r0 & 0x3C0)), 0x78); // w ^ (b & mask)
        w = Avx512F.TernaryLogic(w, b1, *(Vector512<ulong>*)(masks + (r1 & 0x3C0)), 0x78);
        w = Avx512F.TernaryLogic(w, b2, *(Vector512<ulong>*)(masks + (r2 & 0x3C0)), 0x78);
        return Avx512F.TernaryLogic(w, b3, *(Vector512<ulong>*)(masks + (r3 & 0x3C0)), 0x78);
    }
}
