using System.Globalization;
using Collab.Evidence.Trails;
using Collab.Primitives;
using Collab.Console.Parts;
using Collab.Wire.Operator;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;

namespace Collab.Console.Pages.Audit;

/// <summary>Who asked what of whom, by whose authority, what ran, what came out: from the logs of this node, verified.</summary>
public sealed partial class AuditPage
{
    private const int PageSize = 50;
    private const int MostEvents = 200;

    private static readonly (string Form, TextView Words)[] Forms =
    [
        ("archive", new("Archive of the logs (sealed, with plans that this node knows)", "日志归档（封装，含本节点所知方案）")),
        ("html", new("Page for print (HTML)", "可打印页面（HTML）")),
        ("json", new("Trail as JSON", "轨迹（JSON）")),
        ("csv", new("Events as CSV", "事件（CSV）")),
        ("ro-crate", new("RO-Crate (zip)", "RO-Crate（zip）")),
        ("trust", new("Trust file of this node (consortium.yaml)", "本节点的信任文件（consortium.yaml）")),
    ];

    /// <summary>The first digits of a job.</summary>
    [SupplyParameterFromQuery]
    public string? Q { get; set; }

    /// <summary>A party.</summary>
    [SupplyParameterFromQuery]
    public string? Party { get; set; }

    /// <summary>A purpose.</summary>
    [SupplyParameterFromQuery]
    public string? Purpose { get; set; }

    /// <summary>A part of a dataset's name.</summary>
    [SupplyParameterFromQuery]
    public string? Dataset { get; set; }

    /// <summary>A kind of event.</summary>
    [SupplyParameterFromQuery]
    public string? Kind { get; set; }

    /// <summary>From this day on.</summary>
    [SupplyParameterFromQuery]
    public string? From { get; set; }

    /// <summary>Before this day.</summary>
    [SupplyParameterFromQuery]
    public string? To { get; set; }

    /// <summary>The page of a long list, from 1.</summary>
    [SupplyParameterFromQuery]
    public string? Page { get; set; }

    private AuditTrail? Trail { get; set; }

    private List<string> Parties { get; set; } = [];

    private int Pages => Math.Max(1, (Trail!.Jobs.Count + PageSize - 1) / PageSize);

    private int CurrentPage => Pager.Asked(Page, Pages);

    private List<(Digest? Job, TrailEvent Event)> Timeline =>
        [.. Trail!.Jobs.SelectMany(job => job.Events, (job, e) => ((Digest?)job.Job, e)).Concat(Trail.Others.Select(e => ((Digest?)null, e))).OrderByDescending(of => of.e.Time).Take(MostEvents)];

    /// <inheritdoc/>
    protected override Task OnInitializedAsync() => TryAsync(async () =>
    {
        var filter = FilterOf(Q, Party, Purpose, Dataset, Kind, From, To);
        Trail = await AuditDesk.TrailAsync(Node, Settings, filter, default);
        Parties = [.. Trail.Files.SelectMany(file => file.Checkpoints.Keys).Distinct().Order().Select(party => party.Name)];
    });

    /// <summary>A filter from what stands in an address; what is not understood is not asked for.</summary>
    internal static TrailFilter FilterOf(string? job, string? party, string? purpose, string? dataset, string? kind, string? from, string? to) => new(
        Given(job), DayOf(from), DayOf(to), PartyId.TryParse(Given(party)), Given(dataset), Given(purpose), Given(kind));

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static DateTimeOffset? DayOf(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero) : null;

    private string AddressOf(string form) => QueryHelpers.AddQueryString($"/audit/export/{form}", new Dictionary<string, string?>
    {
        ["q"] = Given(Q), ["party"] = Given(Party), ["purpose"] = Given(Purpose), ["dataset"] = Given(Dataset), ["kind"] = Given(Kind), ["from"] = Given(From), ["to"] = Given(To),
    }.Where(of => of.Value is not null));
}
