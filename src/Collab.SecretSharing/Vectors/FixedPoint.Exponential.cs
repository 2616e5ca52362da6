namespace Collab.SecretSharing.Vectors;

/// <content>Exponential and logarithm: the range is reduced by bits, the rest is a polynomial. specs/replicated-sharing.md, step 9.</content>
public static partial class FixedPoint
{
    private const int ExponentBits = 5;         // of ⌊log₂⌋ of a result, from its smallest on
    private const int Underflow = 2;            // results below 2^−2 of the last place are 0

    private static readonly long[] PowerOfTwo = Chebyshev(r => Math.Pow(2, (r + 1) / 2), 6);           // on [0, 1), as r = 2t − 1: error below 2^−28
    private static readonly long[] LogarithmNearOne = Chebyshev(t => Math.Log((3 + t) / 4), 10);        // on [1/2, 1), as t = 4c − 3: error below 2^−30

    /// <summary>r[i] ≈ 2^g · e^x[i], with |r − 2^g · e^x| ≤ 2^−24 · 2^g · e^x + 2.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="x">n signed words with <paramref name="fractionBits"/> fraction bits, |x · 2^f| &lt; 2^31 and e^x &lt; 2^<paramref name="integerBits"/>.</param>
    /// <param name="fractionBits">f, 0 to 29.</param>
    /// <param name="resultFractionBits">g.</param>
    /// <param name="integerBits">At least 1; with g at most 29.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <remarks>Ten products with shifts one after the other: about 120 rounds.</remarks>
    public static async Task<SharedVector> ExponentialAsync(
        IVectorEngine engine, SharedVector x, int fractionBits, int resultFractionBits, int integerBits, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fractionBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fractionBits, Fraction);
        ArgumentOutOfRangeException.ThrowIfNegative(resultFractionBits);
        ArgumentOutOfRangeException.ThrowIfLessThan(integerBits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(resultFractionBits + integerBits, Fraction, nameof(integerBits));

        // e^x · 2^g = 2^z / 2^Underflow for z = x · log₂ e + g + Underflow, and nothing if z is negative.
        const int LogBits = 30;
        using var scaled = engine.Affine(x, (ulong)Math.Round(Math.Log2(Math.E) * (1L << LogBits)), 0);
        using var y = await engine.ShiftRightAsync(scaled, fractionBits + LogBits - Fraction, cancellation).ConfigureAwait(false);
        using var z = engine.Affine(y, 1, (ulong)(resultFractionBits + Underflow) << Fraction);
        using var sign = await VectorComparisons.BitAsync(engine, z, 63, cancellation).ConfigureAwait(false);
        using var positive = engine.Not(sign);
        using var there = await engine.ToWordsAsync(positive, cancellation).ConfigureAwait(false);
        var kept = await engine.MultiplyAsync([(z, there)], cancellation).ConfigureAwait(false);
        using var above = kept[0];

        // 2^k of the whole part by its bits, 2^r of the rest by a polynomial.
        using var bits = await VectorComparisons.ToBitsAsync(engine, above, Fraction + ExponentBits, cancellation).ConfigureAwait(false);
        using var whole = SharedVectors.Planes(bits, Fraction, ExponentBits);
        using var digits = await engine.ToWordsAsync(whole, cancellation).ConfigureAwait(false);
        using var integer = Weighted(digits, ExponentBits, j => 1UL << (Fraction + j));
        using var rest = SharedVectors.Subtract(above, integer);
        using var argument = engine.Affine(rest, 2, unchecked((ulong)-(1L << Fraction)));
        using var power = await PolynomialAsync(engine, argument, PowerOfTwo, cancellation).ConfigureAwait(false);
        using var scale = await PowerOfDigitsAsync(engine, digits, cancellation).ConfigureAwait(false);
        using var result = await MultiplyAsync(engine, power, scale, Fraction + Underflow, cancellation).ConfigureAwait(false);
        return (await engine.MultiplyAsync([(result, there)], cancellation).ConfigureAwait(false))[0];
    }

