using System.Runtime.CompilerServices;

namespace Collab.Arithmetic.Lattices;

/// <summary>One double: the specification of the wider lanes. There is nothing to permute.</summary>
internal readonly unsafe struct ResidueLanes1 : IResidueLanes<double>
{
    public static int Count => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Load(double* from) => *from;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(double* to, double value) => *to = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Broadcast(double value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Add(double a, double b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Subtract(double a, double b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Multiply(double a, double b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MultiplyAdd(double a, double b, double c) => Math.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MultiplySubtract(double a, double b, double c) => Math.FusedMultiplyAdd(a, b, -c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Floor(double x) => Math.Floor(x);

    // A mask and not a condition, for time and for secrets.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double AddIfNegative(double x, double p) => x + BitConverter.Int64BitsToDouble(
        BitConverter.DoubleToInt64Bits(p) & (BitConverter.DoubleToInt64Bits(x) >> 63));

    public static (double, double) Halves(double x, double y) => (x, y);

    public static (double, double) Evens(double x, double y) => (x, y);

    public static (double, double) Unpack(double x, double y) => (x, y);

    public static (double, double) Interleave(double x, double y) => (x, y);

    public static (double, double) Separate(double x, double y) => (x, y);
}
