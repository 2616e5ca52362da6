using System.Text;
using Collab.Console.Hosting;
using Collab.Console.People;
using Collab.Evidence.Trails;
using Collab.Plots;
using Collab.Primitives;
using Collab.Wire.Operator;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Collab.Console.Pages.Audit;

/// <summary>Evidence to take away: as it is, and told in forms that others read (protocols/specs/audit-trail.md, "Forms").</summary>
internal sealed class AuditDownloads : IEndpoints
{
    private static readonly string[] Forms = ["archive", "html", "json", "csv", "ro-crate"];
    private static readonly string[] Against = ["refused", "revoked", "aborted", "expired"];

    public void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/audit/export").RequireAuthorization(policy => policy.RequireRole(PersonRoles.Auditor));
        group.MapGet("/bundle", (string job, string? run, IOperator node, CancellationToken cancellation) => GuardedAsync(async () =>
            TypedResults.File(await AuditDesk.BundleAsync(node, job, run, cancellation), "application/octet-stream", $"run-{(run ?? job)[..Math.Min(12, (run ?? job).Length)]}.evidence")));
        group.MapGet("/trust", (ConsoleSettings settings) => settings.OwnTrust is { } own
            ? (IResult)TypedResults.File(Encoding.UTF8.GetBytes(own.Text), "application/yaml", "consortium.yaml")
            : TypedResults.NotFound());
        foreach (var form in Forms)
        {
            group.MapGet($"/{form}", (string? q, string? party, string? purpose, string? dataset, string? kind, string? from, string? to, IOperator node, ConsoleSettings settings, CancellationToken cancellation) =>
                GuardedAsync(() => TellAsync(form, AuditPage.FilterOf(q, party, purpose, dataset, kind, from, to), node, settings, cancellation)));
        }
    }

    private static async Task<IResult> TellAsync(string form, TrailFilter filter, IOperator node, ConsoleSettings settings, CancellationToken cancellation)
    {
        var archive = await AuditDesk.ArchiveAsync(node, filter.From, filter.To, cancellation);
        if (form == "archive") return TypedResults.File(archive, "application/octet-stream", "logs.archive");
        var now = settings.Clock.GetUtcNow();
        var trail = AuditTrail.Of([AuditDesk.Verify("logs.archive", archive, settings.OwnTrust)], now, filter);
        return form switch
        {
            "json" => TypedResults.File(TrailJson.Write(trail), "application/json", "audit.json"),
            "csv" => TypedResults.File(TrailCsv.Write(trail), "text/csv; charset=utf-8", "audit.csv"),
            "html" => TypedResults.File(Encoding.UTF8.GetBytes(Page()), "text/html; charset=utf-8", "audit.html"),
            _ => TypedResults.File(RoCrate.Pack(trail, [("logs.archive", archive)], Page(), now, settings.Software), "application/zip", "audit-crate.zip"),
        };

        string Page() => TrailHtml.Write(trail, now, settings.Software, TimelinePlot.Draw(
            "Who did what when",
            [.. trail.Jobs.SelectMany(job => job.Events, (job, e) => new TimelineMark(e.Time, e.Party.Name, job.Job.Short, Against.Contains(e.Kind), $"{e.Party} {e.Text} {e.Code}".TrimEnd()))]));
    }

    private static async Task<IResult> GuardedAsync<T>(Func<Task<T>> act)
        where T : IResult
    {
        try
        {
            return await act();
        }
        catch (CollabException e)
        {
            return TypedResults.Text($"{e.Code}: {e.Message}", statusCode: StatusCodes.Status404NotFound);
        }
    }
}
