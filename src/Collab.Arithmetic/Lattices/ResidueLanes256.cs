using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using V = System.Runtime.Intrinsics.Vector256<double>;

namespace Collab.Arithmetic.Lattices;

/// <summary>Four doubles in a 256-bit register.</summary>
internal readonly unsafe struct ResidueLanes256 : IResidueLanes<V>
{
    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load(double* from) => Vector256.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(double* to, V value) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Broadcast(double value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Add(V a, V b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Subtract(V a, V b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Multiply(V a, V b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V MultiplyAdd(V a, V b, V c) => Fma.MultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V MultiplySubtract(V a, V b, V c) => Fma.MultiplySubtract(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Floor(V x) => Avx.Floor(x);

    // The blend looks at the sign bit of x.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V AddIfNegative(V x, V p) => Avx.BlendVariable(x, x + p, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V, V) Halves(V x, V y) => Evens(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V, V) Evens(V x, V y) => (Avx.Permute2x128(x, y, 0x20), Avx.Permute2x128(x, y, 0x31));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V, V) Unpack(V x, V y) => (Avx.UnpackLow(x, y), Avx.UnpackHigh(x, y));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V, V) Interleave(V x, V y)
    {
        var (low, high) = Unpack(x, y);
        return Evens(low, high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V, V) Separate(V x, V y)
    {
        var (even, odd) = Evens(x, y);
        return Unpack(even, odd);
    }
}
