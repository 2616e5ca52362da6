using System.Collections.Concurrent;
using Collab.Engine.Descriptions;
using Collab.Engine.Models;
using Collab.Engine.Planning;
using Collab.Engine.Ports;
using Collab.Engine.Runs;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Primitives;
using Collab.SecretSharing.Preprocessing;

namespace Collab.Engine;

/// <summary>
/// One node's engine. It follows the ledger and does, for every job, whatever the ledger says is next for this party: fetch the
/// plan, review it, grant it by rule, open a run, take part in it. It remembers nothing but what is on the ledger and in the
/// store, so starting again after a crash is the same as going on.
/// </summary>
public sealed partial class JobEngine(EnginePorts ports)
{
    /// <summary>A reason that may not stand on the ledger.</summary>
    public static readonly ErrorCode ReasonInvalid = new(
        "job.reason-invalid", ErrorKind.InvalidInput, "Give a short code such as 'purpose-not-approved'; tell the parties more by other means.");

    private const int ShortestModelPrefix = 6;

    private readonly JobArchive _archive = new(ports.Store, ports.SpillFolder, ports.Replays);
    private readonly ConcurrentDictionary<Digest, Task> _advancing = new();
    private readonly ConcurrentDictionary<Digest, Task> _runs = new();
    private readonly ConcurrentDictionary<Digest, bool> _announced = new();
    private readonly ConcurrentDictionary<Digest, bool> _reviewed = new();

    /// <summary>Plans, receipts and results that this node holds.</summary>
    public JobArchive Archive => _archive;

    /// <summary>Follows the ledger until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        _archive.ForgetOrphans();
        await Recovery.HearOthersAsync(ports, _archive, cancellation);
        while (!cancellation.IsCancellationRequested)
        {
            var seen = ports.Ledger.Position;
            foreach (var job in ports.Ledger.Jobs) Advance(job, cancellation);
            await ChangeOrRetryAsync(seen, cancellation);
        }

