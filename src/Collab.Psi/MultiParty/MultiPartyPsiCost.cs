using Collab.Arithmetic.BinaryField;
using Collab.Cryptography.KeyValueStore;
using Collab.Psi.Vole;

namespace Collab.Psi.MultiParty;

/// <summary>What passes between the leader and one other party in a run of <see cref="MultiPartyPsi"/>, without the vector OLE and the channel's own frames.</summary>
/// <param name="Messages">Messages, both ways.</param>
/// <param name="Bytes">Payload bytes, both ways.</param>
/// <param name="OleLength">Elements of the vector OLE between the two.</param>
/// <param name="LeaderMemoryBytes">The leader's memory for this party, in bytes; it treats all side by side.</param>
public sealed record MultiPartyPsiCost(long Messages, long Bytes, long OleLength, long LeaderMemoryBytes)
{
    /// <summary>Messages between two parties that do not lead: an announcement each, and their key.</summary>
    public const int MessagesBetweenOthers = 3;

    /// <summary>Payload bytes between two parties that do not lead, both ways.</summary>
    public const int BytesBetweenOthers = (2 * PartyAnnouncement.Size) + Gf128.Size;

    /// <summary>The formulas of specs/psi-multi-party.md, "Messages".</summary>
    /// <param name="leaderItems">Items of the leader.</param>
    /// <param name="partyItems">Items of the other party.</param>
    /// <param name="common">Items that all have, if all learn; else null.</param>
    public static MultiPartyPsiCost Of(int leaderItems, int partyItems, int? common)
    {
        var ole = OkvsParameters.Create(Math.Max(1, leaderItems)).Size;
        var store = OkvsParameters.Create(Math.Max(1, partyItems)).Size;
        var (function, hint) = (StoreParts.TotalBytes(ole), StoreParts.TotalBytes(store));
        var told = common is { } count ? sizeof(ulong) + (count == 0 ? 0 : StoreParts.TotalBytes(count)) : 0;
        var messages = 2 + 3 + Parts(ole) + Parts(store) + (common is { } listed ? 1 + Parts(listed) : 0);
        return new(
            messages, (2 * PartyAnnouncement.Size) + (3 * Gf128.Size) + function + hint + told, ole, Gf128.Size * ((3 * ole) + store + (4L * leaderItems)));
    }

    private static long Parts(long elements) => (elements + StoreParts.Elements - 1) / StoreParts.Elements;
}
