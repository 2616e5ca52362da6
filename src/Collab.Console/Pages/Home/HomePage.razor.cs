using Collab.Console.People;
using Collab.Wire.Operator;

namespace Collab.Console.Pages.Home;

/// <summary>What waits for the person who looks, and how the node is.</summary>
public sealed partial class HomePage
{
    private const int Most = 10;
    private static readonly TimeSpan Fresh = TimeSpan.FromDays(14);

    private StatusView? Status { get; set; }

    private IReadOnlyList<JobView> Jobs { get; set; } = [];

    private int DaysLeft => (int)(Status!.CertificateExpires - Settings.Clock.GetUtcNow()).TotalDays;

    private List<JobView> ToApprove => [.. Jobs.Where(job => job.State == "proposed" && job.Missing?.Contains(Settings.Party.Name) == true)];

    private List<JobView> Results => Visit.Is(PersonRoles.Researcher) ? Recent(job => job is { State: "committed", Result: not null }) : [];

    private List<JobView> Broken => Recent(job => job.State == "aborted");

    private List<JobView> Running => Recent(job => job.State is "authorized" or "started");

    /// <inheritdoc/>
    protected override Task OnInitializedAsync() => TryAsync(async () =>
    {
        Status = await Node.CallAsync<StatusView>(Verbs.Status, new EmptyRequest(), default);
        Jobs = (await Node.CallAsync<JobsView>(Verbs.ListJobs, new EmptyRequest(), default)).Jobs;
    });

    private List<JobView> Recent(Func<JobView, bool> which) => [.. Jobs.Where(which).Where(job => Settings.Clock.GetUtcNow() - job.Created < Fresh).Take(Most)];
}
