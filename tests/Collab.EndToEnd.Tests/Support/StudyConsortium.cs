using System.Globalization;
using Collab.Cli.Commands;
using Collab.Cli.Sandbox;
using Collab.Engine.Runs;
using Collab.Evidence;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.EndToEnd.Tests.Support;

/// <summary>
/// Real nodes of one consortium with small data of their own and owners' rules that grant what the tests ask; used for many jobs.
/// A clinic and a registry can intersect, a clinic and a hospital can be described to the registry; who takes no part is a witness.
/// </summary>
internal sealed class StudyConsortium : IAsyncDisposable
{
    public static readonly PartyId Clinic = PartyId.Parse("clinic");
    public static readonly PartyId Hospital = PartyId.Parse("hospital");
    public static readonly PartyId Registry = PartyId.Parse("registry");
    public static readonly PartyId Observer = PartyId.Parse("observer");

    /// <summary>The keys that clinic and registry share.</summary>
    public const int SharedKeys = 60;

    /// <summary>The intersection as it runs over large sets: by the rows that are said, not by those that are there.</summary>
    public const string StreamedKind = "streamed";

    /// <summary>The intersection, kept for a replay.</summary>
    public const string KeptKind = "kept";

    /// <summary>A model of the registry's labels on the clinic's columns.</summary>
    public const string TrainingKind = "train";

    /// <summary>The keys of the registry that clinic and hospital have too.</summary>
    public const string AllListsKind = "all-lists";

    /// <summary>The keys of the registry that clinic or hospital has too.</summary>
    public const string EnoughListsKind = "enough-lists";

    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(60); // invariant F6

    private readonly TemporaryFolder _folder;
    private readonly LocalConsortium _local;
    private int _jobs;

    private StudyConsortium(TemporaryFolder folder, LocalConsortium local) => (_folder, _local) = (folder, local);

    public LocalConsortium Local => _local;

    public IReadOnlyList<PartyId> Parties => [.. _local.Consortium.Members.Select(m => m.Party)];

    /// <summary>Makes the parties and starts their nodes.</summary>
    /// <param name="parties">Three or four of the parties of this class.</param>
    /// <param name="testing">Whether nodes may be told to die; otherwise they are the product's own program.</param>
    /// <param name="prepare">Changes the parties' folders before the first start.</param>
    /// <param name="chain">A test chain whose contract stands before the logs; null for the logs alone.</param>
    /// <param name="register">Whether the parties' data are registered at once.</param>
    public static async Task<StudyConsortium> StartAsync(
        IReadOnlyList<PartyId> parties, bool testing = true, Action<LocalConsortium>? prepare = null, TestChain? chain = null, bool register = true)
    {
        var folder = new TemporaryFolder();
        var local = LocalConsortium.Create(
            folder["nodes"], "study", parties, [testing ? CollabProgram.TestingNode : CollabProgram.Executable]);
        var consortium = new StudyConsortium(folder, local);
        try
        {
            foreach (var party in parties) await File.WriteAllTextAsync(local.HomeOf(party).PolicyFile, PolicyOf(party));
            prepare?.Invoke(local);
            if (chain is not null) await LocalChain.FoundAsync(local, new Uri(chain.Address), TestContext.Current.CancellationToken);
            await consortium.StartNodesAsync();
            if (register) await consortium.RegisterAllAsync();
            return consortium;
        }
        catch
        {
            await consortium.DisposeAsync();
            throw;
        }
    }

    /// <summary>Registers the data of all parties that have some.</summary>
    public async Task RegisterAllAsync()
    {
        await RegisterAsync(Clinic, "patients", Patients(first: 0, count: 100));
        await RegisterAsync(Registry, "events", Patients(first: 100 - SharedKeys, count: 100));
        if (Parties.Contains(Hospital)) await RegisterAsync(Hospital, "patients", Patients(first: 200, count: 100));
    }

