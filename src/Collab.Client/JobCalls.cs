using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Client;

/// <summary>Calls about jobs. A job is named by its plan's digest, or by six of its first digits at least.</summary>
public sealed class JobCalls
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);
    private readonly IOperator _node;

    internal JobCalls(IOperator node) => _node = node;

    /// <summary>What a job would do: what each party sends and learns, and what it costs. Nothing is proposed.</summary>
    /// <param name="description">The job description (YAML).</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task<ExplanationView> ExplainAsync(string description, CancellationToken cancellation = default) =>
        _node.CallAsync<ExplanationView>(Verbs.ExplainJob, new DescriptionRequest(description), cancellation);

    /// <summary>What a job that the node knows would do: what an owner reads before it approves.</summary>
    public Task<ExplanationView> ExplainKnownAsync(string job, CancellationToken cancellation = default) =>
        _node.CallAsync<ExplanationView>(Verbs.ExplainJob, new JobRequest(job), cancellation);

    /// <summary>Proposes a job to its parties; it runs when every owner has approved it.</summary>
    /// <remarks>Submitting the same description again is another job with another digest: a plan holds a fresh nonce.</remarks>
    public Task<JobView> SubmitAsync(string description, CancellationToken cancellation = default) =>
        _node.CallAsync<JobView>(Verbs.SubmitJob, new DescriptionRequest(description), cancellation);

    /// <summary>Opens one more run of an authorised job.</summary>
    public Task<JobView> RunAsync(string job, CancellationToken cancellation = default) => AboutAsync(Verbs.RunJob, job, cancellation);

    /// <summary>The jobs of this node, the newest first.</summary>
    public async Task<IReadOnlyList<JobView>> ListAsync(CancellationToken cancellation = default) =>
        (await _node.CallAsync<JobsView>(Verbs.ListJobs, new EmptyRequest(), cancellation)).Jobs;

    /// <summary>One job as this node sees it.</summary>
    public Task<JobView> ShowAsync(string job, CancellationToken cancellation = default) => AboutAsync(Verbs.ShowJob, job, cancellation);

    /// <summary>A job from its proposal to where it stands: who said what, whom it waits for, what each step of a run sent and received.</summary>
    public Task<JobHistoryView> HistoryAsync(string job, CancellationToken cancellation = default) =>
        _node.CallAsync<JobHistoryView>(Verbs.JobHistory, new JobRequest(job), cancellation);

    /// <summary>What a job asks for that this owner has not granted before: its plan beside one that was granted to the same requester over the same dataset.</summary>
    /// <param name="job">The job.</param>
    /// <param name="with">The earlier job; the newest when null.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task<ComparisonView> CompareAsync(string job, string? with = null, CancellationToken cancellation = default) =>
        _node.CallAsync<ComparisonView>(Verbs.CompareJob, new CompareJobRequest(job, with), cancellation);

    /// <summary>Grants a job at this owner's node.</summary>
    public Task<JobView> ApproveAsync(string job, CancellationToken cancellation = default) => AboutAsync(Verbs.ApproveJob, job, cancellation);

    /// <summary>Refuses a job at this owner's node.</summary>
    /// <param name="job">The job.</param>
    /// <param name="reason">A reason code of a-z, 0-9, '.' and '-'; <c>owner.rejected</c> when null.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task<JobView> RejectAsync(string job, string? reason = null, CancellationToken cancellation = default) =>
        _node.CallAsync<JobView>(Verbs.RejectJob, new JobRequest(job, Reason: reason), cancellation);

    /// <summary>Takes a grant back: no further run starts, a running one stops at its next step.</summary>
    public Task<JobView> RevokeAsync(string job, CancellationToken cancellation = default) => AboutAsync(Verbs.RevokeJob, job, cancellation);

    /// <summary>Takes a job back that this party asked for: nobody need look at it any more, no run starts, and one that is under way stops at its next step.</summary>
    public Task<JobView> CancelAsync(string job, CancellationToken cancellation = default) => AboutAsync(Verbs.CancelJob, job, cancellation);

    /// <summary>Events of a job, or of all jobs, from now on.</summary>
    public IAsyncEnumerable<EventView> WatchAsync(string? job = null, CancellationToken cancellation = default) =>
        _node.WatchAsync(new JobRequest(job), cancellation);

    /// <summary>Waits until nothing more happens to a job at this node: committed, aborted or closed.</summary>
    /// <remarks>It asks again and again, so that it holds over restarts of the node; what happens meanwhile is told by <see cref="WatchAsync"/>.</remarks>
    public async Task<JobView> WaitAsync(string job, CancellationToken cancellation = default)
    {
        while (true)
        {
            var view = await ShowAsync(job, cancellation);
            if (IsOver(view)) return view;
            await Task.Delay(Poll, cancellation);
        }
    }

    /// <summary>Whether nothing more happens to the job at the node that was asked.</summary>
    public static bool IsOver(JobView job) => job.State is "closed" || (job.State is "committed" or "aborted" && (job.Settled || TookNoPart(job)));

    /// <summary>The released result, at a receiver.</summary>
    /// <param name="job">The job.</param>
    /// <param name="run">A run of it; the newest when null.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="CollabException">There is none at this node, or not yet.</exception>
    public async Task<JobResult> ResultAsync(string job, string? run = null, CancellationToken cancellation = default)
    {
        using MemoryStream json = new(), canonical = new();
        await CopyResultAsync(job, "json", json, run, cancellation);
        await CopyResultAsync(job, "canonical", canonical, run, cancellation);
        return JobResult.Read(json.GetBuffer().AsMemory(0, (int)json.Length), canonical.GetBuffer().AsSpan(0, (int)canonical.Length));
    }

    /// <summary>Writes the released result as it is, which may be large.</summary>
    /// <param name="job">The job.</param>
    /// <param name="format"><c>json</c>, <c>csv</c>, or <c>canonical</c>: the bytes that the receipt's commitment covers.</param>
    /// <param name="destination">Receives it.</param>
    /// <param name="run">A run of it; the newest when null.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task CopyResultAsync(string job, string format, Stream destination, string? run = null, CancellationToken cancellation = default) =>
        _node.CopyAsync(Verbs.GetResult, new JobRequest(job, run, Format: format), destination, cancellation);

    private static bool TookNoPart(JobView job) => !job.Owners.Contains(job.Requester) && !job.Receivers.Contains(job.Requester);

    private Task<JobView> AboutAsync(string verb, string job, CancellationToken cancellation) =>
        _node.CallAsync<JobView>(verb, new JobRequest(job), cancellation);
}
