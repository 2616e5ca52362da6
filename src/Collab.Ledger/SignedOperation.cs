using Collab.Cryptography.Signatures;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Ledger;

/// <summary>An operation as it stands in a log: its canonical bytes and the author's signature over them.</summary>
/// <remarks>Layout: u32 length and operation, u8 algorithm, u32 length and signature (protocols/specs/ledger-operations.md).</remarks>
public sealed class SignedOperation
{
    internal const string Domain = "collab.operation.v1";

    private readonly byte[] _signed;
    private readonly SignatureAlgorithm _algorithm;
    private readonly byte[] _signature;

    private SignedOperation(LedgerOperation operation, byte[] signed, SignatureAlgorithm algorithm, byte[] signature) =>
        (Operation, _signed, _algorithm, _signature) = (operation, signed, algorithm, signature);

    /// <summary>What is said.</summary>
    public LedgerOperation Operation { get; }

    /// <summary>Signs an operation as its author.</summary>
    public static SignedOperation Sign(LedgerOperation operation, SigningKey key)
    {
        var bytes = LedgerOperationEncoding.Encode(operation);
        return new(operation, bytes, key.PublicKey.Algorithm, key.Sign(Digest.Of(Domain, bytes).ToArray()));
    }

    /// <summary>The bytes of the log entry.</summary>
    public byte[] Encode() => new CanonicalWriter().Bytes(_signed).Byte((byte)_algorithm).Bytes(_signature).ToArray();

    /// <summary>Reads a log entry; the signature is not verified by that.</summary>
    /// <exception cref="MalformedException">The bytes are not exactly one signed operation.</exception>
    public static SignedOperation Decode(ReadOnlySpan<byte> entry)
    {
        var reader = new CanonicalReader(entry);
        var signed = reader.Bytes().ToArray();
        var algorithm = (SignatureAlgorithm)reader.Byte();
        if (!Enum.IsDefined(algorithm)) throw new MalformedException("a known signature algorithm");
        var signature = reader.Bytes().ToArray();
        reader.End();
        return new(LedgerOperationEncoding.Decode(signed), signed, algorithm, signature);
    }

    /// <summary>The operation of a log's entry, or null if it counts for nothing: it is none, is another author's, or does not bear the author's signature.</summary>
    public static LedgerOperation? TryDecode(LedgerParty author, ReadOnlySpan<byte> entry)
    {
        try
        {
            var signed = Decode(entry);
            return signed.Operation.Author == author.Party && signed.IsSignedBy(author.Log.Key) ? signed.Operation : null;
        }
        catch (MalformedException)
        {
            return null;
        }
    }

    /// <summary>Whether the key signed exactly these bytes.</summary>
    public bool IsSignedBy(VerifyingKey key) => key.Algorithm == _algorithm && key.Verify(Digest.Of(Domain, _signed).ToArray(), _signature);
}
