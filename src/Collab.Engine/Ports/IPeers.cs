using Collab.Channels;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Ports;

/// <summary>The other parties' nodes, as the engine sees them. Whoever answers was authenticated by its certificate.</summary>
public interface IPeers
{
    /// <summary>The parties of the consortium, this one included, in order.</summary>
    IReadOnlyList<PartyId> Members { get; }

    /// <summary>What a party offers.</summary>
    /// <exception cref="CollabException">The party cannot be reached or refuses.</exception>
    Task<IReadOnlyList<DatasetOffer>> ListDatasetsAsync(PartyId from, CancellationToken cancellation);

    /// <summary>The bytes of a plan; the caller checks that they are the plan it asked for.</summary>
    Task<byte[]> GetPlanAsync(PartyId from, Digest job, CancellationToken cancellation);

    /// <summary>The bytes of a version of an algorithm that a party provides; the caller checks them against what it asked for.</summary>
    /// <exception cref="CollabException">The party has no such version.</exception>
    Task<byte[]> GetAlgorithmAsync(PartyId from, string name, int version, CancellationToken cancellation);

    /// <summary>The bytes of a party's receipt; the caller checks them against the ledger.</summary>
    Task<byte[]> GetReceiptAsync(PartyId from, Digest run, CancellationToken cancellation);

    /// <summary>The channel to a peer for one run; both sides ask for it, and it opens when both have.</summary>
    /// <param name="peer">The other party.</param>
    /// <param name="run">The run, by which the two sides find each other.</param>
    /// <param name="context">What both sides must agree on (<see cref="Runs.RunContext"/>).</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="ChannelException">The peer did not come within the limit.</exception>
    Task<ChannelConnection> ConnectAsync(PartyId peer, Digest run, Digest context, CancellationToken cancellation);
}
