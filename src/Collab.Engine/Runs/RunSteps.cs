using Collab.Primitives;

namespace Collab.Engine.Runs;

/// <summary>The steps of a run at every party, in order (protocols/specs/run.md). Protocol steps carry the names of their own specs.</summary>
public static class RunSteps
{
    /// <summary>The ledger is read: every grant is there, live, unspent and for exactly this plan.</summary>
    public static readonly StepId Authorize = new("run.1-authorize");

    /// <summary>An owner spends its use; final before the next step.</summary>
    public static readonly StepId Spend = new("run.2-spend");

    /// <summary>Every other owner's spend is seen.</summary>
    public static readonly StepId AwaitSpends = new("run.3-await-spends");

    /// <summary>Channels to the other parties open.</summary>
    public static readonly StepId Connect = new("run.4-connect");

    /// <summary>The first row is read; the snapshot is committed to.</summary>
    public static readonly StepId Read = new("run.5-read");

    /// <summary>The protocol runs.</summary>
    public static readonly StepId Protocol = new("run.6-protocol");

    /// <summary>The receipt, and at a receiver the sealed result, are on disk.</summary>
    public static readonly StepId Receipt = new("run.7-receipt");

    /// <summary>The commit is final.</summary>
    public static readonly StepId Commit = new("run.8-commit");

    /// <summary>Every other party's commit is seen, its receipt fetched and compared.</summary>
    public static readonly StepId AwaitCommits = new("run.9-await-commits");

    /// <summary>The result is given out.</summary>
    public static readonly StepId Release = new("run.10-release");

    /// <summary>All of them, in order.</summary>
    public static IReadOnlyList<StepId> All { get; } =
        [Authorize, Spend, AwaitSpends, Connect, Read, Protocol, Receipt, Commit, AwaitCommits, Release];
}
