using Collab.Cryptography;
using Collab.Cryptography.Signatures;
using Collab.Jobs;
using Collab.Jobs.Governance;
using Collab.Ledger;
using Collab.Ledger.Embedded;
using Collab.Ledger.Notes;
using Collab.Ledger.Witness;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Evidence.Tests;

/// <summary>
/// Real ledgers of a consortium in folders that are gone after the test, witnessing each other, and a run told on them act by act:
/// honestly by default, and as dishonestly as a party with its own key can be.
/// </summary>
internal sealed class Trial : IAsyncDisposable
{
    public static readonly PartyId Lakeside = PartyId.Parse("lakeside");
    public static readonly PartyId Registry = PartyId.Parse("registry");
    public static readonly PartyId Riverside = PartyId.Parse("riverside");
    public static readonly PartyId Harbour = PartyId.Parse("harbour");

    public static readonly string[] Honest =
    [
        "propose", "approve lakeside", "approve riverside", "start", "spend lakeside", "spend riverside",
        "commit lakeside", "commit registry", "commit riverside",
    ];

    /// <summary>A run of a plan that harbour endorses and whose question is lakeside's algorithm.</summary>
    public static readonly string[] HonestTerms =
        ["register lakeside", "propose", "approve lakeside", "approve riverside", "allow lakeside", "endorse harbour", .. Honest[3..]];

    public static readonly PartyId[] WithHarbour = [Harbour, Lakeside, Registry, Riverside];

    private readonly string _folder = Directory.CreateTempSubdirectory("collab-evidence").FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly RandomSource _random = RandomSource.Seeded(17);
    private readonly List<Task> _loops = [];

    private Trial(PartyId[] parties, PartyId[] receivers, SignatureAlgorithm algorithm, Func<PartyId, Standing?>? founding)
    {
        var policy = FinalityPolicy.Create(parties.Select((party, i) =>
        {
            LogKeys[party] = SigningKey.Generate(algorithm, RandomSource.Seeded(300 + i));
            WitnessKeys[party] = SigningKey.Generate(algorithm, RandomSource.Seeded(400 + i));
            return new LedgerParty(
                party, OriginOf(party),
                new NoteVerifier(OriginOf(party), NoteAlgorithms.OfLog(LogKeys[party].PublicKey), LogKeys[party].PublicKey),
                new NoteVerifier($"{party}.example/witness", NoteAlgorithms.OfWitness(WitnessKeys[party].PublicKey), WitnessKeys[party].PublicKey));
        }));
        Keys = new TrustedKeys("study", policy);
        foreach (var party in parties)
        {
            var options = new LedgerOptions(
                party, Path.Combine(_folder, party.Name), LogKeys[party], WitnessSigner(party), policy, Clock, RandomSource.System, TimeSpan.FromMinutes(1)) { Founding = founding?.Invoke(party) };
            EmbeddedLedger.Found(options);
            Ledgers[party] = EmbeddedLedger.Open(options);
        }

        Plan = MakePlan(receivers);
        Run = new Digest(_random.Bytes(Digest.Size));
    }

    public ManualTime Clock { get; } = new();

    public Dictionary<PartyId, SigningKey> LogKeys { get; } = [];

    public Dictionary<PartyId, SigningKey> WitnessKeys { get; } = [];

    public Dictionary<PartyId, EmbeddedLedger> Ledgers { get; } = [];

    public TrustedKeys Keys { get; }

    public Plan Plan { get; private set; }

    public Digest Run { get; }

    public Dictionary<PartyId, Receipt> Receipts { get; } = [];

    public byte[] Result { get; } = "42 rows are with both"u8.ToArray();

    public CommitmentOpening? Opening { get; private set; }

    public static string OriginOf(PartyId party) => $"{party}.example/study";

    public NoteSigner LogSigner(PartyId party) => NoteSigner.ForLog(OriginOf(party), LogKeys[party]);

    public NoteSigner WitnessSigner(PartyId party) => NoteSigner.ForWitness($"{party}.example/witness", WitnessKeys[party], Clock);

