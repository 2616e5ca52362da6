namespace Collab.Jobs;

/// <summary>The distribution of the noise of a private answer (protocols/specs/differential-privacy.md).</summary>
public enum NoiseMechanism
{
    /// <summary>Discrete Laplace: ε-differential privacy, with no δ.</summary>
    Laplace = 1,

    /// <summary>Discrete Gaussian: ρ-zero-concentrated, so (ε, δ)-differential privacy.</summary>
    Gaussian = 2,
}
