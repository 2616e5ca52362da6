using Collab.Cryptography.Signatures;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Ledger;

/// <summary>
/// What every operation begins with, read without knowing its kind: an auditor with an older program still sees that something was said, by
/// whom, when and of which job, and whether it was signed; never what it means.
/// </summary>
/// <param name="Kind">The number of the kind (protocols/specs/ledger-operations.md).</param>
/// <param name="Author">Who says it.</param>
/// <param name="Id">32 random bytes of the author's.</param>
/// <param name="Time">The author's clock.</param>
/// <param name="Heads">What the author had seen of the final logs.</param>
/// <param name="Job">The job, or whatever else the kind puts in its place.</param>
public sealed record OperationEnvelope(byte Kind, PartyId Author, Digest Id, DateTimeOffset Time, IReadOnlyList<LedgerHead> Heads, Digest Job)
{
    private const byte Version = 1;

    private ReadOnlyMemory<byte> Signed { get; init; }

    private SignatureAlgorithm Algorithm { get; init; }

    private ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>Reads the beginning of a log entry; the signature is not verified by that.</summary>
    /// <exception cref="MalformedException">The bytes are not a signed operation of any kind.</exception>
    public static OperationEnvelope Decode(ReadOnlySpan<byte> entry)
    {
        var outer = new CanonicalReader(entry);
        var signed = outer.Bytes().ToArray();
        var (algorithm, signature) = ((SignatureAlgorithm)outer.Byte(), outer.Bytes().ToArray());
        outer.End();
        var reader = new CanonicalReader(signed);
        if (reader.Byte() != Version) throw new MalformedException("version 1 of the operation encoding");
        var envelope = new OperationEnvelope(
            reader.Byte(), reader.Party(), reader.Digest(), reader.Time(), reader.List((ref r) => LedgerHead.Decode(ref r)), reader.Digest())
        {
            Signed = signed, Algorithm = algorithm, Signature = signature,
        };
        return envelope.Heads.Zip(envelope.Heads.Skip(1)).All(p => p.First.Party.CompareTo(p.Second.Party) < 0)
            ? envelope
            : throw new MalformedException("each party's head once, in order");
    }

    /// <summary>Whether the key signed exactly these bytes.</summary>
    public bool IsSignedBy(VerifyingKey key) =>
        key.Algorithm == Algorithm && key.Verify(Digest.Of(SignedOperation.Domain, Signed.Span).ToArray(), Signature.Span);
}
