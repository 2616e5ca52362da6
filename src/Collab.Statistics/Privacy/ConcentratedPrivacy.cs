using System.Numerics;
using Collab.Jobs;

namespace Collab.Statistics.Privacy;

/// <summary>Between (ε, δ) and ρ of zero-concentrated differential privacy, by whole numbers, and rounded to the side of privacy: every party comes to the same.</summary>
/// <remarks>
/// Source: Bun, Steinke 2016 (arXiv 1605.02065): ρ gives (ρ + 2√(ρ ln(1/δ)), δ) for each δ (proposition 1.3), ε gives ρ = ε²/2 (proposition 1.4).
/// ε is in millionths, δ and ρ in units of 10^(−18). Intermediate numbers are of 128 bits behind the point.
/// </remarks>
public static class ConcentratedPrivacy
{
    private const int Fraction = 128;
    private static readonly BigInteger One = BigInteger.One << Fraction;
    private static readonly BigInteger EpsilonUnits = BigInteger.Pow(10, PrivacyChoice.EpsilonScale);
    private static readonly BigInteger RhoUnits = BigInteger.Pow(10, PrivacyChoice.DeltaScale); // of δ as well

    /// <summary>The largest ρ that gives (ε, δ), rounded down: √ρ = ε / (√(ε + ln(1/δ)) + √ln(1/δ)).</summary>
    /// <exception cref="ArgumentOutOfRangeException">ε is not above 0, or δ is not between 0 and 1.</exception>
    public static BigInteger RhoOf(BigInteger epsilon, long delta)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(epsilon, BigInteger.One);
        var log = LogOfInverse(delta);
        var above = epsilon * One / EpsilonUnits;
        var root = above * One / (RootAbove(above + 1 + log) + RootAbove(log));
        return root * root * RhoUnits >> (2 * Fraction);
    }

    /// <summary>The ε that ρ gives with δ, rounded up.</summary>
    /// <exception cref="ArgumentOutOfRangeException">ρ is negative, or δ is not between 0 and 1.</exception>
    public static BigInteger EpsilonOf(BigInteger rho, long delta)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rho.Sign, nameof(rho));
        if (rho.IsZero) return 0;
        var fixedRho = Up(rho * One, RhoUnits);
        return Up((fixedRho + 2 * RootAbove(fixedRho * LogOfInverse(delta) / One + 1)) * EpsilonUnits, One);
    }

    /// <summary>The ρ of an ε-differentially private answer, ε²/2: exactly.</summary>
    public static BigInteger RhoOfPure(long epsilon) => (BigInteger)epsilon * epsilon * RhoUnits / (2 * EpsilonUnits * EpsilonUnits);

    // ln(10^18/δ) from above: k·ln 2 + 2·artanh((m − 1)/(m + 1)) for 10^18/δ = 2^k·m with m in [1, 2).
    private static BigInteger LogOfInverse(long delta)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delta, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(delta, RhoUnits, nameof(delta));
        var k = 0;
        BigInteger bottom = delta;
        for (; bottom << 1 <= RhoUnits; k++) bottom <<= 1;
        return k * LogAbove(2, 1) + LogAbove(RhoUnits, bottom);
    }

    // ln(top/bottom) for a fraction of [1, 2]. Every term is rounded up; what follows the last, which is of 2^(−128), is less than one unit more.
    private static BigInteger LogAbove(BigInteger top, BigInteger bottom)
    {
        var y = Up((top - bottom) * One, top + bottom);
        var (sum, power) = (BigInteger.One, y);
        for (var j = 1; power > 1; j += 2)
        {
            sum += Up(power, j);
            power = Up(power * y * y, One * One);
        }

        return 2 * (sum + 1);
    }

    private static BigInteger RootAbove(BigInteger x) => DiscreteGaussian.SquareRoot(x * One) + 1;

    private static BigInteger Up(BigInteger top, BigInteger bottom) => (top + bottom - 1) / bottom;
}
