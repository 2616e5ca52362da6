using System.Numerics;
using Collab.Jobs;

namespace Collab.Statistics.Privacy;

/// <summary>What private answers have cost together: losses add up, ε to ε and ρ to ρ.</summary>
/// <param name="Epsilon">Σε of the answers with Laplace noise, in millionths.</param>
/// <param name="Rho">Σρ of all answers, that of Laplace noise counted as ε²/2, in units of 10^(−18).</param>
/// <param name="IsPure">Whether all had Laplace noise.</param>
/// <remarks>Source: Bun, Steinke 2016 (arXiv 1605.02065), and for questions chosen by earlier answers specs/differential-privacy.md, "Accountant".</remarks>
public sealed record PrivacyAccount(BigInteger Epsilon, BigInteger Rho, bool IsPure)
{
    /// <summary>Of no answer.</summary>
    public static PrivacyAccount Empty { get; } = new(0, 0, IsPure: true);

    /// <summary>With one answer more.</summary>
    public PrivacyAccount With(PrivacyChoice answer) => answer.Mechanism == NoiseMechanism.Laplace
        ? this with { Epsilon = Epsilon + answer.Epsilon, Rho = Rho + ConcentratedPrivacy.RhoOfPure(answer.Epsilon) }
        : this with { Rho = Rho + ConcentratedPrivacy.RhoOf(answer.Epsilon, answer.Delta), IsPure = false };

    /// <summary>Whether all answers together are within (ε, δ): all pure and Σε at most ε, or Σρ at most the ρ that gives (ε, δ).</summary>
    public bool IsWithin(PrivacyBudget budget) => (IsPure && Epsilon <= budget.Epsilon) || (budget.Rho is var rho && !rho.IsZero && Rho <= rho);

    /// <summary>The largest ε, in millionths, that an answer with Laplace noise may still cost; 0 for none.</summary>
    public BigInteger LaplaceLeft(PrivacyBudget budget)
    {
        var pure = IsPure ? BigInteger.Max(0, budget.Epsilon - Epsilon) : 0;
        var rho = BigInteger.Max(0, budget.Rho - Rho);
        return BigInteger.Max(pure, DiscreteGaussian.SquareRoot(rho / ConcentratedPrivacy.RhoOfPure(1))); // ε²/2
    }

    /// <summary>The largest ε, in millionths, that an answer with Gaussian noise and the budget's δ may still cost; 0 for none.</summary>
    public BigInteger GaussianLeft(PrivacyBudget budget)
    {
        var rho = BigInteger.Max(0, budget.Rho - Rho);
        return rho.IsZero ? 0 : ConcentratedPrivacy.EpsilonOf(rho, budget.Delta) - 1; // it rounds up
    }
}
