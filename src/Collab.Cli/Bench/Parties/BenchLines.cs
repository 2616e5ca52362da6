using System.Collections.Concurrent;
using System.Net;
using Collab.Channels;
using Collab.Jobs;
using Collab.Node.Hosting;
using Collab.Identity;
using Collab.Primitives;
using Collab.Wire;
using Collab.Wire.Party;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Collab.Cli.Bench.Parties;

/// <summary>The lines of one party's process: the product's own service, client, certificates and limits, on loopback.</summary>
internal sealed class BenchLines : IAsyncDisposable
{
    private const string Consortium = "bench";

    private readonly Func<Digest, CancellationToken, Task<IFrameTransport>> _next;
    private readonly WebApplication? _web;
    private readonly IReadOnlyList<IDisposable> _owned;

    private BenchLines(Func<Digest, CancellationToken, Task<IFrameTransport>> next, WebApplication? web, params IReadOnlyList<IDisposable> owned) =>
        (_next, _web, _owned) = (next, web, owned);

    /// <summary>Where this party listens.</summary>
    public int Port => new Uri(_web!.Urls.First()).Port;

    /// <summary>Listens, or makes ready to dial.</summary>
    /// <param name="role">Which end: B listens, A dials.</param>
    /// <param name="folder">Its keys.</param>
    /// <param name="peerPin">The other end's authority, in hex.</param>
    /// <param name="port">Where the other listens; 0 for the one that does.</param>
    /// <param name="cancellation">Ends the opening.</param>
    public static async Task<BenchLines> OpenAsync(BenchRole role, string folder, string peerPin, int port, CancellationToken cancellation)
    {
        var peer = PartyLoop.PeerOf(role);
        var identity = PartyIdentity.Load(folder, PartyRole.Node);
        var pins = new PeerPins(new Dictionary<PartyId, IReadOnlyList<Digest>> { [peer] = [Digest.Parse(peerPin)] });
        var tls = new TlsSettings(identity, new PeerCertificateValidator(() => pins));
        var greeting = new Greeting(NodeHost.MajorVersion, NodeHost.MinorVersion, NodeHost.Software, Consortium);
        if (role == BenchRole.A)
        {
            var client = new PartyClient(peer, $"127.0.0.1:{port}", tls.CreateHandler(peer), greeting);
            return new BenchLines(client.ConverseAsync, null, client, identity);
        }

        var endpoint = new Endpoint(greeting);
        var web = Build(tls, endpoint);
        await web.StartAsync(cancellation);
        return new BenchLines(endpoint.TakeAsync, web, identity);
    }

    /// <summary>The transport of a run: dials it, or waits for it.</summary>
    public Task<IFrameTransport> NextAsync(Digest run, CancellationToken cancellation) => _next(run, cancellation);

    public async ValueTask DisposeAsync()
    {
        if (_web is not null) await _web.DisposeAsync();
        foreach (var owned in _owned) owned.Dispose();
    }

    private static WebApplication Build(TlsSettings tls, Endpoint endpoint)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null; // as NodeHost has them
            kestrel.Limits.Http2.InitialStreamWindowSize = 8 << 20;
            kestrel.Limits.Http2.InitialConnectionWindowSize = 16 << 20;
            kestrel.Limits.Http2.MaxFrameSize = 1 << 20;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(tls.ForServer(PartyRole.Node)) });
            });
        });
        builder.Services.AddGrpc(options => options.MaxReceiveMessageSize = 64 << 20);
        builder.Services.AddSingleton(new PartyService(endpoint, call =>
            PeerCertificateValidator.IdentityOf(call.GetHttpContext().Connection.ClientCertificate!) is { } identity ? new Caller(identity.Party, false) : null));
        var web = builder.Build();
        web.MapGrpcService<PartyService>();
        return web;
    }

    /// <summary>Conversations and nothing else.</summary>
    private sealed class Endpoint(Greeting greeting) : IPartyEndpoint
    {
        private readonly ConcurrentDictionary<Digest, TaskCompletionSource<IFrameTransport>> _places = new();

        public Greeting Greeting => greeting;

        public Task<IFrameTransport> TakeAsync(Digest run, CancellationToken cancellation) => Place(run).Task.WaitAsync(cancellation);

        public Task ConverseAsync(PartyId caller, Digest run, IFrameTransport transport, CancellationToken cancellation)
        {
            Place(run).TrySetResult(transport);
            return Task.CompletedTask;
        }

        public IReadOnlyList<DatasetOffer> ListDatasets(PartyId caller) => [];

        public byte[] GetPlan(PartyId caller, Digest job) => throw NothingElse();

        public byte[] GetAlgorithm(PartyId caller, string name, int version) => throw NothingElse();

        public byte[] GetReceipt(PartyId caller, Digest run) => throw NothingElse();

        public Task<CheckpointAnswer> AddCheckpointAsync(PartyId caller, CheckpointOffer offer, CancellationToken cancellation) => throw NothingElse();

        public byte[]? GetCheckpoint(PartyId caller, string origin) => null;

        public LogTailAnswer? GetLog(PartyId caller, string origin, long held) => null;

        private TaskCompletionSource<IFrameTransport> Place(Digest run) =>
            _places.GetOrAdd(run, static _ => new TaskCompletionSource<IFrameTransport>(TaskCreationOptions.RunContinuationsAsynchronously));

        private static MalformedException NothingElse() => new("a conversation; a benchmark has no jobs");
    }
}