    /// <summary>Opens the ledgers and lets them witness each other; each party may have another idea of who has which role.</summary>
    public static async Task<Trial> OpenAsync(
        PartyId[]? parties = null, PartyId[]? receivers = null, SignatureAlgorithm algorithm = SignatureAlgorithm.Ed25519, Func<PartyId, Standing?>? founding = null)
    {
        var trial = new Trial(parties ?? [Lakeside, Registry, Riverside], receivers ?? [Registry], algorithm, founding);
        foreach (var (self, ledger) in trial.Ledgers)
        {
            var witnesses = trial.Ledgers.Where(l => l.Key != self).Select(l => new Neighbour(self, l.Key, l.Value)).ToList<IWitnessClient>();
            await ledger.CatchUpAsync(witnesses, trial._stop.Token);
            trial._loops.Add(ledger.RunAsync(witnesses, trial._stop.Token));
        }

        return trial;
    }

    /// <summary>A run told from its proposal to its commits.</summary>
    public static async Task<Trial> OfAsync(
        IEnumerable<string> acts,
        Func<LedgerOperation, LedgerOperation>? change = null,
        Func<Receipt, Receipt>? changeReceipt = null,
        PartyId[]? parties = null,
        PartyId[]? receivers = null,
        SignatureAlgorithm algorithm = SignatureAlgorithm.Ed25519,
        bool terms = false,
        StatisticsQuestion? statistics = null)
    {
        var trial = await OpenAsync(parties ?? (terms ? WithHarbour : null), receivers, algorithm);
        if (statistics is not null)
        {
            ColumnSchema[] columns = [.. statistics.Measures.Select(m => new ColumnSchema(m.Column, ColumnType.Integer, 0)), .. statistics.GroupBy is { } by ? [new ColumnSchema(by.Column, ColumnType.Text, 0)] : Array.Empty<ColumnSchema>()];
            trial.Plan = trial.Plan with { Protocol = "statistics/1", Question = statistics, Inputs = [.. trial.Plan.Inputs.Select(input => input with { Columns = columns, Key = [] })] };
        }

        if (terms)
        {
            trial.Plan = trial.Plan with
            {
                Endorsers = new EndorsementRule([Harbour], 1),
                Algorithm = new AlgorithmReference(Lakeside, Digest.Sha256("algorithm"u8), 1, "who is with both", Digest.Sha256("salt"u8)),
            };
        }

        await trial.TellAsync(acts, change, changeReceipt);
        return trial;
    }

    /// <summary>Lets parties act, one after the other; each act is final and known to all before the next.</summary>
    public async Task TellAsync(
        IEnumerable<string> acts, Func<LedgerOperation, LedgerOperation>? change = null, Func<Receipt, Receipt>? changeReceipt = null)
    {
        foreach (var act in acts)
        {
            if (act == "much later")
            {
                Clock.Advance(TimeSpan.FromDays(3));
                continue;
            }

            var words = act.Split(' ');
            var actor = words.Length > 1 ? PartyId.Parse(words[1]) : Plan.Requester;
            if (words[0] == "commit" && Receipts.Count == 0) MakeReceipts(changeReceipt ?? (r => r));
            Clock.Advance(TimeSpan.FromSeconds(1));
            await SayAsync(actor, stamp =>
            {
                var operation = Make(words[0], actor, stamp);
                return change is null ? operation : change(operation);
            });
        }
    }

    /// <summary>Puts one operation on a party's log and waits until all have seen it final.</summary>
    public async Task SayAsync(PartyId party, Func<OperationStamp, LedgerOperation> make)
    {
        var said = await Ledgers[party].AppendAsync(make, _stop.Token);
        foreach (var ledger in Ledgers.Values)
        {
            for (var seen = ledger.Position; ledger.Page(said.Job).Operations.All(o => o.Id != said.Id || o.Author != party); seen = ledger.Position)
                await ledger.WaitForChangeAsync(seen, _stop.Token);
        }
    }

    /// <summary>The bundle an honest party exports.</summary>
    public byte[] Export(PartyId? exporter = null, Plan? plan = null)
    {
        var by = exporter ?? Registry;
        var logs = EvidenceGathering.Extract(Ledgers[by], Keys.Policy, plan ?? Plan, Run);
        var committed = Receipts.Values.Where(r => Ledgers[by].Page(Plan.Digest).CommitOf(r.Party, Run) is not null);
        return BundleExporter.Export(by, LogKeys[by], Clock.GetUtcNow(), "collab 0.1.0", Keys, plan ?? Plan, Run, logs, committed);
    }

