using Collab.Evidence.Archives;
using Collab.Evidence.Trails;
using Microsoft.AspNetCore.Components;

namespace Collab.Console.Pages.Audit;

/// <summary>One job as the logs tell it, with the links that are missing, and each of its runs verified on demand.</summary>
public sealed partial class AuditJobPage
{
    /// <summary>The job, or the first digits of it.</summary>
    [Parameter]
    public required string Job { get; set; }

    /// <summary>The run to verify.</summary>
    [SupplyParameterFromQuery]
    public string? Run { get; set; }

    private TrailJob? Told { get; set; }

    private VerifiedFile? Verified { get; set; }

    /// <inheritdoc/>
    protected override Task OnInitializedAsync() => TryAsync(async () =>
    {
        var trail = await AuditDesk.TrailAsync(Node, Settings, new TrailFilter(Job), default);
        Told = trail.Jobs is [var one] ? one : null;
        if (Told?.Runs.Any(run => run.Run.ToString() == Run) == true)
            Verified = AuditDesk.Verify("run.evidence", await AuditDesk.BundleAsync(Node, Told.Job.ToString(), Run, default), Settings.OwnTrust);
    });
}
