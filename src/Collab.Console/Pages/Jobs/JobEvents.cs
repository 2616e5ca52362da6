using System.Runtime.CompilerServices;
using System.Text.Json;
using Collab.Console.Hosting;
using Collab.Primitives;
using Collab.Wire.Operator;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Collab.Console.Pages.Jobs;

/// <summary>What happens to a job from now on, as server-sent events: the page shows itself anew when one comes.</summary>
internal sealed class JobEvents : IEndpoints
{
    // A browser connects again by itself; so a session that ended is noticed within this time.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet(
        "/jobs/{digest}/events",
        (string digest, IOperator node, ConsoleSettings settings, CancellationToken cancellation) => TypedResults.ServerSentEvents(WatchAsync(digest, node, settings.Clock, cancellation), "happened"));

    private static async IAsyncEnumerable<string> WatchAsync(string digest, IOperator node, TimeProvider clock, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var over = new CancellationTokenSource(Longest, clock);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, over.Token);
        await using var events = node.WatchAsync(new JobRequest(digest), limited.Token).GetAsyncEnumerator(limited.Token);
        yield return "{}"; // what happened while it was connecting is on the page that it then loads
        while (await NextAsync(events)) yield return JsonSerializer.Serialize(events.Current, OperatorJson.Options);
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<EventView> events)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or CollabException) // nothing comes any more, or nothing ever would
        {
            return false;
        }
    }
}
