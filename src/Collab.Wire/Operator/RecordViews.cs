namespace Collab.Wire.Operator;

/// <summary>A request to attest the rows of a dataset as records.</summary>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="Fields">The columns that become fields, in their order; null for all.</param>
/// <param name="Subject">The column that names whom a record is about; null for none. It becomes a field only if it is among the fields.</param>
/// <param name="From">From this moment on they are valid; null for now.</param>
/// <param name="Expires">Up to this moment and not at it.</param>
public sealed record IssueRecordsRequest(string Dataset, IReadOnlyList<string>? Fields, string? Subject, DateTimeOffset? From, DateTimeOffset Expires);

/// <summary>A record as its holder is to have it.</summary>
/// <param name="Handle">Its handle, in 64 hexadecimal digits.</param>
/// <param name="Subject">Whom it is about, or null.</param>
/// <param name="File">The file, in base64.</param>
public sealed record IssuedFileView(string Handle, string? Subject, string File);

/// <summary>Records that were attested.</summary>
/// <param name="Attestation">The attestation's id.</param>
/// <param name="Records">In the order of the rows.</param>
public sealed record IssuedFilesView(string Attestation, IReadOnlyList<IssuedFileView> Records);

/// <summary>A request for what this node attested.</summary>
/// <param name="Subject">Whom the records are about; null for all.</param>
public sealed record ListRecordsRequest(string? Subject);

/// <summary>A record that this node attested.</summary>
/// <param name="Handle">Its handle.</param>
/// <param name="Subject">Whom it is about, or null.</param>
/// <param name="Attestation">The attestation's id.</param>
/// <param name="From">From this moment on it is valid.</param>
/// <param name="Expires">Up to this moment and not at it.</param>
/// <param name="State"><c>valid</c>, <c>not-yet</c>, <c>expired</c>, <c>revoked</c>, or <c>not-attested</c> while the attestation is not final on the ledger.</param>
public sealed record IssuedRecordView(string Handle, string? Subject, string Attestation, DateTimeOffset From, DateTimeOffset Expires, string State);

/// <summary>What this node attested.</summary>
/// <param name="Records">By attestation, in the order of the batch.</param>
public sealed record IssuedRecordsView(IReadOnlyList<IssuedRecordView> Records);

/// <summary>A request to take a record back.</summary>
/// <param name="Handle">The record's handle, in 64 hexadecimal digits.</param>
/// <param name="Reason">A code.</param>
public sealed record RevokeRecordRequest(string Handle, string Reason);

/// <summary>A request to verify a carried record.</summary>
/// <param name="File">The file, in base64.</param>
/// <param name="Issuer">Who must have attested it; null for whoever it names.</param>
/// <param name="Unnoted">Whether the check leaves no note on this node's log.</param>
public sealed record VerifyRecordRequest(string File, string? Issuer, bool Unnoted);

/// <summary>A field of a record.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type"><c>text</c>, <c>integer</c> or <c>decimal</c>.</param>
/// <param name="Value">The value as text; null where it is missing.</param>
public sealed record RecordFieldView(string Name, string Type, string? Value);

/// <summary>What a record's file says.</summary>
/// <param name="Handle">Its handle.</param>
/// <param name="Issuer">Who is said to have attested it.</param>
/// <param name="From">From this moment on it is valid.</param>
/// <param name="Expires">Up to this moment and not at it.</param>
/// <param name="Fields">How many fields it has.</param>
/// <param name="Shown">Those that the file shows.</param>
/// <param name="Attestation">The attestation's id.</param>
/// <param name="Proof">Whether the file has a proof from the ledger.</param>
public sealed record RecordView(
    string Handle, string Issuer, DateTimeOffset From, DateTimeOffset Expires, int Fields, IReadOnlyList<RecordFieldView> Shown, string Attestation, bool Proof);

/// <summary>The note of a check, with what opens it for an auditor.</summary>
/// <param name="Commitment">What stands on this node's log.</param>
/// <param name="Content">The bytes that it commits to, in base64.</param>
/// <param name="Opening">What opens it, in base64; a secret.</param>
public sealed record RecordCheckView(string Commitment, string Content, string Opening);

/// <summary>A verdict on a record.</summary>
/// <param name="Verdict"><c>valid</c>, <c>revoked</c>, <c>expired</c>, <c>unknown</c>, <c>altered</c> or <c>not-issued-by</c>.</param>
/// <param name="Code">The error code; null when it is valid.</param>
/// <param name="Part">The first part of the file that does not hold, or null.</param>
/// <param name="Message">One sentence.</param>
/// <param name="AsOf">The time of the newest checkpoint of the issuer's log that it rests on, or null.</param>
/// <param name="Attested">When the issuer attested it, by the issuer's clock, or null.</param>
/// <param name="NotChecked">What was not checked.</param>
/// <param name="Record">What the file says, null when it cannot be read; to be relied on only if the verdict is <c>valid</c>.</param>
public sealed record RecordVerdictView(
    string Verdict, string? Code, string? Part, string Message, DateTimeOffset? AsOf, DateTimeOffset? Attested, IReadOnlyList<string> NotChecked, RecordView? Record)
{
    /// <summary>The note of the check; null where none was made.</summary>
    public RecordCheckView? Check { get; init; }
}

/// <summary>A request for a newer proof from the ledger.</summary>
/// <param name="File">The file, in base64.</param>
public sealed record RenewRecordRequest(string File);

/// <summary>A record's file.</summary>
/// <param name="File">In base64.</param>
/// <param name="AsOf">The time of the newest checkpoint that its proof rests on.</param>
public sealed record RecordFileView(string File, DateTimeOffset? AsOf);
