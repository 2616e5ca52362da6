using Collab.Console.Pages.Audit;
using Collab.Evidence.Trails;
using Collab.Primitives;
using Collab.Wire.Operator;
using Microsoft.AspNetCore.Components;

namespace Collab.Console.Pages.Supervision;

/// <summary>Every job's life, and what waits for this party's endorsement (protocols/specs/endorsement.md).</summary>
public sealed partial class SupervisionPage
{
    /// <summary>There is no such endorsement to give.</summary>
    public static readonly ErrorCode NotAwaited = new(
        "console.not-awaited", ErrorKind.Refused, "Look at the page again: the job was answered, or it asks this party for something else than its endorsement.");

    /// <summary>What is answered: <c>endorse</c> or <c>refuse</c>.</summary>
    [SupplyParameterFromForm]
    public string? Answer { get; set; }

    /// <summary>The code of a refusal.</summary>
    [SupplyParameterFromForm]
    public string? Reason { get; set; }

    private AuditTrail? Trail { get; set; }

    private SupervisionCounts? Counts { get; set; }

    private GovernanceView? Governance { get; set; }

    private IReadOnlyList<JobView> Jobs { get; set; } = [];

    // An owner's grant is another matter than an endorsement, and another person's.
    private List<JobView> Waiting => [.. Jobs.Where(job => job.State == "proposed" && job.Missing?.Contains(Settings.Party.Name) == true && !job.Owners.Contains(Settings.Party.Name))];

    private List<string[]> RefusalRows =>
        [.. Counts!.Refusals.Select(of => new[] { Time(of.Time), of.Party, Say(EvidenceWords.Kind(of.Kind)), of.Code, of.Job })];

    private List<string[]> JobRows => [.. Trail!.Jobs.Reverse().Select(job => new[]
    {
        job.Job.Short, Time(job.Events[0].Time), job.Requester.Name, Say(StateWords(EvidenceWords.StateOf(job.State))), $"{job.Events.Count(e => e.Kind == "granted")}", $"{job.Runs.Count}", $"{job.Missing.Count}",
    })];

    private List<string[]> MotionRows =>
        [.. Governance!.Motions.Select(motion => new[] { Short(motion.Motion), motion.By, motion.Change, Time(motion.Opened), $"{motion.Votes.Count}", Say(MotionWords(motion.State)) })];

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        await TryAsync(async () => Jobs = (await Node.CallAsync<JobsView>(Verbs.ListJobs, new EmptyRequest(), default)).Jobs);
        await TryAsync(async () => Governance = await Node.CallAsync<GovernanceView>(Verbs.Governance, new EmptyRequest(), default));
        await TryAsync(async () =>
        {
            Trail = await AuditDesk.TrailAsync(Node, Settings, new TrailFilter(), default);
            Counts = SupervisionCounts.Of(Trail);
        });
    }

    private async Task AnswerAsync(JobView job)
    {
        var done = await TryAsync(async () =>
        {
            if (!Waiting.Contains(job)) throw new CollabException(NotAwaited, "The job does not wait for an endorsement of this party.");
            var code = string.IsNullOrWhiteSpace(Reason) ? "endorser.refused" : Reason.Trim();
            await (Answer switch
            {
                "endorse" => Node.CallAsync<JobView>(Verbs.ApproveJob, new JobRequest(job.Job), default),
                "refuse" => Node.CallAsync<JobView>(Verbs.RejectJob, new JobRequest(job.Job, Reason: code), default),
                _ => throw new CollabException(NotAwaited, "The answer is neither to endorse nor to refuse."),
            });
        });
        if (done) Navigation.NavigateTo("/supervision");
    }

    private static TextView StateWords(string state) => state switch
    {
        "proposed" => new("proposed", "待批准"),
        "authorized" => new("authorized", "已授权"),
        "started" => new("running", "运行中"),
        "committed" => new("committed", "已完成"),
        "aborted" => new("aborted", "已中止"),
        "closed" => new("closed", "已关闭"),
        _ => new(state, state),
    };

    private static TextView MotionWords(string state) => state switch
    {
        "open" => new("open", "投票中"),
        "carried" => new("carried", "已通过"),
        "lapsed" => new("lapsed", "已失效"),
        _ => new(state, state),
    };
}
