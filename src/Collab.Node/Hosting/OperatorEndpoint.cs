using System.Runtime.CompilerServices;
using System.Text.Json;
using Collab.Engine;
using Collab.Engine.Descriptions;
using Collab.Engine.Models;
using Collab.Engine.Planning;
using Collab.Engine.Replays;
using Collab.Evidence;
using Collab.Evidence.Archives;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Ledger.Embedded;
using Collab.Node.Storage;
using Collab.Primitives;
using Collab.SecretSharing.Preprocessing;
using Collab.Wire.Operator;

namespace Collab.Node.Hosting;

/// <summary>What this node answers its own operator.</summary>
internal sealed class OperatorEndpoint(NodeParts parts) : IOperatorEndpoint
{
    private const int PieceSize = 1 << 20;
    private const int ShortestPrefix = 6;
    private static readonly TimeSpan LongestLag = TimeSpan.FromSeconds(5); // what a copy of a log may lag behind what another party has seen of it
    private const long MostProducts = (long)TripleStore.MostUnits * TripleStore.UnitWords;

    private readonly AlgorithmDesk _algorithms = new(parts);
    private readonly ComparisonDesk _comparisons = new(parts);
    private readonly ConsentDesk _consents = new(parts);
    private readonly DatasetDesk _datasets = new(parts);
    private readonly GovernanceDesk _governance = new(parts);
    private readonly HistoryDesk _histories = new(parts);
    private readonly RecordDesk _records = new(parts);

    /// <summary>A request that is not one.</summary>
    public static readonly ErrorCode RequestInvalid = new(
        "operator.request-invalid", ErrorKind.InvalidInput, "Use the command line of the same version as the node ('collab version').");

    public async Task<byte[]> AnswerAsync(string verb, ReadOnlyMemory<byte> request, CancellationToken cancellation) => Write(verb switch
    {
        Verbs.Status => (object)parts.Status(),
        Verbs.Prepare => await PrepareAsync(Read<PrepareRequest>(request), cancellation),
        Verbs.Governance => _governance.View(),
        Verbs.OpenMotion => await _governance.OpenAsync(Read<OpenMotionRequest>(request), cancellation),
        Verbs.Vote => await _governance.VoteAsync(Read<VoteRequest>(request), cancellation),
        Verbs.AddDataset => await _datasets.AddAsync(Read<AddDatasetRequest>(request), cancellation),
        Verbs.ListDatasets => await _datasets.ListAsync(cancellation),
        Verbs.ListOwnDatasets => _datasets.ListOwn(),
        Verbs.CheckDataset => await _datasets.CheckAsync(Read<CheckDatasetRequest>(request), cancellation),
        Verbs.SendFile => _datasets.Receive(Read<FilePieceRequest>(request)),
        Verbs.AddAlgorithm => await _algorithms.AddAsync(Read<AddAlgorithmRequest>(request), cancellation),
        Verbs.ListAlgorithms => _algorithms.List(),
        Verbs.ShowAlgorithm => await _algorithms.ShowAsync(Read<AlgorithmRequest>(request), cancellation),
        Verbs.WithdrawAlgorithm => await _algorithms.WithdrawAsync(Read<AlgorithmRequest>(request), cancellation),
        Verbs.AddConsents => await _consents.AddAsync(Read<AddConsentsRequest>(request), cancellation),
        Verbs.WithdrawConsent => await _consents.WithdrawAsync(Read<WithdrawConsentRequest>(request), cancellation),
        Verbs.ListConsents => _consents.List(Read<ListConsentsRequest>(request)),
        Verbs.ConsentHistory => _consents.History(Read<ConsentHistoryRequest>(request)),
        Verbs.IssueRecords => await _records.IssueAsync(Read<IssueRecordsRequest>(request), cancellation),
        Verbs.ListRecords => _records.List(Read<ListRecordsRequest>(request)),
        Verbs.RevokeRecord => await _records.RevokeAsync(Read<RevokeRecordRequest>(request), cancellation),
        Verbs.VerifyRecord => await _records.VerifyAsync(Read<VerifyRecordRequest>(request), cancellation),
        Verbs.RenewRecord => _records.Renew(Read<RenewRecordRequest>(request)),
        Verbs.ExplainJob => await ExplainAsync(request, cancellation),
        Verbs.SubmitJob => await SubmitAsync(Read<DescriptionRequest>(request), cancellation),
        Verbs.RunJob => await RunAsync(Read<JobRequest>(request), cancellation),
        Verbs.CancelJob => await ActAsync(request, (plan, _) => parts.Engine.CancelAsync(plan.Digest, cancellation)),
        Verbs.ListJobs => new JobsView([.. parts.Engine.Archive.Plans.OrderByDescending(p => p.Created).Select(View)]),
        Verbs.ShowJob => View(Find(Read<JobRequest>(request))),
        Verbs.JobHistory => _histories.Of(Find(Read<JobRequest>(request)), View),
        Verbs.ApproveJob => await ActAsync(request, (plan, _) => parts.Engine.ApproveAsync(plan.Digest, cancellation)),
        Verbs.RejectJob => await ActAsync(request, (plan, r) => parts.Engine.RefuseAsync(plan.Digest, r.Reason ?? "owner.rejected", cancellation)),
        Verbs.RevokeJob => await ActAsync(request, (plan, _) => parts.Engine.RevokeAsync(plan.Digest, cancellation)),
        Verbs.CompareJob => Compare(Read<CompareJobRequest>(request)),
        Verbs.ListModels => new ModelsView([.. parts.Engine.Archive.PartsOf(parts.Self).Select(part => ViewModel(part.Model, withTerms: false)).OrderByDescending(view => view.Created)]),
        Verbs.ShowModel => ViewModel(ModelOf(request), withTerms: true),
        Verbs.ForgetModel => Forget(ModelOf(request)),
        Verbs.ForgetReplay => ForgetReplay(Read<JobRequest>(request)),
        _ => throw new CollabException(RequestInvalid, $"The node knows no verb '{verb}'."),
    });

