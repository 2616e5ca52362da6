using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Grpc.AspNetCore.Server;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Collab.Grpc.Tests.Support;

/// <summary>A real server on a loopback port, with or without mutual TLS, and channels to it.</summary>
public sealed class ProbeServer : IAsyncDisposable
{
    private readonly WebApplication _host;
    private readonly TestCertificates? _certificates;

    private ProbeServer(WebApplication host, TestCertificates? certificates, ProbeState state)
    {
        _host = host;
        _certificates = certificates;
        State = state;
        Address = new Uri(host.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
    }

    public Uri Address { get; }

    public ProbeState State { get; }

    public static async Task<ProbeServer> StartAsync(
        bool tls = true, Action<GrpcServiceOptions>? options = null, Action<KestrelServerOptions>? kestrel = null, Action<WebApplication>? map = null,
        Action<IServiceCollection>? register = null)
    {
        var certificates = tls ? new TestCertificates("authority") : null;
        var state = new ProbeState();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.Limits.Http2.InitialStreamWindowSize = 8 * 1024 * 1024;
            server.Limits.Http2.InitialConnectionWindowSize = 16 * 1024 * 1024;
            server.Limits.Http2.MaxFrameSize = 1024 * 1024;
            kestrel?.Invoke(server);
            server.Listen(IPAddress.Loopback, 0, listener =>
            {
                listener.Protocols = HttpProtocols.Http2;
                if (certificates is null) return;
                listener.UseHttps(new HttpsConnectionAdapterOptions
                {
                    ServerCertificate = certificates.Issue("server"),
                    ClientCertificateMode = ClientCertificateMode.RequireCertificate,
                    ClientCertificateValidation = (certificate, _, _) => certificates.Issued(certificate),
                    SslProtocols = SslProtocols.Tls13,
                });
            });
        });
        builder.Services.AddSingleton(state);
        register?.Invoke(builder.Services);
        if (options is null) builder.Services.AddGrpc();
        else builder.Services.AddGrpc(options);

        var host = builder.Build();
        host.MapGrpcService<ProbeService>();
        map?.Invoke(host);
        await host.StartAsync();
        return new ProbeServer(host, certificates, state);
    }

    public GrpcChannel Connect(Action<GrpcChannelOptions>? configure = null, bool stranger = false)
    {
        var options = new GrpcChannelOptions { HttpHandler = NewHandler(stranger), DisposeHttpClient = true };
        configure?.Invoke(options);
        return GrpcChannel.ForAddress(Address, options);
    }

    public SocketsHttpHandler NewHandler(bool stranger = false)
    {
        var handler = new SocketsHttpHandler { InitialHttp2StreamWindowSize = 8 * 1024 * 1024 };
        if (_certificates is null) return handler;

        var issuer = stranger ? new TestCertificates("authority") : _certificates;
        handler.SslOptions = new SslClientAuthenticationOptions
        {
            ClientCertificates = [issuer.Issue("client")],
            RemoteCertificateValidationCallback = (_, certificate, _, _) => _certificates.Issued(certificate),
            EnabledSslProtocols = SslProtocols.Tls13,
        };
        return handler;
    }

    public async ValueTask DisposeAsync()
    {
        using var hurry = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _host.StopAsync(hurry.Token);
        await _host.DisposeAsync();
    }
}