    /// <summary>Starts what does not run.</summary>
    public Task StartNodesAsync() => _local.StartAsync(TestContext.Current.CancellationToken);

    public IOperator OperatorOf(PartyId party) => _local.OperatorOf(party);

    public async Task<DatasetView> RegisterAsync(PartyId party, string name, string csv)
    {
        var file = _folder.Write(Path.Combine("data", party.Name, $"{name}.csv"), csv);
        return await OperatorOf(party).CallAsync<DatasetView>(
            Verbs.AddDataset, new AddDatasetRequest(name, new CsvSource(file), null, null), CancellationToken.None);
    }

    public string FileOf(PartyId party, string dataset) => _folder["data", party.Name, $"{dataset}.csv"];

    /// <summary>A file for the command line.</summary>
    public string Write(string name, string content) => _folder.Write(name, content);

    /// <summary>Submits a job at the registry under a purpose of its own; its digest, also when the registry's node died on the way.</summary>
    public async Task<StudyJob> SubmitAsync(string kind)
    {
        var purpose = $"{(kind is StreamedKind or KeptKind ? "intersection" : kind)}-{Interlocked.Increment(ref _jobs)}";
        var description = kind switch
        {
            "intersection" => Intersection(purpose),
            StreamedKind => Streamed(purpose),
            KeptKind => $"{Intersection(purpose)}\nreplay: kept\n",
            TrainingKind => Training(purpose),
            AllListsKind => ThreeLists(purpose, "trim: true"),
            EnoughListsKind => ThreeLists(purpose, "at-least: 2"),
            _ => Statistics(purpose),
        };
        try
        {
            var view = await OperatorOf(Registry).CallAsync<JobView>(Verbs.SubmitJob, new DescriptionRequest(description), CancellationToken.None);
            return new StudyJob(view.Job, kind);
        }
        catch (CollabException e) when (e.Code.Kind == ErrorKind.Peer)
        {
            var found = await Until.HoldsAsync(
                async () => (await OperatorOf(Clinic).CallAsync<JobsView>(Verbs.ListJobs, new EmptyRequest(), CancellationToken.None))
                    .Jobs.FirstOrDefault(j => j.Purpose == purpose),
                job => job is not null, TimeSpan.FromSeconds(20), _ => "the clinic learns of the job");
            return new StudyJob(found!.Job, kind);
        }
    }

    /// <summary>A job as one party shows it; null when the node does not know it or is away.</summary>
    public async Task<JobView?> FindAsync(PartyId party, StudyJob job)
    {
        try
        {
            return await OperatorOf(party).CallAsync<JobView>(Verbs.ShowJob, new JobRequest(job.Digest), CancellationToken.None);
        }
        catch (CollabException e) when (e.Code.Kind == ErrorKind.Peer || e.Code.Name == Engine.JobArchive.JobUnknown.Name)
        {
            return null;
        }
    }

    /// <summary>Waits until all of the parties are done with the job and say the same of it; meanwhile nobody shows a result too early.</summary>
    public async Task<Verdict> SettledAsync(StudyJob job, IReadOnlyList<PartyId>? at = null, TimeSpan? limit = null)
    {
        var asked = at ?? job.Participants;
        var views = await Until.HoldsAsync(
            () => ShowAllAsync(job, asked),
            shown => shown.All(s => s.View is { } view && JobText.IsOver(view)) && shown.Select(s => Verdict.Of(s.View!)).Distinct().Count() == 1,
            limit ?? SettleLimit,
            shown => string.Join("; ", shown.Select(s => $"{s.Party}: {(s.View is null ? "no answer" : $"{Verdict.Of(s.View)} settled {s.View.Settled}")}")));
        return Verdict.Of(views[0].View!);
    }

