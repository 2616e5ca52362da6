using Collab.Channels;
using Collab.Cryptography;
using Collab.Engine.Consents;
using Collab.Engine.Ports;
using Collab.Engine.Replays;
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
    private readonly TrafficMeter _traffic = new(ports.Clock, (step, passed) => ports.Observer.Observe(new JobEvent(
        ports.Clock.GetUtcNow(), plan.Digest, start.Run, JobEventKind.Traffic, step, Traffic: passed)));

    private readonly Digest _run = start.Run;
    private readonly Digest _job = plan.Digest;

    // The requester writes both times; what all owners agreed to is the limit in the plan.
    private readonly DateTimeOffset _deadline = start.Deadline - start.Time < plan.RunLimit ? start.Deadline : start.Time + plan.RunLimit;
    private StepId _step = RunSteps.Authorize;

    /// <summary>
    /// Takes part; every way it can end is on the ledger when it returns, unless the node itself stops. Once this party's receipt is
    /// written, a fault of its own surroundings is thrown instead: the run goes on from the receipt when it is tried again.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var left = _deadline - ports.Clock.GetUtcNow();
        using var deadline = new CancellationTokenSource(Clamp(left), ports.Clock);
        using var untilDeadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        try
        {
            if (archive.FindReceipt(_run, ports.Self) is not { } receipt)
            {
                if (ports.Ledger.PageWithPending(_job).AbortOf(_run, plan) is not null) throw Ended();
                if (wasInterrupted && !ProtocolPart.CanGoOn(plan)) throw Failure(RunErrors.NodeRestarted, $"{ports.Self}'s node was started again in the middle of the run.", ports.Self);
                receipt = await ComputeAsync(untilDeadline.Token);
            }

            await CommitAsync(receipt, cancellation);
            await AwaitCommitsAsync(cancellation);
            Release();
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            if (e is not CollabException && archive.FindReceipt(_run, ports.Self) is not null)
                throw new CollabException(RunErrors.Unexpected, $"{e.GetType().Name} at {ports.Self}.", ports.Self, _step, e);
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
        await AuthorizeAsync(cancellation);
        archive.MarkBegun(_run, _job);

        Enter(RunSteps.Spend);                                         // 2   our use is spent before our first row is read
        if (plan.InputOf(ports.Self) is { } input) await SpendAsync(input, cancellation);

        Enter(RunSteps.AwaitSpends);                                   // 3   and so is every other owner's
        foreach (var owner in plan.Owners)
            await AwaitAsync(owner, page => page.SpendOf(owner, _run) is not null, "spend its grant", ports.Limits.Party, cancellation);

        var consented = await ConsentedAsync(cancellation);            //     with consent, whose rows: by a version of the register that is final

        Enter(RunSteps.Connect);                                       // 4
        await using var watch = new LedgerWatch(ports.Ledger, ReasonToStop, cancellation);
        while (true)
        {
            try
            {
                return await ConverseAsync(watch.Stopping);
            }
            catch (OperationCanceledException) when (watch.Reason is not null)
            {
                throw watch.Reason; // ended on the ledger while we were connecting
            }
            catch (ProtocolException e) when (IsInterruption(e))
            {
                ports.Log.Report(_job, e);
                Enter(RunSteps.Connect);                               // 4   again: the run goes on where both have finished
            }
        }

        async Task<Receipt> ConverseAsync(CancellationToken stopping)
        {
            await using var conversation = await OpenAsync(stopping);
            await using var following = _traffic.Follow(() => conversation.Usage);
            try
            {
                Enter(RunSteps.Read);                                  // 5   the plan was checked; now rows may be read
                using var recorder = plan.Replay ? ports.RequireReplays().Begin(HeadOf(), ports.Random) : null;
                using var part = await ProtocolPart.PrepareAsync(PortsOf(recorder, consented), plan, _run, stopping);
                part.Passed = conversation.PassedWith;

                Enter(RunSteps.Protocol);                              // 6
                var result = await part.RunAsync(ports.Between(recorder, conversation.Channels), _run, Observe, stopping);

                Enter(RunSteps.Receipt);                               // 7   sealed and durable before anybody is told
                consented?.RequireNoWithdrawal();
                return Seal(part.Snapshot, part.Account(await conversation.CloseAsync(stopping)), result, recorder);
            }
            catch (ProtocolException e) when (IsInterruption(e))
            {
                throw; // nobody is told: a broken line ends an attempt and not the run
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested || _deadline <= ports.Clock.GetUtcNow())
            {
                // Told to the others, so that they report the same and do not wait.
                var fault = Classify(e is OperationCanceledException ? watch.Reason ?? e : e);
                await conversation.AbortAsync(fault);
                throw new AbortedHereException(fault);
            }
        }
    }

    private async Task<ConsentSelection?> ConsentedAsync(CancellationToken cancellation)
    {
        if (plan.Consent == ConsentRule.None || plan.InputOf(ports.Self) is not { Subject: not null } input) return null;
        var register = ports.Consents ?? throw Failure(ConsentErrors.RegisterMissing, $"{ports.Self}'s node keeps no register of consents.", ports.Self);
        var version = await register.AnchorAsync(ports.Ledger, cancellation);
        return ConsentSelection.Of(register, version, plan, input, start, ports.Clock.GetUtcNow());
    }

    // A line that broke or fell silent, found here or by the peer, in a run that goes on after it. Whatever else a peer says is none.
    private bool IsInterruption(ProtocolException e) =>
        ProtocolPart.CanGoOn(plan) && _step != RunSteps.Connect && (e.Code.Name == ChannelException.Closed.Name || e.Code.Name == ChannelException.Silent.Name);

    // A node that was killed is started again by a person or a service: longer than a line is waited for.
    private async Task<Conversations> OpenAsync(CancellationToken cancellation)
    {
        var patience = ports.Clock.GetUtcNow() + ports.Limits.Return;
        while (true)
        {
            try
            {
                return await Conversations.OpenAsync(ports, plan, _run, cancellation);
            }
            catch (ChannelException) when (ProtocolPart.CanGoOn(plan) && archive.HasSetAside(_run) && ports.Clock.GetUtcNow() < patience)
            {
                // Whoever has committed needs no channel any more: this node died after the last message and before its receipt.
                var page = ports.Ledger.Page(_job);
                if (plan.Parties.Any(p => p != ports.Self && page.CommitOf(p, _run) is not null))
                    throw Failure(RunErrors.NodeRestarted, $"{ports.Self}'s node was started again between the protocol and its receipt.", ports.Self);
            }
        }
    }

    // The requester had seen every grant when it opened the run; on the way to this party a log may be behind the others. What is
    // missing is waited for; what is there and says no counts at once.
    private async Task AuthorizeAsync(CancellationToken cancellation)
    {
        RequireRunning();
        try
        {
            await AwaitAsync(plan.Requester, IsDecided, "be authorised", ports.Limits.Party, cancellation);
        }
        catch (CollabException e) when (e.Code == RunErrors.PartyMissing)
        {
            // The check says what is missing.
        }

        RequireAuthorized(ports.Ledger.PageOf(plan));

        bool IsDecided(JobPage page) => Authorization.Check(plan, page, ports.Clock.GetUtcNow(), _run) is not { } refusal
            || (refusal.Code != Authorization.NotProposed && refusal.Code != Authorization.AlgorithmUnknown && !Authorization.IsPending(refusal.Code));
    }

    private async Task SpendAsync(PlanInput input, CancellationToken cancellation)
    {
        if (ports.Ledger.PageWithPending(_job).SpendOf(ports.Self, _run) is { } spent)
        {
            await ports.Ledger.WaitForFinalityAsync(spent, cancellation); // of this run, before its node was started again
            return;
        }

        // Looked at while nobody else appends: of two runs that are opened at once for the last use, one finds it spent and spends nothing.
        var spend = await ports.Ledger.AppendAsync(
            s =>
            {
                var page = ports.Ledger.PageWithPendingOf(plan);
                RequireAuthorized(page);
                return new LedgerOperation.Spend(s.Author, s.Id, s.Time, s.Heads, _job, _run, input.DatasetId, page.UsesSpentBy(ports.Self) + 1);
            },
            cancellation);
        await ports.Ledger.WaitForFinalityAsync(spend, cancellation);

        // Until it was final, another owner may have spent its last use for another run, or have revoked.
        RequireAuthorized(ports.Ledger.PageOf(plan));
    }

    // Reported at the first step, whenever it is found: what is missing is an authorization, and parties find it at different steps.
    private void RequireAuthorized(JobPage page)
    {
        if (Authorization.Check(plan, page, ports.Clock.GetUtcNow(), _run) is { } refusal)
            throw refusal.ToException(RunSteps.Authorize);
    }

    private EnginePorts PortsOf(ReplayRecorder? recorder, ConsentSelection? consented) => recorder is null
        ? ports with { Consented = consented }
        : ports with { Consented = consented, Random = recorder.Random, Lasting = ports.Random, Datasets = recorder.Catalogue(ports.Datasets), Prepared = null };

    private ReplayBlock.Head HeadOf() => new(_job, _run, ports.Self, ports.Software, ports.Commitments, checked((uint)ports.BucketKeys));

    private Receipt Seal(SnapshotReference? snapshot, IReadOnlyList<Conversation> conversations, JobResult? result, ReplayRecorder? recorder)
    {
        RequireRunning();
        CommitmentReference? committed = null;
        if (result is not null)
        {
            var (commitment, opening) = Commitment.Commit(SealedResult.Domain, result.WriteTo, recorder?.Random.Branch(ReplayRecorder.ResultBranch) ?? ports.Random, ports.Commitments);
            archive.PutResult(_run, new SealedResult(opening, result));
            committed = new CommitmentReference((byte)commitment.Algorithm, commitment.Value);
        }

        var receipt = new Receipt(
            _job, _run, ports.Self, new Digest(ports.Random.Bytes(Digest.Size)), ports.Software, snapshot, conversations, committed,
            ports.Clock.GetUtcNow())
        {
            Replay = recorder is null ? null : ports.RequireReplays().Finish(_run, recorder, ports.Random, ports.Commitments),
        };
        archive.PutReceipt(receipt);
        return receipt;
    }

    private async Task CommitAsync(Receipt receipt, CancellationToken cancellation)
    {
        Enter(RunSteps.Commit);                                        // 8   from here on this party never aborts the run before its deadline
        if (ports.Ledger.PageWithPending(_job).CommitOf(ports.Self, _run) is not { } commit)
        {
            if (ports.Ledger.PageWithPending(_job).AbortOf(_run, plan) is not null) throw Ended();
            if (ports.Clock.GetUtcNow() >= _deadline) throw Failure(RunErrors.DeadlinePassed, "The run's deadline is over.", null);
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
                var bytes = await ports.Peers.GetReceiptAsync(party, _run, cancellation);
                return RequireCommitted(party, bytes);
            }
            catch (CollabException e) when (e.Code != RunErrors.ReceiptInvalid)
            {
                ports.Log.Report(_job, e); // the party committed; its receipt will come when it is back
                await Task.Delay(ports.Limits.Retry, ports.Clock, cancellation);
            }
        }
    }

    private Receipt RequireCommitted(PartyId party, ReadOnlySpan<byte> bytes)
    {
        try
        {
            var receipt = Receipt.Decode(bytes);
            if (receipt.Digest == ports.Ledger.Page(_job).CommitOf(party, _run)!.Receipt
                && receipt.Party == party && receipt.Run == _run && receipt.Job == _job)
                return receipt;
        }
        catch (MalformedException)
        {
            // Not a receipt, and so not the one that was committed to.
        }

        throw Failure(RunErrors.ReceiptInvalid, $"{party}'s receipt is not the one it committed to.", party);
    }

    /// <summary>Waits until the ledger says so, or the run is ended by another party, or the party's time is over.</summary>
    private async Task AwaitAsync(
        PartyId party, Func<JobPage, bool> holds, string what, TimeSpan patience, CancellationToken cancellation)
    {
        using var patient = new CancellationTokenSource(Clamp(patience), ports.Clock);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patient.Token);
        while (true)
        {
            var seen = ports.Ledger.Position;
            var page = ports.Ledger.PageOf(plan);
            if (page.AbortOf(_run, plan) is not null && !IsCommitted(page)) throw Ended();
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

    // The abort is on our disk when this returns; the ledger offers it to the witnesses until they have it. Each party writes its
    // own, also one that follows another's: so each knows when all have ended, and of all reasons every party tells the same one.
    private async Task EndAsync(Fault fault, CancellationToken cancellation)
    {
        var own = ports.Ledger.PageWithPending(_job);
        var mayEnd = own.CommitOf(ports.Self, _run) is null || _deadline <= ports.Clock.GetUtcNow();
        if (mayEnd && own.Of<LedgerOperation.Abort>().All(a => a.Run != _run || a.Author != ports.Self))
        {
            await ports.Ledger.AppendAsync(
                s => new LedgerOperation.Abort(s.Author, s.Id, s.Time, s.Heads, _job, _run, fault.Code, fault.Party, fault.Step), cancellation);
        }

        if (mayEnd) fault = await AgreeAsync(fault, cancellation);
        archive.MarkSettled(_run, fault);
        ports.Observer.Observe(new JobEvent(
            ports.Clock.GetUtcNow(), _job, _run, JobEventKind.Aborted, fault.Step, Party: fault.Party, Fault: fault));
    }

    // Two parties may have found two faults at once, even each the other's. The ledger orders them the same way for everybody who
    // sees all of them.
    private async Task<Fault> AgreeAsync(Fault fault, CancellationToken cancellation)
    {
        using var patient = new CancellationTokenSource(ports.Limits.Agreement, ports.Clock);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patient.Token);
        while (!limited.IsCancellationRequested)
        {
            var seen = ports.Ledger.Position;
            var page = ports.Ledger.PageWithPending(_job);
            if (plan.Parties.All(p => HasEnded(page, p))) break;
            await ports.Ledger.WaitForChangeAsync(seen, limited.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        cancellation.ThrowIfCancellationRequested();
        var first = ports.Ledger.PageWithPending(_job).AbortOf(_run, plan)!;
        return (first.Code, first.AtFault, first.Step) == (fault.Code, fault.Party, fault.Step) ? fault : new EndedByPartyException(first).ToFault();
    }

    private bool HasEnded(JobPage page, PartyId party) =>
        page.Of<LedgerOperation.Abort>().Any(a => a.Run == _run && a.Author == party) || page.CommitOf(party, _run) is not null;

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
            var left = _deadline - ports.Clock.GetUtcNow();
            return left > TimeSpan.Zero ? left + ports.Limits.Party : ports.Limits.Party;
        }
    }

    private Fault Classify(Exception e) => e switch
    {
        AbortedByPeerException aborted when !IsPlain(aborted.Reported) =>
            new PeerFaultException(aborted.Peer, RunSteps.Protocol, "a fault with a code and a step of the catalogue").ToFault(),
        ProtocolException failure => Conversations.FaultOf(failure, _step == RunSteps.Connect ? RunSteps.Connect : RunSteps.Protocol),
        CollabException failure => Placed(failure.ToFault()),
        OperationCanceledException => Failure(RunErrors.DeadlinePassed, "The run was not done by its deadline.", null).ToFault(),
        _ => Failure(RunErrors.Unexpected, $"{e.GetType().Name} at {ports.Self}.", ports.Self).ToFault(),
    };

    // What is wrong with the data that are read here is this party's matter, whoever reads the message.
    private Fault Placed(Fault fault) => fault with
    {
        Step = fault.Step ?? _step,
        Party = fault.Party ?? (fault.Kind == ErrorKind.InvalidInput ? ports.Self : null),
    };

    // A peer's words go into our own log; what cannot stand there would leave the run without an end.
    private static bool IsPlain(Fault fault) =>
        LedgerOperation.IsCode(fault.Code) && (fault.Step is null || LedgerOperation.IsCode(fault.Step.Name));

    private CollabException Ended() => new EndedByPartyException(ports.Ledger.PageWithPending(_job).AbortOf(_run, plan)!);

    // Once all have committed, a late abort changes nothing: a result may have been released already (as in JobState).
    private bool IsCommitted(JobPage page) => plan.Parties.All(p => page.CommitOf(p, _run) is not null);

    private CollabException? ReasonToStop()
    {
        var page = ports.Ledger.Page(_job);
        if (page.AbortOf(_run, plan) is not null) return Ended();
        if (Authorization.CheckWithdrawal(plan, page) is { } withdrawn) return withdrawn.ToException(RunSteps.Authorize);
        return plan.Owners.FirstOrDefault(o => page.By<LedgerOperation.Revoke>(o) is not null) is { } revoked
            ? new CollabException(Authorization.GrantRevoked, $"{revoked} revoked its grant.", revoked, RunSteps.Authorize)
            : null;
    }

    private void RequireRunning()
    {
        if (ReasonToStop() is { } reason) throw reason;
        if (ports.Clock.GetUtcNow() >= _deadline) throw Failure(RunErrors.DeadlinePassed, "The run's deadline is over.", null);
    }

    private TimeSpan Clamp(TimeSpan wait) =>
        wait <= TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : wait < plan.RunLimit + ports.Limits.Party ? wait : plan.RunLimit + ports.Limits.Party;

    private CollabException Failure(ErrorCode code, string message, PartyId? party) => new(code, message, party, _step);

    private void Enter(StepId step)
    {
        _traffic.Enter(step);
        _step = step;
        ports.Observer.Observe(new JobEvent(ports.Clock.GetUtcNow(), _job, _run, JobEventKind.Step, step));
    }

    private void Observe(JobEventKind kind) =>
        ports.Observer.Observe(new JobEvent(ports.Clock.GetUtcNow(), _job, _run, kind, _step));

    private void Observe(StepId step, long done, long total, double? loss)
    {
        _traffic.Enter(step);
        _step = step;
        ports.Observer.Observe(new JobEvent(ports.Clock.GetUtcNow(), _job, _run, JobEventKind.Progress, step, done, total, Loss: loss));
    }
}
