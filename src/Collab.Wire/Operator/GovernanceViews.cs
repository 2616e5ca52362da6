namespace Collab.Wire.Operator;

/// <summary>A request to open a motion; one of the changes.</summary>
/// <param name="Closes">When voting ends, at most 30 days ahead.</param>
public sealed record OpenMotionRequest(DateTimeOffset Closes)
{
    /// <summary>The member whose roles or activity change; null for the other changes.</summary>
    public string? Member { get; init; }

    /// <summary>All roles that the member has afterwards; those it has when null.</summary>
    public IReadOnlyList<string>? Roles { get; init; }

    /// <summary>Whether the member is active afterwards; as it is when null.</summary>
    public bool? Active { get; init; }

    /// <summary>Whether the consortium is paused afterwards.</summary>
    public bool? Paused { get; init; }

    /// <summary>How many operators carry a motion afterwards.</summary>
    public int? Quorum { get; init; }

    /// <summary>The salted digest of the consortium file that takes the place of this one, in 64 hexadecimal digits.</summary>
    public string? Successor { get; init; }
}

/// <summary>A request to vote for a motion.</summary>
/// <param name="Motion">The first digits, six at least, of its digest.</param>
public sealed record VoteRequest(string Motion);

/// <summary>How a member stands.</summary>
/// <param name="Party">Its name.</param>
/// <param name="Roles">What it may do.</param>
/// <param name="Active">False while it is suspended.</param>
public sealed record MemberView(string Party, IReadOnlyList<string> Roles, bool Active)
{
    /// <summary>What this node knows it by.</summary>
    public MemberKeysView? Keys { get; init; }
}

/// <summary>A member's keys as the consortium file pins them.</summary>
/// <param name="CertificatePins">SHA-256 of the public keys of its certificate authorities; two while they are changed.</param>
/// <param name="LogKey">The vkey of its log.</param>
/// <param name="WitnessKey">The vkey of its cosignatures.</param>
/// <param name="CertificateExpires">When the certificate that its node last showed expires; null while this node has not reached it.</param>
public sealed record MemberKeysView(IReadOnlyList<string> CertificatePins, string LogKey, string WitnessKey, DateTimeOffset? CertificateExpires);

/// <summary>A motion.</summary>
/// <param name="Motion">Its digest.</param>
/// <param name="By">Who opened it.</param>
/// <param name="Change">What it would change, in words.</param>
/// <param name="Opened">When, by the opener's clock.</param>
/// <param name="Closes">When voting ends.</param>
/// <param name="Votes">Whose votes count.</param>
/// <param name="State"><c>open</c>, <c>carried</c> or <c>lapsed</c>, by the node's clock.</param>
public sealed record MotionView(string Motion, string By, string Change, DateTimeOffset Opened, DateTimeOffset Closes, IReadOnlyList<string> Votes, string State);

/// <summary>How a consortium stands by its final logs.</summary>
/// <param name="Members">Its members.</param>
/// <param name="Quorum">How many operators carry a motion.</param>
/// <param name="Paused">Whether it is paused.</param>
/// <param name="Successor">The salted digest of the file that takes its place, or null.</param>
/// <param name="OwnApprovalForbidden">Whether a job needs the grant of somebody else than its requester.</param>
/// <param name="Motions">All motions that count, the newest first.</param>
public sealed record GovernanceView(
    IReadOnlyList<MemberView> Members, int Quorum, bool Paused, string? Successor, bool OwnApprovalForbidden, IReadOnlyList<MotionView> Motions);