    /// <summary>What is true of a job that has ended, whatever happened on the way.</summary>
    public async Task AssertEndedWellAsync(StudyJob job, Verdict verdict)
    {
        foreach (var party in job.Participants)
        {
            var view = await FindAsync(party, job);
            var mayHave = party == Registry && verdict.State == "committed";
            Assert.True(view!.Result is not null == mayHave, $"{party} {(mayHave ? "has no result" : "has a result")} of a job that is {verdict}.");
            var results = _local.HomeOf(party).ResultsFolder;
            Assert.Empty(Directory.Exists(results) ? Directory.GetDirectories(results, "*.pending") : []);
            if (mayHave) Assert.Equal(["opening.bin", "result.bin", "result.csv", "result.json"], Directory.GetFiles(view.Result!).Select(Path.GetFileName).Order());
        }

        var report = BundleVerifier.Verify(await ExportAsync(job), _local.Consortium.Keys);
        Assert.True(report.Holds, $"The evidence of a job that is {verdict}: {string.Join("; ", report.Findings.Select(f => $"{f.Code} in {f.Part}: {f.Message}"))}");
        Assert.StartsWith(verdict.State, report.Summary!.Outcome, StringComparison.Ordinal);
        if (verdict.Code is { } code) Assert.Contains(code, report.Summary.Outcome, StringComparison.Ordinal);
    }

    /// <summary>The evidence as the requester exports it, once every log that it names is final.</summary>
    public async Task<byte[]> ExportAsync(StudyJob job)
    {
        var bytes = await Until.HoldsAsync(
            async () =>
            {
                using var bundle = new MemoryStream();
                try
                {
                    await OperatorOf(Registry).CopyAsync(Verbs.ExportEvidence, new JobRequest(job.Digest), bundle, CancellationToken.None);
                    return bundle.ToArray();
                }
                catch (CollabException e) when (e.Code.Name == EvidenceGathering.NotReady.Name)
                {
                    return null;
                }
            },
            exported => exported is not null, TimeSpan.FromSeconds(20), _ => "the evidence is ready");
        return bytes!;
    }

    /// <summary>All logs as a party's node archives them.</summary>
    public async Task<byte[]> ExportLogsAsync(PartyId party)
    {
        using var archive = new MemoryStream();
        await OperatorOf(party).CopyAsync(Verbs.ExportEvidence, new EvidenceRequest(true), archive, CancellationToken.None);
        return archive.ToArray();
    }

