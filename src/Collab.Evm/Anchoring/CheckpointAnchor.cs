using System.Numerics;
using Collab.Evm.Contract;
using Collab.Evm.Following;
using Collab.Evm.Rpc;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Evm.Anchoring;

/// <summary>
/// Puts the final checkpoints of the own log on the contract, and holds what stands there of every log against the copies of this party. The embedded
/// ledger decides as ever; the chain only fixes what had been signed by when.
/// </summary>
/// <remarks>Rules: protocols/specs/ledger-evm.md, section Anchoring. Safe to use from many threads.</remarks>
public sealed class CheckpointAnchor(AnchorOptions options)
{
    private const string CallDomain = "collab.chain.anchor.v1";

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _looking = new(1);
    private readonly Dictionary<PartyId, AnchoredHead> _heads = [];
    private readonly HashSet<AnchoredHead> _unchecked = [];
    private readonly List<Fault> _alarms = [];
    private DateTimeOffset? _queued;

    /// <summary>Why the chain was not reached at the last look; null when it was.</summary>
    public Fault? Trouble { get; private set; }

    /// <summary>What the chain shows against a log, oldest first: it never goes away by itself.</summary>
    public IReadOnlyList<Fault> Alarms
    {
        get { lock (_gate) return [.. _alarms]; }
    }

    /// <summary>The newest head of each log that stands on the contract.</summary>
    public IReadOnlyList<AnchoredHead> Heads
    {
        get { lock (_gate) return [.. _heads.Values.OrderBy(head => head.Party)]; }
    }

    /// <summary>Looks and anchors until told to stop.</summary>
    public Task RunAsync(CancellationToken cancellation) => Looking.RunAsync(LookAsync, fault => Trouble = fault, options.LookEvery, options.Clock, cancellation);

    /// <summary>One look at the chain.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        await _looking.WaitAsync(cancellation);
        try
        {
            var events = await options.Follower.AdvanceAsync(cancellation);              // 1
            lock (_gate)
            {
                foreach (var e in events.Where(e => e.Change == ChainChange.Final)) Apply(e.Log);
                Compare();                                                               // 2
                QueueOwn();                                                              // 3
            }

            await options.Box.PumpAsync(options.Follower, cancellation);
        }
        finally
        {
            _looking.Release();
        }
    }

    private void Apply(EvmLog log)
    {
        var topic = log.Topics.Count > 0 ? log.Topics[0] : default;
        if (topic == ConsortiumContract.CheckpointMade.Topic)
        {
            var v = ConsortiumContract.CheckpointMade.Decode(log.Topics, log.Data.Span);
            if (PartyOf(v[0]) is not { } party) return;
            var head = new AnchoredHead(party, (ulong)(BigInteger)v[1], Word(v[2]), log.Block, log.BlockNumber, log.Transaction);
            _heads[party] = head;
            _unchecked.Add(head);
        }
        else if (topic == ConsortiumContract.CheckpointConflict.Topic)
        {
            var v = ConsortiumContract.CheckpointConflict.Decode(log.Topics, log.Data.Span);
            if (PartyOf(v[0]) is not { } party) return;
            var what = (BigInteger)v[1] < (BigInteger)v[3] ? "a shorter log than it had there already" : "a second log of the same length";
            Alarm(party, $"{party} anchored {what} ({v[1]} entries; {v[3]} stand on the contract), in transaction {log.Transaction}.");
        }
    }

    // A head of a log that this party's copy is not long enough for is looked at again when it is.
    private void Compare()
    {
        foreach (var head in _unchecked.ToList())
        {
            if (options.Continues(new LedgerHead(head.Party, head.Size, head.Root)) is not { } continues) continue;
            _unchecked.Remove(head);
            if (!continues) Alarm(head.Party, $"The log of {head.Party} that is here is not the one that was anchored at {head.Size} entries in block {head.BlockNumber}.");
        }

        if (_heads.TryGetValue(options.Self, out var own) && options.OwnHead() is var held && (held?.Size ?? 0) < own.Size)
            Alarm(options.Self, $"The own log ends at {held?.Size ?? 0} entries, and {own.Size} had been anchored: it is an old copy.");
    }

    // One at a time, the newest: what is anchored at a size covers all before it. A log that is shorter than what stands there is never sent.
    private void QueueOwn()
    {
        if (options.OwnHead() is not { Size: > 0 } head || options.Follower.Final is null || options.Box.Open.Count > 0) return;
        if (_heads.TryGetValue(options.Self, out var anchored) && anchored.Size >= head.Size) return;
        if (_queued is { } before && options.Clock.GetUtcNow() - before < options.AnchorEvery) return;
        var name = Digest.Of(CallDomain, new CanonicalWriter().Digest(options.Organisations[options.Self]).UInt64(head.Size).Digest(head.Root).ToArray());
        options.Box.Queue(name, options.Follower.Contract, ConsortiumContract.Checkpoint.EncodeCall(head.Size, head.Root));
        _queued = options.Clock.GetUtcNow();
    }

    private void Alarm(PartyId party, string message)
    {
        if (_alarms.Exists(known => known.Message == message)) return;
        _alarms.Add(new CollabException(EvmErrors.AnchorConflict, message, party).ToFault());
    }

    private PartyId? PartyOf(object organisation)
    {
        var id = Word(organisation);
        foreach (var (party, known) in options.Organisations)
            if (known == id) return party;
        return null;
    }

    private static Digest Word(object value) => new((byte[])value);
}
