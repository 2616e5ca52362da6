using Collab.Console.Parts;
using Collab.Wire.Operator;
using Microsoft.AspNetCore.Components;

namespace Collab.Console.Pages.Jobs;

/// <summary>The jobs that this node knows, by state, kind, party and purpose.</summary>
public sealed partial class JobsPage
{
    private const int PageSize = 50;

    private static readonly string[] States = ["proposed", "authorized", "started", "committed", "aborted", "closed"];

    /// <summary>The first digits of a job.</summary>
    [SupplyParameterFromQuery]
    public string? Q { get; set; }

    /// <summary>A state.</summary>
    [SupplyParameterFromQuery]
    public string? State { get; set; }

    /// <summary>A kind.</summary>
    [SupplyParameterFromQuery]
    public string? Kind { get; set; }

    /// <summary>A party that asks, owns or receives.</summary>
    [SupplyParameterFromQuery]
    public string? Party { get; set; }

    /// <summary>A purpose.</summary>
    [SupplyParameterFromQuery]
    public string? Purpose { get; set; }

    /// <summary>The page of a long list, from 1.</summary>
    [SupplyParameterFromQuery]
    public string? Page { get; set; }

    private IReadOnlyList<JobView> Jobs { get; set; } = [];

    private List<JobView> Found => [.. Jobs.Where(job =>
        (string.IsNullOrWhiteSpace(Q) || job.Job.StartsWith(Q.Trim(), StringComparison.OrdinalIgnoreCase))
        && IsAskedFor(State, [job.State]) && IsAskedFor(Kind, [job.Kind]) && IsAskedFor(Party, PartiesOf(job)) && IsAskedFor(Purpose, [job.Purpose]))];

    private int Pages => Math.Max(1, (Found.Count + PageSize - 1) / PageSize);

    private int CurrentPage => Pager.Asked(Page, Pages);

    private List<JobView> Shown => [.. Found.Skip((CurrentPage - 1) * PageSize).Take(PageSize)];

    /// <inheritdoc/>
    protected override Task OnInitializedAsync() =>
        TryAsync(async () => Jobs = (await Node.CallAsync<JobsView>(Verbs.ListJobs, new EmptyRequest(), default)).Jobs);

    private static IEnumerable<string> PartiesOf(JobView job) => job.Owners.Concat(job.Receivers).Append(job.Requester).Distinct();

    private static bool IsAskedFor(string? wanted, IEnumerable<string> has) => string.IsNullOrEmpty(wanted) || has.Contains(wanted);

    private string[] Distinct(Func<JobView, IEnumerable<string>> of) => [.. Jobs.SelectMany(of).Distinct().Order(StringComparer.Ordinal)];
}
