using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;

namespace Collab.Cli.Bench;

/// <summary>A server process of the benchmark and the channel to it; both ends' certificates are made in memory for this one run.</summary>
internal sealed class GrpcBenchPeer : IAsyncDisposable
{
    private readonly Process _server;
    private readonly X509Certificate2? _ours;
    private readonly X509Certificate2? _theirs;

    private GrpcBenchPeer(Process server, X509Certificate2? ours, X509Certificate2? theirs)
    {
        _server = server;
        _ours = ours;
        _theirs = theirs;
        Channel = null!;
    }

    public GrpcChannel Channel { get; private set; }

    public static async Task<GrpcBenchPeer> StartAsync(bool mutualTls, CancellationToken cancellation)
    {
        var (ours, theirs) = mutualTls ? (SelfSigned("client"), SelfSigned("server")) : (null, null);
        var peer = new GrpcBenchPeer(Process.Start(Command())!, ours, theirs);
        try
        {
            await peer._server.StandardInput.WriteLineAsync(theirs is null
                ? "plain"
                : $"{Convert.ToBase64String(theirs.Export(X509ContentType.Pkcs12))} {ours!.GetCertHashString(HashAlgorithmName.SHA256)}");
            await peer._server.StandardInput.FlushAsync(cancellation);
            peer.Connect(await peer.HearAsync("port", cancellation));
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the server and returns its largest resident memory, in bytes.</summary>
    public async Task<long> StopAsync(CancellationToken cancellation)
    {
        Channel.Dispose();
        _server.StandardInput.Close();
        var peak = await HearAsync("peak", cancellation);
        await _server.WaitForExitAsync(cancellation);
        return peak;
    }

    public ValueTask DisposeAsync()
    {
        Channel?.Dispose();
        if (!_server.HasExited) _server.Kill();
        _server.Dispose();
        _ours?.Dispose();
        _theirs?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static ProcessStartInfo Command()
    {
        var command = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };

        // Under "dotnet collab.dll" the process is dotnet, and the program its first argument.
        var program = Environment.GetCommandLineArgs()[0];
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet") command.ArgumentList.Add(program);
        command.ArgumentList.Add(GrpcBenchServer.Verb);
        return command;
    }

    private static X509Certificate2 SelfSigned(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    private void Connect(long port)
    {
        var handler = new SocketsHttpHandler { InitialHttp2StreamWindowSize = 8 * 1024 * 1024 };
        if (_theirs is not null)
        {
            var expected = _theirs.GetCertHashString(HashAlgorithmName.SHA256);
            handler.SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [_ours!],
                RemoteCertificateValidationCallback = (_, server, _, _) => server?.GetCertHashString(HashAlgorithmName.SHA256) == expected,
                EnabledSslProtocols = SslProtocols.Tls13,
            };
        }

        var address = string.Create(CultureInfo.InvariantCulture, $"{(_theirs is null ? "http" : "https")}://localhost:{port}");
        Channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = 8 * 1024 * 1024,
        });
    }

    private async Task<long> HearAsync(string word, CancellationToken cancellation)
    {
        var line = await _server.StandardOutput.ReadLineAsync(cancellation);
        return line is not null && line.StartsWith(word + " ", StringComparison.Ordinal)
            && long.TryParse(line.AsSpan(word.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new InvalidOperationException("The server process of the benchmark ended before it answered.");
    }
}
