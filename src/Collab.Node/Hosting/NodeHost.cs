using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Collab.Cryptography.Signatures;
using Collab.Engine;
using Collab.Engine.Consents;
using Collab.Engine.Datasets;
using Collab.Engine.Descriptions;
using Collab.Engine.Planning;
using Collab.Engine.Ports;
using Collab.Engine.Records;
using Collab.Engine.Replays;
using Collab.Ledger;
using Collab.Ledger.Embedded;
using Collab.Ledger.Notes;
using Collab.Node.Configuration;
using Collab.Identity;
using Collab.Node.Storage;
using Collab.Node.Telemetry;
using Collab.Primitives;
using Collab.Wire;
using Collab.Wire.Operator;
using Collab.Wire.Party;
using Grpc.Core;
using Grpc.HealthCheck;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Collab.Node.Hosting;

/// <summary>One party's running node: joins engine, ledger, storage and wire. One port, mutual TLS 1.3, nothing else listens.</summary>
public sealed class NodeHost : IAsyncDisposable
{
    /// <summary>Another program uses the address, or this machine does not have it.</summary>
    public static readonly ErrorCode AddressUnusable = new(
        "node.address-unusable", ErrorKind.InvalidInput, "Choose another 'listen' address in node.yaml, or stop the program that uses it.");

    /// <summary>The runtime was told to do without ICU.</summary>
    public static readonly ErrorCode UnicodeMissing = new(
        "node.unicode-missing", ErrorKind.Failed, "Unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT, and install the system's ICU library (Debian: libicu72 or newer).");

    /// <summary>Whether composed and decomposed letters are told to be the same.</summary>
    public static bool UnicodeIsThere => "\u00C5".Normalize(NormalizationForm.FormD).Length == 2;

    /// <summary>Major version of the messages between nodes.</summary>
    public const uint MajorVersion = 1;

    /// <summary>Minor version of the messages between nodes.</summary>
    public const uint MinorVersion = 1;

    private static readonly TimeSpan ComparingLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FinalityLimit = TimeSpan.FromSeconds(20);

    private readonly WebApplication _web;
    private readonly NodeParts _parts;
    private readonly IReadOnlyList<IDisposable> _owned;
    private readonly CancellationTokenSource _stopping = new();
    private Task _loops = Task.CompletedTask;
    private HealthListener? _health;

    private NodeHost(WebApplication web, NodeParts parts, IOperatorEndpoint endpoint, IReadOnlyList<IDisposable> owned) =>
        (_web, _parts, Operator, _owned) = (web, parts, endpoint, owned);

    /// <summary>Name and version of this program.</summary>
    public static string Software { get; } =
        $"collab {typeof(NodeHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]}";

    /// <summary>The party.</summary>
    public PartyId Party => _parts.Self;

    /// <summary>The consortium's name.</summary>
    public string ConsortiumName => _parts.Consortium.Name;

    /// <summary>The node's calls for whoever acts for its party within this process; the caller answers for who that is.</summary>
    public IOperatorEndpoint Operator { get; }

