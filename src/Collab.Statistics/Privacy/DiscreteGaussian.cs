using System.Numerics;
using Collab.Primitives;

namespace Collab.Statistics.Privacy;

/// <summary>Integer noise Z with P[Z = z] proportional to e^(−z²/(2σ²)) for a rational σ², drawn exactly.</summary>
/// <remarks>Source: Canonne, Kamath, Steinke 2020 (arXiv 2004.00010), sampling the discrete Gaussian; specs/differential-privacy.md.</remarks>
public sealed class DiscreteGaussian
{
    private readonly BigInteger _numerator;
    private readonly BigInteger _denominator;
    private readonly BigInteger _t;
    private readonly DiscreteLaplace _proposal;

    private DiscreteGaussian(BigInteger numerator, BigInteger denominator)
    {
        (_numerator, _denominator) = (numerator, denominator);
        _t = SquareRoot(numerator / denominator) + 1;
        _proposal = DiscreteLaplace.WithScale(_t, 1);
    }

    /// <summary>Noise of σ² = <paramref name="numerator"/>/<paramref name="denominator"/> (the variance is at most that).</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of them is not above 0.</exception>
    public static DiscreteGaussian WithVariance(BigInteger numerator, BigInteger denominator)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numerator, BigInteger.One);
        ArgumentOutOfRangeException.ThrowIfLessThan(denominator, BigInteger.One);
        var common = BigInteger.GreatestCommonDivisor(numerator, denominator);
        return new DiscreteGaussian(numerator / common, denominator / common);
    }

    /// <summary>Noise that makes one integer answer ρ-zero-concentrated differentially private: σ² = Δ²/(2ρ).</summary>
    /// <param name="sensitivity">Δ: the most by which one row changes the answer, in its units.</param>
    /// <param name="numerator">Of ρ.</param>
    /// <param name="denominator">Of ρ.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is not above 0.</exception>
    public static DiscreteGaussian ForPrivacy(BigInteger sensitivity, BigInteger numerator, BigInteger denominator)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sensitivity, BigInteger.One);
        return WithVariance(sensitivity * sensitivity * denominator, 2 * numerator);
    }

    /// <summary>One fresh value; it must be kept as secret as the answer it covers.</summary>
    /// <remarks>Expected O(1) rounds. Timing depends on the value drawn.</remarks>
    public BigInteger DrawVariableTime(RandomSource random)
    {
        while (true)
        {
            var value = _proposal.DrawVariableTime(random);                                       // 1  Laplace of scale t = ⌊σ⌋ + 1
            var distance = BigInteger.Abs(value) * _t * _denominator - _numerator;                // 2  kept with chance e^(−(|Y| − σ²/t)²/(2σ²))
            if (ExactChance.ExponentialVariableTime(distance * distance, 2 * _numerator * _denominator * _t * _t, random)) return value;
        }
    }

    /// <summary>⌊√x⌋ for x ≥ 0: Newton from above, which falls until it is there.</summary>
    internal static BigInteger SquareRoot(BigInteger x)
    {
        if (x.IsZero) return x;
        var root = BigInteger.One << (int)((x.GetBitLength() + 1) / 2);
        while (true)
        {
            var next = (root + x / root) >> 1;
            if (next >= root) return root;
            root = next;
        }
    }
}
