using Collab.Primitives;

namespace Collab.FederatedLearning.Aggregation;

/// <summary>The stable codes of secure sums.</summary>
public static class AggregationErrors
{
    /// <summary>Half of the clients or more are gone: what is left is not summed.</summary>
    public static readonly ErrorCode TooFew = new(
        "aggregation.too-few-clients", ErrorKind.Peer, "See that more than half of the clients' nodes run and answer; then run the round again.");
}