    /// <summary>Opens everything in a node's home and listens.</summary>
    /// <param name="home">The node's folder.</param>
    /// <param name="passphrase">What the keys are encrypted with, or null; borrowed while the node runs, for new certificates.</param>
    /// <param name="observe">Told of every event besides the node's own stream, or null.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="bucketKeys">Keys of a bucket of a streamed run, the same at all parties; the product's own when null.</param>
    /// <exception cref="CollabException">Something in the home is missing, damaged or exposed; or the address cannot be used.</exception>
    public static async Task<NodeHost> StartAsync(NodeHome home, SecretBytes? passphrase = null, IJobObserver? observe = null, TimeProvider? clock = null, int? bucketKeys = null)
    {
        clock ??= TimeProvider.System;
        RequireUnicode();
        var configuration = NodeConfiguration.Load(home);
        var consortium = Consortium.Load(home);
        consortium.Member(configuration.Party);
        var keys = consortium.Keys;
        var owned = new List<IDisposable>();
        try
        {
            var logKey = Own(SigningKey.Load(home.LogKeyFile, passphrase));
            var witnessKey = Own(SigningKey.Load(home.WitnessKeyFile, passphrase));
            var events = new EventStream(Path.Combine(home.Folder, "events.jsonl"));
            var renewal = Own(new Renewal(home, passphrase, consortium, e => events.Report(default, e), clock));
            var identity = renewal.LoadIdentity();
            var storageKey = StorageKeyFile.Load(home.StorageKeyFile, passphrase);
            SecretBytes standingKey = Own(KeyFor("collab.standing-jobs")), preparedKey = Own(KeyFor("collab.preprocessing"));
            var store = Own(new FileStore(home.StoreFolder, storageKey));
            SecretBytes KeyFor(string purpose) => storageKey.Use(purpose, static (secret, info) =>
            {
                Span<byte> derived = stackalloc byte[secret.Length];
                HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, derived, salt: [], info: Encoding.ASCII.GetBytes(info));
                return SecretBytes.Take(derived);
            });
            var ledger = Own(EmbeddedLedger.Open(LedgerOptionsOf(home, configuration.Party, consortium, logKey, witnessKey, clock) with { Restored = File.Exists(home.RestoredFile) }));

            var greeting = new Greeting(MajorVersion, MinorVersion, Software, consortium.Name);
            var validator = new PeerCertificateValidator(() => renewal.Pins, clock);
            var tls = new TlsSettings(identity, validator);
            var rendezvous = new Rendezvous();
            var peers = Own(new PeerDirectory(
                configuration.Party,
                [.. consortium.Members.Select(m => m.Party)],
                consortium.Members.Where(m => m.Party != configuration.Party)
                    .Select(m => new PartyClient(m.Party, m.Address, tls.CreateHandler(m.Party), greeting)),
                rendezvous));

            var datasets = new DatasetRegistry(configuration.Party, store, RandomSource.System);
            var consents = new ConsentRegister(store, RandomSource.System, clock, consortium.Commitments);
            var results = new ResultFolder(home.ResultsFolder);
            var replays = new KeptReplays(store, home.ReplaysFolder, clock);
            var telemetry = configuration.Otlp is null ? null : Own(new NodeTelemetry());
            JobEngine? engine = null;
            var chain = ChainLedger.OpenIfConfigured(home, passphrase, ledger, datasets, (run, party) => engine?.Archive.FindReceipt(run, party), clock);
            if (chain is not null) Own(chain);
            var ports = new EnginePorts(
                configuration.Party, consortium.Name, chain?.Ledger ?? (ILedger)ledger, peers, datasets, store, results, PolicyOf(home),
                Observers(events, telemetry, observe), events, clock, RandomSource.System, Software)
            {
                Commitments = consortium.Commitments,
                Consents = consents,
                Keys = new PartyKeys(logKey.PublicKey.Algorithm, message => logKey.Sign(message), party => keys.Policy.Parties.Single(p => p.Party == party).Log.Key),
                Standing = new StandingFolder(home.StandingFolder, standingKey),
                Prepared = new PreparedFolder(home.PreparedFolder, preparedKey),
                SpillFolder = home.SpillFolder,
                Replays = replays,
                Machine = () => Machine.This with { Here = NodesHere(consortium, configuration.Party) },
            };
            engine = new JobEngine(bucketKeys is { } keysOfBucket ? ports with { BucketKeys = keysOfBucket } : ports);
            var issued = new IssuedRecords(store);
            var parts = new NodeParts(
                configuration.Party, consortium, keys, logKey, renewal, ledger, peers, datasets, consents, replays, engine, results, events, clock, Software,
                configuration.Listen, clock.GetUtcNow())
            {
                Chain = chain,
                ExpiryOf = party => party == configuration.Party ? renewal.ValidUntil : tls.ExpiryOf(party),
                Received = new ReceivedFiles(home.ReceivedFolder, clock),
                Issued = issued,
                Issuer = new RecordIssuer(issued, ledger, keys.Policy, RandomSource.System, consortium.Commitments),
                Checker = new RecordChecker(store, ledger, keys.Policy, RandomSource.System, clock, consortium.Commitments),
            };

            telemetry?.Begin(parts);
            if (configuration.Otlp is { } collector) Own(new OtlpExport(collector, configuration.Party.Name, Software));
            var endpoint = new OperatorEndpoint(parts);
            var web = Build(configuration, tls, new PartyEndpoint(greeting, datasets, engine, ledger, rendezvous), endpoint);
            var host = new NodeHost(web, parts, endpoint, owned);
            await host.ListenAsync(home, configuration, tls);
            return host;
        }
        catch
        {
            for (var i = owned.Count - 1; i >= 0; i--) owned[i].Dispose();
            throw;
        }

