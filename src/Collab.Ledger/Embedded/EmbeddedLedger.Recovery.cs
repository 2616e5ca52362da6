using System.Collections.Concurrent;
using Collab.Ledger.Witness;
using Collab.Primitives;

namespace Collab.Ledger.Embedded;

/// <summary>A ledger that was put back from a backup: it takes from every other party what it lacks, and writes nothing before.</summary>
public sealed partial class EmbeddedLedger
{
    private const long LargestTail = 48L << 20; // with room for the rest of the message

    private readonly ConcurrentDictionary<PartyId, bool> _recovered = new();

    /// <summary>The other parties that a restored ledger has not heard yet; none of one that was not restored. Until then it appends and cosigns nothing.</summary>
    public IReadOnlyList<PartyId> AwaitedForRecovery => _options.Restored
        ? [.. _options.Policy.Parties.Select(p => p.Party).Where(p => p != Self && !_recovered.ContainsKey(p)).Order()]
        : [];

    /// <summary>Whether enough others have shown since the opening what they hold, for an old copy to have been found, and nothing keeps this party from witnessing.</summary>
    public bool HasCaughtUp => AwaitedForRecovery.Count == 0 && _compared.Count >= _options.Policy.CosignaturesRequired && _log.IsCurrent && Trouble is null;

    /// <summary>Takes from one other party what it holds of all logs and this one lacks, the own log included (ledger-embedded.md, "Restored").</summary>
    /// <exception cref="CollabException">It cannot be reached, or what it shows contradicts what is held here.</exception>
    public async Task RecoverAsync(ILogHolder holder, CancellationToken cancellation)
    {
        foreach (var party in _options.Policy.Parties)
        {
            var held = NewestOf(party.Origin)?.Size ?? 0;
            if (await holder.GetLogAsync(party.Origin, held, cancellation) is not { } tail) continue;
            if (party == _own) PutBack(tail);
            else TakeOver(holder.Party, tail, held);
        }

        await CompareAsync(holder, cancellation);
        ReadFinal();
        Seen(holder.Party, null);
        _recovered[holder.Party] = true;
    }

    /// <summary>What is held here of a log beyond a size, for a party that lost it; null when nothing is.</summary>
    /// <exception cref="CollabException">It is more than one answer takes.</exception>
    public LogRemainder? TailOf(string origin, long held)
    {
        if (_options.Policy.AuthorOf(origin) is not { } author || NewestOf(origin) is not { } newest || held < 0 || newest.Size <= held) return null;
        var log = LogOf(author.Party);
        var entries = log.ReadEntries(held, newest.Size);
        if (entries.Sum(entry => (long)entry.Length) > LargestTail)
            throw new CollabException(LedgerErrors.TailTooLong, $"{Self} would have to send more than 48 MiB of {author.Party}'s log at once.", Self);
        return new LogRemainder(entries, held == 0 ? [] : log.ProveConsistency(held, newest.Size).Path, newest, log.Final);
    }

    private void PutBack(LogRemainder tail)
    {
        var first = _log.Size;
        _log.Restore(tail.Entries, tail.Checkpoint);
        for (var i = 0; i < tail.Entries.Count; i++)
        {
            if (SignedOperation.TryDecode(_own, tail.Entries[i].Span) is { } operation) _indices[operation.Id] = first + i;
        }

        if (tail.Final is { } final) _log.AddCosignatures(final);
    }

    private void TakeOver(PartyId from, LogRemainder tail, long held)
    {
        var reply = _witness.AddCheckpoint(new AddCheckpointRequest(held, tail.Proof, tail.Checkpoint.ToBytes(), tail.Entries));
        if (reply.Status is not (WitnessStatus.Cosigned or WitnessStatus.Unavailable))
            throw new CollabException(LedgerErrors.Mismatch, $"What {from} holds of {tail.Checkpoint.Origin} does not continue the copy here: {(int)reply.Status}.", from);
        if (tail.Final is { } final) _witness.Observe(final);
    }

    private void DemandRecovered()
    {
        if (AwaitedForRecovery is [var first, ..])
            throw new CollabException(LedgerErrors.Recovering, $"This node was restored from a backup and has not yet heard what {first} holds.", first);
    }
}
