using Collab.Primitives;

namespace Collab.Engine.Runs;

/// <summary>How a run can fail beyond what its grants, data, channels and protocols report themselves.</summary>
public static class RunErrors
{
    /// <summary>A party did not do its step in time.</summary>
    public static readonly ErrorCode PartyMissing = new(
        "run.party-missing", ErrorKind.Peer, "Check that the party's node runs ('collab node status' there); then submit the job again.");

    /// <summary>The node stopped in the middle of the run and came back.</summary>
    public static readonly ErrorCode NodeRestarted = new(
        "run.node-restarted", ErrorKind.Failed, "Nothing is lost and nothing was released; submit the job again.");

    /// <summary>A run that goes on after interruptions was interrupted too often.</summary>
    public static readonly ErrorCode InterruptedTooOften = new(
        "run.interrupted", ErrorKind.Failed, "See in the events and the node's log what interrupts it, and mend that; then submit the job again.");

    /// <summary>The run's time was over.</summary>
    public static readonly ErrorCode DeadlinePassed = new(
        "run.deadline-passed", ErrorKind.Failed, "Submit the job again with a longer 'run-limit', or see in the events which step took the time.");

    /// <summary>The data are not those that were registered.</summary>
    public static readonly ErrorCode DataChanged = new(
        "run.data-changed", ErrorKind.Refused, "Register the dataset again ('collab dataset add'), submit the job again and have it approved again.");

    /// <summary>An earlier run of a standing job is still under way, so what it changes is not known.</summary>
    public static readonly ErrorCode EarlierUndecided = new(
        "run.earlier-undecided", ErrorKind.Failed, "Wait until the run before has ended at every party ('collab job show' there), then run the job again.");

    /// <summary>A check asks for no record, or for more than the plan allows at a time.</summary>
    public static readonly ErrorCode RecordsUnsuited = new(
        "run.records-unsuited", ErrorKind.InvalidInput, "Register a dataset of one record, or of as many as 'rows' of the asking party allows in the plan, and run the job again.");

    /// <summary>Two parties do not say the same of what passed between them.</summary>
    public static readonly ErrorCode TranscriptMismatch = new(
        "run.transcript-mismatch", ErrorKind.Peer, "The result is not released. Keep the evidence bundle of each party and compare them.");

    /// <summary>A receipt that is not the one on the ledger.</summary>
    public static readonly ErrorCode ReceiptInvalid = new(
        "run.receipt-invalid", ErrorKind.Peer, "The result is not released. Keep the evidence; ask that party which version and build it runs.");

    /// <summary>A fault of ours.</summary>
    public static readonly ErrorCode Unexpected = new(
        "run.unexpected", ErrorKind.Internal, "Please report it with the node's log; nothing was released.");
}
