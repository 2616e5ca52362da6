using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Collab.Interop.Tests;

/// <summary>Our server in clear on a loopback port.</summary>
internal sealed class OurServer : IAsyncDisposable
{
    private readonly WebApplication _host;

    private OurServer(WebApplication host) => _host = host;

    public int Port => new Uri(_host.Urls.First()).Port;

    public static async Task<OurServer> StartAsync(string? compression = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server => server.Listen(IPAddress.Loopback, 0, listener => listener.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc(options => options.ResponseCompressionAlgorithm = compression);
        var host = builder.Build();
        host.MapGrpcService<InteropService>();
        await host.StartAsync();
        return new OurServer(host);
    }

    public async ValueTask DisposeAsync()
    {
        using var hurry = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _host.StopAsync(hurry.Token);
        await _host.DisposeAsync();
    }
}
