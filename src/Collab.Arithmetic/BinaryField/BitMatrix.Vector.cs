using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Collab.Arithmetic.BinaryField;

/// <content>Several blocks side by side in the lanes of a vector, each treated as the scalar form treats one.</content>
public static unsafe partial class BitMatrix
{
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Transpose512(Gf128* columns, int stride, Gf128* rows)
    {
        var block = stackalloc Vector512<ulong>[Side];
        for (var j = 0; j < Side / 2; j++)                                              // quarters of 64 × 64
        {
            var above = Vector512.Load((ulong*)(columns + (nint)j * stride));
            var below = Vector512.Load((ulong*)(columns + (nint)(j + 64) * stride));
            block[j] = Avx512F.UnpackLow(above, below);
            block[j + 64] = Avx512F.UnpackHigh(above, below);
        }

        var mask = 0x00000000ffffffffUL;
        for (var distance = 32; distance > 0; distance >>= 1, mask ^= mask << distance)
        {
            var masks = Vector512.Create(mask);
            for (var first = 0; first < Side; first += 2 * distance)
            {
                for (var r = first; r < first + distance; r++)
                {
                    var above = block[r];
                    var below = block[r + distance];
                    var swap = ((above >>> distance) ^ below) & masks;
                    block[r] = above ^ (swap << distance);
                    block[r + distance] = below ^ swap;
                }
            }
        }

        for (var r = 0; r < Side; r++)
        {
            for (var lane = 0; lane < 4; lane++) rows[lane * Side + r] = ((Gf128*)(block + r))[lane];
        }

        new Span<Vector512<ulong>>(block, Side).Clear();
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Transpose256(Gf128* columns, int stride, Gf128* rows)
    {
        var block = stackalloc Vector256<ulong>[Side];
        for (var j = 0; j < Side / 2; j++)                                              // quarters of 64 × 64
        {
            var above = Vector256.Load((ulong*)(columns + (nint)j * stride));
            var below = Vector256.Load((ulong*)(columns + (nint)(j + 64) * stride));
            block[j] = Avx2.UnpackLow(above, below);
            block[j + 64] = Avx2.UnpackHigh(above, below);
        }

        var mask = 0x00000000ffffffffUL;
        for (var distance = 32; distance > 0; distance >>= 1, mask ^= mask << distance)
        {
            var masks = Vector256.Create(mask);
            for (var first = 0; first < Side; first += 2 * distance)
            {
                for (var r = first; r < first + distance; r++)
                {
                    var above = block[r];
                    var below = block[r + distance];
                    var swap = ((above >>> distance) ^ below) & masks;
                    block[r] = above ^ (swap << distance);
                    block[r + distance] = below ^ swap;
                }
            }
        }

        for (var r = 0; r < Side; r++)
        {
            for (var lane = 0; lane < 2; lane++) rows[lane * Side + r] = ((Gf128*)(block + r))[lane];
        }

        new Span<Vector256<ulong>>(block, Side).Clear();
    }
}
