using System.Numerics;
using Collab.Primitives;

namespace Collab.Statistics.Privacy;

/// <summary>Integer noise Z with P[Z = z] proportional to e^(−|z|/b) for a rational scale b, drawn exactly.</summary>
/// <remarks>Source: Canonne, Kamath, Steinke 2020 (arXiv 2004.00010), sampling the discrete Laplace; specs/differential-privacy.md.</remarks>
public sealed class DiscreteLaplace
{
    private readonly BigInteger _t;
    private readonly BigInteger _s;

    private DiscreteLaplace(BigInteger t, BigInteger s) => (_t, _s) = (t, s);

    /// <summary>Noise of scale b = <paramref name="numerator"/>/<paramref name="denominator"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of them is not above 0.</exception>
    public static DiscreteLaplace WithScale(BigInteger numerator, BigInteger denominator)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numerator, BigInteger.One);
        ArgumentOutOfRangeException.ThrowIfLessThan(denominator, BigInteger.One);
        var common = BigInteger.GreatestCommonDivisor(numerator, denominator);
        return new DiscreteLaplace(numerator / common, denominator / common);
    }

    /// <summary>Noise that makes one integer answer ε-differentially private: b = Δ/ε.</summary>
    /// <param name="sensitivity">Δ: the most by which one row changes the answer, in its units.</param>
    /// <param name="numerator">Of ε.</param>
    /// <param name="denominator">Of ε.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is not above 0.</exception>
    public static DiscreteLaplace ForPrivacy(BigInteger sensitivity, BigInteger numerator, BigInteger denominator)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sensitivity, BigInteger.One);
        return WithScale(sensitivity * denominator, numerator);
    }

    /// <summary>One fresh value; it must be kept as secret as the answer it covers.</summary>
    /// <remarks>Expected O(1) rounds. Timing depends on the value drawn.</remarks>
    public BigInteger DrawVariableTime(RandomSource random)
    {
        while (true)
        {
            var low = ExactChance.BelowVariableTime(_t, random);                                  // 1  U below t, kept with chance e^(−U/t)
            if (!ExactChance.ExponentialVariableTime(low, _t, random)) continue;
            var high = BigInteger.Zero;                                                           // 2  V with chance (1 − 1/e) e^(−V)
            while (ExactChance.ExponentialVariableTime(1, 1, random)) high++;
            var size = (low + _t * high) / _s;                                                    // 3  ⌊(U + t·V)/s⌋
            var negative = ExactChance.BelowVariableTime(2, random).IsOne;                        // 4  a sign; 0 must not count twice
            if (!(negative && size.IsZero)) return negative ? -size : size;
        }
    }
}
