using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Trees.Secret;

/// <summary>Shared sums of first and second derivatives, as many of the one as of the other; owns both.</summary>
internal sealed record NodeSums(SharedVector First, SharedVector Second) : IDisposable
{
    /// <summary>These less others.</summary>
    public NodeSums Less(NodeSums others) => new(SharedVectors.Subtract(First, others.First), SharedVectors.Subtract(Second, others.Second));

    /// <summary>These, then others.</summary>
    public NodeSums Then(NodeSums others) => new(SharedVectors.Concatenate(First, others.First), SharedVectors.Concatenate(Second, others.Second));

    /// <summary>Zeroes the shares.</summary>
    public void Dispose()
    {
        First.Dispose();
        Second.Dispose();
    }
}
