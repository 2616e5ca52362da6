using Collab.Console.Parts;
using Collab.Wire.Operator;
using Microsoft.AspNetCore.Components;

namespace Collab.Console.Pages.Approvals;

/// <summary>What waits for this owner, and what it granted.</summary>
public sealed partial class ApprovalsPage
{
    private const int PageSize = 20;

    /// <summary>Which page of the ended ones.</summary>
    [SupplyParameterFromQuery(Name = "page")]
    public string? AskedPage { get; set; }

    private IReadOnlyList<JobView> Jobs { get; set; } = [];

    private int Page => Pager.Asked(AskedPage, Math.Max(1, (Past.Count + PageSize - 1) / PageSize));

    private string Self => Settings.Party.Name;

    private List<JobView> Waiting => [.. Jobs.Where(job => job.State == "proposed" && job.Missing?.Contains(Self) == true)];

    private List<JobView> Alive => [.. Jobs.Where(job => ApprovalPage.CanRevoke(job, Self, Settings.Clock.GetUtcNow()))];

    private List<JobView> Past => [.. Jobs.Where(job => job.Owners.Contains(Self)).Except(Waiting).Except(Alive)];

    /// <inheritdoc/>
    protected override Task OnInitializedAsync() => TryAsync(async () =>
        Jobs = (await Node.CallAsync<JobsView>(Verbs.ListJobs, new EmptyRequest(), default)).Jobs);
}
