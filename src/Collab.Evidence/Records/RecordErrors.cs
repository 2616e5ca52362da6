using Collab.Primitives;

namespace Collab.Evidence.Records;

/// <summary>What goes wrong with a record, at its issuer, its holder and whoever checks it (protocols/specs/record.md).</summary>
public static class RecordErrors
{
    private const string DoNotRely = "Do not rely on this record; ask its holder for the file again, or its issuer.";

    /// <summary>What is to be attested is no record.</summary>
    public static readonly ErrorCode Invalid = new("record.invalid", ErrorKind.InvalidInput, "Correct the fields or the times and issue again.");

    /// <summary>A field that the file does not show.</summary>
    public static readonly ErrorCode FieldHidden = new(
        "record.field-hidden", ErrorKind.InvalidInput, "See which fields the file shows with 'collab record show'; only its holder's own file has all of them.");

    /// <summary>The file is no record, or a part of it cannot be read.</summary>
    public static readonly ErrorCode Malformed = new("record.malformed", ErrorKind.Evidence, DoNotRely);

    /// <summary>A version or algorithm that is not known.</summary>
    public static readonly ErrorCode Unsupported = new("record.unsupported", ErrorKind.Evidence, "Verify with a newer version of the program.");
}
