using Collab.Wire.Operator;

namespace Collab.Client;

/// <summary>Calls for evidence. What they give is checked offline with <c>collab audit verify</c>, by whoever trusts nobody.</summary>
public sealed class AuditCalls
{
    private readonly IOperator _node;

    internal AuditCalls(IOperator node) => _node = node;

    /// <summary>Writes the evidence bundle of a run (protocols/specs/evidence-bundle.md).</summary>
    /// <param name="job">The job's digest, or six of its first digits at least.</param>
    /// <param name="destination">Receives the file.</param>
    /// <param name="run">A run of it; the newest when null.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task ExportAsync(string job, Stream destination, string? run = null, CancellationToken cancellation = default) =>
        _node.CopyAsync(Verbs.ExportEvidence, new JobRequest(job, run), destination, cancellation);

    /// <summary>Writes the logs of all members over a period (protocols/specs/audit-archive.md).</summary>
    /// <param name="destination">Receives the file.</param>
    /// <param name="from">Entries from this moment on; null from the beginning.</param>
    /// <param name="to">Entries before this moment; null to the end.</param>
    /// <param name="withoutPlans">Whether plans and receipts stay at the node.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task ExportLogsAsync(
        Stream destination, DateTimeOffset? from = null, DateTimeOffset? to = null, bool withoutPlans = false, CancellationToken cancellation = default) =>
        _node.CopyAsync(Verbs.ExportEvidence, new EvidenceRequest(true, from, to, withoutPlans), destination, cancellation);

    /// <summary>Opens this party's side of a run to an auditor (protocols/specs/replay.md): every row it read and every message it received.</summary>
    /// <param name="job">The job.</param>
    /// <param name="destination">Receives the file.</param>
    /// <param name="run">A run of it; the newest when null.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task OpenReplayAsync(string job, Stream destination, string? run = null, CancellationToken cancellation = default) =>
        _node.CopyAsync(Verbs.OpenReplay, new JobRequest(job, run), destination, cancellation);

    /// <summary>Forgets the recording of a run; it cannot be opened again.</summary>
    public Task<ForgottenReplayView> ForgetReplayAsync(string job, string? run = null, CancellationToken cancellation = default) =>
        _node.CallAsync<ForgottenReplayView>(Verbs.ForgetReplay, new JobRequest(job, run), cancellation);
}