    public Task<StatusView> StatusAsync(PartyId party) => OperatorOf(party).CallAsync<StatusView>(Verbs.Status, new EmptyRequest(), CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _local.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<List<(PartyId Party, JobView? View)>> ShowAllAsync(StudyJob job, IReadOnlyList<PartyId> parties)
    {
        var shown = new List<(PartyId Party, JobView? View)>();
        foreach (var party in parties)
        {
            var view = await FindAsync(party, job);
            if (view is { Result: not null }) Assert.True(view.State == "committed" && party == Registry, $"{party} shows a result while the job is {view.State}.");
            shown.Add((party, view));
        }

        return shown;
    }

    private static string Patients(int first, int count) => "id,age,weight,sex\n" + string.Concat(Enumerable.Range(first, count).Select(
        i => string.Create(CultureInfo.InvariantCulture, $"P{i:D4},{20 + (i * 7 % 60)},{50 + (i * 13 % 400 / 10m)},{(i % 3 == 0 ? "m" : "f")}\n")));

    private static string Intersection(string purpose) => $"""
        kind: intersection
        purpose: {purpose}
        parties:
          - name: clinic
            dataset: patients
            key: [id]
          - name: registry
            dataset: events
            key: [id]
        receivers: [registry]
        expires: 1h
        """;

    private static string Streamed(string purpose) => Intersection(purpose)
        .Replace("dataset: patients\n", "dataset: patients\n    rows: 3000000\n", StringComparison.Ordinal)
        .Replace("dataset: events\n", "dataset: events\n    rows: 3000000\n", StringComparison.Ordinal)
        .Replace("expires:", "parameters: { protocol: rr22 }\nexpires:", StringComparison.Ordinal);

    private static string Training(string purpose) => Intersection(purpose)
        .Replace("kind: intersection", "kind: train", StringComparison.Ordinal)
        .Replace(
            "expires:",
            "parameters: { label: { of: registry, column: sex, positive: m }, features: [{ of: clinic, columns: [age, weight] }], minimum-rows: 20, "
                + "model: { kind: logistic-three-pieces, epochs: 20, batch: 32 } }\nexpires:",
            StringComparison.Ordinal);

    private static string ThreeLists(string purpose, string parameters) => Intersection(purpose)
        .Replace("  - name: registry\n", "  - name: hospital\n    dataset: patients\n    key: [id]\n  - name: registry\n", StringComparison.Ordinal)
        .Replace("expires:", $"parameters: {{ {parameters} }}\nexpires:", StringComparison.Ordinal);

    private static string Statistics(string purpose) => $"""
        kind: statistics
        purpose: {purpose}
        parties:
          - name: clinic
            dataset: patients
          - name: hospital
            dataset: patients
        receivers: [registry]
        parameters:
          columns: [age, weight]
          group-by:
            column: sex
            levels: [f, m]
          statistics: [count, sum, mean, min, max]
        expires: 1h
        """;

    private static string PolicyOf(PartyId party)
    {
        const int most = 200;
        var purposes = (string kind) => string.Join(", ", Enumerable.Range(1, most).Select(i => $"{kind}-{i}"));
        var intersection = $"""
              - name: intersections
                kind: intersection
                dataset: {(party == Registry ? "events" : "patients")}
                requesters: [registry]
                purposes: [{purposes("intersection")}]
                columns: [id]
                receivers: [registry]
                with: [{(party == Registry ? "clinic" : "registry")}]
            """;
        var lists = $"""
              - name: lists
                kind: intersection
                dataset: {(party == Registry ? "events" : "patients")}
                requesters: [registry]
                purposes: [{purposes(AllListsKind)}, {purposes(EnoughListsKind)}]
                columns: [id]
                receivers: [registry]
                with: [{string.Join(", ", new[] { Clinic, Hospital, Registry }.Where(p => p != party))}]
            """;
        var statistics = $"""
              - name: descriptions
                kind: statistics
                dataset: patients
                requesters: [registry]
                purposes: [{purposes("statistics")}]
                columns: [age, weight, sex]
                receivers: [registry]
                with: [clinic, hospital]
            """;
        var training = intersection.Replace("name: intersections", "name: models", StringComparison.Ordinal).Replace("kind: intersection", $"kind: {TrainingKind}", StringComparison.Ordinal)
            .Replace("intersection-", $"{TrainingKind}-", StringComparison.Ordinal).Replace("columns: [id]", "columns: [id, age, weight, sex]", StringComparison.Ordinal);
        return $"approve:\n{intersection}\n{training}\n{lists}\n{statistics}\notherwise: refuse\n";
    }
}

/// <summary>A job of the study.</summary>
internal sealed record StudyJob(string Digest, string Kind)
{
    /// <summary>Who takes part in its runs.</summary>
    public IReadOnlyList<PartyId> Participants => ParticipantsOf(Kind);

    public static IReadOnlyList<PartyId> ParticipantsOf(string kind) => kind is "intersection" or StudyConsortium.StreamedKind or StudyConsortium.KeptKind or StudyConsortium.TrainingKind
        ? [StudyConsortium.Clinic, StudyConsortium.Registry]
        : [StudyConsortium.Clinic, StudyConsortium.Hospital, StudyConsortium.Registry];
}

/// <summary>What all parties must say alike of a job that has ended.</summary>
internal sealed record Verdict(string State, string? Code, string? Party, string? Step)
{
    public static Verdict Of(JobView view) => new(view.State, view.Error?.Code, view.Error?.Party, view.Error?.Step);

    public override string ToString() => Code is null ? State : $"{State}: {Code} by {Party ?? "nobody"} at {Step ?? "no step"}";
}
