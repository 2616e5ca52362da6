using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Collab.SecretSharing.Vectors;

/// <summary>Words to bit planes and back: plane j holds bit j of every word, 512 words to a line of 8 words. Timing depends on lengths alone.</summary>
/// <remarks>
/// A plane of n bits takes <see cref="Stride"/>(n) words, so that every plane begins at a whole 512-bit register; bits past n are those of
/// zero words. Source: transposition of a 64 × 64 bit matrix by swaps of halves (Warren, Hacker's Delight, 2nd ed., section 7-3).
/// </remarks>
internal static unsafe class BitPlanes
{
    /// <summary>Words of one plane of n bits.</summary>
    public static int Stride(int n) => (int)(((long)n + 511) / 512 * 8);

    /// <summary>Planes 0 to <paramref name="planes"/> − 1 of the words; d has planes · <see cref="Stride"/>(n) words.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void FromWords(KernelWidth kernel, ulong* x, int n, int planes, ulong* d)
    {
        var stride = Stride(n);
        var block = stackalloc ulong[512];
        for (var line = 0; line < stride / 8; line++)
        {
            // Lane l of row r is word 64·l + r of the line, so that after the transposition row j holds plane j in order.
            var present = Math.Min(512, n - (line * 512));
            for (var lane = 0; lane < 8; lane++)
            {
                for (var r = 0; r < 64; r++)
                {
                    var at = (lane * 64) + r;
                    block[(r * 8) + lane] = at < present ? x[(line * 512) + at] : 0;
                }
            }

            Transpose(kernel, block);
            for (var j = 0; j < planes; j++)
            {
                for (var lane = 0; lane < 8; lane++) d[((nint)j * stride) + (line * 8) + lane] = block[(j * 8) + lane];
            }
        }

        new Span<ulong>(block, 512).Clear();
    }

    /// <summary>The words whose bits are the planes; bits from <paramref name="planes"/> on are 0.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void ToWords(KernelWidth kernel, ulong* planesOfBits, int n, int planes, ulong* d)
    {
        var stride = Stride(n);
        var block = stackalloc ulong[512];
        for (var line = 0; line < stride / 8; line++)
        {
            for (var j = 0; j < 64; j++)
            {
                for (var lane = 0; lane < 8; lane++)
                    block[(j * 8) + lane] = j < planes ? planesOfBits[((nint)j * stride) + (line * 8) + lane] : 0;
            }

            Transpose(kernel, block);
            var present = Math.Min(512, n - (line * 512));
            for (var at = 0; at < present; at++) d[(line * 512) + at] = block[((at & 63) * 8) + (at >> 6)];
        }

        new Span<ulong>(block, 512).Clear();
    }

    /// <summary>Eight 64 × 64 transpositions side by side: row r of matrix l is word 8·r + l; bit b of row r goes to bit r of row b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Transpose(KernelWidth kernel, ulong* block)
    {
        unchecked
        {
            var mask = 0x00000000ffffffffUL;
            for (var distance = 32; distance > 0; distance >>= 1, mask ^= mask << distance)
            {
                for (var first = 0; first < 64; first += 2 * distance)
                {
                    for (var r = first; r < first + distance; r++)
                    {
                        ulong* above = block + (r * 8), below = block + ((r + distance) * 8);
                        if (kernel >= KernelWidth.Bits512)
                        {
                            var (a, b) = (Vector512.Load(above), Vector512.Load(below));
                            var swap = ((a >>> distance) ^ b) & Vector512.Create(mask);
                            (a ^ (swap << distance)).Store(above);
                            (b ^ swap).Store(below);
                        }
                        else if (kernel >= KernelWidth.Bits256)
                        {
                            for (var half = 0; half < 8; half += 4)
                            {
                                var (a, b) = (Vector256.Load(above + half), Vector256.Load(below + half));
                                var swap = ((a >>> distance) ^ b) & Vector256.Create(mask);
                                (a ^ (swap << distance)).Store(above + half);
                                (b ^ swap).Store(below + half);
                            }
                        }
                        else
                        {
                            for (var lane = 0; lane < 8; lane++)
                            {
                                var swap = ((above[lane] >> distance) ^ below[lane]) & mask;
                                above[lane] ^= swap << distance;
                                below[lane] ^= swap;
                            }
                        }
                    }
                }
            }
        }
    }

    /// <summary>d[i] = bit i of one plane, as 0 or 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Spread(ulong* plane, int n, ulong* d)
    {
        for (nint i = 0; i < n; i = unchecked(i + 1)) d[i] = (plane[i >> 6] >> (int)(i & 63)) & 1;
    }

    /// <summary>Bit i of the plane = bit 0 of x[i]; the rest of the plane is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Gather(ulong* x, int n, ulong* plane)
    {
        new Span<ulong>(plane, Stride(n)).Clear();
        for (nint i = 0; i < n; i = unchecked(i + 1)) plane[i >> 6] |= (x[i] & 1) << (int)(i & 63);
    }
}