    /// <summary>The honest bundle, changed and sealed again with the exporter's own key.</summary>
    /// <param name="change">What is changed.</param>
    /// <param name="keepReceiptsOf">Whose receipts are exported first; all by default.</param>
    public byte[] Reseal(Action<Parts> change, PartyId[]? keepReceiptsOf = null)
    {
        if (keepReceiptsOf is not null)
            foreach (var party in Receipts.Keys.Except(keepReceiptsOf).ToList()) Receipts.Remove(party);
        var parts = new Parts(EvidenceBundle.Read(Export()).Parts);
        change(parts);
        return EvidenceBundle.Write(Registry, LogKeys[Registry], Clock.GetUtcNow(), "collab 0.1.0", parts.All);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_loops);
        foreach (var ledger in Ledgers.Values) ledger.Dispose();
        foreach (var key in LogKeys.Values.Concat(WitnessKeys.Values)) key.Dispose();
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private LedgerOperation Make(string verb, PartyId actor, OperationStamp s) => verb switch
    {
        "propose" => new LedgerOperation.Propose(
            s.Author, s.Id, s.Time, s.Heads, Plan.Digest, [.. Plan.Inputs.Select(i => new DatasetReference(i.Owner, i.DatasetId))],
            Plan.Parties, Plan.Expires, Plan.Uses)
        {
            Terms = ProposalTerms.Of(Plan),
        },
        "register" => new LedgerOperation.RegisterAlgorithm(
            s.Author, s.Id, s.Time, s.Heads, Plan.Algorithm!.Id, Plan.Algorithm.Version, Plan.Algorithm.DigestOf(Plan.Question)),
        "withdraw" => new LedgerOperation.RegisterAlgorithm(s.Author, s.Id, s.Time, s.Heads, Plan.Algorithm!.Id, Plan.Algorithm.Version + 1, default),
        "allow" => new LedgerOperation.ApproveAlgorithm(s.Author, s.Id, s.Time, s.Heads, Plan.Digest, Plan.Algorithm!.Id, Plan.Algorithm.Version),
        "endorse" => new LedgerOperation.Endorse(s.Author, s.Id, s.Time, s.Heads, Plan.Digest, Plan.Expires),
        "declare" => new LedgerOperation.DeclareRefusal(s.Author, s.Id, s.Time, s.Heads, Plan.Digest, null, "grant.missing", Registry),
        "approve" => new LedgerOperation.Approve(
            s.Author, s.Id, s.Time, s.Heads, Plan.Digest, InputOf(actor).DatasetId, InputOf(actor).Version, Plan.Expires, Plan.Uses),
        "refuse" => new LedgerOperation.Refuse(s.Author, s.Id, s.Time, s.Heads, Plan.Digest, "policy.purpose"),
        "revoke" => new LedgerOperation.Revoke(s.Author, s.Id, s.Time, s.Heads, Plan.Digest),
        "start" => new LedgerOperation.StartRun(s.Author, s.Id, s.Time, s.Heads, Plan.Digest, Run, s.Time + Plan.RunLimit),
        "spend" => new LedgerOperation.Spend(s.Author, s.Id, s.Time, s.Heads, Plan.Digest, Run, InputOf(actor).DatasetId, 1),
        "commit" => new LedgerOperation.Commit(
            s.Author, s.Id, s.Time, s.Heads, Plan.Digest, Run, Receipts.TryGetValue(actor, out var receipt) ? receipt.Digest : Run),
        "abort" => new LedgerOperation.Abort(
            s.Author, s.Id, s.Time, s.Heads, Plan.Digest, Run, "channel.silent", Lakeside, new StepId("job.protocol")),
        _ => throw new ArgumentException($"Nobody knows how to {verb}.", nameof(verb)),
    };

    // A party that brings nothing acts as if it brought the first input: what a stranger may claim.
    private PlanInput InputOf(PartyId party) => Plan.InputOf(party) ?? Plan.Inputs[0];

