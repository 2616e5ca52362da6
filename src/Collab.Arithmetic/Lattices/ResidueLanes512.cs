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
    public static V Floor(V x) => Avx512F.RoundScale(x, 0b1001);

    // As unsigned integers a negative double is above every other, and of two that are not the smaller is below: x if x ≥ 0, else x + p.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V AddIfNegative(V x, V p) => Avx512F.Min(x.AsUInt64(), (x + p).AsUInt64()).AsDouble();

    // A shuffle of 512 bits takes as long as two multiplications: there are as few as can be.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V, V) Halves(V x, V y) => (Avx512F.Shuffle4x128(x, y, 0b01_00_01_00), Avx512F.Shuffle4x128(x, y, 0b11_10_11_10));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V, V) Evens(V x, V y) => (Avx512F.Shuffle4x128(x, y, 0b10_00_10_00), Avx512F.Shuffle4x128(x, y, 0b11_01_11_01));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V, V) Unpack(V x, V y) => (Avx512F.UnpackLow(x, y), Avx512F.UnpackHigh(x, y));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V, V) Interleave(V x, V y) => (
        Avx512F.PermuteVar8x64x2(x, Vector512.Create(0L, 8, 1, 9, 4, 12, 5, 13), y),
        Avx512F.PermuteVar8x64x2(x, Vector512.Create(2L, 10, 3, 11, 6, 14, 7, 15), y));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V, V) Separate(V x, V y) => (
        Avx512F.PermuteVar8x64x2(x, Vector512.Create(0L, 2, 4, 6, 8, 10, 12, 14), y),
        Avx512F.PermuteVar8x64x2(x, Vector512.Create(1L, 3, 5, 7, 9, 11, 13, 15), y));
}
