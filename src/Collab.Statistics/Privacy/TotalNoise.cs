using System.Numerics;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Statistics.Privacy;

/// <summary>The noise that one owner adds to one total: integer noise of exactly its distribution, for a sensitivity Δ and a share of the privacy of the answer.</summary>
/// <param name="Mechanism">Laplace or Gaussian.</param>
/// <param name="Sensitivity">Δ: the most by which one row changes the total, in its units.</param>
/// <param name="Numerator">Of this total's ε or ρ.</param>
/// <param name="Denominator">Of it.</param>
public sealed record TotalNoise(NoiseMechanism Mechanism, BigInteger Sensitivity, BigInteger Numerator, BigInteger Denominator)
{
    /// <summary>One fresh value.</summary>
    /// <remarks>Timing depends on the value drawn.</remarks>
    public BigInteger DrawVariableTime(RandomSource random) => Mechanism == NoiseMechanism.Laplace
        ? DiscreteLaplace.ForPrivacy(Sensitivity, Numerator, Denominator).DrawVariableTime(random)
        : DiscreteGaussian.ForPrivacy(Sensitivity, Numerator, Denominator).DrawVariableTime(random);

    /// <summary>Its variance: Laplace 1/(2 sinh²(1/(2b))) = 2q/(1 − q)² with b = Δ/ε, q = e^(−1/b); of a Gaussian σ² = Δ²/(2ρ), which bounds it.</summary>
    public double Variance
    {
        get
        {
            if (Mechanism == NoiseMechanism.Gaussian) return Ratio(Sensitivity * Sensitivity * Denominator, 2 * Numerator);
            var sinh = Math.Sinh(0.5 / Ratio(Sensitivity * Denominator, Numerator));
            return 0.5 / (sinh * sinh);
        }
    }

    private static double Ratio(BigInteger top, BigInteger bottom) => new Results.Fraction(top, bottom).ToNearestDouble();
}
