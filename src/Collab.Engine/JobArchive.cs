using Collab.Cryptography;
using Collab.Engine.Models;
using Collab.Engine.Ports;
using Collab.Engine.Replays;
using Collab.Engine.Streaming;
using Collab.Evidence;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine;

/// <summary>What this node keeps of jobs besides the ledger: plans, its marks of runs, receipts of all parties, sealed results.</summary>
/// <remarks>Keys: <c>plan/JOB</c>, <c>run/RUN/begun</c>, <c>run/RUN/result</c> (of a streamed run <c>run/RUN/result-aside</c>), <c>run/RUN/receipt/PARTY</c>, <c>run/RUN/settled</c>, <c>run/RUN/train/</c> (what a training sets aside), <c>run/RUN/part/PARTY</c> and, once it is committed, <c>model/RUN/PARTY</c>.</remarks>
/// <param name="store">Where it is kept.</param>
/// <param name="spillFolder">The host's folder for what streamed runs set aside; null for a host without one.</param>
/// <param name="replays">The recordings of this host; null for a host without them.</param>
public sealed class JobArchive(IJobStore store, string? spillFolder = null, KeptReplays? replays = null)
{
    /// <summary>A job that this node does not know.</summary>
    public static readonly ErrorCode JobUnknown = new(
        "job.unknown", ErrorKind.InvalidInput, "See the jobs of this node with 'collab job list'.");

    /// <summary>A run that has no receipt here.</summary>
    public static readonly ErrorCode ReceiptUnknown = new(
        "run.receipt-unknown", ErrorKind.Failed, "Ask again when the run is committed ('collab job show').");

    /// <summary>The jobs whose plan is here.</summary>
    public IEnumerable<Plan> Plans => store.List("plan/").Select(key => Plan.Decode(store.Get(key)!));

    /// <summary>Keeps a plan.</summary>
    public void PutPlan(Plan plan) => store.Put($"plan/{plan.Digest}", plan.Encode());

    /// <summary>The plan of that digest, or null.</summary>
    public Plan? FindPlan(Digest job) => store.Get($"plan/{job}") is { } bytes ? Plan.Decode(bytes) : null;

    /// <summary>The plan of that digest.</summary>
    /// <exception cref="CollabException"><see cref="JobUnknown"/>.</exception>
    public Plan RequirePlan(Digest job) =>
        FindPlan(job) ?? throw new CollabException(JobUnknown, $"This node holds no plan {job.Short}.");

    /// <summary>Marks that this node takes part in a run; from here on a restart ends the run unless its receipt is here.</summary>
    public void MarkBegun(Digest run, Digest job) => store.Put($"run/{run}/begun", job.ToArray());

    /// <summary>Whether this node took part in a run already.</summary>
    public bool HasBegun(Digest run) => store.Get($"run/{run}/begun") is not null;

    /// <summary>Whether an attempt of a run that may go on has set something aside here.</summary>
    public bool HasSetAside(Digest run) => store.Get($"run/{run}/spill") is not null || TrainingState.Exists(store, run);

    /// <summary>The runs that were begun and are not settled.</summary>
    public IReadOnlyList<Digest> BegunRuns => [.. store.List("run/")
        .Where(key => key.EndsWith("/begun", StringComparison.Ordinal))
        .Select(key => Digest.Parse(key.Split('/')[1]))
        .Where(run => !IsSettled(run))];

    /// <summary>Whether nothing is left to do for a run.</summary>
    public bool IsSettled(Digest run) => store.Get($"run/{run}/settled") is not null;

    /// <summary>Marks that nothing is left to do for a run, and forgets its sealed result: it is released, or never will be.</summary>
    /// <param name="run">The run.</param>
    /// <param name="fault">Why it ended before it was committed, or null.</param>
    public void MarkSettled(Digest run, Fault? fault = null)
    {
        var writer = new CanonicalWriter();
        store.Remove($"run/{run}/result"); // first, so that a crash in between leaves no result behind
        store.Remove(AsideOf(run));
        foreach (var pending in store.List(PendingPartsOf(run)))
        {
            if (fault is null) store.Put($"model/{run}/{pending.Split('/')[^1]}", store.Get(pending)!);
            store.Remove(pending);
        }

        TrainingState.Forget(store, run);
        if (spillFolder is not null) RunSpill.Forget(store, spillFolder, run);
        if (fault is not null) replays?.Forget(run); // nobody asks what led to no result
        store.Put($"run/{run}/settled", writer.Optional(fault, Fault.Encode).ToArray());
    }

    /// <summary>Why a settled run ended before it was committed, as this node reported it; null when it was committed or is under way.</summary>
    public Fault? FaultOf(Digest run)
    {
        if (store.Get($"run/{run}/settled") is not { } bytes) return null;
        var reader = new CanonicalReader(bytes);
        return reader.Optional((ref r) => Fault.Decode(ref r));
    }

    /// <summary>Keeps a party's receipt.</summary>
    public void PutReceipt(Receipt receipt) => store.Put($"run/{receipt.Run}/receipt/{receipt.Party}", receipt.Encode());

    /// <summary>A party's receipt of a run, or null.</summary>
    public Receipt? FindReceipt(Digest run, PartyId party) =>
        store.Get($"run/{run}/receipt/{party}") is { } bytes ? Receipt.Decode(bytes) : null;

