using Collab.FederatedLearning.Privacy;
using Collab.Primitives;

namespace Collab.FederatedLearning.Averaging;

/// <summary>What all parties of a federated averaging agree on (protocols/specs/federated-averaging.md).</summary>
/// <param name="Context">The digest of the run: it begins the network and is in every mask.</param>
/// <param name="Inputs">Inputs of the network.</param>
/// <param name="Hidden">Its hidden units.</param>
/// <param name="Rounds">Rounds, 1 or more.</param>
/// <param name="LocalPasses">Passes over its rows that a client makes in a round, 1 or more.</param>
/// <param name="Batch">Rows of a step, 1 or more.</param>
/// <param name="LearningRate">Step size, above 0.</param>
public sealed record AveragingSettings(Digest Context, int Inputs, int Hidden, int Rounds, int LocalPasses, int Batch, double LearningRate)
{
    /// <summary>The most rows of all clients together.</summary>
    public const int MostRows = 1 << 24;

    /// <summary>A parameter that changes by more in one round has diverged.</summary>
    public const int LargestChange = 8;

    /// <summary>Fraction bits of a change: the sum of all clients' changes, each times its rows, stays below 2^63.</summary>
    public const int Fraction = 35;

    /// <summary>In private training, a parameter beyond this has diverged.</summary>
    public const int LargestParameter = 1024;

    /// <summary>Differentially private training; null for training without noise.</summary>
    /// <remarks>Where rows are hidden a round is one step by the sum of their gradients; <see cref="LocalPasses"/> and <see cref="Batch"/> are then 1.</remarks>
    public PrivateTraining? Privacy { get; init; }

    internal int Length => Network.CountOf(Inputs, Hidden) + (Privacy is null ? 1 : 0);

    internal void Check()
    {
        _ = Network.CountOf(Inputs, Hidden);
        ArgumentOutOfRangeException.ThrowIfLessThan(Rounds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(LocalPasses, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Batch, 1);
        if (!(LearningRate > 0) || !double.IsFinite(LearningRate)) throw new ArgumentOutOfRangeException(nameof(LearningRate));
        Privacy?.Check();
        if (Privacy is { Unit: PrivacyUnit.Row } && (LocalPasses != 1 || Batch != 1)) throw new ArgumentOutOfRangeException(nameof(LocalPasses));
    }
}
