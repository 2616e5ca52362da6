using Collab.Evm.Following;
using Collab.Evm.Sending;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Evm.Contract;

/// <summary>What a ledger on a contract is made of.</summary>
/// <param name="Organisations">The organisation of each party: 32 random bytes, the same in every party's configuration.</param>
/// <param name="Follower">Follows the contract from the block that made it.</param>
/// <param name="ProviderBox">Calls of this party's key with the role of a data provider; null when it has none.</param>
/// <param name="RequesterBox">Calls of this party's key with the role of a requester; null when it has none.</param>
/// <param name="OwnHead">Size and root of the newest final checkpoint of this party's own log; null when there is none yet.</param>
/// <param name="Datasets">Id and version of this party's datasets as they are registered now; the contract is told.</param>
/// <param name="Clock">The clock.</param>
/// <param name="Interval">How long to wait between two looks at the chain.</param>
/// <param name="FinalityLimit">How long an operation may wait for the chain before that is said.</param>
public sealed record EvmLedgerOptions(
    IReadOnlyDictionary<PartyId, Digest> Organisations,
    ChainFollower Follower,
    Outbox? ProviderBox,
    Outbox? RequesterBox,
    Func<LedgerHead?> OwnHead,
    Func<IEnumerable<(Digest Dataset, Digest Version)>> Datasets,
    TimeProvider Clock,
    TimeSpan Interval,
    TimeSpan FinalityLimit)
{
    /// <summary>The receipt of a party of a run that this party holds, or null: its own, and those that the others gave it after they had committed.</summary>
    public Func<Digest, PartyId, Receipt?> ReceiptOf { get; init; } = (_, _) => null;
}
