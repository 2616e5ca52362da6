using Collab.Engine.Consents;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Primitives;

namespace Collab.Engine.Runs;

/// <summary>The run was ended on the ledger by another party; every party reports what that party wrote.</summary>
internal sealed class EndedByPartyException(LedgerOperation.Abort abort)
    : CollabException(CodeOf(abort), $"{abort.Author} ended the run.", abort.AtFault, abort.Step)
{
    // The ledger carries a code without its kind or advice: those of this party's own catalogue, where it knows the code.
    private static ErrorCode CodeOf(LedgerOperation.Abort abort) => Known(abort.Code)
        ?? new(abort.Code, ErrorKind.Failed, $"Ask {abort.Author} for the message behind the code; then submit the job again.");

    private static ErrorCode? Known(string code) => new[]
    {
        RunErrors.PartyMissing, RunErrors.NodeRestarted, RunErrors.DeadlinePassed, RunErrors.DataChanged, RunErrors.TranscriptMismatch,
        RunErrors.ReceiptInvalid, RunErrors.Unexpected, ChannelException.Closed, ChannelException.Silent, PeerFaultException.BrokeTheProtocol,
        Authorization.NotProposed, Authorization.JobExpired, Authorization.JobWithdrawn, Authorization.JobRefused, Authorization.GrantMissing, Authorization.GrantOtherVersion,
        Authorization.GrantRevoked, Authorization.GrantExpired, Authorization.GrantUsedUp, OperationErrors.NotFinal,
        ConsentErrors.Withdrawn, ConsentErrors.RegisterMissing,
    }.FirstOrDefault(c => c.Name == code);
}
