using Collab.Primitives;

namespace Collab.Ledger;

/// <summary>The failures of the embedded log, by code.</summary>
public static class LedgerErrors
{
    /// <summary>A write did not reach the disk: full, or failing.</summary>
    public static readonly ErrorCode StorageFailed = new(
        "ledger.storage-failed", ErrorKind.Failed,
        "Check free space and health of the disk, then restart the node; whatever was acknowledged is kept.");

    /// <summary>An earlier write failed, so this log takes no more until it is opened again.</summary>
    public static readonly ErrorCode StorageClosed = new(
        "ledger.storage-closed", ErrorKind.Failed, "Restart the node: the log reopens at its last acknowledged state.");

    /// <summary>Stored bytes are not what was written: a flipped bit, a missing file, a file from a backup.</summary>
    public static readonly ErrorCode StorageDamaged = new(
        "ledger.storage-damaged", ErrorKind.Evidence,
        "Keep the folder as it is, replace the disk, and restore this log from another party's replica.");

    /// <summary>Another process has the log open.</summary>
    public static readonly ErrorCode InUse = new(
        "ledger.in-use", ErrorKind.Refused, "Stop the other process that uses this folder.");

    /// <summary>Witnesses hold a newer checkpoint of this log than the log itself: an old copy was restored.</summary>
    public static readonly ErrorCode RolledBack = new(
        "ledger.rolled-back", ErrorKind.Refused,
        "Restore the missing entries from a witness's replica; nothing may be appended or spent before.");

    /// <summary>A restored node has not yet heard every other party.</summary>
    public static readonly ErrorCode Recovering = new(
        "ledger.recovering", ErrorKind.Refused,
        "Wait until the party's node is up: each other party shows once what it holds, and then this node goes on by itself.");

    /// <summary>What a party lost of a log is more than one answer takes.</summary>
    public static readonly ErrorCode TailTooLong = new(
        "ledger.tail-too-long", ErrorKind.Failed, "Restore a newer backup; what is missing since then must be below 48 MiB.");

    /// <summary>Two signed checkpoints of one log contradict each other.</summary>
    public static readonly ErrorCode Forked = new(
        "ledger.forked", ErrorKind.Evidence,
        "Stop using this log, keep the evidence, and show it to all parties; the log's key must be replaced.");

    /// <summary>An entry is too long, or a batch is empty or too large.</summary>
    public static readonly ErrorCode EntryRefused = new(
        "ledger.entry-size", ErrorKind.InvalidInput, "Keep entries at or below 65,535 bytes and batches at or below 32 MiB.");

    /// <summary>A checkpoint, entry or cosignature offered to a log does not fit it.</summary>
    public static readonly ErrorCode Mismatch = new(
        "ledger.mismatch", ErrorKind.Peer, "Ask the party that sent it for its newest checkpoint; keep what it sent.");

    /// <summary>The parties or the number of cosignatures make no safe finality rule.</summary>
    public static readonly ErrorCode PolicyUnsafe = new(
        "ledger.policy-unsafe", ErrorKind.InvalidInput,
        "Require at least floor((n-1)/2)+1 cosignatures of n parties, and at most n-1.");

    /// <summary>A witness without its record cosigns nothing.</summary>
    public static readonly ErrorCode WitnessRecovering = new(
        "ledger.witness-recovering", ErrorKind.Refused,
        "Show this witness the newest checkpoints the other parties hold, then complete its recovery.");

    /// <summary>The author of this log was caught with two histories.</summary>
    public static readonly ErrorCode OriginFrozen = new(
        "ledger.origin-frozen", ErrorKind.Evidence, "Read the stored equivocation and settle it with all parties; the log stays frozen.");
}
