using Collab.Evm.Following;
using Collab.Evm.Sending;
using Collab.Jobs;
using Collab.Jobs.Governance;
using Collab.Ledger;
using Collab.Primitives;

namespace Collab.Evm.Contract;

/// <summary>
/// A ledger whose operations count only when they are final twice: signed in the witnessed logs of the parties, and done on the contract of the
/// consortium, which decides by itself whether a grant holds and a run may start.
/// </summary>
/// <remarks>
/// The signed operations stay in the logs, so evidence is what it is without a chain. The contract holds digests alone. An operation that
/// only withdraws (refuse, revoke, abort) counts as soon as either says so. Table of calls: protocols/specs/ledger-evm.md, section Operations.
/// Safe to use from many threads.
/// </remarks>
public sealed class EvmLedger : ILedger
{
    private readonly ILedger _logs;
    private readonly EvmLedgerOptions _options;
    private readonly ContractCalls _calls;
    private readonly ContractBook _book = new();
    private readonly Lock _gate = new();
    private readonly Pulse _changed = new();
    private readonly SemaphoreSlim _looking = new(1);

    /// <summary>Puts a contract before the parties' logs; nothing is asked yet.</summary>
    public EvmLedger(ILedger logs, EvmLedgerOptions options)
    {
        (_logs, _options) = (logs, options);
        _calls = new ContractCalls(logs.Self, options, _book);
    }

    /// <inheritdoc/>
    public PartyId Self => _logs.Self;

    /// <inheritdoc/>
    public long Position => _logs.Position + _changed.Value;

    /// <inheritdoc/>
    public IReadOnlyList<Digest> Jobs => _logs.Jobs;

    /// <summary>What both the motions in the logs and those on the contract allow.</summary>
    public Standing Standing
    {
        get { lock (_gate) return _book.Standing.Narrow(_logs.Standing, _options.Organisations); }
    }

    /// <summary>Why the chain was not reached at the last look; null when it was.</summary>
    public Fault? Trouble { get; private set; }

    /// <inheritdoc/>
    public JobPage Page(Digest job)
    {
        var said = _logs.Page(job).Operations;
        return JobPage.Of(job, said.Where(o => Counts(o, said)), standing: Standing);
    }

    /// <inheritdoc/>
    public JobPage PageWithPending(Digest job)
    {
        var said = _logs.PageWithPending(job).Operations;
        return JobPage.Of(job, said.Where(o => o.Author == Self || Counts(o, said)), standing: Standing);
    }