    public async IAsyncEnumerable<byte[]> WatchAsync(ReadOnlyMemory<byte> request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var job = Read<JobRequest>(request).Job is { } prefix ? Find(prefix).Digest.ToString() : null;
        await foreach (var view in parts.Events.WatchAsync(cancellation))
        {
            if (job is null || view.Job == job) yield return Write(view);
        }
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(
        string verb, ReadOnlyMemory<byte> request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (verb == Verbs.ExportModel)
        {
            var (training, model) = parts.Engine.ModelOf(Read<ModelRequest>(request).Model);
            yield return ModelExport.Write(training, parts.Engine.Archive.PartsOf(model), Read<ModelRequest>(request).Format ?? "onnx");
            yield break;
        }

        if (verb == Verbs.ExportEvidence && IsOfLogs(request))
        {
            foreach (var piece in Pieces(await ExportLogsAsync(Read<EvidenceRequest>(request), cancellation))) yield return piece;
            yield break;
        }

        var asked = Read<JobRequest>(request);
        var plan = Find(asked);
        var run = asked.Run is null ? NewestRun(plan) : Digest.Parse(asked.Run);
        if (verb == Verbs.OpenReplay)
        {
            foreach (var piece in parts.Replays.Open(run).SelectMany(Pieces)) yield return piece;
            yield break;
        }

        if (verb == Verbs.ExportEvidence)
        {
            foreach (var piece in Pieces(await ExportAsync(plan, run, cancellation))) yield return piece;
            yield break;
        }

        var folder = parts.Results.Find(run) ?? throw new CollabException(
            JobArchive.ReceiptUnknown, $"{parts.Self} holds no released result of run {run.Short}.", parts.Self);
        await using var file = File.OpenRead(Path.Combine(folder, asked.Format switch
        {
            null or "json" => ResultFolder.JsonFile,
            "csv" => ResultFolder.CsvFile,
            "canonical" => ResultFolder.CanonicalFile,
            var other => throw new CollabException(RequestInvalid, $"A result is json, csv or canonical, not '{other}'."),
        }));
        var buffer = new byte[PieceSize];
        for (int read; (read = await file.ReadAsync(buffer, cancellation)) > 0;) yield return buffer.AsMemory(0, read);
    }

    private Digest ModelOf(ReadOnlyMemory<byte> request) => parts.Engine.ModelOf(Read<ModelRequest>(request).Model).Model;

    private ModelView ViewModel(Digest model, bool withTerms) =>
        Views.Of(parts.Engine.ModelOf(model.ToString()).Training, model, parts.Engine.Archive.PartsOf(model), withTerms);

    private ModelView Forget(Digest model)
    {
        var view = ViewModel(model, withTerms: false);
        parts.Engine.Archive.ForgetModel(model);
        return view with { PartsHere = [] };
    }

    private ForgottenReplayView ForgetReplay(JobRequest asked)
    {
        var run = asked.Run is null ? NewestRun(Find(asked)) : Digest.Parse(asked.Run);
        if (!parts.Replays.Has(run)) throw new CollabException(ReplayErrors.NotKept, $"No recording of run {run.Short} is kept here.", parts.Self);
        parts.Replays.Forget(run);
        return new ForgottenReplayView(run.ToString());
    }

    private async Task<StockView> PrepareAsync(PrepareRequest request, CancellationToken cancellation)
    {
        var peer = PartyId.TryParse(request.Peer) ?? throw new CollabException(RequestInvalid, "The other party has no name of a party.");
        if (request is not { Products: >= 0 and <= MostProducts, Conjunctions: >= 0 and <= MostProducts * 64, WaitSeconds: >= 0 and <= 86_400 })
            throw new CollabException(PreprocessingErrors.StoreFull, "The amounts are more than a store takes.", parts.Self);
        var stock = await parts.Engine.PrepareAsync(
            peer, TripleStock.Holding(request.Products, request.Conjunctions), TimeSpan.FromSeconds(request.WaitSeconds), cancellation);
        return Views.Of(peer, stock);
    }

    private async Task<ExplanationView> ExplainAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        using var document = JsonDocument.Parse(request);
        var plan = document.RootElement.TryGetProperty("description", out _)
            ? await parts.Engine.PlanAsync(JobDescription.Parse(Read<DescriptionRequest>(request).Description), cancellation)
            : Find(Read<JobRequest>(request));
        return Views.Of(plan, parts.Engine.Explain(plan));
    }

