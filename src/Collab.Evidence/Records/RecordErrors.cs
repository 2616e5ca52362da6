using Collab.Primitives;

namespace Collab.Evidence.Records;

/// <summary>What goes wrong with a record, at its issuer, its holder and whoever checks it (protocols/specs/record.md).</summary>
public static class RecordErrors
{
    private const string DoNotRely = "Do not rely on this record; ask its holder for the file again, or its issuer.";

    /// <summary>What is to be attested is no record.</summary>
    public static readonly ErrorCode Invalid = new("record.invalid", ErrorKind.InvalidInput, "Correct the fields or the times and issue again.");

    /// <summary>A record that this node did not attest.</summary>
    public static readonly ErrorCode NotOurs = new("record.not-ours", ErrorKind.InvalidInput, "See what this node attested with 'collab record list'; only its issuer revokes a record.");

    /// <summary>A field that the file does not show.</summary>
    public static readonly ErrorCode FieldHidden = new(
        "record.field-hidden", ErrorKind.InvalidInput, "See which fields the file shows with 'collab record show'; only its holder's own file has all of them.");

    /// <summary>The issuer's log since the attestation does not fit into a file.</summary>
    public static readonly ErrorCode ProofTooLong = new(
        "record.proof-too-long", ErrorKind.Failed, "Verify at a node of the consortium, which needs no proof in the file; or ask the issuer for a newer attestation.");

    /// <summary>The file is no record, or a part of it cannot be read.</summary>
    public static readonly ErrorCode Malformed = new("record.malformed", ErrorKind.Evidence, DoNotRely);

    /// <summary>A version or algorithm that is not known.</summary>
    public static readonly ErrorCode Unsupported = new("record.unsupported", ErrorKind.Evidence, "Verify with a newer version of the program.");

    /// <summary>The record is not what was attested.</summary>
    public static readonly ErrorCode Altered = new("record.altered", ErrorKind.Evidence, DoNotRely);

    /// <summary>Who attested it is not who it names, or not who was asked for.</summary>
    public static readonly ErrorCode NotIssuedBy = new("record.not-issued-by", ErrorKind.Evidence, DoNotRely);

    /// <summary>Its issuer took it back.</summary>
    public static readonly ErrorCode Revoked = new("record.revoked", ErrorKind.Evidence, "Do not rely on this record; its holder can ask the issuer why, and for another.");

    /// <summary>Its time is over, by the checker's clock or the witnesses'.</summary>
    public static readonly ErrorCode Expired = new("record.expired", ErrorKind.Evidence, "Ask the holder for a newer record.");

    /// <summary>It cannot be told whether it is valid.</summary>
    public static readonly ErrorCode Unknown = new(
        "record.unknown", ErrorKind.Evidence, "Verify at a node of the consortium ('collab record verify --home'), or ask the holder for a file with newer proof from the ledger.");
}
