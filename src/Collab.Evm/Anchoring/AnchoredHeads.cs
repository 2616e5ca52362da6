using System.Numerics;
using Collab.Evm.Contract;
using Collab.Evm.Following;
using Collab.Primitives;

namespace Collab.Evm.Anchoring;

/// <summary>All heads of logs that ever stood on a contract, finally.</summary>
public static class AnchoredHeads
{
    /// <summary>Reads them from the block that made the contract on.</summary>
    /// <param name="follower">Has not read anything yet.</param>
    /// <param name="organisations">The organisation of each party on the contract; what others anchored is left out.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="CollabException">The chain's node failed or lies.</exception>
    public static async Task<IReadOnlyList<AnchoredHead>> ReadAsync(ChainFollower follower, IReadOnlyDictionary<PartyId, Digest> organisations, CancellationToken cancellation)
    {
        var parties = organisations.ToDictionary(known => known.Value, known => known.Key);
        var heads = new List<AnchoredHead>();
        ulong? before;
        do
        {
            before = follower.Newest?.Number;
            foreach (var (change, log) in await follower.AdvanceAsync(cancellation))
            {
                if (change != ChainChange.Final || log.Topics.Count == 0 || log.Topics[0] != ConsortiumContract.CheckpointMade.Topic) continue;
                var v = ConsortiumContract.CheckpointMade.Decode(log.Topics, log.Data.Span);
                if (parties.TryGetValue(new Digest((byte[])v[0]), out var party))
                    heads.Add(new AnchoredHead(party, (ulong)(BigInteger)v[1], new Digest((byte[])v[2]), log.Block, log.BlockNumber, log.Transaction));
            }
        }
        while (follower.Newest?.Number != before);                                       // an advance reads so many blocks at most
        return heads;
    }
}