    private Plan MakePlan(PartyId[] receivers)
    {
        var inputs = new[] { Lakeside, Riverside }.Select(owner => new PlanInput(
            owner, "patients", NextDigest(), NextDigest(), 4, [new ColumnSchema("id", ColumnType.Text, 0)], ["id"]));
        return new Plan(
            "study", NextDigest(), "psi-ecdh/1", new IntersectionQuestion(KeyRule.Default), "research", SecurityModel.SemiHonest, Registry,
            [.. inputs], [.. receivers.Order()], Clock.GetUtcNow(), Clock.GetUtcNow().AddDays(1), 2, TimeSpan.FromMinutes(10));
    }

    private void MakeReceipts(Func<Receipt, Receipt> change)
    {
        var passed = Plan.Parties.SelectMany(_ => Plan.Parties, (from, to) => (from, to))
            .ToDictionary(way => way, way => (IReadOnlyList<ChannelDigest>)[new("intersection", 2, 640, NextDigest()), new("shuffle", 1, 32, NextDigest())]);
        foreach (var party in Plan.Parties)
        {
            CommitmentReference? result = null;
            if (Plan.Receivers.Contains(party))
            {
                (var commitment, Opening) = Commitment.Commit(
                    ShownResult.Domain, Result, _random, LogKeys[party].PublicKey.Algorithm == SignatureAlgorithm.Sm2 ? CommitmentAlgorithm.SaltedSm3 : CommitmentAlgorithm.SaltedSha256);
                result = new CommitmentReference((byte)commitment.Algorithm, commitment.Value);
            }

            var snapshot = Plan.InputOf(party) is { } input ? new SnapshotReference(input.DatasetId, input.Version, NextDigest()) : null;
            var conversations = Plan.Parties.Where(p => p != party).Select(p => new Conversation(p, passed[(party, p)], passed[(p, party)]));
            Receipts[party] = change(new Receipt(
                Plan.Digest, Run, party, NextDigest(), "collab 0.1.0", snapshot, [.. conversations], result, Clock.GetUtcNow()));
        }
    }

    private Digest NextDigest() => new(_random.Bytes(Digest.Size));

    private sealed class Neighbour(PartyId self, PartyId party, EmbeddedLedger ledger) : IWitnessClient
    {
        public PartyId Party => party;

        public Task<AddCheckpointReply> AddCheckpointAsync(
            string origin, AddCheckpointRequest request, SignedCheckpoint? newestFinal, CancellationToken cancellation) =>
            Task.Run(() => ledger.Witness(self, origin, request, newestFinal), cancellation);

        public Task<SignedCheckpoint?> GetCheckpointAsync(string origin, CancellationToken cancellation) =>
            Task.Run(() => ledger.NewestOf(origin), cancellation);
    }
}

/// <summary>The parts of a bundle, open to changes.</summary>
internal sealed class Parts(IEnumerable<BundlePart> parts)
{
    public List<BundlePart> All { get; } = [.. parts];

    public ReadOnlyMemory<byte> this[string name] => All.Single(p => p.Name == name).Content;

    public void Put(string name, byte[] content) => All[All.FindIndex(p => p.Name == name)] = new BundlePart(name, content);

    public void Add(string name, byte[] content) => All.Add(new BundlePart(name, content));

    public void Remove(string name) => All.RemoveAll(p => p.Name == name);

    public void Log(PartyId party, Func<LogExtract, LogExtract> change) =>
        Put($"log/{party}", change(LogExtract.Decode(this[$"log/{party}"].Span)).Encode());

    public void Plan(Func<Plan, Plan> change) => Put("plan", change(Collab.Jobs.Plan.Decode(this["plan"].Span)).Encode());

    public void Receipt(PartyId party, Func<Receipt, Receipt> change) =>
        Put($"receipt/{party}", change(Collab.Jobs.Receipt.Decode(this[$"receipt/{party}"].Span)).Encode());

    public void RemoveEntries<T>(PartyId party)
        where T : LedgerOperation =>
        Log(party, log => log with { Entries = [.. log.Entries.Where(e => SignedOperation.Decode(e.Entry.Span).Operation is not T)] });
}
