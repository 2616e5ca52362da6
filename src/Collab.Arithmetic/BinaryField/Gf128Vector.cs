namespace Collab.Arithmetic.BinaryField;

/// <summary>Vectors over GF(2^128). Timing depends on lengths alone.</summary>
public static class Gf128Vector
{
    /// <summary>d[i] = x[i] + y[i].</summary>
    /// <param name="x">Shape [n].</param>
    /// <param name="y">Shape [n].</param>
    /// <param name="destination">Shape [n]; may be <paramref name="x"/> or <paramref name="y"/> itself.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Add(ReadOnlySpan<Gf128> x, ReadOnlySpan<Gf128> y, Span<Gf128> destination)
    {
        RequireSameLength(x.Length, y.Length, destination.Length);
        for (var i = 0; i < x.Length; i++) destination[i] = x[i] + y[i];
    }

    /// <summary>d[i] = x[i] · y[i].</summary>
    /// <param name="x">Shape [n].</param>
    /// <param name="y">Shape [n].</param>
    /// <param name="destination">Shape [n]; may be <paramref name="x"/> or <paramref name="y"/> itself.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Multiply(ReadOnlySpan<Gf128> x, ReadOnlySpan<Gf128> y, Span<Gf128> destination)
    {
        RequireSameLength(x.Length, y.Length, destination.Length);
        for (var i = 0; i < x.Length; i++) destination[i] = x[i] * y[i];
    }

    /// <summary>d[i] = d[i] + f · x[i].</summary>
    /// <param name="x">Shape [n].</param>
    /// <param name="factor">The factor f.</param>
    /// <param name="accumulator">Shape [n]; must not overlap <paramref name="x"/> unless it is the same span.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void MultiplyAdd(ReadOnlySpan<Gf128> x, Gf128 factor, Span<Gf128> accumulator)
    {
        RequireSameLength(x.Length, x.Length, accumulator.Length);
        for (var i = 0; i < x.Length; i++) accumulator[i] += factor * x[i];
    }

    /// <summary>Σ x[i] · y[i].</summary>
    /// <param name="x">Shape [n].</param>
    /// <param name="y">Shape [n].</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static Gf128 InnerProduct(ReadOnlySpan<Gf128> x, ReadOnlySpan<Gf128> y)
    {
        RequireSameLength(x.Length, y.Length, x.Length);
        var sum = Gf128.Zero;
        for (var i = 0; i < x.Length; i++) sum += x[i] * y[i];
        return sum;
    }

    private static void RequireSameLength(int x, int y, int destination)
    {
        if (x != y || x != destination) throw new ArgumentException("The vectors have one length.");
    }
}