    /// <summary>r[i] ≈ 2^g · ln(x[i] / 2^f), with |r − 2^g · ln(x / 2^f)| ≤ 2^(g−24) + 2; 0 where x is 0.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="x">n words in [0, 2^<paramref name="bits"/>).</param>
    /// <param name="bits">1 to 61.</param>
    /// <param name="fractionBits">f, 0 to 61.</param>
    /// <param name="resultFractionBits">g, 0 to 29.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <remarks>Eleven products with shifts one after the other: about 130 rounds.</remarks>
    public static async Task<SharedVector> LogarithmAsync(
        IVectorEngine engine, SharedVector x, int bits, int fractionBits, int resultFractionBits, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 61);
        ArgumentOutOfRangeException.ThrowIfNegative(fractionBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fractionBits, 61);
        ArgumentOutOfRangeException.ThrowIfNegative(resultFractionBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(resultFractionBits, Fraction);
        using var highest = await HighestBitAsync(engine, x, bits, cancellation).ConfigureAwait(false);
        using var scale = Weighted(highest, bits, j => 1UL << (bits - 1 - j));
        using var c = await NormalizeAsync(engine, x, scale, bits, cancellation).ConfigureAwait(false);

        // ln(x / 2^f) = ln c + (j + 1 − f) · ln 2 for the highest bit j.
        using var argument = engine.Affine(c, 4, unchecked((ulong)-(3L << Fraction)));
        using var logarithm = await PolynomialAsync(engine, argument, LogarithmNearOne, cancellation).ConfigureAwait(false);
        using var there = Weighted(highest, bits, _ => 1);
        using var exponent = Weighted(highest, bits, j => unchecked((ulong)(long)Math.Round((j + 1 - fractionBits) * Math.Log(2) * (1L << Fraction))));
        var kept = await engine.MultiplyAsync([(logarithm, there)], cancellation).ConfigureAwait(false);
        using var part = kept[0];
        using var sum = SharedVectors.Add(part, exponent);
        return resultFractionBits == Fraction
            ? SharedVectors.Slice(sum, 0, sum.Length)
            : await engine.ShiftRightAsync(sum, Fraction - resultFractionBits, cancellation).ConfigureAwait(false);
    }

    /// <summary>Σ c_k · x^k by Horner's rule, coefficients and x with 29 fraction bits, |x| ≤ 3: each step rounds once.</summary>
    private static async Task<SharedVector> PolynomialAsync(IVectorEngine engine, SharedVector x, long[] coefficients, CancellationToken cancellation)
    {
        var sum = engine.Affine(x, unchecked((ulong)coefficients[^1]), 0);
        for (var k = coefficients.Length - 2; k >= 0; k--)
        {
            using var product = sum;
            using var rounded = await engine.ShiftRightAsync(product, Fraction, cancellation).ConfigureAwait(false);
            using var next = engine.Affine(rounded, 1, unchecked((ulong)coefficients[k]));
            sum = k > 0 ? (await engine.MultiplyAsync([(next, x)], cancellation).ConfigureAwait(false))[0] : engine.Affine(next, 1, 0);
        }

        return sum;
    }

    /// <summary>2^(Σ b_j 2^j) for digits b, plane after plane: the product of 1 + b_j · (2^(2^j) − 1).</summary>
    private static async Task<SharedVector> PowerOfDigitsAsync(IVectorEngine engine, SharedVector digits, CancellationToken cancellation)
    {
        var n = digits.Length / ExponentBits;
        var factors = new Queue<SharedVector>();
        for (var j = 0; j < ExponentBits; j++)
        {
            using var digit = SharedVectors.Slice(digits, j * n, n);
            factors.Enqueue(engine.Affine(digit, (1UL << (1 << j)) - 1, 1));
        }

        while (factors.Count > 1)
        {
            using SharedVector a = factors.Dequeue(), b = factors.Dequeue();
            factors.Enqueue((await engine.MultiplyAsync([(a, b)], cancellation).ConfigureAwait(false))[0]);
        }

        return factors.Dequeue();
    }

    /// <summary>Coefficients in powers of t, with 29 fraction bits, of the polynomial that meets f at the Chebyshev points of [−1, 1].</summary>
    private static long[] Chebyshev(Func<double, double> f, int degree)
    {
        var points = degree + 1;
        var sum = new double[points];
        double[] before = [], current = [1];
        for (var k = 0; k < points; k++)
        {
            var order = k;
            var weight = (k == 0 ? 1.0 : 2.0) / points * Enumerable.Range(0, points)
                .Select(i => Math.PI * (i + 0.5) / points)
                .Sum(angle => f(Math.Cos(angle)) * Math.Cos(order * angle));
            for (var i = 0; i < current.Length; i++) sum[i] += weight * current[i];

            // T₁ = t; T_{k+1} = 2t · T_k − T_{k−1}
            var next = new double[current.Length + 1];
            for (var i = 0; i < current.Length; i++) next[i + 1] = (k == 0 ? 1 : 2) * current[i];
            for (var i = 0; i < before.Length; i++) next[i] -= before[i];
            (before, current) = (current, next);
        }

        return [.. sum.Select(c => (long)Math.Round(c * (1L << Fraction)))];
    }
}