    private async Task<JobView> SubmitAsync(DescriptionRequest request, CancellationToken cancellation)
    {
        var plan = await parts.Engine.PlanAsync(JobDescription.Parse(request.Description), cancellation);
        await parts.Engine.SubmitAsync(plan, cancellation);
        return View(plan);
    }

    private ComparisonView Compare(CompareJobRequest request) => _comparisons.Compare(Find(request.Job), request.With);

    private async Task<JobView> RunAsync(JobRequest request, CancellationToken cancellation)
    {
        var plan = Find(request);
        await parts.Engine.StartRunAsync(plan.Digest, cancellation);
        return View(plan);
    }

    private async Task<JobView> ActAsync(ReadOnlyMemory<byte> request, Func<Plan, JobRequest, Task> act)
    {
        var asked = Read<JobRequest>(request);
        var plan = Find(asked);
        await act(plan, asked);
        return View(plan);
    }

    private async Task<byte[]> ExportAsync(Plan plan, Digest run, CancellationToken cancellation)
    {
        var receipts = new List<Receipt>();
        foreach (var party in plan.Parties)
        {
            if (parts.Ledger.Page(plan.Digest).CommitOf(party, run) is null) continue;
            var receipt = parts.Engine.Archive.FindReceipt(run, party)
                ?? Receipt.Decode(await parts.Peers.GetReceiptAsync(party, run, cancellation)); // a requester that took no part has none yet
            receipts.Add(receipt);
        }

        var logs = EvidenceGathering.Extract(parts.Ledger, parts.Keys.Policy, plan, run);
        return BundleExporter.Export(parts.Self, parts.LogKey, parts.Clock.GetUtcNow(), parts.Software, parts.Keys, plan, run, logs, receipts);
    }

