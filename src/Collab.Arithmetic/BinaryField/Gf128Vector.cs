using Lanes2 = Collab.Arithmetic.BinaryField.Gf128Lanes<System.Runtime.Intrinsics.Vector256<ulong>, Collab.Arithmetic.BinaryField.Gf128Lanes256>;
using Lanes4 = Collab.Arithmetic.BinaryField.Gf128Lanes<System.Runtime.Intrinsics.Vector512<ulong>, Collab.Arithmetic.BinaryField.Gf128Lanes512>;

namespace Collab.Arithmetic.BinaryField;

/// <summary>Vectors over GF(2^128). Timing depends on lengths alone.</summary>
/// <remarks>The widest kernel of the processor, asked of the instructions themselves (VPCLMULQDQ with AVX2 or AVX-512); the loops are in
/// <c>Gf128Lanes</c>, the specification is the scalar loop over the operators of <see cref="Gf128"/>.</remarks>
public static unsafe class Gf128Vector
{
    /// <summary>The widest kernel this processor runs.</summary>
    internal static VectorKernel Best =>
        Gf128Lanes512.IsSupported ? VectorKernel.Bits512 : Gf128Lanes256.IsSupported ? VectorKernel.Bits256 : VectorKernel.Scalar;

    /// <summary>d[i] = x[i] + y[i].</summary>
    /// <param name="x">Shape [n].</param>
    /// <param name="y">Shape [n].</param>
    /// <param name="destination">Shape [n]; may be <paramref name="x"/> or <paramref name="y"/> itself.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Add(ReadOnlySpan<Gf128> x, ReadOnlySpan<Gf128> y, Span<Gf128> destination) => Add(Best, x, y, destination);

    /// <summary>d[i] = x[i] · y[i].</summary>
    /// <param name="x">Shape [n].</param>
    /// <param name="y">Shape [n].</param>
    /// <param name="destination">Shape [n]; may be <paramref name="x"/> or <paramref name="y"/> itself.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Multiply(ReadOnlySpan<Gf128> x, ReadOnlySpan<Gf128> y, Span<Gf128> destination) => Multiply(Best, x, y, destination);

    /// <summary>d[i] = f · x[i].</summary>
    /// <param name="x">Shape [n].</param>
    /// <param name="factor">The factor f.</param>
    /// <param name="destination">Shape [n]; may be <paramref name="x"/> itself.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Multiply(ReadOnlySpan<Gf128> x, Gf128 factor, Span<Gf128> destination) => Multiply(Best, x, factor, destination);

    /// <summary>d[i] = d[i] + f · x[i].</summary>
    /// <param name="x">Shape [n].</param>
    /// <param name="factor">The factor f.</param>
    /// <param name="accumulator">Shape [n]; must not overlap <paramref name="x"/> unless it is the same span.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void MultiplyAdd(ReadOnlySpan<Gf128> x, Gf128 factor, Span<Gf128> accumulator) => MultiplyAdd(Best, x, factor, accumulator);

    /// <summary>d[i] = d[i] + x[i] · y[i].</summary>
    /// <param name="x">Shape [n].</param>
    /// <param name="y">Shape [n].</param>
    /// <param name="accumulator">Shape [n]; must not overlap <paramref name="x"/> or <paramref name="y"/> unless it is the same span.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void MultiplyAdd(ReadOnlySpan<Gf128> x, ReadOnlySpan<Gf128> y, Span<Gf128> accumulator) =>
        MultiplyAdd(Best, x, y, accumulator);

    /// <summary>Σ x[i] · y[i].</summary>
    /// <param name="x">Shape [n].</param>
    /// <param name="y">Shape [n].</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static Gf128 InnerProduct(ReadOnlySpan<Gf128> x, ReadOnlySpan<Gf128> y) => InnerProduct(Best, x, y);

    /// <summary>d[i] = d[i] + Σ c[j] · x[i]^(j + 1): a polynomial without constant term at many points.</summary>
    /// <param name="x">The points, shape [n].</param>
    /// <param name="coefficients">From that of the first power, shape [m].</param>
    /// <param name="accumulator">Shape [n]; must not overlap the others unless it is x itself.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void AddPolynomial(ReadOnlySpan<Gf128> x, ReadOnlySpan<Gf128> coefficients, Span<Gf128> accumulator) =>
        AddPolynomial(Best, x, coefficients, accumulator);

