using System.Net;
using Collab.Node.Hosting;
using Collab.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Collab.Node.Telemetry;

/// <summary>What load balancers and supervisors of the same machine ask: a word in plain HTTP on the loopback, and nothing else (protocols/specs/node.md).</summary>
internal sealed class HealthListener : IAsyncDisposable
{
    private readonly WebApplication _web;

    private HealthListener(WebApplication web) => _web = web;

    /// <summary>Listens.</summary>
    /// <param name="address">On the loopback.</param>
    /// <param name="isReady">Whether the node may be given work: the ledger has caught up.</param>
    /// <exception cref="CollabException"><see cref="NodeHost.AddressUnusable"/>.</exception>
    public static async Task<HealthListener> StartAsync(IPEndPoint address, Func<bool> isReady)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Listen(address, listen => listen.Protocols = HttpProtocols.Http1);
        });
        var web = builder.Build();
        web.MapGet("/health/live", () => Results.Text("live\n"));
        web.MapGet("/health/ready", () => isReady() ? Results.Text("ready\n") : Results.Text("not ready\n", statusCode: StatusCodes.Status503ServiceUnavailable));
        try
        {
            await web.StartAsync();
            return new HealthListener(web);
        }
        catch (IOException e)
        {
            await web.DisposeAsync();
            throw new CollabException(NodeHost.AddressUnusable, $"The node cannot answer for its health at {address}.", inner: e);
        }
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();
}
