using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using V = System.Runtime.Intrinsics.Vector512<double>;

namespace Collab.Arithmetic.Lattices;

/// <summary>Eight doubles in a 512-bit register.</summary>
internal readonly unsafe struct ResidueLanes512 : IResidueLanes<V>
{
    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load(double* from) => Vector512.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(double* to, V value) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Broadcast(double value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Add(V a, V b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Subtract(V a, V b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Multiply(V a, V b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V MultiplyAdd(V a, V b, V c) => Avx512F.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V MultiplySubtract(V a, V b, V c) => Avx512F.FusedMultiplySubtract(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V AddIfNegative(V x, V p) => x + (Vector512.LessThan(x, V.Zero) & p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Spread(double* from, int run) => run switch
    {
        1 => Vector512.Load(from),
        2 => Avx512F.PermuteVar8x64(Vector256.Load(from).ToVector512Unsafe(), Vector512.Create(0L, 0, 1, 1, 2, 2, 3, 3)),
        _ => Avx512F.PermuteVar8x64(Vector128.Load(from).ToVector256Unsafe().ToVector512Unsafe(), Vector512.Create(0L, 0, 0, 0, 1, 1, 1, 1)),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V, V) Split(V x, V y, int run) => run switch
    {
        1 => (Avx512F.UnpackLow(x, y), Avx512F.UnpackHigh(x, y)),
        2 => (Avx512F.PermuteVar8x64x2(x, Vector512.Create(0L, 1, 8, 9, 4, 5, 12, 13), y),
            Avx512F.PermuteVar8x64x2(x, Vector512.Create(2L, 3, 10, 11, 6, 7, 14, 15), y)),
        _ => (Avx512F.Shuffle4x128(x, y, 0b01_00_01_00), Avx512F.Shuffle4x128(x, y, 0b11_10_11_10)),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V, V) Interleave(V x, V y) => (
        Avx512F.PermuteVar8x64x2(x, Vector512.Create(0L, 8, 1, 9, 2, 10, 3, 11), y),
        Avx512F.PermuteVar8x64x2(x, Vector512.Create(4L, 12, 5, 13, 6, 14, 7, 15), y));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V, V) Separate(V x, V y) => (
        Avx512F.PermuteVar8x64x2(x, Vector512.Create(0L, 2, 4, 6, 8, 10, 12, 14), y),
        Avx512F.PermuteVar8x64x2(x, Vector512.Create(1L, 3, 5, 7, 9, 11, 13, 15), y));
}