    /// <inheritdoc/>
    public async Task WaitForChangeAsync(long seen, CancellationToken cancellation)
    {
        while (Position <= seen)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var (logs, chain) = (_logs.Position, _changed.Value);
            if (logs + chain > seen) return;
            await Task.WhenAny(_logs.WaitForChangeAsync(logs, either.Token), _changed.AboveAsync(chain, either.Token));
            await either.CancelAsync();
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Whether the contract knows a dataset of a party in this version, finally.</summary>
    public bool IsRegistered(PartyId owner, Digest dataset, Digest version)
    {
        lock (_gate) return _calls.DatasetOf(owner, dataset) is { } id && _book.DigestOf(id, _book.NewestVersionOf(id)) == ContractCalls.VersionDigest(dataset, version);
    }

    /// <summary>The contract's own id of a dataset of a party, once that is final; null before.</summary>
    public Digest? IdOnContract(PartyId owner, Digest dataset)
    {
        lock (_gate) return _calls.DatasetOf(owner, dataset);
    }

    /// <summary>The contract's own id of a run, once that is final; null before.</summary>
    public Digest? RunOnContract(Digest job, Digest run)
    {
        lock (_gate) return _book.RunsOf(job, run).FirstOrDefault()?.Id;
    }

    /// <inheritdoc/>
    /// <exception cref="CollabException">Also <see cref="EvmErrors.ViewStale"/>: no run is started or paid for while the chain is not seen.</exception>
    public async Task<T> AppendAsync<T>(Func<OperationStamp, T> make, CancellationToken cancellation)
        where T : LedgerOperation
    {
        if (typeof(T) == typeof(LedgerOperation.Propose)) await KnowDatasetsAsync(make, cancellation);
        if (typeof(T) == typeof(LedgerOperation.StartRun) || typeof(T) == typeof(LedgerOperation.Spend)) _options.Follower.DemandFresh();
        var operation = await _logs.AppendAsync(
            stamp =>
            {
                var made = make(stamp);
                if (OperationRights.Check(made, Standing) is { } refusal) throw refusal.ToException();
                lock (_gate) _calls.DemandPossible(made);                               // before it is signed: what the contract cannot take is not said
                return made;
            },
            cancellation);
        lock (_gate) _calls.Queue(operation);
        return operation;
    }

    /// <inheritdoc/>
    public async Task WaitForFinalityAsync(LedgerOperation operation, CancellationToken cancellation)
    {
        await _logs.WaitForFinalityAsync(operation, cancellation);
        using var limit = new CancellationTokenSource(_options.FinalityLimit, _options.Clock);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        while (true)
        {
            var seen = _changed.Value;
            if (IsDone(operation)) return;
            try
            {
                await _changed.AboveAsync(seen, limited.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new CollabException(OperationErrors.NotFinal, "The chain did not make the operation final within the limit.", Self);
            }
        }
    }

    /// <summary>Looks at the chain until cancelled: reads on, sends what is queued, opens what was committed.</summary>
    public Task RunAsync(CancellationToken cancellation) => Looking.RunAsync(LookAsync, fault => Trouble = fault, _options.Interval, _options.Clock, cancellation);

    /// <summary>One look at the chain.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        await _looking.WaitAsync(cancellation);
        var changed = false;
        try
        {
            changed = Apply(await _options.Follower.AdvanceAsync(cancellation));
            QueueWhatIsMissing();
            lock (_gate)
            {
                foreach (var (dataset, version) in _options.Datasets()) _calls.Register(dataset, version);
            }

            foreach (var box in _calls.Boxes)
            {
                changed |= box.Open.Count > 0;                                           // also when the pass fails after it settled something
                await box.PumpAsync(_options.Follower, cancellation);
            }
        }
        finally
        {
            if (changed) _changed.Beat();
            _looking.Release();
        }
    }

    // A dataset that was registered a moment ago is on its way to the contract.
    private async Task KnowDatasetsAsync<T>(Func<OperationStamp, T> make, CancellationToken cancellation)
        where T : LedgerOperation
    {
        var draft = make(new OperationStamp(Self, default, _options.Clock.GetUtcNow(), []));
        using var limit = new CancellationTokenSource(_options.FinalityLimit, _options.Clock);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        while (true)
        {
            var seen = _changed.Value;
            try
            {
                lock (_gate) _calls.DemandPossible(draft);
                return;
            }
            catch (CollabException fault) when (fault.Code == EvmErrors.NotOnContract && !limited.IsCancellationRequested)
            {
                await _changed.AboveAsync(seen, limited.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    private bool Apply(IReadOnlyList<ChainEvent> events)
    {
        var final = events.Where(e => e.Change == ChainChange.Final).ToList();
        lock (_gate)
        {
            foreach (var e in final) _book.Apply(e.Log);
        }

        return final.Count > 0;
    }

    // What stands in the own log and was not queued because the process ended in between; and the openings of runs that all have committed to.
    private void QueueWhatIsMissing()
    {
        foreach (var job in _logs.Jobs)
        {
            var page = _logs.PageWithPending(job);
            lock (_gate)
            {
                foreach (var own in page.Operations.Where(o => o.Author == Self)) _calls.Queue(own);
                foreach (var run in _book.Runs.Where(run => run.Job.Plan == job)) _calls.QueueOpening(run);
            }
        }
    }

    private bool Counts(LedgerOperation operation, IReadOnlyList<LedgerOperation> said)
    {
        lock (_gate) return _calls.IsOnChain(operation, said);
    }

    private bool IsDone(LedgerOperation operation)
    {
        var said = _logs.PageWithPending(operation.Job).Operations;
        lock (_gate)
        {
            if (_calls.IsOnChain(operation, said) && _calls.CallsOf(operation).All(call => call.Outcome is not null)) return true;
            if (_calls.CallsOf(operation).FirstOrDefault(call => call.Outcome is OutboxOutcome.Refused or OutboxOutcome.Reverted) is not { } refused) return false;
            var why = ConsortiumContract.RefusalOf(refused.Returned.Span);
            throw new CollabException(EvmErrors.Reverted, why is null ? "The contract refused the operation." : $"The contract refused the operation: {why}.", Self);
        }
    }
}