    internal static void AddPolynomial(VectorKernel kernel, ReadOnlySpan<Gf128> x, ReadOnlySpan<Gf128> coefficients, Span<Gf128> accumulator)
    {
        RequireSameLength(x.Length, x.Length, accumulator.Length);
        fixed (Gf128* a = x, c = coefficients, d = accumulator)
        {
            if (kernel == VectorKernel.Bits512) Lanes4.AddPolynomial(a, c, coefficients.Length, d, x.Length);
            else if (kernel == VectorKernel.Bits256) Lanes2.AddPolynomial(a, c, coefficients.Length, d, x.Length);
            else
            {
                for (var i = 0; i < x.Length; i++)
                {
                    var sum = Gf128.Zero;
                    for (var j = coefficients.Length - 1; j >= 0; j--) sum = (sum + c[j]) * a[i];
                    d[i] += sum;
                }
            }
        }
    }

    internal static void Add(VectorKernel kernel, ReadOnlySpan<Gf128> x, ReadOnlySpan<Gf128> y, Span<Gf128> destination)
    {
        RequireSameLength(x.Length, y.Length, destination.Length);
        fixed (Gf128* a = x, b = y, d = destination)
        {
            if (kernel == VectorKernel.Bits512) Lanes4.Add(a, b, d, x.Length);
            else if (kernel == VectorKernel.Bits256) Lanes2.Add(a, b, d, x.Length);
            else for (var i = 0; i < x.Length; i++) d[i] = a[i] + b[i];
        }
    }

    internal static void Multiply(VectorKernel kernel, ReadOnlySpan<Gf128> x, ReadOnlySpan<Gf128> y, Span<Gf128> destination)
    {
        RequireSameLength(x.Length, y.Length, destination.Length);
        fixed (Gf128* a = x, b = y, d = destination)
        {
            if (kernel == VectorKernel.Bits512) Lanes4.Multiply(a, b, d, x.Length);
            else if (kernel == VectorKernel.Bits256) Lanes2.Multiply(a, b, d, x.Length);
            else for (var i = 0; i < x.Length; i++) d[i] = a[i] * b[i];
        }
    }

    internal static void Multiply(VectorKernel kernel, ReadOnlySpan<Gf128> x, Gf128 factor, Span<Gf128> destination)
    {
        RequireSameLength(x.Length, x.Length, destination.Length);
        fixed (Gf128* a = x, d = destination)
        {
            if (kernel == VectorKernel.Bits512) Lanes4.Multiply(a, factor, d, x.Length);
            else if (kernel == VectorKernel.Bits256) Lanes2.Multiply(a, factor, d, x.Length);
            else for (var i = 0; i < x.Length; i++) d[i] = a[i] * factor;
        }
    }

    internal static void MultiplyAdd(VectorKernel kernel, ReadOnlySpan<Gf128> x, Gf128 factor, Span<Gf128> accumulator)
    {
        RequireSameLength(x.Length, x.Length, accumulator.Length);
        fixed (Gf128* a = x, d = accumulator)
        {
            if (kernel == VectorKernel.Bits512) Lanes4.MultiplyAdd(a, factor, d, x.Length);
            else if (kernel == VectorKernel.Bits256) Lanes2.MultiplyAdd(a, factor, d, x.Length);
            else for (var i = 0; i < x.Length; i++) d[i] += a[i] * factor;
        }
    }

    internal static void MultiplyAdd(VectorKernel kernel, ReadOnlySpan<Gf128> x, ReadOnlySpan<Gf128> y, Span<Gf128> accumulator)
    {
        RequireSameLength(x.Length, y.Length, accumulator.Length);
        fixed (Gf128* a = x, b = y, d = accumulator)
        {
            if (kernel == VectorKernel.Bits512) Lanes4.MultiplyAdd(a, b, d, x.Length);
            else if (kernel == VectorKernel.Bits256) Lanes2.MultiplyAdd(a, b, d, x.Length);
            else for (var i = 0; i < x.Length; i++) d[i] += a[i] * b[i];
        }
    }

    internal static Gf128 InnerProduct(VectorKernel kernel, ReadOnlySpan<Gf128> x, ReadOnlySpan<Gf128> y)
    {
        RequireSameLength(x.Length, y.Length, x.Length);
        fixed (Gf128* a = x, b = y)
        {
            if (kernel == VectorKernel.Bits512) return Lanes4.InnerProduct(a, b, x.Length);
            if (kernel == VectorKernel.Bits256) return Lanes2.InnerProduct(a, b, x.Length);
            var sum = Gf128.Zero;
            for (var i = 0; i < x.Length; i++) sum += a[i] * b[i];
            return sum;
        }
    }

    private static void RequireSameLength(int x, int y, int destination)
    {
        if (x != y || x != destination) throw new ArgumentException("The vectors have one length.");
    }
}
