using Collab.Primitives;

namespace Collab.FederatedLearning.Clustering;

/// <summary>The stable codes of what can go wrong with clusters before or beside the protocol.</summary>
public static class ClusterErrors
{
    /// <summary>A standardized value is too large for the fixed-point range.</summary>
    public static readonly ErrorCode ValueOverRange = new(
        "cluster.value-over-range", ErrorKind.InvalidInput, "Limit extreme values: none may be 32 standard deviations from the mean.");
}
