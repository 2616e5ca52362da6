using Collab.Channels;
using Collab.Cryptography.Signatures;
using Collab.Data.Csv;
using Collab.Engine.Algorithms;
using Collab.Engine.Consents;
using Collab.Engine.Datasets;
using Collab.Engine.Descriptions;
using Collab.Engine.Ports;
using Collab.Engine.Replays;
using Collab.Evidence;
using Collab.Jobs;
using Collab.Jobs.Governance;
using Collab.Ledger;
using Collab.Ledger.Embedded;
using Collab.Ledger.Notes;
using Collab.Ledger.Witness;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Engine.Tests.Support;

/// <summary>Several nodes in one process: real engines over real ledgers and channels, and nothing of the network between them.</summary>
internal sealed class Study : IAsyncDisposable
{
    private readonly Dictionary<PartyId, StudyNode> _nodes = [];
    private readonly Dictionary<PartyId, SigningKey> _logKeys = [];

    public Study(params PartyId[] parties)
        : this(parties, EngineLimits.Default)
    {
    }

    public Study(PartyId[] parties, EngineLimits limits, Func<PartyId, Standing?>? founding = null)
    {
        Folder = Directory.CreateTempSubdirectory("collab-study").FullName;
        var keys = parties.Select((party, i) => (
            Party: party, Log: SigningKey.Generate(RandomSource.Seeded(100 + i)), Witness: SigningKey.Generate(RandomSource.Seeded(200 + i)))).ToList();
        var policy = Finality = FinalityPolicy.Create(keys.Select(k => new LedgerParty(
            k.Party, OriginOf(k.Party),
            new NoteVerifier(OriginOf(k.Party), NoteAlgorithm.Ed25519, k.Log.PublicKey),
            new NoteVerifier(WitnessOf(k.Party), NoteAlgorithm.Ed25519Cosignature, k.Witness.PublicKey))));
        foreach (var (party, log, witness) in keys)
        {
            var options = new LedgerOptions(
                party, Path.Combine(Folder, party.Name), log, NoteSigner.ForWitness(WitnessOf(party), witness, TimeProvider.System), policy,
                TimeProvider.System, RandomSource.System, TimeSpan.FromSeconds(30)) { Founding = founding?.Invoke(party) };
            EmbeddedLedger.Found(options);
            _nodes.Add(party, new StudyNode(this, party, options, limits));
            _logKeys.Add(party, log);
        }
    }

    public string Folder { get; }

    public MeetingPoint Meeting { get; } = new();

    public FinalityPolicy Finality { get; }

    public IEnumerable<StudyNode> Nodes => _nodes.Values;

    public StudyNode this[PartyId party] => _nodes[party];

    public IReadOnlyList<PartyId> Members => [.. _nodes.Keys.Order()];

    public void StartAll()
    {
        foreach (var node in Nodes) node.Start();
    }

    /// <summary>Submits a plan for its requester and has every owner approve it by hand; null when all commit, else what all parties say of its end.</summary>
    public async Task<(string Code, PartyId? Party)?> RunAsync(Plan plan)
    {
        await this[plan.Requester].Engine.SubmitAsync(plan, CancellationToken.None);
        foreach (var owner in plan.Owners)
        {
            await this[owner].Seen.WhenAsync(e => e.Job == plan.Digest && e.Kind == JobEventKind.AwaitsApproval);
            await this[owner].Engine.ApproveAsync(plan.Digest, CancellationToken.None);
        }

        return await EndAsync(plan);
    }

    /// <summary>Waits for a job's end at all parties, who must say the same: null when all commit.</summary>
    public async Task<(string Code, PartyId? Party)?> EndAsync(Plan plan)
    {
        List<(string, PartyId?)?> ends = [];
        foreach (var party in plan.Parties)
        {
            var ended = await this[party].Seen.WhenAsync(e => e.Job == plan.Digest && e.Kind is JobEventKind.Committed or JobEventKind.Aborted && e.Job == plan.Digest);
            ends.Add(ended.Fault is { } fault ? (fault.Code, fault.Party) : null);
        }

        return Assert.Single(ends.Distinct());
    }

