using Collab.Arithmetic.BinaryField;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.Psi.MultiParty;
using Collab.SecretSharing.Boolean;

namespace Collab.Psi.Threshold;

/// <summary>What passes between two parties in a run of <see cref="ThresholdPsi"/>, both ways, without the channel's own frames.</summary>
/// <param name="Messages">Messages beside those of vector OLE and transfers; an estimate.</param>
/// <param name="Bytes">Payload bytes beside those of vector OLE and transfers.</param>
/// <param name="Transfers">Correlated transfers, both directions.</param>
/// <param name="OleLength">Elements of the vector OLE.</param>
/// <param name="MemoryBytes">The larger party's memory for the other beside its items, in bytes; an estimate.</param>
public sealed record ThresholdPsiCost(long Messages, long Bytes, long Transfers, long OleLength, long MemoryBytes)
{
    private const int Setup = (2 * PartyAnnouncement.Size) + Gf128.Size;

    /// <summary>About what the transfers send, in bytes: those of the extension, and the set-up of both directions.</summary>
    public long TransferBytes => Transfers == 0 ? 0 : (2 * ExtendedTransfers.SetUpCost.Bytes) + ExtendedTransfers.CostOf(TransferForm.Extension, Transfers).Bytes;

    /// <summary>Between the leader and another party.</summary>
    /// <param name="leaderItems">Items of the leader.</param>
    /// <param name="partyItems">Items of the other party.</param>
    /// <param name="parties">All parties.</param>
    /// <param name="threshold">In how many sets an item must be.</param>
    public static ThresholdPsiCost WithLeader(int leaderItems, int partyItems, int parties, int threshold)
    {
        var others = BetweenOthers(leaderItems, parties, threshold);
        if (leaderItems == 0) return others;
        var members = CircuitPsiCost.Of(partyItems, leaderItems, new CircuitPlan());
        return new(
            others.Messages + members.Flights + 1, others.Bytes + members.Bytes + BitsMessage.Size(BinLayout.Of(leaderItems).BinCount),
            others.Transfers + members.Transfers, members.OleLength, others.MemoryBytes + members.MemoryBytes);
    }

    /// <summary>Between two parties that do not lead.</summary>
    /// <param name="leaderItems">Items of the leader.</param>
    /// <param name="parties">All parties.</param>
    /// <param name="threshold">In how many sets an item must be.</param>
    public static ThresholdPsiCost BetweenOthers(int leaderItems, int parties, int threshold)
    {
        long bins = BinLayout.Of(leaderItems).BinCount, gates = CountTest.Conjunctions(parties - 1, threshold - 1);
        var words = (bins + 63) / 64;
        return new(3 + (2 * gates), Setup + (gates * 2 * 2 * words * sizeof(ulong)), gates * 2 * bins, 0, bins * (parties + 2) / 8);
    }
}
