using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Evidence.Records;

/// <summary>What a check of a record says.</summary>
public enum RecordStatus
{
    /// <summary>Attested by the issuer it names, in its time, and not revoked as of the checkpoint that the verdict names.</summary>
    Valid = 1,

    /// <summary>Its issuer took it back.</summary>
    Revoked = 2,

    /// <summary>Its time is over by one of the clocks.</summary>
    Expired = 3,

    /// <summary>It cannot be told; nobody may rely on it.</summary>
    Unknown = 4,

    /// <summary>It is not what was attested.</summary>
    Altered = 5,

    /// <summary>The issuer it names, or that was asked for, did not attest it.</summary>
    NotIssuedBy = 6,
}

/// <summary>The answer to a check of a record, and what it rests on.</summary>
/// <param name="Status">The verdict.</param>
/// <param name="Code">Why it is not valid; null when it is.</param>
/// <param name="Part">The first part of the file that does not hold, or null.</param>
/// <param name="Message">One sentence.</param>
/// <param name="AsOf">The time of the newest checkpoint of the issuer's log that it rests on: what the issuer said later is not in it. Null when there was none.</param>
/// <param name="NotChecked">What was not and could not be checked.</param>
public sealed record RecordVerdict(
    RecordStatus Status, ErrorCode? Code, string? Part, string Message, DateTimeOffset? AsOf, IReadOnlyList<string> NotChecked)
{
    /// <summary>The record; null when it could not be read. What it shows may be relied on only if the verdict is <see cref="RecordStatus.Valid"/>.</summary>
    public CarriedRecord? Record { get; init; }

    /// <summary>The operation that attests it; null when none was found.</summary>
    public LedgerOperation.Attest? Attested { get; init; }

    /// <summary>The code under which the verdict is committed to and shown, for example <c>not-issued-by</c>.</summary>
    public string Name => Status switch
    {
        RecordStatus.Valid => "valid",
        RecordStatus.Revoked => "revoked",
        RecordStatus.Expired => "expired",
        RecordStatus.Altered => "altered",
        RecordStatus.NotIssuedBy => "not-issued-by",
        _ => "unknown",
    };
}
