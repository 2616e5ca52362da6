using System.Numerics;

namespace Collab.Statistics.Privacy;

/// <summary>The most that private answers over one dataset may cost together: (ε, δ)-differential privacy of all of them.</summary>
/// <param name="Epsilon">ε in millionths, above 0.</param>
/// <param name="Delta">δ in units of 10^(−18); 0 for Laplace noise alone.</param>
/// <param name="IsOfAllAnalysts">Whether the answers to all requesters count together, or those to each by themselves.</param>
public sealed record PrivacyBudget(long Epsilon, long Delta, bool IsOfAllAnalysts)
{
    /// <summary>The largest ρ that gives (ε, δ), in units of 10^(−18); 0 without δ.</summary>
    public BigInteger Rho { get; } = Delta == 0 ? 0 : ConcentratedPrivacy.RhoOf(Epsilon, Delta);
}
