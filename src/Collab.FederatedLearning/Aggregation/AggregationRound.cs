using Collab.Primitives;

namespace Collab.FederatedLearning.Aggregation;

/// <summary>What all parties of one secure sum know before it (protocols/specs/secure-aggregation.md).</summary>
/// <param name="Context">What the sum is for, the digest of a run; no two sums have both context and number in common.</param>
/// <param name="Number">Which sum of the context.</param>
/// <param name="Clients">Who brings vectors, ascending, 3 to 1000; the party that sums is none of them.</param>
/// <param name="Length">Words of each vector, 1 or more.</param>
public sealed record AggregationRound(Digest Context, uint Number, IReadOnlyList<PartyId> Clients, int Length)
{
    /// <summary>The most clients.</summary>
    public const int MostClients = 1000;

    /// <summary>How many clients must be left at every step: more than half, so that no two sums can be had of one round.</summary>
    public int Threshold => (Clients.Count / 2) + 1;

    /// <summary>Checks it.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    internal void Check()
    {
        if (Clients.Count is < 3 or > MostClients || !Clients.Zip(Clients.Skip(1)).All(pair => pair.First.CompareTo(pair.Second) < 0))
            throw new ArgumentException("3 to 1000 clients, ascending.", nameof(Clients));
        ArgumentOutOfRangeException.ThrowIfLessThan(Length, 1);
    }
}
