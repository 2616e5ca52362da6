using Collab.Primitives;

namespace Collab.Jobs.Governance;

/// <summary>What is refused because of roles, pause, suspension or the rules of motions.</summary>
public static class GovernanceErrors
{
    /// <summary>The party lacks the role that the operation needs.</summary>
    public static readonly ErrorCode RoleMissing = new(
        "role.missing", ErrorKind.Refused, "Ask the operators to give the party that role: 'collab consortium motion open --member'; roles: 'collab consortium members'.");

    /// <summary>The consortium is paused or superseded.</summary>
    public static readonly ErrorCode Paused = new(
        "consortium.paused", ErrorKind.Refused, "Wait until the operators end the pause ('collab consortium motion list' says who voted); a superseded consortium needs its new file.");

    /// <summary>The party is suspended.</summary>
    public static readonly ErrorCode Suspended = new(
        "consortium.suspended", ErrorKind.Refused, "Ask the operators to take the party back; it can still revoke its grants.");

    /// <summary>The only grants are the requester's own.</summary>
    public static readonly ErrorCode OwnGrantOnly = new(
        "grant.own-only", ErrorKind.Refused, "Ask for a job with data of another party too: this consortium forbids that a requester approves its own request alone.");

    /// <summary>No motion of that digest.</summary>
    public static readonly ErrorCode MotionUnknown = new(
        "motion.unknown", ErrorKind.InvalidInput, "List the motions with 'collab consortium motion list', and give more digits.");

    /// <summary>The motion is over: carried, or its time has passed.</summary>
    public static readonly ErrorCode MotionClosed = new(
        "motion.closed", ErrorKind.Refused, "Open another motion if it is still wanted; compare the clocks if its closing time has not passed for you.");

    /// <summary>The party has voted already.</summary>
    public static readonly ErrorCode AlreadyVoted = new(
        "motion.voted", ErrorKind.Refused, "Wait for the other operators; one party has one vote.");

    /// <summary>A motion that is none: a closing time that is past or too far, a party that is no member.</summary>
    public static readonly ErrorCode MotionInvalid = new(
        "motion.invalid", ErrorKind.InvalidInput, "Name a member of the consortium file, and a closing time at most 30 days ahead.");

    /// <summary>The quorum would be more than the active operators.</summary>
    public static readonly ErrorCode QuorumUnreachable = new(
        "motion.unreachable", ErrorKind.Refused, "Leave as many active operators as the quorum needs, or lower the quorum first.");
}
