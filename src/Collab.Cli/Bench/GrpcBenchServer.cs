using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Collab.Cli.Bench;

/// <summary>The server side of <see cref="GrpcBench"/>: the same executable, started with a verb that help does not list.</summary>
/// <remarks>
/// Standard input: one line, either <c>plain</c> or the server's PKCS#12 in base64 and the client certificate's SHA-256 in hex.
/// Standard output: <c>port N</c>, and after the input has ended <c>peak N</c>, in bytes.
/// </remarks>
public static class GrpcBenchServer
{
    /// <summary>The hidden verb.</summary>
    public const string Verb = "bench-grpc-server";

    /// <summary>Serves until standard input ends.</summary>
    /// <param name="args">None are read.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var settings = (await System.Console.In.ReadLineAsync() ?? "").Split(' ');
        await using var host = Build(settings);
        await host.StartAsync();
        await SayAsync("port", new Uri(host.Urls.First()).Port);

        await System.Console.In.ReadToEndAsync();
        await SayAsync("peak", Process.GetCurrentProcess().PeakWorkingSet64);
        await host.StopAsync();
        return 0;
    }

    private static WebApplication Build(string[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.Limits.Http2.InitialStreamWindowSize = 8 * 1024 * 1024;
            server.Limits.Http2.InitialConnectionWindowSize = 16 * 1024 * 1024;
            server.Limits.Http2.MaxFrameSize = 1024 * 1024;
            server.Listen(IPAddress.Loopback, 0, listener =>
            {
                listener.Protocols = HttpProtocols.Http2;
                if (settings is ["plain"]) return;
                listener.UseHttps(MutualTls(settings[0], settings[1]));
            });
        });
        builder.Services.AddGrpc();
        var host = builder.Build();
        host.MapGrpcService<GrpcBenchProtocol.EchoService>();
        return host;
    }

    private static HttpsConnectionAdapterOptions MutualTls(string certificate, string clientHash) => new()
    {
        ServerCertificate = X509CertificateLoader.LoadPkcs12(Convert.FromBase64String(certificate), null),
        ClientCertificateMode = ClientCertificateMode.RequireCertificate,
        ClientCertificateValidation = (client, _, _) => client.GetCertHashString(HashAlgorithmName.SHA256) == clientHash,
        SslProtocols = SslProtocols.Tls13,
    };

    private static async Task SayAsync(string word, long value)
    {
        await System.Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{word} {value}"));
        await System.Console.Out.FlushAsync();
    }
}
