using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Collab.Arithmetic.Lattices;

/// <summary>Element-wise arithmetic modulo p on vectors of residues: integers held as doubles.</summary>
/// <remarks>"Residues" are in [0, p), and so is every result unless a member says otherwise. A destination may be an operand, not overlap
/// it in part. Lengths must agree. Timing depends on lengths alone.</remarks>
public static unsafe class ResidueVectors
{
    /// <summary>d = x + y.</summary>
    public static void Add(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> d, ResidueModulus p) =>
        Apply<AddResidues>(x, y, d, p);

    /// <summary>d = x − y.</summary>
    public static void Subtract(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> d, ResidueModulus p) =>
        Apply<SubtractResidues>(x, y, d, p);

    /// <summary>d = x·y; x and y may be any integers within ±p.</summary>
    public static void Multiply(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> d, ResidueModulus p) =>
        Apply<MultiplyResidues>(x, y, d, p);

    /// <summary>d = d + x·y without reduction: |d| grows by at most 3/4·p, so that 10 products stay below 2^51; then <see cref="Normalize"/>.</summary>
    public static void Accumulate(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> d, ResidueModulus p) =>
        Apply<AccumulateProduct>(x, y, d, p);

    /// <summary>d = x·c for a constant residue; x may be any integers below 2^51 in magnitude.</summary>
    public static void Scale(ReadOnlySpan<double> x, ulong c, Span<double> d, ResidueModulus p) => Apply<ScaleResidues>(x, x, d, p, c);

    /// <summary>As <see cref="Scale"/>, with results about zero: within ±3/4·p.</summary>
    public static void ScaleCentered(ReadOnlySpan<double> x, ulong c, Span<double> d, ResidueModulus p) => Apply<ScaleCentered>(x, x, d, p, c);

    /// <summary>d = d + x·c without reduction, as <see cref="Accumulate"/>; x may be any integers below 2^51 in magnitude.</summary>
    public static void AccumulateScaled(ReadOnlySpan<double> x, ulong c, Span<double> d, ResidueModulus p) =>
        Apply<AccumulateScaled>(x, x, d, p, c);

    /// <summary>d = (x − y)·c for a constant residue; x − y may be any integers below 2^51 in magnitude.</summary>
    public static void ScaleDifference(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ulong c, Span<double> d, ResidueModulus p) =>
        Apply<ScaleDifference>(x, y, d, p, c);

    /// <summary>d = x modulo p, for any integers below 2^51 in magnitude.</summary>
    public static void Normalize(ReadOnlySpan<double> x, Span<double> d, ResidueModulus p) => Apply<NormalizeResidues>(x, x, d, p);

    /// <summary>d = x modulo p about zero, within ±(p/2 + 1), for any integers below 2^51 in magnitude.</summary>
    public static void Center(ReadOnlySpan<double> x, Span<double> d, ResidueModulus p) => Apply<CenterResidues>(x, x, d, p);

    private static void Apply<TOperator>(
        ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> d, ResidueModulus p, ulong constant = 0)
        where TOperator : struct, IResidueOperator => Apply<TOperator>(ResidueKernels.Best, x, y, d, p, constant);

    internal static void Apply<TOperator>(
        VectorKernel kernel, ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> d, ResidueModulus p, ulong constant)
        where TOperator : struct, IResidueOperator
    {
        ArgumentNullException.ThrowIfNull(p);
        if (x.Length != d.Length || y.Length != d.Length) throw new ArgumentException("The lengths agree.", nameof(d));
        if (constant >= p.Value) throw new ArgumentException("The constant is a residue.", nameof(constant));
        var c = p.Centered(constant);
        fixed (double* from = x, and = y, to = d)
        {
            var done = kernel switch
            {
                VectorKernel.Bits512 => Loop<TOperator, ResidueLanes512, Vector512<double>>(from, and, to, 0, d.Length, p.Value, p.Inverse, c),
                VectorKernel.Bits256 => Loop<TOperator, ResidueLanes256, Vector256<double>>(from, and, to, 0, d.Length, p.Value, p.Inverse, c),
                _ => 0,
            };
            _ = Loop<TOperator, ResidueLanes1, double>(from, and, to, done, d.Length, p.Value, p.Inverse, c);
        }
    }

    /// <summary>Elements from start on, as many as fill whole vectors; returns where it stopped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private static int Loop<TOperator, TLanes, V>(double* x, double* y, double* d, int start, int length, double p, double inverse, double c)
        where TOperator : struct, IResidueOperator
        where TLanes : struct, IResidueLanes<V>
        where V : unmanaged
    {
        unchecked
        {
            var (constant, quotient, magic) = (TLanes.Broadcast(c), TLanes.Broadcast(c / p), TLanes.Broadcast(Residue<TLanes, V>.Magic));
            var (modulus, inverses, negative) = (TLanes.Broadcast(p), TLanes.Broadcast(inverse), TLanes.Broadcast(-p));
            nint i = start, n = length - TLanes.Count;
            for (; i <= n; i += TLanes.Count)
            {
                // A read that nothing needs would still be done, and wait for memory.
                var before = typeof(TOperator) == typeof(AccumulateProduct) || typeof(TOperator) == typeof(AccumulateScaled) ? TLanes.Load(d + i) : constant;
                TLanes.Store(d + i, TOperator.Invoke<TLanes, V>(
                    TLanes.Load(x + i), TLanes.Load(y + i), before, constant, quotient, modulus, inverses, negative, magic));
            }

            return (int)i;
        }
    }
}
