using Collab.Console.Hosting;
using Collab.Console.People;
using Collab.Primitives;
using Collab.Wire.Operator;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Collab.Console.Pages.Results;

/// <summary>A released result as a file.</summary>
internal sealed class ResultDownload : IEndpoints
{
    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var format in new[] { "json", "csv" })
        {
            routes.MapGet($"/jobs/{{digest}}/result/{format}", (string digest, IOperator node, CancellationToken cancellation) => SendAsync(digest, format, node, cancellation))
                .RequireAuthorization(policy => policy.RequireRole(PersonRoles.Researcher));
        }
    }

    private static async Task<IResult> SendAsync(string digest, string format, IOperator node, CancellationToken cancellation)
    {
        try
        {
            var job = await node.CallAsync<JobView>(Verbs.ShowJob, new JobRequest(digest), cancellation);
            if (job.Result is null) return TypedResults.Text("This node has no result of this job.", statusCode: StatusCodes.Status404NotFound);
            return TypedResults.Stream(
                stream => node.CopyAsync(Verbs.GetResult, new JobRequest(job.Job, Format: format), stream, cancellation),
                format == "csv" ? "text/csv; charset=utf-8" : "application/json", $"result-{job.Job[..12]}.{format}");
        }
        catch (CollabException e)
        {
            return TypedResults.Text($"{e.Code}: {e.Message}", statusCode: StatusCodes.Status404NotFound);
        }
    }
}
