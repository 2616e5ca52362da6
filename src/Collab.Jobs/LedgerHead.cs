using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>How far a party had seen another party's final log when it acted. It makes "before" provable without clocks.</summary>
/// <param name="Party">Whose log.</param>
/// <param name="Size">Entries under the final checkpoint.</param>
/// <param name="Root">Its root.</param>
public sealed record LedgerHead(PartyId Party, ulong Size, Digest Root)
{
    /// <summary>Writes the three fields.</summary>
    public static void Encode(CanonicalWriter writer, LedgerHead head) => writer.Party(head.Party).UInt64(head.Size).Digest(head.Root);

    /// <summary>Reads the three fields.</summary>
    public static LedgerHead Decode(ref CanonicalReader reader) => new(reader.Party(), reader.UInt64(), reader.Digest());
}