    /// <summary>The evidence of a committed run, exported by one of its parties.</summary>
    public byte[] Export(PartyId exporter, Plan plan, Digest run)
    {
        var node = this[exporter];
        return BundleExporter.Export(
            exporter, _logKeys[exporter], TimeProvider.System.GetUtcNow(), "test", new TrustedKeys("study", Finality), plan, run,
            EvidenceGathering.Extract(node.Ledger, Finality, plan, run), plan.Parties.Select(party => node.Engine.Archive.RequireReceipt(run, party)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes) await node.StopAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private static string OriginOf(PartyId party) => $"{party}.example/study";

    private static string WitnessOf(PartyId party) => $"{party}.example/witness";
}

/// <summary>One party's node: what outlives it (folder, store, datasets) and what runs while it is up.</summary>
internal sealed class StudyNode : IPeers
{
    private readonly Study _study;
    private readonly LedgerOptions _options;
    private readonly EngineLimits _limits;
    private readonly DatasetRegistry _registry;
    private readonly SecretBytes _standingKey = SecretBytes.Random(32, RandomSource.System);
    private bool _seenBefore;
    private CancellationTokenSource? _ledgerRuns;
    private CancellationTokenSource? _engineRuns;
    private Task _ledgerLoop = Task.CompletedTask;
    private Task _engineLoop = Task.CompletedTask;

    public StudyNode(Study study, PartyId self, LedgerOptions options, EngineLimits limits)
    {
        (_study, Self, _options, _limits) = (study, self, options, limits);
        _registry = new DatasetRegistry(self, Store, RandomSource.System);
        Replays = new KeptReplays(Store, Path.Combine(study.Folder, $"{self}-replays"), TimeProvider.System);
        Consents = new ConsentRegister(Store, RandomSource.System, TimeProvider.System);
        Datasets = new WatchedCatalogue(_registry);
    }

    public PartyId Self { get; }

    public FinalityPolicy LedgerPolicy => _options.Policy;

    public MemoryStore Store { get; } = new();

    public WatchedCatalogue Datasets { get; }

    public ConsentRegister Consents { get; }

    public KeptReplays Replays { get; }

    /// <summary>What stands between a part of a protocol and its channels, where it is not the product's.</summary>
    public Func<ReplayRecorder?, IReadOnlyDictionary<PartyId, IChannel>, IReadOnlyDictionary<PartyId, IChannel>>? Between { get; set; }

    public Recording Seen { get; private set; } = new();

    /// <summary>What signs in place of the log key: a deviating party's; null for the key itself.</summary>
    public Func<byte[], byte[]>? Sign { get; set; }

    public SigningKey LogKey => _options.LogKey;

    /// <summary>What this node gives instead of the algorithm that is asked for.</summary>
    public Func<StoredAlgorithm, StoredAlgorithm> HandOver { get; set; } = algorithm => algorithm;

    public ApprovalPolicy Policy { get; set; } = ApprovalPolicy.AskAlways;

    public EmbeddedLedger Ledger { get; private set; } = null!;

    public JobEngine Engine { get; private set; } = null!;

    public bool IsUp => _ledgerRuns is not null;

    public IReadOnlyList<PartyId> Members => _study.Members;

    /// <summary>Where its standing jobs keep what they need between runs.</summary>
    public string StandingPath => Path.Combine(_study.Folder, $"{Self}-standing");

    public string PathOf(string dataset) => Path.Combine(_study.Folder, $"{Self}-{dataset}.csv");

    /// <summary>Writes a CSV file and registers it.</summary>
    public Task<DatasetOffer> OfferAsync(string dataset, params string[] lines) => OfferOfAsync(null, dataset, lines);

    /// <summary>So, of rows whose subjects a column names.</summary>
    public Task<DatasetOffer> OfferOfAsync(string? subject, string dataset, params string[] lines)
    {
        File.WriteAllLines(PathOf(dataset), lines);
        return _registry.AddAsync(
            new DatasetDescription(dataset, new CsvLocationLiteral { Path = PathOf(dataset) }, null, null) { Subject = subject }, CancellationToken.None);
    }

    /// <summary>Registers one invoice in words, to be asked for.</summary>
    public Task<DatasetOffer> AskAsync(string code, string number) => _registry.AddAsync(
        new DatasetDescription("asked", null, null, null) { Record = new Dictionary<string, string> { ["code"] = code, ["number"] = number } }, CancellationToken.None);

    /// <summary>Opens the ledger and starts the engine; what was seen begins anew.</summary>
    public void Start()
    {
        Ledger = EmbeddedLedger.Open(_options);
        _ledgerRuns = new CancellationTokenSource();
        _ledgerLoop = Ledger.RunAsync([.. _study.Nodes.Where(n => n != this).Select(n => new DirectWitness(this, n))], _ledgerRuns.Token);
        StartEngine();
    }

    /// <summary>Starts a new engine over the store and ledger as they are.</summary>
    public void StartEngine()
    {
        if (_seenBefore) Seen = new Recording(); // a test may have prepared the first
        _seenBefore = true;
        var ports = new EnginePorts(
            Self, "study", Ledger, this, Datasets, Store, Seen, Policy, Seen, Seen, TimeProvider.System, RandomSource.System, "test")
        {
            Limits = _limits,
            Consents = Consents,
            Keys = new PartyKeys(
                SignatureAlgorithm.Ed25519, Sign ?? (message => _options.LogKey.Sign(message)), party => _options.Policy.Parties.Single(p => p.Party == party).Log.Key),
            Standing = new StandingFolder(StandingPath, _standingKey),
            Replays = Replays,
            SpillFolder = Path.Combine(_study.Folder, $"{Self}-spill"),
            BucketKeys = 4,
        };
        Engine = new JobEngine(Between is null ? ports : ports with { Between = Between });
        _engineRuns = new CancellationTokenSource();
        _engineLoop = Engine.RunAsync(_engineRuns.Token);
    }

    public async Task StopEngineAsync()
    {
        if (_engineRuns is null) return;
        await _engineRuns.CancelAsync();
        await _engineLoop.WaitAsync(TimeSpan.FromSeconds(60));
        _engineRuns = null;
    }

    public async Task StopAsync()
    {
        if (_ledgerRuns is null) return;
        await StopEngineAsync();
        await _ledgerRuns.CancelAsync();
        _ledgerRuns = null;
        await _ledgerLoop.WaitAsync(TimeSpan.FromSeconds(60));
        Ledger.Dispose();
    }

    /// <summary>The state of a job as this node derives it.</summary>
    public JobState StateOf(Plan plan) => JobState.Of(plan, Ledger.PageOf(plan), TimeProvider.System.GetUtcNow());

    /// <summary>Waits until this node's copy of the ledger says so.</summary>
    public async Task WhenLedgerAsync(Digest job, Func<JobPage, bool> holds)
    {
        using var stuck = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var seen = Ledger.Position;
            if (holds(Ledger.Page(job))) return;
            await Ledger.WaitForChangeAsync(seen, stuck.Token);
        }
    }

    Task<IReadOnlyList<DatasetOffer>> IPeers.ListDatasetsAsync(PartyId from, CancellationToken cancellation) =>
        Task.FromResult(Reach(from).Datasets.Offers);

    Task<byte[]> IPeers.GetPlanAsync(PartyId from, Digest job, CancellationToken cancellation) =>
        Task.FromResult(Reach(from).Engine.Archive.RequirePlan(job).Encode());

    Task<byte[]> IPeers.GetAlgorithmAsync(PartyId from, string name, int version, CancellationToken cancellation) =>
        Task.FromResult(Reach(from).HandOver(Reach(from).Engine.Algorithms.Find(name, version)).Encode());

    Task<byte[]> IPeers.GetReceiptAsync(PartyId from, Digest run, CancellationToken cancellation) =>
        Task.FromResult(Reach(from).Engine.Archive.RequireReceipt(run, from).Encode());

    Task<ChannelConnection> IPeers.ConnectAsync(PartyId peer, Digest run, Digest context, CancellationToken cancellation) =>
        _study.Meeting.ConnectAsync(Self, peer, run, context, cancellation);

    private StudyNode Reach(PartyId party) => _study[party].IsUp
        ? _study[party]
        : throw new ChannelException(ChannelException.Closed, party, $"{party} is down.");

    private sealed class DirectWitness(StudyNode from, StudyNode to) : IWitnessClient
    {
        public PartyId Party => to.Self;

        public Task<AddCheckpointReply> AddCheckpointAsync(
            string origin, AddCheckpointRequest request, SignedCheckpoint? newestFinal, CancellationToken cancellation) =>
            Task.Run(() => Reach().Witness(from.Self, origin, request, newestFinal), cancellation);

        public Task<SignedCheckpoint?> GetCheckpointAsync(string origin, CancellationToken cancellation) =>
            Task.Run(() => Reach().NewestOf(origin), cancellation);

        private EmbeddedLedger Reach() => to.IsUp
            ? to.Ledger
            : throw new ChannelException(ChannelException.Closed, to.Self, $"{to.Self} is down.");
    }
}
