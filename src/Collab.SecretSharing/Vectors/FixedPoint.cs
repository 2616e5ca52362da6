namespace Collab.SecretSharing.Vectors;

/// <summary>Fixed-point products, quotients, square roots, exponentials and logarithms, on every engine. A number x is the word x · 2^f.</summary>
/// <remarks>
/// Every rounding is an exact ⌊·⌋; the error of a result is therefore a bound, and not a chance. Newton's iterations run with 29 fraction bits
/// on arguments in [1/2, 1), made so by the place of their highest bit. Source: specs/replicated-sharing.md, step 9.
/// </remarks>
public static partial class FixedPoint
{
    private const int Fraction = 29; // the largest for which all products of Newton's iterations stay below 2^62

    /// <summary>⌊x[i] · y[i] / 2^<paramref name="fractionBits"/>⌋.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="x">n words.</param>
    /// <param name="y">n words; |x · y| &lt; 2^62 before the shift.</param>
    /// <param name="fractionBits">1 to 62.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<SharedVector> MultiplyAsync(
        IVectorEngine engine, SharedVector x, SharedVector y, int fractionBits, CancellationToken cancellation = default)
    {
        var product = await engine.MultiplyAsync([(x, y)], cancellation).ConfigureAwait(false);
        using (product[0]) return await engine.ShiftRightAsync(product[0], fractionBits, cancellation).ConfigureAwait(false);
    }

    /// <summary>q[i] ≈ 2^f · a[i] / x[i], with |q − 2^f · a / x| ≤ 2^−26 · |2^f · a / x| + 2; 0 where x is 0.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="numerator">a: n signed words, |a| &lt; 2^<paramref name="numeratorBits"/>.</param>
    /// <param name="denominator">x: n words in [0, 2^<paramref name="denominatorBits"/>).</param>
    /// <param name="numeratorBits">At most 31.</param>
    /// <param name="denominatorBits">At least 1.</param>
    /// <param name="fractionBits">f; together with the two others at most 61.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<SharedVector> DivideAsync(
        IVectorEngine engine,
        SharedVector numerator,
        SharedVector denominator,
        int numeratorBits,
        int denominatorBits,
        int fractionBits,
        CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(numeratorBits, 31);
        ArgumentOutOfRangeException.ThrowIfLessThan(denominatorBits, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(fractionBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(numeratorBits + denominatorBits + fractionBits, 61, nameof(fractionBits));
        using var scale = await NormalizingScaleAsync(engine, denominator, denominatorBits, cancellation).ConfigureAwait(false);
        using var c = await NormalizeAsync(engine, denominator, scale, denominatorBits, cancellation).ConfigureAwait(false);

        // y ← y · (2 − c · y) from 2.9142 − 2c, whose error is at most 0.0858: after four steps below 2^−56.
        var y = engine.Affine(c, unchecked((ulong)-2L), (ulong)(2.9142 * (1L << Fraction)));
        for (var step = 0; step < 4; step++)
        {
            using var old = y;
            using var product = await MultiplyAsync(engine, c, old, Fraction, cancellation).ConfigureAwait(false);
            using var factor = engine.Affine(product, ulong.MaxValue, 2UL << Fraction);
            y = await MultiplyAsync(engine, old, factor, Fraction, cancellation).ConfigureAwait(false);
        }

        // a / x = a · y · scale / 2^w; the fraction bits are kept between the two products.
        using (y)
        {
            var quotient = await engine.MultiplyAsync([(numerator, y)], cancellation).ConfigureAwait(false);
            using var exact = quotient[0];
            using var rounded = fractionBits < Fraction
                ? await engine.ShiftRightAsync(exact, Fraction - fractionBits, cancellation).ConfigureAwait(false)
                : engine.Affine(exact, 1UL << (fractionBits - Fraction), 0);
            return await MultiplyAsync(engine, rounded, scale, denominatorBits, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>r[i] ≈ 2^f · √x[i], with |r − 2^f · √x| ≤ 2^−26 · 2^f · √x + 2; 0 where x is 0.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="x">n words in [0, 2^<paramref name="bits"/>).</param>
    /// <param name="bits">1 to 32.</param>
    /// <param name="fractionBits">f, 0 to 15.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<SharedVector> SquareRootAsync(
        IVectorEngine engine, SharedVector x, int bits, int fractionBits, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 32);
        ArgumentOutOfRangeException.ThrowIfNegative(fractionBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fractionBits, 15);
        using var highest = await HighestBitAsync(engine, x, bits, cancellation).ConfigureAwait(false);
        using var scale = Weighted(highest, bits, j => 1UL << (bits - 1 - j));
        using var c = await NormalizeAsync(engine, x, scale, bits, cancellation).ConfigureAwait(false);

        // y ← y · (3 − c · y²) / 2 towards 1/√c from 1.8 − 0.8c, whose relative error is below 0.04: after three steps below 2^−32.
        using var fiveTimes = engine.Affine(c, unchecked((ulong)-4L), 9UL << Fraction);
        var y = await FifthAsync(engine, fiveTimes, cancellation).ConfigureAwait(false);
        for (var step = 0; step < 3; step++)
        {
            using var old = y;
            using var square = await MultiplyAsync(engine, old, old, Fraction, cancellation).ConfigureAwait(false);
            using var product = await MultiplyAsync(engine, c, square, Fraction, cancellation).ConfigureAwait(false);
            using var factor = engine.Affine(product, ulong.MaxValue, 3UL << Fraction);
            y = await MultiplyAsync(engine, old, factor, Fraction + 1, cancellation).ConfigureAwait(false);
        }

        // √x = c · y · √(2^(j+1)) for the highest bit j.
        using (y)
        {
            const int Guard = 15;
            using var root = await MultiplyAsync(engine, c, y, Fraction, cancellation).ConfigureAwait(false);
            using var weight = Weighted(highest, bits, j => (ulong)Math.Round(Math.Pow(2, (j + 1) / 2.0) * (1 << Guard)));
            return await MultiplyAsync(engine, root, weight, Fraction + Guard - fractionBits, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The power of two that brings x[i] into [2^(<paramref name="bits"/> − 1), 2^<paramref name="bits"/>); 0 where x is 0.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="x">n words in [0, 2^<paramref name="bits"/>).</param>
    /// <param name="bits">At least 2.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<SharedVector> NormalizingScaleAsync(
        IVectorEngine engine, SharedVector x, int bits, CancellationToken cancellation = default)
    {
        using var highest = await HighestBitAsync(engine, x, bits, cancellation).ConfigureAwait(false);
        return Weighted(highest, bits, j => 1UL << (bits - 1 - j));
    }

    /// <summary>x / 5, by a public product: 0.2 to 29 bits.</summary>
    private static async Task<SharedVector> FifthAsync(IVectorEngine engine, SharedVector x, CancellationToken cancellation)
    {
        using var product = engine.Affine(x, (ulong)Math.Round(0.2 * (1L << 29)), 0);
        return await engine.ShiftRightAsync(product, 29, cancellation).ConfigureAwait(false);
    }

    /// <summary>x · scale / 2^w with 29 fraction bits, in [1/2, 1), or 0 for 0.</summary>
    private static async Task<SharedVector> NormalizeAsync(
        IVectorEngine engine, SharedVector x, SharedVector scale, int bits, CancellationToken cancellation)
    {
        var product = await engine.MultiplyAsync([(x, scale)], cancellation).ConfigureAwait(false);
        using (product[0])
        {
            return bits <= Fraction
                ? engine.Affine(product[0], 1UL << (Fraction - bits), 0)
                : await engine.ShiftRightAsync(product[0], bits - Fraction, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Plane after plane as words: 1 where bit j is the highest one of x.</summary>
    private static async Task<SharedVector> HighestBitAsync(IVectorEngine engine, SharedVector x, int bits, CancellationToken cancellation)
    {
        using var all = await VectorComparisons.ToBitsAsync(engine, x, bits, cancellation).ConfigureAwait(false);
        using var zeros = engine.Not(all);
        using var empty = await VectorComparisons.AllFromAsync(engine, zeros, cancellation).ConfigureAwait(false);          // all bits from j on are 0
        using SharedBitVector above = SharedVectors.Planes(empty, 1, bits - 1), here = SharedVectors.Planes(empty, 0, bits - 1), top = SharedVectors.Planes(all, bits - 1, 1);
        using var lower = SharedVectors.Xor(above, here);
        using var highest = SharedVectors.Stack(lower, top);
        return await engine.ToWordsAsync(highest, cancellation).ConfigureAwait(false);
    }

    private static SharedVector Weighted(SharedVector indicators, int count, Func<int, ulong> weight)
    {
        var n = indicators.Length / count;
        var sum = SharedVector.Allocate(n, indicators.ComponentCount, zeroed: true);
        for (var c = 0; c < indicators.ComponentCount; c++)
        {
            var to = sum.Component(c);
            for (var j = 0; j < count; j++)
            {
                var (from, w) = (j * n, weight(j));
                var part = indicators.Component(c).Slice(from, n);
                for (var i = 0; i < n; i++) to[i] = unchecked(to[i] + (w * part[i]));
            }
        }

        return sum;
    }
}