        T Own<T>(T part)
            where T : IDisposable
        {
            owned.Add(part);
            return part;
        }
    }

    // Nodes that others reach at a loopback address can only be on this machine, with this one.
    private static HashSet<PartyId> NodesHere(Consortium consortium, PartyId self) =>
    [
        self,
        .. consortium.Members.Where(m => IPEndPoint.TryParse(m.Address, out var address) && IPAddress.IsLoopback(address.Address)).Select(m => m.Party),
    ];

    /// <summary>What a party's ledger is opened with.</summary>
    internal static LedgerOptions LedgerOptionsOf(
        NodeHome home, PartyId party, Consortium consortium, SigningKey logKey, SigningKey witnessKey, TimeProvider clock)
    {
        var keys = consortium.Keys;
        var own = keys.Policy.Parties.Single(p => p.Party == party);
        return new(
            party, home.LedgerFolder, logKey, NoteSigner.ForWitness(own.Witness.Name, witnessKey, clock), keys.Policy, clock,
            RandomSource.System, FinalityLimit) { Founding = consortium.Founding };
    }

    /// <summary>Returns when the node has been stopped, or fails when one of its loops does.</summary>
    public Task WaitAsync(CancellationToken cancellation) => _loops.WaitAsync(cancellation);

    /// <summary>Stops listening, ends the loops and closes everything.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_health is not null) await _health.DisposeAsync();
        await _web.DisposeAsync();
        await _loops.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        for (var i = _owned.Count - 1; i >= 0; i--) _owned[i].Dispose();
    }

    private async Task ListenAsync(NodeHome home, NodeConfiguration configuration, TlsSettings tls)
    {
        try
        {
            await _web.StartAsync();
        }
        catch (IOException e)
        {
            throw new CollabException(AddressUnusable, $"The node cannot listen at {configuration.Listen}.", _parts.Self, inner: e);
        }

        if (configuration.Health is { } health) _health = await HealthListener.StartAsync(health, () => _parts.Ledger.HasCaughtUp);

        // An old copy of our log is found before anything is written: the engine begins when the witnesses have been asked.
        var compared = _parts.Ledger.AwaitedForRecovery.Count > 0 ? RecoverAsync(home) : CompareWithWitnessesAsync();
        var ledger = Task.Run(async () =>
        {
            await compared;
            await _parts.Ledger.RunAsync(_parts.Peers.Witnesses, _stopping.Token);
        });
        var engine = Task.Run(async () =>
        {
            await compared;
            await _parts.Engine.RunAsync(_stopping.Token);
        });
        var chain = Task.Run(async () =>
        {
            await compared;
            if (_parts.Chain is not null) await _parts.Chain.RunAsync(_stopping.Token);
        });
        _loops = Task.WhenAll(ledger, engine, chain, _parts.Renewal.RunAsync(tls, _stopping.Token));
    }

    // A node that was put back from a backup: every other party shows what it holds, however long that takes, and nothing is written before.
    private async Task RecoverAsync(NodeHome home)
    {
        await Task.WhenAll(_parts.Peers.Witnesses.Select(async holder =>
        {
            while (true)
            {
                try
                {
                    await _parts.Ledger.RecoverAsync(holder, _stopping.Token);
                    return;
                }
                catch (CollabException e)
                {
                    _parts.Events.Report(default, e); // the party is away, or of a version that cannot show it
                }

                await Task.Delay(AskAgainAfter, _stopping.Token);
            }
        }));
        File.Delete(home.RestoredFile);
    }

    // Those that do not answer in time are asked again before they are offered anything.
    private async Task CompareWithWitnessesAsync()
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        limited.CancelAfter(ComparingLimit);
        try
        {
            await _parts.Ledger.CatchUpAsync(_parts.Peers.Witnesses, limited.Token);
        }
        catch (OperationCanceledException)
        {
            // Some witness is away.
        }
    }

    private static WebApplication Build(NodeConfiguration configuration, TlsSettings tls, PartyEndpoint party, OperatorEndpoint operatorEndpoint)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders(); // what people need to know is in events and errors; nothing of a request is logged
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null; // a conversation has no size; each message of it has a limit
            kestrel.Limits.Http2.InitialStreamWindowSize = 8 << 20;
            kestrel.Limits.Http2.InitialConnectionWindowSize = 16 << 20;
            kestrel.Limits.Http2.MaxFrameSize = 1 << 20;
            kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(20);
            kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
            var endpoint = IPEndPoint.TryParse(configuration.Listen, out var parsed)
                ? parsed
                : throw new CollabException(AddressUnusable, "The 'listen' address is not of the form 127.0.0.1:7443.");
            kestrel.Listen(endpoint, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                listen.UseHttps(new TlsHandshakeCallbackOptions
                {
                    OnConnection = _ => ValueTask.FromResult(tls.ForServer(PartyRole.Node, PartyRole.Operator)),
                });
            });
        });
        builder.Services.AddGrpc(options => options.MaxReceiveMessageSize = 64 << 20);
        builder.Services.AddGrpcReflection();
        builder.Services.AddSingleton<HealthServiceImpl>();
        builder.Services.AddSingleton(new PartyService(party, CallerOf));
        builder.Services.AddSingleton(new OperatorService(operatorEndpoint, configuration.Party, CallerOf));
        var web = builder.Build();
        web.MapGrpcService<PartyService>();
        web.MapGrpcService<OperatorService>();
        web.MapGrpcService<HealthServiceImpl>();
        web.MapGrpcReflectionService();
        return web;
    }

    private static Caller? CallerOf(ServerCallContext call) => PeerCertificateValidator.IdentityOf(call.GetHttpContext().Connection.ClientCertificate!) is { } peer
        ? new Caller(peer.Party, peer.Role == PartyRole.Operator)
        : null;

    private static ApprovalPolicy PolicyOf(NodeHome home) =>
        File.Exists(home.PolicyFile) ? ApprovalPolicy.Parse(File.ReadAllText(home.PolicyFile)) : ApprovalPolicy.AskAlways;

    private static IJobObserver Observers(IJobObserver events, params IJobObserver?[] others) =>
        others.OfType<IJobObserver>().Aggregate(events, static (all, one) => new Both(all, one));

    // Without ICU, or told to do without, the runtime leaves composed letters as they are, and keys of two parties would not meet.
    private static void RequireUnicode()
    {
        if (!UnicodeIsThere) throw new CollabException(UnicodeMissing, "This process normalises no Unicode.");
    }

    private sealed class Both(IJobObserver first, IJobObserver second) : IJobObserver
    {
        public void Observe(JobEvent happened)
        {
            first.Observe(happened);
            second.Observe(happened);
        }
    }
}
