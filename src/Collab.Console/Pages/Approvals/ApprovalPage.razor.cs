using System.Text.RegularExpressions;
using Collab.Wire.Operator;
using Microsoft.AspNetCore.Components;

namespace Collab.Console.Pages.Approvals;

/// <summary>One job that asks this owner: what it does, what it asks for that was not granted before, and the decision.</summary>
public sealed partial class ApprovalPage
{
    /// <summary>The job.</summary>
    [Parameter]
    public string Digest { get; set; } = "";

    /// <summary>The earlier job to compare with.</summary>
    [SupplyParameterFromQuery]
    public string? With { get; set; }

    /// <summary>The reason code of a refusal.</summary>
    [SupplyParameterFromForm]
    public string? Reason { get; set; }

    private JobView? Job { get; set; }

    private ExplanationView? Explanation { get; set; }

    private ComparisonView? Compared { get; set; }

    private string? Done { get; set; }

    private string? ReasonError { get; set; }

    private bool CanDecide => Job is { State: "proposed", Missing: { } missing } && missing.Contains(Settings.Party.Name);

    private (string Code, string Words)[] Reasons =>
    [
        ("owner.rejected", Say("no reason told", "不说明原因")), ("owner.purpose", Say("the purpose", "用途")), ("owner.columns", Say("the columns", "列")),
        ("owner.receivers", Say("the receivers", "接收方")), ("owner.minimum-group", Say("groups too small", "分组过小")), ("owner.term", Say("too long or too often", "期限过长或次数过多")),
    ];

    /// <summary>Whether this party has granted a job that has not ended.</summary>
    internal static bool CanRevoke(JobView job, string self, DateTimeOffset now) =>
        job.Owners.Contains(self) && job.Missing?.Contains(self) != true && job.Expires > now
        && (job.State is "proposed" or "authorized" or "started" || (job.State is "committed" or "aborted" && job.Uses > 1));

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        if (!await TryAsync(ReadAsync)) return;
        if (Job!.Owners.Contains(Settings.Party.Name))
            await TryAsync(async () => Compared = await Node.CallAsync<ComparisonView>(Verbs.CompareJob, new CompareJobRequest(Job.Job, With), default));
    }

    private async Task ReadAsync()
    {
        Job = await Node.CallAsync<JobView>(Verbs.ShowJob, new JobRequest(Digest), default);
        Explanation = await Node.CallAsync<ExplanationView>(Verbs.ExplainJob, new JobRequest(Digest), default);
    }

    private Task ApproveAsync() => DecideAsync(Verbs.ApproveJob, null, Say("Your party granted the job.", "本方已授权此作业。"));

    private Task RevokeAsync() => DecideAsync(Verbs.RevokeJob, null, Say("Your party revoked its grant.", "本方已撤销授权。"));

    private Task RejectAsync()
    {
        if (ReasonForm().IsMatch(Reason ?? "")) return DecideAsync(Verbs.RejectJob, Reason, Say("Your party rejected the job.", "本方已拒绝此作业。"));
        ReasonError = Say("A code is 1 to 64 of a-z, 0-9, . - and /.", "代码为 1 至 64 个 a-z、0-9、.、- 或 /。");
        return Task.CompletedTask;
    }

    private async Task DecideAsync(string verb, string? reason, string done)
    {
        if (Visit.ConfirmationFailure is not null) return; // the field of the code says why
        if (await TryAsync(async () => Job = await Node.CallAsync<JobView>(verb, new JobRequest(Digest, Reason: reason), default))) Done = done;
    }

    [GeneratedRegex(@"\A[a-z0-9./-]{1,64}\z")]
    private static partial Regex ReasonForm();
}
