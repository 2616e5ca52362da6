using Collab.Arithmetic.BinaryField;
using Collab.Cryptography.KeyValueStore;
using Collab.Psi.Vole;

namespace Collab.Psi.MultiParty;

/// <summary>What passes between the leader and one other party in a run of <see cref="MultiPartyPsi"/>, without the vector OLE and the channel's own frames.</summary>
/// <param name="Bytes">Payload bytes, both ways; a party has besides 72 bytes each way and one key of 16 with each party that is not the leader.</param>
public sealed record MultiPartyPsiCost(long Bytes)
{
    /// <summary>The formulas of specs/psi-multi-party.md, "Messages".</summary>
    /// <param name="leaderItems">Items of the leader.</param>
    /// <param name="partyItems">Items of the other party.</param>
    /// <param name="common">Items that all have, if all learn; else null.</param>
    public static MultiPartyPsiCost Of(int leaderItems, int partyItems, int? common)
    {
        var function = StoreParts.TotalBytes(OkvsParameters.Create(Math.Max(1, leaderItems)).Size);
        var hint = StoreParts.TotalBytes(OkvsParameters.Create(Math.Max(1, partyItems)).Size);
        var told = common is { } count ? sizeof(ulong) + (count == 0 ? 0 : StoreParts.TotalBytes(count)) : 0;
        return new((2 * PartyAnnouncement.Size) + (3 * Gf128.Size) + function + hint + told);
    }
}
