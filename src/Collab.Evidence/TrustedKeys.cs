using Collab.Ledger;
using Collab.Ledger.Notes;
using Collab.Primitives;

namespace Collab.Evidence;

/// <summary>The parties' public keys: a part of every bundle, and, from another way, the auditor's own trust file.</summary>
/// <param name="Consortium">The consortium's name.</param>
/// <param name="Policy">The parties, their keys, and how many cosignatures make an entry final.</param>
public sealed record TrustedKeys(string Consortium, FinalityPolicy Policy)
{
    /// <summary>The canonical encoding.</summary>
    public byte[] Encode() => new CanonicalWriter()
        .Text(Consortium).UInt32((uint)Policy.CosignaturesRequired)
        .List(Policy.Parties, (w, p) => w.Party(p.Party).Text(p.Origin).Text(p.Log.ToString()).Text(p.Witness.ToString()))
        .ToArray();

    /// <summary>The name of all of it, for comparing by voice or on paper.</summary>
    public Digest Fingerprint => Digest.Of("collab.trusted-keys.v1", Encode());

    /// <summary>Reads the keys and checks that they make a safe rule.</summary>
    /// <exception cref="MalformedException">The bytes are not exactly such a part.</exception>
    /// <exception cref="CollabException"><see cref="LedgerErrors.PolicyUnsafe"/>.</exception>
    public static TrustedKeys Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        var consortium = reader.Text();
        var required = reader.UInt32();
        var parties = reader.List((ref r) => new LedgerParty(r.Party(), r.Text(), NoteVerifier.Parse(r.Text()), NoteVerifier.Parse(r.Text())));
        reader.End();
        var keys = new TrustedKeys(consortium, FinalityPolicy.Create(parties, (int)Math.Min(required, int.MaxValue)));
        return keys.Encode().AsSpan().SequenceEqual(bytes) ? keys : throw new MalformedException("parties in the order of their names");
    }
}
