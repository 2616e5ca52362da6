using Collab.Primitives;

namespace Collab.Psi.Incremental;

/// <summary>The stored state of an incremental intersection cannot be extended; nothing was changed.</summary>
public sealed class IncrementalStateException : CollabException
{
    /// <summary>The two parties hold states of different histories: one was lost, restored from a copy, or belongs to another pair.</summary>
    public static readonly ErrorCode Diverged = new(
        "psi.state-diverged", ErrorKind.Peer, "Begin anew over the whole sets: submit the job again and have it approved again, which makes a new state at both parties.");

    /// <summary>The folder holds no state, a damaged one, or one under another storage key.</summary>
    public static readonly ErrorCode Unusable = new(
        "psi.state-unusable", ErrorKind.Failed, "Restore the folder as it was after the last run, with its storage key; or begin anew over the whole sets: submit the job again and have it approved again.");

    internal IncrementalStateException(ErrorCode code, string message, PartyId? party = null, StepId? step = null, Exception? inner = null)
        : base(code, message, party, step, inner)
    {
    }

    internal static IncrementalStateException Damaged(string what, Exception? inner = null) =>
        new(Unusable, $"The stored state of the intersection cannot be used: {what}.", inner: inner);
}
