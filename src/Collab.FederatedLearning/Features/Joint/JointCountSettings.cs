using Collab.Primitives;

namespace Collab.FederatedLearning.Features.Joint;

/// <summary>What the owner of bins may be told of the labels of another; the same at both.</summary>
/// <param name="LeastOfEach">Every group of bins that is told has so many goods and so many bads at least, 1 or more.</param>
/// <param name="Rounds">How often the owner of bins may ask, with fewer groups each time, 1 to 16.</param>
public sealed record JointCountSettings(int LeastOfEach = 5, int Rounds = 6)
{
    internal Digest Id => Digest.Of("collab-joint-counts-1", new CanonicalWriter().UInt32((uint)LeastOfEach).UInt32((uint)Rounds).Written);

    internal void Check()
    {
        if (LeastOfEach is < 1 or > 1_000_000) throw new ArgumentException("A group that is told has 1 to 1,000,000 of each label at least.");
        if (Rounds is < 1 or > 16) throw new ArgumentException("There are 1 to 16 rounds.");
    }
}
