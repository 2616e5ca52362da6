using Collab.Ledger.Notes;
using Collab.Ledger.Witness;
using Collab.Primitives;

namespace Collab.Ledger.Embedded;

/// <summary>Another party as witness of this party's log, however it is reached.</summary>
public interface IWitnessClient
{
    /// <summary>The witness.</summary>
    PartyId Party { get; }

    /// <summary>Offers new entries under a checkpoint, and tells which checkpoint is final.</summary>
    /// <exception cref="CollabException">The party cannot be reached or answers nonsense.</exception>
    Task<AddCheckpointReply> AddCheckpointAsync(
        string origin, AddCheckpointRequest request, SignedCheckpoint? newestFinal, CancellationToken cancellation);

    /// <summary>The newest checkpoint of an origin that the party holds, or null.</summary>
    /// <exception cref="CollabException">The party cannot be reached or answers nonsense.</exception>
    Task<SignedCheckpoint?> GetCheckpointAsync(string origin, CancellationToken cancellation);
}