    /// <summary>A party's receipt of a run.</summary>
    /// <exception cref="CollabException"><see cref="ReceiptUnknown"/>.</exception>
    public Receipt RequireReceipt(Digest run, PartyId party) => FindReceipt(run, party)
        ?? throw new CollabException(ReceiptUnknown, $"There is no receipt of {party} for run {run.Short} here.", party);

    /// <summary>Keeps a result, sealed by the store, until it may be released.</summary>
    public void PutResult(Digest run, SealedResult result)
    {
        var writer = new CanonicalWriter();
        result.Opening.EncodeSecret(writer);
        if (result.Result.RowsAside is IReadOnlyCollection<object> rows)
        {
            store.Put(AsideOf(run), writer.UInt32((uint)rows.Count).Bytes(result.Result.WithoutRows().Encode()).ToArray());
            return;
        }

        store.Put($"run/{run}/result", writer.Bytes(result.Result.Encode()).ToArray());
    }

    /// <summary>The sealed result of a run, or null.</summary>
    public SealedResult? FindResult(Digest run)
    {
        if (store.Get($"run/{run}/result") is not { } bytes) return FindResultAside(run);
        var reader = new CanonicalReader(bytes);
        var result = new SealedResult(CommitmentOpening.Decode(ref reader), JobResult.Decode(reader.Bytes()));
        reader.End();
        return result;
    }

    /// <summary>Forgets what runs set aside that are settled or that this node knows nothing of.</summary>
    public void ForgetOrphans()
    {
        if (spillFolder is not null) RunSpill.ForgetAllBut(store, spillFolder, BegunRuns);
        replays?.ForgetOld(BegunRuns);
    }

    /// <summary>Keeps a part of a model until its run is settled: then it stays, or is forgotten with the run.</summary>
    internal void PutPart(StoredPart part) => store.Put($"{PendingPartsOf(part.Model)}{part.Of}", part.Encode());

    /// <summary>A party's own parts of models whose training all parties committed to.</summary>
    public IReadOnlyList<StoredPart> PartsOf(PartyId party) =>
        [.. store.List("model/").Where(key => key.EndsWith($"/{party}", StringComparison.Ordinal)).Select(key => StoredPart.Decode(store.Get(key)!))];

    /// <summary>The parts of a model that are here, ordered by owner.</summary>
    public IReadOnlyList<StoredPart> PartsOf(Digest model) => [.. store.List($"model/{model}/").Select(key => StoredPart.Decode(store.Get(key)!)).OrderBy(part => part.Of)];

    /// <summary>A party's part of a model.</summary>
    /// <param name="model">The run that trained it.</param>
    /// <param name="party">The party.</param>
    /// <exception cref="CollabException"><see cref="ModelErrors.Unknown"/>.</exception>
    public StoredPart RequirePart(Digest model, PartyId party) => store.Get($"model/{model}/{party}") is { } bytes
        ? StoredPart.Decode(bytes)
        : throw new CollabException(ModelErrors.Unknown, $"{party} has no part of model {model.Short}.", party);

    /// <summary>A party's part of a model that a run has trained and that is not settled yet, or null.</summary>
    internal StoredPart? FindPendingPart(Digest run, PartyId party) => store.Get($"{PendingPartsOf(run)}{party}") is { } bytes ? StoredPart.Decode(bytes) : null;

    /// <summary>The same, for a later step of the run itself.</summary>
    /// <exception cref="CollabException"><see cref="ModelErrors.Unknown"/>.</exception>
    internal StoredPart RequirePendingPart(Digest run, PartyId party) =>
        FindPendingPart(run, party) ?? throw new CollabException(ModelErrors.Unknown, $"{party} has no part of model {run.Short}.", party);

    /// <summary>Forgets every part of a model that is here, for good: nobody predicts by it any more.</summary>
    public void ForgetModel(Digest model)
    {
        foreach (var key in store.List($"model/{model}/")) store.Remove(key);
    }

    private static string PendingPartsOf(Digest run) => $"run/{run}/part/";

    private SealedResult? FindResultAside(Digest run)
    {
        if (spillFolder is null || store.Get(AsideOf(run)) is not { } bytes || RunSpill.Find(store, spillFolder, run) is not { } spill) return null;
        var reader = new CanonicalReader(bytes);
        var opening = CommitmentOpening.Decode(ref reader);
        var count = checked((int)reader.UInt32());
        var result = new SealedResult(
            opening, JobResult.Decode(reader.Bytes()).WithRowsOf(Path.Combine(spill.Folder, StreamedOutcome.ResultFile), spill.Key, count));
        reader.End();
        return result;
    }

    private static string AsideOf(Digest run) => $"run/{run}/result-aside";
}

/// <summary>A result that is committed to but not yet released.</summary>
/// <param name="Opening">What opens the commitment.</param>
/// <param name="Result">The result.</param>
public sealed record SealedResult(CommitmentOpening Opening, JobResult Result)
{
    /// <summary>The domain of result commitments.</summary>
    public const string Domain = ShownResult.Domain;

    /// <inheritdoc/>
    public override string ToString() => "A sealed result"; // never the numbers
}
