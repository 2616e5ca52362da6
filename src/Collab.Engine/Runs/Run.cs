using Collab.Channels;
using Collab.Cryptography;
using Collab.Engine.Ports;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Primitives;

namespace Collab.Engine.Runs;

/// <summary>One party's part of one run, from the grants to the released result (protocols/specs/run.md).</summary>
/// <param name="ports">What the host gives.</param>
/// <param name="archive">What outlives the node.</param>
/// <param name="plan">The plan.</param>
/// <param name="start">The requester's operation that opened the run.</param>
/// <param name="wasInterrupted">Whether this node had begun the run before it was started again.</param>
internal sealed class Run(EnginePorts ports, JobArchive archive, Plan plan, LedgerOperation.StartRun start, bool wasInterrupted)
{
    // A party that is there does each of its steps within this; the product promises an answer within 30 seconds.
    private static readonly TimeSpan PatienceWithParty = TimeSpan.FromSeconds(20);

    private readonly Digest _run = start.Run;
    private readonly Digest _job = plan.Digest;
    private StepId _step = RunSteps.Authorize;

    /// <summary>Takes part; every way it can end is on the ledger when it returns, unless the node itself stops.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var untilDeadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var left = start.Deadline - ports.Clock.GetUtcNow();
        untilDeadline.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1));
        try
        {
            if (archive.FindReceipt(_run, ports.Self) is not { } receipt)
            {
                if (ports.Ledger.PageWithPending(_job).AbortOf(_run) is not null) throw Ended();
                if (wasInterrupted) throw Failure(RunErrors.NodeRestarted, $"{ports.Self}'s node was started again in the middle of the run.", ports.Self);
                receipt = await ComputeAsync(untilDeadline.Token);
            }

            await CommitAsync(receipt, cancellation);
            await AwaitCommitsAsync(cancellation);
            Release();
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            await EndAsync(Classify(e), cancellation);
        }
        catch (OperationCanceledException)
        {
            // The node stops. What was begun is on disk, and the next start goes on from there.
        }
    }

    private async Task<Receipt> ComputeAsync(CancellationToken cancellation)
    {
        Enter(RunSteps.Authorize);                                     // 1   every grant: there, live, unspent, for this plan
        RequireRunning();
        Authorization.Require(plan, ports.Ledger.Page(_job), ports.Clock.GetUtcNow(), _run);
        archive.MarkBegun(_run, _job);

        Enter(RunSteps.Spend);                                         // 2   our use is spent before our first row is read
        if (plan.InputOf(ports.Self) is { } input) await SpendAsync(input, cancellation);

        Enter(RunSteps.AwaitSpends);                                   // 3   and so is every other owner's
        foreach (var owner in plan.Owners)
            await AwaitAsync(owner, page => page.SpendOf(owner, _run) is not null, "spend its grant", PatienceWithParty, cancellation);

        Enter(RunSteps.Connect);                                       // 4
        await using var conversation = await Conversations.OpenAsync(ports, plan, _run, cancellation);
        try
        {
            Enter(RunSteps.Read);                                      // 5   the plan was checked; now rows may be read
            var part = await ProtocolPart.PrepareAsync(ports, plan, cancellation);

            Enter(RunSteps.Protocol);                                  // 6
            var result = await part.RunAsync(conversation.Channels, _run, Observe, cancellation);

            Enter(RunSteps.Receipt);                                   // 7   sealed and durable before anybody is told
            return Seal(part.Snapshot, await conversation.CloseAsync(cancellation), result);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested || start.Deadline <= ports.Clock.GetUtcNow())
        {
            await conversation.AbortAsync(Classify(e)); // so that the others report the same, and do not wait
            throw;
        }
    }

    private async Task SpendAsync(PlanInput input, CancellationToken cancellation)
    {
        if (ports.Ledger.PageWithPending(_job).SpendOf(ports.Self, _run) is not null) return;
        var use = ports.Ledger.PageWithPending(_job).UsesSpentBy(ports.Self) + 1;
        var spend = await ports.Ledger.AppendAsync(
            s => new LedgerOperation.Spend(s.Author, s.Id, s.Time, s.Heads, _job, _run, input.DatasetId, use), cancellation);
        await ports.Ledger.WaitForFinalityAsync(spend, cancellation);

        // Between reading the ledger and spending, another run may have spent the last use, or an owner may have revoked.
        Authorization.Require(plan, ports.Ledger.Page(_job), ports.Clock.GetUtcNow(), _run);
    }

    private Receipt Seal(SnapshotReference? snapshot, IReadOnlyList<Conversation> conversations, JobResult? result)
    {
        RequireRunning();
        CommitmentReference? committed = null;
        if (result is not null)
        {
            var (commitment, opening) = Commitment.Commit(SealedResult.Domain, result.Encode(), ports.Random);
            archive.PutResult(_run, new SealedResult(opening, result));
            committed = new CommitmentReference((byte)commitment.Algorithm, commitment.Value);
        }

        var receipt = new Receipt(
            _job, _run, ports.Self, new Digest(ports.Random.Bytes(Digest.Size)), ports.Software, snapshot, conversations, committed,
            ports.Clock.GetUtcNow());
        archive.PutReceipt(receipt);
        return receipt;
    }

    private async Task CommitAsync(Receipt receipt, CancellationToken cancellation)
    {
        Enter(RunSteps.Commit);                                        // 8   from here on this party never aborts the run
        if (ports.Ledger.PageWithPending(_job).AbortOf(_run) is not null) throw Ended();
        if (ports.Ledger.PageWithPending(_job).CommitOf(ports.Self, _run) is not { } commit)
        {
            commit = await ports.Ledger.AppendAsync(
                s => new LedgerOperation.Commit(s.Author, s.Id, s.Time, s.Heads, _job, _run, receipt.Digest), cancellation);
        }

        await UntilFinalAsync(commit, cancellation);
    }

    private async Task AwaitCommitsAsync(CancellationToken cancellation)
    {
        Enter(RunSteps.AwaitCommits);                                  // 9   F3: no result before all commits
        foreach (var party in plan.Parties.Where(p => p != ports.Self))
        {
            await AwaitAsync(party, page => page.CommitOf(party, _run) is not null, "commit", UntilDeadline, cancellation);
            if (archive.FindReceipt(_run, party) is null) archive.PutReceipt(await FetchReceiptAsync(party, cancellation));
        }

        Conversations.RequireAgreement([.. plan.Parties.Select(p => archive.RequireReceipt(_run, p))]);
    }

    private void Release()
    {
        Enter(RunSteps.Release);                                       // 10
        if (archive.FindResult(_run) is { } sealedResult)
            ports.Results.Release(plan, _run, sealedResult);
        archive.MarkSettled(_run);
        Observe(JobEventKind.Committed);
    }

    private async Task<Receipt> FetchReceiptAsync(PartyId party, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                var receipt = Receipt.Decode(await ports.Peers.GetReceiptAsync(party, _run, cancellation));
                var commit = ports.Ledger.Page(_job).CommitOf(party, _run)!;
                return receipt.Digest == commit.Receipt && receipt.Party == party && receipt.Run == _run && receipt.Job == _job
                    ? receipt
                    : throw Failure(RunErrors.ReceiptInvalid, $"{party}'s receipt is not the one it committed to.", party);
            }
            catch (CollabException e) when (e.Code.Kind == ErrorKind.Peer && e.Code != RunErrors.ReceiptInvalid)
            {
                ports.Log.Report(_job, e); // the party committed; its receipt will come when it is back
                await Task.Delay(TimeSpan.FromSeconds(1), ports.Clock, cancellation);
            }
        }
    }

    /// <summary>Waits until the ledger says so, or the run is ended by another party, or the party's time is over.</summary>
    private async Task AwaitAsync(
        PartyId party, Func<JobPage, bool> holds, string what, TimeSpan patience, CancellationToken cancellation)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(patience);
        while (true)
        {
            var seen = ports.Ledger.Position;
            var page = ports.Ledger.Page(_job);
            if (page.AbortOf(_run) is not null) throw Ended();
            if (holds(page)) return;
            try
            {
                await ports.Ledger.WaitForChangeAsync(seen, limited.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw Failure(RunErrors.PartyMissing, $"{party} did not {what} in time.", party);
            }
        }
    }

    // The abort is on our disk when this returns; the ledger offers it to the witnesses until they have it.
    private async Task EndAsync(Fault fault, CancellationToken cancellation)
    {
        var page = ports.Ledger.PageWithPending(_job);
        if (page.AbortOf(_run) is null && (page.CommitOf(ports.Self, _run) is null || start.Deadline <= ports.Clock.GetUtcNow()))
        {
            await ports.Ledger.AppendAsync(
                s => new LedgerOperation.Abort(
                    s.Author, s.Id, s.Time, s.Heads, _job, _run, fault.Code, fault.Party, fault.Step ?? _step),
                cancellation);
        }

        archive.MarkSettled(_run, fault);
        ports.Observer.Observe(new JobEvent(
            ports.Clock.GetUtcNow(), _job, _run, JobEventKind.Aborted, _step, Party: fault.Party, Fault: fault));
    }

    // What must be written stays written; that the witnesses are away for long is no reason to give up, only to say so.
    private async Task UntilFinalAsync(LedgerOperation operation, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await ports.Ledger.WaitForFinalityAsync(operation, cancellation);
                return;
            }
            catch (CollabException e) when (e.Code == OperationErrors.NotFinal)
            {
                ports.Log.Report(_job, e);
            }
        }
    }

    private TimeSpan UntilDeadline
    {
        get
        {
            var left = start.Deadline - ports.Clock.GetUtcNow();
            return left > TimeSpan.Zero ? left + PatienceWithParty : PatienceWithParty;
        }
    }

    private Fault Classify(Exception e) => e switch
    {
        AbortedByPeerException aborted => aborted.Reported,
        CollabException failure when failure.Step is not null => failure.ToFault(),
        CollabException failure => failure.ToFault() with { Step = _step },
        OperationCanceledException => Failure(RunErrors.DeadlinePassed, "The run was not done by its deadline.", null).ToFault(),
        _ => Failure(RunErrors.Unexpected, $"{e.GetType().Name} at {ports.Self}.", ports.Self).ToFault(),
    };

    private CollabException Ended()
    {
        var abort = ports.Ledger.PageWithPending(_job).AbortOf(_run)!;
        return new EndedByPartyException(abort);
    }

    private void RequireRunning()
    {
        if (ports.Ledger.Page(_job).AbortOf(_run) is not null) throw Ended();
        if (ports.Clock.GetUtcNow() >= start.Deadline) throw Failure(RunErrors.DeadlinePassed, "The run's deadline is over.", null);
        var revoked = plan.Owners.FirstOrDefault(o => ports.Ledger.Page(_job).By<LedgerOperation.Revoke>(o) is not null);
        if (revoked is not null) throw Failure(Authorization.GrantRevoked, $"{revoked} revoked its grant.", revoked);
    }

    private CollabException Failure(ErrorCode code, string message, PartyId? party) => new(code, message, party, _step);

    private void Enter(StepId step)
    {
        _step = step;
        ports.Observer.Observe(new JobEvent(ports.Clock.GetUtcNow(), _job, _run, JobEventKind.Step, step));
    }

    private void Observe(JobEventKind kind) =>
        ports.Observer.Observe(new JobEvent(ports.Clock.GetUtcNow(), _job, _run, kind, _step));

    private void Observe(StepId step, long done, long total)
    {
        _step = step;
        ports.Observer.Observe(new JobEvent(ports.Clock.GetUtcNow(), _job, _run, JobEventKind.Progress, step, done, total));
    }
}