        await Task.WhenAll(_advancing.Values);
        await Task.WhenAll(_runs.Values); // whoever stops the engine may then close ledger and store
    }

    /// <summary>What is left of this owner's privacy budget: a line for each dataset and requester to whom something was answered, or for each dataset; none without a budget.</summary>
    public IReadOnlyList<BudgetLeft> BudgetsLeft => PrivacyLedger.Left(ports.Store, ports.Policy, ports.Datasets.Offers);

    /// <summary>What a plan will do, estimated for this node's machine.</summary>
    public Explanation Explain(Plan plan)
    {
        var explanation = Explanation.Of(plan, ports.Machine());
        return explanation with { Notes = [.. explanation.Notes, .. PreparedExplanation.NotesOn(plan, ports.Self, ports.Prepared)] };
    }

    /// <summary>What was made ahead with another party and is left.</summary>
    public TripleStock PreparedWith(PartyId peer) => ports.Prepared?.StockWith(peer) ?? default;

    /// <summary>Makes triples ahead of any job with another party, whose operator tells its node the same.</summary>
    /// <param name="peer">The other party.</param>
    /// <param name="asked">How many units; both say the same.</param>
    /// <param name="wait">How long the other may take to come.</param>
    /// <param name="cancellation">Ends it; the units that are done stay.</param>
    /// <returns>What then lies in the store.</returns>
    /// <exception cref="CollabException">The codes of <see cref="PreprocessingErrors"/>; the peer is no other party; or it did not come.</exception>
    public Task<TripleStock> PrepareAsync(PartyId peer, TripleStock asked, TimeSpan wait, CancellationToken cancellation) =>
        Preparation.RunAsync(ports, peer, asked, wait, cancellation);

    /// <summary>Plans a request against the owners' current offers; nothing is sent but the question what they offer.</summary>
    /// <exception cref="CollabException">The codes of <see cref="Planner"/>.</exception>
    public async Task<Plan> PlanAsync(JobSpecification specification, CancellationToken cancellation)
    {
        var offers = new List<DatasetOffer>();
        foreach (var owner in specification.Parties.Select(p => p.Owner).Where(ports.Peers.Members.Contains))
            offers.AddRange(await OffersOfAsync(owner, cancellation));
        var plan = Planner.Make(
            specification, ports.Consortium, ports.Peers.Members, ports.Self, offers, ports.Clock.GetUtcNow(), ports.Random, ports.Machine(), ModelOf);
        return specification.Algorithm is { } algorithm ? await WithAlgorithmAsync(plan, algorithm, cancellation) : plan;
    }

    /// <summary>The plan and the run of a training that this party has a part of the model of.</summary>
    /// <param name="prefix">The first digits, six at least, of the run, or of the job where that trained one model alone.</param>
    /// <exception cref="CollabException"><see cref="ModelErrors.Unknown"/>: none or several begin so.</exception>
    public (Plan Training, Digest Model) ModelOf(string prefix)
    {
        var found = prefix.Length < ShortestModelPrefix ? []
            : _archive.PartsOf(ports.Self).Where(part => new[] { part.Model, part.Training }.Any(name => name.ToString().StartsWith(prefix, StringComparison.OrdinalIgnoreCase))).ToList();
        return found is [var one]
            ? (_archive.RequirePlan(one.Training), one.Model)
            : throw new CollabException(ModelErrors.Unknown, found.Count == 0 ? $"{ports.Self} has no part of a model that begins with '{prefix}' (at least {ShortestModelPrefix} digits)." : $"Several models begin with '{prefix}'.", ports.Self);
    }

    /// <summary>Proposes a plan: keeps it, and puts its digest on the ledger. The parties fetch it from here.</summary>
    public async Task<Digest> SubmitAsync(Plan plan, CancellationToken cancellation)
    {
        var job = plan.Digest;
        _archive.PutPlan(plan);
        var operation = await ports.Ledger.AppendAsync(
            stamp => new LedgerOperation.Propose(
                stamp.Author, stamp.Id, stamp.Time, stamp.Heads, job,
                [.. plan.Inputs.Select(i => new DatasetReference(i.Owner, i.DatasetId))], plan.Parties, plan.Expires, plan.Uses)
            {
                Terms = ProposalTerms.Of(plan),
            },
            cancellation);
        await ports.Ledger.WaitForFinalityAsync(operation, cancellation);
        return job;
    }

    /// <summary>Opens one more run of an authorised job of this requester.</summary>
    /// <exception cref="CollabException">The codes of <see cref="Authorization"/>.</exception>
    public Task<Digest> StartRunAsync(Digest job, CancellationToken cancellation) => RecordingAsync(job, () => OpenRunAsync(job, cancellation), cancellation);

    private async Task<Digest> OpenRunAsync(Digest job, CancellationToken cancellation)
    {
        var plan = _archive.RequirePlan(job);
        var now = ports.Clock.GetUtcNow();
        Authorization.Require(plan, ports.Ledger.PageOf(plan), now);
        var run = new Digest(ports.Random.Bytes(Digest.Size));
        var operation = await ports.Ledger.AppendAsync(
            stamp => new LedgerOperation.StartRun(stamp.Author, stamp.Id, stamp.Time, stamp.Heads, job, run, now + plan.RunLimit),
            cancellation);
        await ports.Ledger.WaitForFinalityAsync(operation, cancellation);
        return run;
    }

    /// <summary>A person's yes: this owner's grant, this endorser's endorsement, this provider's leave to use its algorithm.</summary>
    /// <exception cref="CollabException">The plan is not known, not addressed to this party, over, or not what the owner offers.</exception>
    public Task ApproveAsync(Digest job, CancellationToken cancellation) => RecordingAsync(
        job,
        async () =>
        {
            await AgreeAsync(_archive.RequirePlan(job), cancellation);
            return true;
        },
        cancellation);

    /// <summary>The refusal of an owner, endorser or provider.</summary>
    /// <param name="job">The job.</param>
    /// <param name="reason">A reason code.</param>
    /// <exception cref="CollabException"><see cref="ReasonInvalid"/>, or the job is not known or not addressed to this party.</exception>
    public async Task RefuseAsync(Digest job, string reason, CancellationToken cancellation)
    {
        if (!LedgerOperation.IsCode(reason))
            throw new CollabException(ReasonInvalid, "A reason is a code of 1 to 64 of a-z, 0-9, '.', '-' and '/'; the ledger takes no free text.");
        RequireSay(_archive.RequirePlan(job));
        var operation = await ports.Ledger.AppendAsync(
            stamp => new LedgerOperation.Refuse(stamp.Author, stamp.Id, stamp.Time, stamp.Heads, job, reason), cancellation);
        await ports.Ledger.WaitForFinalityAsync(operation, cancellation);
    }

    /// <summary>Takes back what this owner granted, endorser endorsed or provider allowed. No run starts once that is final; a running one stops at its next step.</summary>
    public async Task RevokeAsync(Digest job, CancellationToken cancellation)
    {
        RequireSay(_archive.RequirePlan(job));
        await WriteRevocationAsync(job, cancellation);
    }

    /// <summary>Takes back a job that this party asked for. Nobody need look at it any more; no run starts once that is final; a running one stops at its next step.</summary>
    /// <remarks>On the ledger it is the requester's <see cref="LedgerOperation.Revoke"/>; where the requester is an owner too, its grant goes with it.</remarks>
    /// <exception cref="CollabException"><see cref="RefusalRecord.WrongParty"/>: another party asked for it; or the job is not known.</exception>
    public Task CancelAsync(Digest job, CancellationToken cancellation) => RecordingAsync(
        job,
        async () =>
        {
            if (_archive.RequirePlan(job).Requester is var requester && requester != ports.Self)
                throw new CollabException(RefusalRecord.WrongParty, $"{requester} asked for this job; only it can take it back.", requester);
            await WriteRevocationAsync(job, cancellation);
            return true;
        },
        cancellation);

    private async Task WriteRevocationAsync(Digest job, CancellationToken cancellation)
    {
        var operation = await ports.Ledger.AppendAsync(
            stamp => new LedgerOperation.Revoke(stamp.Author, stamp.Id, stamp.Time, stamp.Heads, job), cancellation);
        await ports.Ledger.WaitForFinalityAsync(operation, cancellation);
    }

    // Jobs advance side by side and each one thing at a time: a job whose witnesses are silent holds up no other.
    private void Advance(Digest job, CancellationToken cancellation)
    {
        if (_advancing.ContainsKey(job)) return;
        var finished = new TaskCompletionSource();
        _advancing[job] = finished.Task;
        _ = Task.Run(
            async () =>
            {
                try
                {
                    await AdvanceAsync(job, cancellation);
                }
                catch (OperationCanceledException)
                {
                    // The node stops; the ledger and the store say where it was.
                }
                catch (Exception e)
                {
                    ports.Log.Report(job, Unexpected(e)); // the store or the disk; it is tried again
                }
                finally
                {
                    _advancing.TryRemove(job, out _);
                    finished.SetResult();
                }
            },
            CancellationToken.None);
    }

    private async Task AdvanceAsync(Digest job, CancellationToken cancellation)
    {
        var page = ports.Ledger.Page(job);
        if (!page.Of<LedgerOperation.Propose>().Any(p => p.Author == ports.Self || Concerns(p))) return;
        try
        {
            var plan = _archive.FindPlan(job) ?? await FetchPlanAsync(page, cancellation);
            await ReviewAsync(plan, cancellation);
            if (plan.InputOf(ports.Self) is not null) await _refusals.WriteStrangersAsync(plan, page, cancellation);
            await OpenFirstRunAsync(plan, cancellation);
            TakePart(plan, page, cancellation);
        }
        catch (CollabException e)
        {
            // What cannot be done now is tried again: the party that has the plan may be away, witnesses may be silent.
            ports.Log.Report(job, e);
        }
    }

    private bool Concerns(LedgerOperation.Propose proposal) =>
        proposal.Parties.Contains(ports.Self) || proposal.Datasets.Any(d => d.Owner == ports.Self) || proposal.Terms?.Asks(ports.Self) == true;

    private async Task<Plan> FetchPlanAsync(JobPage page, CancellationToken cancellation)
    {
        foreach (var proposal in page.Of<LedgerOperation.Propose>().Where(Concerns))
        {
            var bytes = await ports.Peers.GetPlanAsync(proposal.Author, page.Job, cancellation);
            var plan = Plan.Decode(bytes);
            if (plan.Digest != page.Job || plan.Requester != proposal.Author) continue; // not the plan that the ledger names
            _archive.PutPlan(plan);
            return plan;
        }

        throw new CollabException(
            Authorization.NotProposed, "No party that proposed the job gave the plan of that digest.", page.Operations[0].Author);
    }

    private async Task ReviewAsync(Plan plan, CancellationToken cancellation)
    {
        if (_reviewed.ContainsKey(plan.Digest)) return;
        if (_announced.TryAdd(plan.Digest, true)) Observe(plan, JobEventKind.Proposed, plan.Requester);
        if (Authorization.CheckWithdrawal(plan, ports.Ledger.PageWithPending(plan.Digest)) is null)
        {
            await ConsultAsync(plan, cancellation);
            await DecideAsync(plan, cancellation);
        }

        _reviewed[plan.Digest] = true; // only now: what failed on the way is tried again
    }

    private async Task DecideAsync(Plan plan, CancellationToken cancellation)
    {
        var own = ports.Ledger.PageWithPending(plan.Digest);
        if (plan.InputOf(ports.Self) is not { } input
            || own.By<LedgerOperation.Approve>(ports.Self) is not null
            || own.By<LedgerOperation.Refuse>(ports.Self) is not null)
            return;
        if (plan.Expires <= ports.Clock.GetUtcNow())
        {
            // Said on the ledger: whose clock runs ahead would otherwise look like an owner that does not answer.
            await RefuseAsync(plan.Digest, Authorization.JobExpired.Name, cancellation);
            return;
        }

        try
        {
            Planner.Review(plan, input, ports.Datasets.Offers.FirstOrDefault(o => o.Name == input.Dataset));
            PrivacyLedger.Require(ports.Store, ports.Policy, plan, input);
            RequireContent(plan);
        }
        catch (CollabException e) when (e.Code != Authorization.AlgorithmUnknown) // that may still be on its way here, and is looked for again
        {
            await RefuseAsync(plan.Digest, e.Code.Name, cancellation);
            return;
        }

        switch (ports.Policy.Decide(plan, input))
        {
            case PolicyDecision.Approve:
                await ApproveAsync(plan, cancellation);
                break;
            case PolicyDecision.Refuse refuse:
                await RefuseAsync(plan.Digest, refuse.Reason.Code, cancellation);
                break;
            case PolicyDecision.Ask:
                Observe(plan, JobEventKind.AwaitsApproval, ports.Self);
                break;
        }
    }

    private async Task ApproveAsync(Plan plan, CancellationToken cancellation)
    {
        var input = OwnInput(plan);
        Planner.Review(plan, input, ports.Datasets.Offers.FirstOrDefault(o => o.Name == input.Dataset));
        var operation = await ports.Ledger.AppendAsync(
            stamp => new LedgerOperation.Approve(
                stamp.Author, stamp.Id, stamp.Time, stamp.Heads, plan.Digest, input.DatasetId, input.Version, plan.Expires, plan.Uses),
            cancellation);
        await ports.Ledger.WaitForFinalityAsync(operation, cancellation);
        Observe(plan, JobEventKind.Approved, ports.Self);
    }

    private async Task OpenFirstRunAsync(Plan plan, CancellationToken cancellation)
    {
        if (plan.Requester != ports.Self || ports.Ledger.PageWithPending(plan.Digest).Starts.Any(s => s.Author == ports.Self)) return;
        if (JobState.Of(plan, ports.Ledger.PageOf(plan), ports.Clock.GetUtcNow()) is JobState.Authorized) await StartRunAsync(plan.Digest, cancellation);
    }

    private void TakePart(Plan plan, JobPage page, CancellationToken cancellation)
    {
        if (!plan.Parties.Contains(ports.Self)) return;
        foreach (var start in page.Starts.Where(s => s.Author == plan.Requester))
        {
            // In this order: a run leaves the table only after it was settled, or when it must be tried again.
            if (_runs.ContainsKey(start.Run) || _archive.IsSettled(start.Run)) continue;
            var run = new Run(ports, _archive, plan, start, wasInterrupted: _archive.HasBegun(start.Run));
            _runs[start.Run] = Task.Run(() => RunToItsEndAsync(run, start, cancellation), CancellationToken.None);
        }
    }

    private async Task RunToItsEndAsync(Run run, LedgerOperation.StartRun start, CancellationToken cancellation)
    {
        try
        {
            await run.RunAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
        catch (Exception e)
        {
            ports.Log.Report(start.Job, e as CollabException ?? Unexpected(e)); // nothing is settled; it is tried again
        }
        finally
        {
            _runs.TryRemove(start.Run, out _);
        }
    }

    private CollabException Unexpected(Exception e) =>
        new(RunErrors.Unexpected, $"{e.GetType().Name} at {ports.Self}.", ports.Self, inner: e);

    private async Task<IReadOnlyList<DatasetOffer>> OffersOfAsync(PartyId owner, CancellationToken cancellation) =>
        owner == ports.Self ? ports.Datasets.Offers : await ports.Peers.ListDatasetsAsync(owner, cancellation);

    private PlanInput OwnInput(Plan plan) => plan.InputOf(ports.Self)
        ?? throw new CollabException(Authorization.GrantMissing, $"{ports.Self} owns no data of this job.", ports.Self);

    private void Observe(Plan plan, JobEventKind kind, PartyId party) =>
        ports.Observer.Observe(new JobEvent(ports.Clock.GetUtcNow(), plan.Digest, null, kind, Party: party));

    private async Task ChangeOrRetryAsync(long seen, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(
            ports.Ledger.WaitForChangeAsync(seen, either.Token), Task.Delay(ports.Limits.Retry, ports.Clock, either.Token));
        await either.CancelAsync();
    }
}
