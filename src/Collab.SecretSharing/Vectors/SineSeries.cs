using Collab.Primitives;

namespace Collab.SecretSharing.Vectors;

/// <summary>Sums of sines of words of which two parts are known, each to a party: what each computes alone of Σ c_k · sin(k·(α + β)).</summary>
/// <remarks>
/// sin(k·(α + β)) = sin kα · cos kβ + cos kα · sin kβ, and a whole number of turns changes nothing, so that parts modulo a power of two will do. Source: Boura et al., eprint 2017/1234.
/// Time does not depend on words: additions and products of normal numbers, no branch. The same words give the same bits on every machine, which replicated shares need: no library function, no fused product.
/// </remarks>
internal static class SineSeries
{
    /// <summary>Fraction bits of what the first part's holder gives.</summary>
    private const int FirstFraction = 30;

    /// <summary>Fraction bits of what the second part's holder gives.</summary>
    private const int SecondFraction = 22;

    /// <summary>Fraction bits of the sum.</summary>
    public const int Fraction = FirstFraction + SecondFraction;

    /// <summary>Width of the second part's words, with their sign.</summary>
    public const int SecondBits = SecondFraction + 2;

    // Taylor's, to powers 13 and 14 of at most π/4.
    private static readonly double[] SineTerms = [1, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800, 1.0 / 6227020800];
    private static readonly double[] CosineTerms = [1, -1.0 / 2, 1.0 / 24, -1.0 / 720, 1.0 / 40320, -1.0 / 3628800, 1.0 / 479001600, -1.0 / 87178291200];

    /// <summary>For every k: c_k · sin kα of all words, then c_k · cos kα.</summary>
    public static ulong[] First(ReadOnlySpan<ulong> words, int periodBits, ReadOnlySpan<double> coefficients)
    {
        var (n, result) = (words.Length, new ulong[checked(2 * coefficients.Length * words.Length)]);
        for (var k = 0; k < coefficients.Length; k++)
        {
            for (var i = 0; i < n; i++)
            {
                var (sine, cosine) = Of(unchecked((ulong)(k + 1) * (words[i] << (64 - periodBits))));
                result[(2 * k * n) + i] = Word(coefficients[k] * sine, FirstFraction);
                result[(((2 * k) + 1) * n) + i] = Word(coefficients[k] * cosine, FirstFraction);
            }
        }

        return result;
    }

    /// <summary>For every k: cos kβ of all words, then sin kβ.</summary>
    public static ulong[] Second(ReadOnlySpan<ulong> words, int periodBits, int count)
    {
        var (n, result) = (words.Length, new ulong[checked(2 * count * words.Length)]);
        for (var k = 0; k < count; k++)
        {
            for (var i = 0; i < n; i++)
            {
                var (sine, cosine) = Of(unchecked((ulong)(k + 1) * (words[i] << (64 - periodBits))));
                result[(2 * k * n) + i] = Word(cosine, SecondFraction);
                result[(((2 * k) + 1) * n) + i] = Word(sine, SecondFraction);
            }
        }

        return result;
    }

    /// <summary>Sine and cosine of an angle in 2^-64 turns, to 10^-13.</summary>
    internal static (double Sine, double Cosine) Of(ulong turn)
    {
        // The nearest quarter q, and what is left in [−1/8, 1/8) of a turn.
        var quarter = unchecked(turn + (1UL << 61)) >> 62;
        var t = unchecked((long)(turn - (quarter << 62))) * (2 * Math.PI / 18446744073709551616.0);
        var u = t * t;
        var (s, c) = (t * Polynomial(SineTerms, u), Polynomial(CosineTerms, u));

        // Odd quarters exchange the two; signs by the quarter's bits.
        double odd = quarter & 1, half = quarter >> 1, crossed = (quarter & 1) ^ (quarter >> 1);
        return ((1 - (2 * half)) * (((1 - odd) * s) + (odd * c)), (1 - (2 * crossed)) * (((1 - odd) * c) + (odd * s)));
    }

    private static double Polynomial(ReadOnlySpan<double> coefficients, double u)
    {
        var sum = 0.0;
        for (var i = coefficients.Length - 1; i >= 0; i--) sum = (sum * u) + coefficients[i];
        return sum;
    }

    private static ulong Word(double x, int fraction) => unchecked((ulong)(long)Math.Round(x * (1L << fraction)));
}
