namespace Collab.Statistics.Analyses.Joined;

/// <summary>
/// f(a + b) as Σ c_k(a)·T_k(b/h) for |b| ≤ h: the polynomial in b that has the values of f(a + ·) at the zeros of the Chebyshev polynomial T_K, so each term is a product of a function of a and one of b.
/// </summary>
/// <remarks>
/// The coefficients fall with k as powers of 1/ρ, so a late term needs few bits of either factor. Error and bounds follow from how large f is in ellipses around [−h, h] that stay away from its
/// poles at ±iπ: Trefethen, Approximation Theory and Approximation Practice, theorems 8.1 and 8.2. Derivation: specs/regression.md, "Logistic regression".
/// </remarks>
internal sealed class SeparatedFunction
{
    /// <summary>The most terms of a function.</summary>
    public const int MostTerms = 96;

    private const double SmallestHalfRange = 1.0 / 1024; // a narrower range needs as many terms
    private const int EllipseCount = 64;
    private const double UnitRoundoff = 1.0 / (1L << 53);

    private readonly LogisticSum _sum;
    private readonly int[] _exponents; // c_k is at most 2^ this

    private SeparatedFunction(LogisticSum sum, double halfRange, int bits, int[] exponents, double interpolation) =>
        (_sum, HalfRange, Bits, _exponents, Interpolation) = (sum, halfRange, bits, exponents, interpolation);

    /// <summary>h.</summary>
    public double HalfRange { get; }

    /// <summary>Errors of a factor count as 2^−this, in units of f.</summary>
    public int Bits { get; }

    /// <summary>How many terms there are.</summary>
    public int TermCount => _exponents.Length;

    /// <summary>How far the polynomial may be from f.</summary>
    public double Interpolation { get; }

    /// <summary>c_k is at most 2^this.</summary>
    public int ExponentOf(int term) => _exponents[term];

    /// <summary>Lays it out; null where it would take more than <see cref="MostTerms"/>.</summary>
    /// <param name="sum">f.</param>
    /// <param name="halfRange">How large b may be.</param>
    /// <param name="reach">How large a may be.</param>
    /// <param name="bits">The precision.</param>
    public static SeparatedFunction? Of(LogisticSum sum, double halfRange, double reach, int bits)
    {
        var h = Math.Max(halfRange, SmallestHalfRange);
        var ellipses = Enumerable.Range(1, EllipseCount - 1).Select(i => Ellipse(sum, h, reach, Math.PI * i / EllipseCount)).ToArray();
        for (var terms = 1; terms <= MostTerms; terms++)
        {
            var error = ellipses.Min(ellipse => 4 * ellipse.Largest * Math.Pow(ellipse.Rho, 1 - terms) / (ellipse.Rho - 1));
            if (!(error <= Math.ScaleB(1, -bits))) continue;
            int[] exponents = [.. Enumerable.Range(0, terms).Select(k => Math.Max(
                -bits, (int)Math.Ceiling(Math.Log2(ellipses.Min(ellipse => 2 * ellipse.Largest * Math.Pow(ellipse.Rho, -k) / (1 - Math.Pow(ellipse.Rho, -2)))))))];
            return new SeparatedFunction(sum, h, bits, exponents, error);
        }

        return null;
    }

    /// <summary>The cosines that make c_k of the values at the nodes: shape [nodes].</summary>
    public double[] NodeWeights(int term) =>
        [.. Enumerable.Range(0, TermCount).Select(j => (term == 0 ? 1.0 : 2.0) / TermCount * Math.Cos(Math.PI * (term * ((2 * j) + 1) % (4 * TermCount)) / (2 * TermCount)))];

    /// <summary>f at a + each node: shape [nodes].</summary>
    public void ValuesAt(double a, Span<double> values)
    {
        for (var j = 0; j < TermCount; j++) values[j] = Value(_sum, a + (HalfRange * Math.Cos(Math.PI * ((2 * j) + 1) / (2 * TermCount))));
    }

    /// <summary>How far the value of a row, times factors in [−1, 1], may be off: interpolation, the units of both factors, and doubles.</summary>
    /// <param name="largest">How large the linear predictor may be, as a sum of sizes.</param>
    /// <param name="units">Term by term the units that c_k and T_k are rounded to.</param>
    public double ErrorOf(double largest, Func<int, (double OfCoefficient, double OfOther)> units)
    {
        var size = LargestValue(_sum, largest);
        var error = Interpolation + ((largest + 8) * 16 * UnitRoundoff); // the latter of a and b, where the slope is at most ½
        for (var k = 0; k < TermCount; k++)
        {
            var coefficient = Math.ScaleB(1, _exponents[k]);
            var (ofCoefficient, ofOther) = units(k);
            error += ofCoefficient + (coefficient * ofOther) + (ofCoefficient * ofOther);
            error += ((coefficient * ((Math.PI * k) + 16)) + (2 * size * (TermCount + 16))) * UnitRoundoff;
        }

        return error;
    }

    /// <summary>f.</summary>
    private static double Value(LogisticSum sum, double eta)
    {
        var small = Math.Exp(-Math.Abs(eta));
        return sum switch
        {
            LogisticSum.Weight => small / ((1 + small) * (1 + small)),
            LogisticSum.Mean => eta > 0 ? 1 / (1 + small) : small / (1 + small),
            _ => (Math.Abs(eta) / 2) + Math.Log(1 + small), // of an absolute error of few units, which is what counts
        };
    }

    private static double LargestValue(LogisticSum sum, double largest) => sum switch
    {
        LogisticSum.Weight => 0.25,
        LogisticSum.Mean => 1,
        _ => Math.Log(2) + (largest / 2),
    };

    /// <summary>The ellipse around [−h, h] whose points have imaginary parts up to y, as ρ, and how large f(a + ·) may be in it.</summary>
    private static (double Rho, double Largest) Ellipse(LogisticSum sum, double h, double reach, double y)
    {
        var ratio = y / h;
        var rho = ratio + Math.Sqrt(1 + (ratio * ratio));
        return (rho, sum switch
        {
            LogisticSum.Weight => 1 / (4 * Math.Cos(y / 2) * Math.Cos(y / 2)),
            LogisticSum.Mean => y <= Math.PI / 2 ? 1 : 1 / Math.Sin(y),
            _ => Hypotenuse(Math.Max(Math.Log(2) + ((reach + (h * (rho + (1 / rho)) / 2)) / 2), -Math.Log(2 * Math.Cos(y / 2))), Math.PI / 2),
        });

        static double Hypotenuse(double one, double other) => Math.Sqrt((one * one) + (other * other));
    }
}
