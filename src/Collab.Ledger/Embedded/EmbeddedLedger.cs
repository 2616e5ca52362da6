using System.Collections.Concurrent;
using Collab.Cryptography.Signatures;
using Collab.Jobs;
using Collab.Jobs.Governance;
using Collab.Ledger.Notes;
using Collab.Ledger.Witness;
using Collab.Primitives;

namespace Collab.Ledger.Embedded;

/// <summary>
/// The default ledger: this party's own log, witnessed by the other parties, and copies of theirs (protocols/specs/ledger-embedded.md).
/// </summary>
/// <remarks>
/// One loop per witness offers it what it lacks until it has it; so a party that was away catches up by itself. Safe to use from
/// many threads.
/// </remarks>
public sealed partial class EmbeddedLedger : ILedger, IDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    private readonly LedgerOptions _options;
    private readonly LedgerParty _own;
    private readonly PartyLog _log;
    private readonly LogWitness _witness;
    private readonly LedgerFold _fold;
    private readonly Pulse _final = new();   // beats when a final operation came in
    private readonly Pulse _changed = new(); // beats when a witness may have something to be told
    private readonly ConcurrentDictionary<Digest, long> _indices = new();         // of own operations, by id
    private readonly ConcurrentDictionary<PartyId, WitnessView> _witnesses = new();
    private readonly ConcurrentDictionary<PartyId, bool> _compared = new(); // whose state of all logs was compared with ours since opening
    private readonly SemaphoreSlim _appending = new(1);

    private EmbeddedLedger(LedgerOptions options, PartyLog log, LogWitness witness)
    {
        (_options, _log, _witness) = (options, log, witness);
        _own = options.Policy.Parties.Single(p => p.Party == options.Self);
        _fold = new LedgerFold(options.Founding ?? Standing.Everybody(options.Policy.Parties.Select(p => p.Party)));
        var own = _log.ReadEntries(0, _log.Size);
        for (var i = 0; i < own.Count; i++)
        {
            if (SignedOperation.TryDecode(_own, own[i].Span) is { } operation) _indices[operation.Id] = i;
        }

        ReadFinal();
    }

    /// <inheritdoc/>
    public PartyId Self => _options.Self;

    /// <inheritdoc/>
    public long Position => _final.Value;

    /// <inheritdoc/>
    public IReadOnlyList<Digest> Jobs => _fold.Jobs;

    /// <inheritdoc/>
    public Standing Standing => _fold.Standing;

    /// <summary>All motions that were opened and count, in that order.</summary>
    public IReadOnlyList<Motion> Motions => _fold.Motions;

    /// <summary>Entries of the own log, and how many of them are final.</summary>
    public (long Size, long Final) Size => (_log.Size, _log.FinalSize);

    /// <summary>The newest final checkpoint of the own log, or null before the first.</summary>
    public LedgerHead? OwnHead => _log.NewestFinal is { } final ? new LedgerHead(Self, (ulong)final.Size, final.Root) : null;

    /// <summary>Why this party cannot witness the others, as of the last that asked; null while it can.</summary>
    public Fault? Trouble { get; private set; }

    /// <summary>How each witness was last seen.</summary>
    public IReadOnlyDictionary<PartyId, WitnessView> Witnesses => _witnesses;

    /// <summary>Founds the ledger of a party when its consortium begins: an own log without entries, copies without entries.</summary>
    /// <param name="options">The party, its keys and its folder, which must hold no ledger yet.</param>
    public static void Found(LedgerOptions options)
    {
        LogWitness.Found(options.WitnessFolder, options.Self, options.WitnessSigner, options.Policy).Dispose();
        PartyLog.Open(options.LogFolder, options.LogKey, options.Origin, options.Policy).Dispose();
    }

    /// <summary>Opens the ledger of a party.</summary>
    /// <exception cref="CollabException">In use, damaged, or the disk failed.</exception>
    public static EmbeddedLedger Open(LedgerOptions options)
    {
        var log = PartyLog.Open(options.LogFolder, options.LogKey, options.Origin, options.Policy);
        try
        {
            return new EmbeddedLedger(options, log, LogWitness.Open(options.WitnessFolder, options.Self, options.WitnessSigner, options.Policy));
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Asks every witness once for what it holds, so that an old copy of this party's log is found before anything is written
    /// (ledger-embedded.md, step 5), and a witness that lost its record may cosign again. Who is away is asked by <see cref="RunAsync"/> when it is back.
    /// </summary>
    public async Task CatchUpAsync(IReadOnlyList<IWitnessClient> witnesses, CancellationToken cancellation)
    {
        await Task.WhenAll(witnesses.Select(async witness =>
        {
            try
            {
                await CompareAsync(witness, cancellation);
            }
            catch (CollabException e) when (e.Code != LedgerErrors.Forked)
            {
                Seen(witness.Party, e.ToFault());
            }
        }));
        ReadFinal();
    }

    /// <summary>Offers each witness what it lacks, until cancelled.</summary>
    public Task RunAsync(IReadOnlyList<IWitnessClient> witnesses, CancellationToken cancellation) =>
        Task.WhenAll(witnesses.Select(w => OfferAsync(w, cancellation)));

    /// <inheritdoc/>
    public JobPage Page(Digest job) => _fold.Page(job, []);

    /// <inheritdoc/>
    public JobPage PageWithPending(Digest job)
    {
        List<LedgerOperation> pending = [.. _log.ReadEntries(_log.FinalSize, _log.Size).Select(e => SignedOperation.TryDecode(_own, e.Span)!).Where(o => o?.Job == job)];
        ReadFinal(); // after that: an entry that has just become final would otherwise be neither among the pending nor on the page
        return _fold.Page(job, pending);
    }

    /// <inheritdoc/>
    public Task WaitForChangeAsync(long seen, CancellationToken cancellation) => _final.AboveAsync(seen, cancellation);

    /// <inheritdoc/>
    public async Task<T> AppendAsync<T>(Func<OperationStamp, T> make, CancellationToken cancellation)
        where T : LedgerOperation
    {
        DemandRecovered();
        await _appending.WaitAsync(cancellation); // one at a time, so that an author's operations stand in the order of their heads
        try
        {
            var operation = make(new OperationStamp(Self, new Digest(_options.Random.Bytes(Digest.Size)), _options.Clock.GetUtcNow(), Heads()));
            if (_fold.Check(operation) is { } refusal) throw refusal.ToException(); // before it is signed
            var appended = await _log.AppendAsync([SignedOperation.Sign(operation, _options.LogKey).Encode()]);
            _indices[operation.Id] = appended.FirstIndex;
            _changed.Beat();
            return operation;
        }
        finally
        {
            _appending.Release();
        }
    }

    /// <inheritdoc/>
    public async Task WaitForFinalityAsync(LedgerOperation operation, CancellationToken cancellation)
    {
        var index = _indices[operation.Id];
        using var limit = new CancellationTokenSource(_options.FinalityLimit, _options.Clock);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        while (true)
        {
            var seen = _final.Value;
            if (_log.FinalSize > index)
            {
                ReadFinal(); // the pages must say so too when this returns; the loop that saw the cosignature may not have read it yet
                return;
            }

            try
            {
                await _final.AboveAsync(seen, limited.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                var silent = _witnesses.Where(w => w.Value.Fault is not null).Select(w => w.Key).Order().FirstOrDefault();
                throw new CollabException(
                    OperationErrors.NotFinal,
                    $"Fewer than {_options.Policy.CosignaturesRequired} other parties have witnessed {Self}'s log.", silent);
            }
        }
    }

    /// <summary>Witnesses another party's new entries and learns what of its log is final.</summary>
    /// <param name="caller">The party that offers, as its certificate says.</param>
    /// <param name="origin">The log it offers.</param>
    /// <param name="request">The offer.</param>
    /// <param name="newestFinal">The checkpoint it says is final; its cosignatures are verified.</param>
    public AddCheckpointReply Witness(PartyId caller, string origin, AddCheckpointRequest request, SignedCheckpoint? newestFinal)
    {
        if (_options.Policy.AuthorOf(origin)?.Party != caller)
            return new AddCheckpointReply(WitnessStatus.Forbidden, null, null, "only its author offers a log");
        if (AwaitedForRecovery.Count > 0) return new AddCheckpointReply(WitnessStatus.Unavailable, null, null, "this witness was restored and recovers", LedgerErrors.Recovering);
        try
        {
            var reply = _witness.AddCheckpoint(request);
            if (newestFinal is not null) _witness.Observe(newestFinal);
            ReadFinal();
            if (reply.Status == WitnessStatus.Unavailable) Trouble = TroubleWith(caller, reply.Code ?? LedgerErrors.StorageFailed);
            else if (reply.Status == WitnessStatus.Cosigned) Trouble = null;
            return reply;
        }
        catch (Exception e) when (e is IOException || (e is CollabException { Code: var code } && (code == LedgerErrors.StorageFailed || code == LedgerErrors.StorageClosed)))
        {
            Trouble = TroubleWith(caller, LedgerErrors.StorageFailed);
            return new AddCheckpointReply(WitnessStatus.Unavailable, null, null, "this witness cannot store", LedgerErrors.StorageFailed);
        }
    }

    private Fault TroubleWith(PartyId author, ErrorCode code) => new CollabException(code, $"{Self} cannot witness {author}'s log.", Self).ToFault();

    /// <summary>The newest checkpoint held of a log, or null.</summary>
    public SignedCheckpoint? NewestOf(string origin) => origin == _own.Origin
        ? _log.Latest
        : _witness.Replicas.FirstOrDefault(r => r.Author.Origin == origin)?.Latest;

    /// <summary>One party's log as this party holds it, for proofs.</summary>
    public ILogView LogOf(PartyId party) => party == Self
        ? new OwnLogView(_log)
        : new ReplicaLogView(_witness.ReplicaOf(party) ?? throw new ArgumentException("The party is not of this consortium.", nameof(party)));

    /// <summary>Closes the logs.</summary>
    public void Dispose()
    {
        _log.Dispose();
        _witness.Dispose();
    }

    /// <summary>Compares what a party holds of all logs with what is held here.</summary>
    /// <remarks>
    /// A log whose copy was lost is cosigned again once <em>every</em> other party has answered here and was compared: each of them may be
    /// the one that remembers what this witness cosigned. Fewer would do only if some were known to be honest. Its author is asked too, for
    /// the size it says it has; it cannot lower what the others show.
    /// </remarks>
    private async Task CompareAsync(IWitnessClient witness, CancellationToken cancellation)
    {
        foreach (var party in _options.Policy.Parties)
        {
            if (party.Party == witness.Party && _witness.ReplicaOf(party.Party)?.State != ReplicaState.Recovering) continue;
            if (await witness.GetCheckpointAsync(party.Origin, cancellation) is not { } newest) continue;
            if (party == _own) _log.RequireAtLeast(newest);
            else _witness.Observe(newest);
        }

        _compared[witness.Party] = true;
        if (_options.Policy.Parties.Any(p => p != _own && !_compared.ContainsKey(p.Party))) return;
        foreach (var replica in _witness.Replicas.Where(r => r.State == ReplicaState.Recovering)) _witness.CompleteRecovery(replica.Author.Party);
    }

    private async Task OfferAsync(IWitnessClient witness, CancellationToken cancellation)
    {
        // What the witness holds and what it has cosigned are two things: it may have stored our entries and died before it answered.
        var (held, cosigned, toldFinal, retry) = (0L, 0L, 0L, FirstRetry);
        var keyOfWitness = _options.Policy.Parties.Single(p => p.Party == witness.Party).Witness;
        while (!cancellation.IsCancellationRequested)
        {
            var seen = _changed.Value;
            var (latest, newestFinal) = (_log.Latest, _log.NewestFinal);
            var compared = _compared.ContainsKey(witness.Party);
            var isIdle = compared && (latest is null || (latest.Size == cosigned && (newestFinal?.Size ?? 0) == toldFinal));
            if (isIdle && await ChangesWithinAsync(seen, IsSilent(witness.Party) ? LastRetry : Heartbeat, cancellation)) continue;
            try
            {
                if (isIdle) // nothing to offer; asked all the same, so that a party that went away is known before somebody needs it
                {
                    if (await witness.GetCheckpointAsync(_own.Origin, cancellation) is { } own) _log.RequireAtLeast(own);
                    Seen(witness.Party, null);
                    continue;
                }

                if (!compared) // it was away when this ledger caught up
                {
                    await CompareAsync(witness, cancellation);
                    ReadFinal();
                    continue;
                }

                var reply = await witness.AddCheckpointAsync(_own.Origin, OfferFrom(held, latest!), newestFinal, cancellation);
                Seen(witness.Party, null);
                switch (reply)
                {
                    case { Status: WitnessStatus.Cosigned, Cosignature: { } cosignature }:
                        if (!keyOfWitness.Verify(latest!.Note.TextBytes, cosignature))
                            throw new CollabException(LedgerErrors.Mismatch, $"{witness.Party}'s cosignature is not its own.", witness.Party);
                        _log.AddCosignature(latest, cosignature);
                        (held, cosigned, toldFinal, retry) = (latest.Size, latest.Size, newestFinal?.Size ?? 0, FirstRetry);
                        ReadFinal();

                        // Not only when ReadFinal found something: another thread may have read it first, and the loops of the
                        // other witnesses must be woken to tell them all the same.
                        if (_log.NewestFinal?.Size != newestFinal?.Size) _changed.Beat();
                        continue;
                    case { Status: WitnessStatus.Conflict, Size: { } size } when size != held && size <= latest!.Size:
                        held = size;
                        continue;
                    case { Status: WitnessStatus.Conflict, Size: { } size } when size > latest!.Size:
                        if (await witness.GetCheckpointAsync(_own.Origin, cancellation) is { } newer) _log.RequireAtLeast(newer);
                        throw new CollabException(LedgerErrors.RolledBack, $"{witness.Party} holds a newer state of this log than the log itself.", Self);
                    default:
                        throw new CollabException(LedgerErrors.Mismatch, $"{witness.Party} does not cosign: {(int)reply.Status}.", witness.Party);
                }
            }
            catch (CollabException e)
            {
                Seen(witness.Party, e.ToFault());
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(retry, _options.Clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            retry = retry * 2 < LastRetry ? retry * 2 : LastRetry;
        }
    }

    // False after the time, or when all is to end.
    private async Task<bool> ChangesWithinAsync(long seen, TimeSpan time, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(time, _options.Clock);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        await _changed.AboveAsync(seen, limited.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _changed.Value != seen;
    }

    private bool IsSilent(PartyId witness) => _witnesses.GetValueOrDefault(witness)?.Fault is not null;

    private AddCheckpointRequest OfferFrom(long held, SignedCheckpoint latest) => new(
        held,
        held == 0 || held == latest.Size ? [] : _log.ConsistencyProof(held, latest.Size).Path,
        latest.ToBytes(),
        held == latest.Size ? [] : _log.ReadEntries(held, latest.Size));

    private List<LedgerHead> Heads() => [.. _witness.Replicas
        .Select(r => (r.Author.Party, r.NewestFinal))
        .Where(r => r.NewestFinal is not null)
        .OrderBy(r => r.Party)
        .Select(r => new LedgerHead(r.Party, (ulong)r.NewestFinal!.Size, r.NewestFinal.Root))];

    private bool ReadFinal()
    {
        var grew = _fold.Read(_own, _log.FinalSize, _log.ReadEntries);
        foreach (var replica in _witness.Replicas) grew |= _fold.Read(replica.Author, replica.FinalSize, replica.ReadEntries);
        if (grew) _final.Beat();
        return grew;
    }

    private void Seen(PartyId witness, Fault? fault) =>
        _witnesses[witness] = new WitnessView(fault is null ? _options.Clock.GetUtcNow() : _witnesses.GetValueOrDefault(witness)?.LastAnswer, fault);
}

/// <summary>How a witness was last seen.</summary>
/// <param name="LastAnswer">When it last answered, or null.</param>
/// <param name="Fault">Why it did not answer the last time, or null when it did.</param>
public sealed record WitnessView(DateTimeOffset? LastAnswer, Fault? Fault);

/// <summary>What an embedded ledger is opened with.</summary>
/// <param name="Self">The party.</param>
/// <param name="Folder">The folder of the ledger.</param>
/// <param name="LogKey">Signs operations and checkpoints; borrowed.</param>
/// <param name="WitnessSigner">Cosigns the others' checkpoints.</param>
/// <param name="Policy">The parties and the finality rule.</param>
/// <param name="Clock">The clock.</param>
/// <param name="Random">For the ids of operations.</param>
/// <param name="FinalityLimit">How long an operation may wait for its witnesses before that is said.</param>
public sealed record LedgerOptions(
    PartyId Self,
    string Folder,
    SigningKey LogKey,
    NoteSigner WitnessSigner,
    FinalityPolicy Policy,
    TimeProvider Clock,
    RandomSource Random,
    TimeSpan FinalityLimit)
{
    /// <summary>The roles that the consortium file gives; every party all of them when null.</summary>
    public Standing? Founding { get; init; }

    /// <summary>Whether the folder was put back from a backup and has not caught up since.</summary>
    public bool Restored { get; init; }

    internal string LogFolder => Path.Combine(Folder, "log");

    internal string WitnessFolder => Path.Combine(Folder, "witness");

    internal string Origin => Policy.Parties.Single(p => p.Party == Self).Origin;
}
