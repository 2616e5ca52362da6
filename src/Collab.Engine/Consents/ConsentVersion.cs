using Collab.Cryptography;
using Collab.Ledger.Merkle;
using Collab.Primitives;

namespace Collab.Engine.Consents;

/// <summary>One version of a register: every consent that was ever given, and which were withdrawn. Never changed.</summary>
/// <param name="Register">The register's random id.</param>
/// <param name="Number">Counted from 1; 0 before the first.</param>
/// <param name="Entries">In the order in which they were given.</param>
/// <param name="Commitment">What goes on the ledger; null for version 0.</param>
public sealed record ConsentVersion(Digest Register, int Number, IReadOnlyList<ConsentEntry> Entries, Commitment? Commitment)
{
    /// <summary>What a version's commitment is made in.</summary>
    public const string Domain = "collab.consent-register.v1";

    private const string LeafDomain = "collab.consent.v1";

    /// <summary>The bytes that are committed to: id, number, how many entries, and the root of their tree.</summary>
    /// <remarks>The tree is that of RFC 6962 over one salted digest an entry, so that one entry can be shown without the others (protocols/specs/consent.md).</remarks>
    internal byte[] Content()
    {
        var tree = new MemoryTree();
        foreach (var entry in Entries) tree.Add(LeafOf(entry).ToArray());
        return new CanonicalWriter().Digest(Register).UInt32((uint)Number).UInt64((ulong)Entries.Count).Digest(tree.Root).ToArray();
    }

    private static Digest LeafOf(ConsentEntry entry)
    {
        var writer = new CanonicalWriter().Digest(entry.Salt);
        entry.Record.Encode(writer);
        writer.UInt32((uint)entry.GivenIn).UInt32((uint)(entry.WithdrawnIn ?? 0));
        return Digest.Of(LeafDomain, writer.Written);
    }
}
