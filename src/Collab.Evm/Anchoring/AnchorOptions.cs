using Collab.Evm.Following;
using Collab.Evm.Sending;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Evm.Anchoring;

/// <summary>What anchoring is made of.</summary>
/// <param name="Self">The party.</param>
/// <param name="Organisations">The organisation of each party on the contract.</param>
/// <param name="Follower">Follows the contract from the block that made it.</param>
/// <param name="Box">Calls of a key of this party; any role will do.</param>
/// <param name="OwnHead">The newest final checkpoint of this party's own log; null when there is none yet.</param>
/// <param name="Continues">
/// Whether this party's copy of a log continues a head: false when it has another root at that size, null when it is not that long yet.
/// </param>
/// <param name="Clock">The clock.</param>
/// <param name="LookEvery">How long between two looks at the chain.</param>
/// <param name="AnchorEvery">How long at least between two checkpoints of the own log.</param>
public sealed record AnchorOptions(
    PartyId Self,
    IReadOnlyDictionary<PartyId, Digest> Organisations,
    ChainFollower Follower,
    Outbox Box,
    Func<LedgerHead?> OwnHead,
    Func<LedgerHead, bool?> Continues,
    TimeProvider Clock,
    TimeSpan LookEvery,
    TimeSpan AnchorEvery);