    private async Task<byte[]> ExportLogsAsync(EvidenceRequest asked, CancellationToken cancellation)
    {
        var logs = parts.Keys.Policy.Parties.ToDictionary(p => p.Party, p => parts.Ledger.LogOf(p.Party));
        var period = new ArchivePeriod(asked.From, asked.To);
        var seen = parts.Ledger.Position;
        var exporter = ArchiveExporter.Read(period, logs);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(LongestLag);
        while (!exporter.IsCurrent && !limit.IsCancellationRequested)
        {
            await parts.Ledger.WaitForChangeAsync(seen, limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            seen = parts.Ledger.Position;
            exporter = ArchiveExporter.Read(period, logs);
        }

        cancellation.ThrowIfCancellationRequested();
        return exporter.Write(
            parts.Self, parts.LogKey, parts.Clock.GetUtcNow(), parts.Software, parts.Keys,
            job => asked.WithoutPlans ? null : parts.Engine.Archive.FindPlan(job),
            (run, party) => asked.WithoutPlans ? null : parts.Engine.Archive.FindReceipt(run, party));
    }

    private static bool IsOfLogs(ReadOnlyMemory<byte> request)
    {
        using var document = JsonDocument.Parse(request);
        return document.RootElement.TryGetProperty("logs", out _);
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Pieces(ReadOnlyMemory<byte> file)
    {
        for (; !file.IsEmpty; file = file[Math.Min(PieceSize, file.Length)..]) yield return file[..Math.Min(PieceSize, file.Length)];
    }

    private Digest NewestRun(Plan plan) => JobState.Of(plan, parts.Ledger.PageWithPendingOf(plan), parts.Clock.GetUtcNow()) switch
    {
        JobState.Started s => s.Run,
        JobState.Committed s => s.Run,
        JobState.Aborted s => s.Run,
        _ => throw new CollabException(JobArchive.ReceiptUnknown, "The job has had no run.", parts.Self),
    };

    private JobView View(Plan plan)
    {
        var page = parts.Ledger.PageWithPendingOf(plan);
        var newest = page.Starts.Where(s => s.Author == plan.Requester).OrderBy(s => s.Time).LastOrDefault();
        return Views.Of(plan, page, parts.Engine.Archive, newest is null ? null : parts.Results.Find(newest.Run),
            parts.Events.TroubleOf(plan.Digest), parts.Clock.GetUtcNow());
    }

    private Plan Find(JobRequest request) => Find(request.Job ?? throw new CollabException(RequestInvalid, "The request names no job."));

    private Plan Find(string prefix)
    {
        var found = prefix.Length < ShortestPrefix
            ? []
            : parts.Engine.Archive.Plans.Where(p => p.Digest.ToString().StartsWith(prefix, StringComparison.OrdinalIgnoreCase)).Take(2).ToList();
        return found is [var plan]
            ? plan
            : throw new CollabException(JobArchive.JobUnknown, found.Count == 0
                ? $"{parts.Self} knows no job that begins with these digits (at least {ShortestPrefix})."
                : "More than one job begins with these digits.");
    }

    private static T Read<T>(ReadOnlyMemory<byte> request)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(request.Span, OperatorJson.Options) ?? throw new CollabException(RequestInvalid, "The request is empty.");
        }
        catch (JsonException e)
        {
            throw new CollabException(RequestInvalid, "The request is not of the form of this verb.", inner: e);
        }
    }

    private static byte[] Write(object document) => JsonSerializer.SerializeToUtf8Bytes(document, document.GetType(), OperatorJson.Options);
}
