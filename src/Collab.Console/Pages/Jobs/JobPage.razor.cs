using System.Globalization;
using Collab.Console.People;
using Collab.Wire.Operator;
using Microsoft.AspNetCore.Components;

namespace Collab.Console.Pages.Jobs;

/// <summary>One job: whom it waits for, how far its run is, who agreed, and what this party can do.</summary>
public sealed partial class JobPage
{
    /// <summary>The job, or the first digits of it.</summary>
    [Parameter]
    public required string Digest { get; set; }

    private JobHistoryView? History { get; set; }

    private JobView? Job => History?.Job;

    private RunProgress? Progress => Job?.Run is { } run ? RunProgress.Of(History!.Events, run) : null;

    private bool IsOurs => Job is { } job && job.Requester == Settings.Party.Name && Visit.Is(PersonRoles.Researcher)
        && !History!.Acts.Any(act => act.Kind == "revoked" && act.Party == job.Requester);

    private bool MayCancel => IsOurs && Job is { State: not "closed" } job && job.Expires > Settings.Clock.GetUtcNow()
        && (job.State is not ("committed" or "aborted") || History!.Decisions.All(of => (of.Used ?? 0) < job.Uses)); // else nothing is left to stop

    private bool MayRunAgain => IsOurs && Job is { State: "authorized" or "committed" or "aborted" } job
        && job.Expires > Settings.Clock.GetUtcNow() && History!.Decisions.All(of => of.Decision != "revoked" && (of.Used ?? 0) < job.Uses);

    private bool MayRevoke => Visit.Is(PersonRoles.Owner) && Job is { State: not "closed" } && History!.Decisions.Any(of => of.Party == Settings.Party.Name && of.Decision == "granted");

    /// <inheritdoc/>
    protected override Task OnInitializedAsync() => TryAsync(LoadAsync);

    internal static string Size(long bytes) => bytes switch
    {
        < 10_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes:#,0} B"),
        < 10_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1000.0:#,0.0} kB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1_000_000.0:#,0.0} MB"),
    };

    private async Task LoadAsync() => History = await Node.CallAsync<JobHistoryView>(Verbs.JobHistory, new JobRequest(Digest), default);

    private Task RunAgainAsync() => ActAsync(Verbs.RunJob);

    private Task CancelAsync() => ActAsync(Verbs.CancelJob);

    private Task RevokeAsync() => ActAsync(Verbs.RevokeJob);

    private async Task ActAsync(string verb)
    {
        if (await TryAsync(() => Node.CallAsync<JobView>(verb, new JobRequest(Job!.Job), default))) Navigation.NavigateTo($"/jobs/{Job!.Job}");
    }

    private string Duration(TimeSpan time) => time.TotalSeconds < 90
        ? Say($"{Math.Ceiling(time.TotalSeconds):0} s", $"{Math.Ceiling(time.TotalSeconds):0} 秒")
        : Say($"{time.TotalMinutes:0} min", $"{time.TotalMinutes:0} 分钟");
}
