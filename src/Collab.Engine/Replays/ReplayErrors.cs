using Collab.Primitives;

namespace Collab.Engine.Replays;

/// <summary>What a replay may find (protocols/specs/replay.md).</summary>
public static class ReplayErrors
{
    /// <summary>Nothing of this run is kept here.</summary>
    public static readonly ErrorCode NotKept = new(
        "replay.not-kept", ErrorKind.InvalidInput, "Only runs of jobs with 'replay: kept' have a recording, and only until it is forgotten.");

    /// <summary>The disk did not take or give a recording.</summary>
    public static readonly ErrorCode DiskFailed = new(
        "replay.disk-failed", ErrorKind.Failed, "Give the node room, or ask for the job without 'replay: kept'.");

    /// <summary>A job whose messages are not a function of rows, seed and what was received.</summary>
    public static readonly ErrorCode NotForThisJob = new(
        "replay.not-for-this-job", ErrorKind.InvalidInput, "Leave 'replay' out, or ask by a protocol that protocols/specs/replay.md lists.");

    /// <summary>The file is no package of a replay, or is cut short.</summary>
    public static readonly ErrorCode Malformed = new(
        "replay.malformed", ErrorKind.Evidence, "Ask the party for the package again.");

    /// <summary>The bundle itself does not hold.</summary>
    public static readonly ErrorCode EvidenceBroken = new(
        "replay.evidence-broken", ErrorKind.Evidence, "Run 'collab audit verify' on the bundle.");

    /// <summary>The package is of another run, job or party than the bundle's.</summary>
    public static readonly ErrorCode OtherRun = new(
        "replay.other-run", ErrorKind.Evidence, "Give the bundle of the run that the package is of.");

    /// <summary>The party's receipt commits to no seed.</summary>
    public static readonly ErrorCode NotCommitted = new(
        "replay.not-committed", ErrorKind.Evidence, "Only a job with 'replay: kept' can be replayed.");

    /// <summary>Seed and recording are not those that the receipt commits to.</summary>
    public static readonly ErrorCode CommitmentMismatch = new(
        "replay.commitment-mismatch", ErrorKind.Evidence, "The party opened another seed or recording than it committed to: ask it why.");

    /// <summary>The recorded messages are not those that the receipt says were received.</summary>
    public static readonly ErrorCode ReceivedMismatch = new(
        "replay.received-mismatch", ErrorKind.Evidence, "The party recorded other messages than it received: ask it why.");

    /// <summary>The rows are not those that the receipt commits to.</summary>
    public static readonly ErrorCode SnapshotMismatch = new(
        "replay.snapshot-mismatch", ErrorKind.Evidence, "The party opened other rows than it committed to: ask it why.");

    /// <summary>The party sent another message than its part of the protocol sends.</summary>
    public static readonly ErrorCode MessageDiffers = new(
        "replay.message-differs", ErrorKind.Evidence, "The party did not follow the protocol: show it and the other parties what was found.");

    /// <summary>The party's part of the protocol does not come to its end over what was recorded.</summary>
    public static readonly ErrorCode RecomputationFailed = new(
        "replay.recomputation-failed", ErrorKind.Evidence, "The party did not follow the protocol, or recorded what it did not receive: ask it why.");

    /// <summary>The recomputed result is not the one that the receipt commits to.</summary>
    public static readonly ErrorCode ResultMismatch = new(
        "replay.result-mismatch", ErrorKind.Evidence, "The party committed to another result than it computed: ask it why.");
}
