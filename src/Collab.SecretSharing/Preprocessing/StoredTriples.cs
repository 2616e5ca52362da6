using Collab.Channels;
using Collab.Primitives;

namespace Collab.SecretSharing.Preprocessing;

/// <summary>The stored triples that both parties of a run hold, given out in one order: specs/preprocessing.md, steps 1 to 3.</summary>
public sealed class StoredTriples : IDisposable
{
    internal static readonly StepId OfferStep = new("preprocessing.1");
    internal static readonly StepId ClaimStep = new("preprocessing.3");

    private readonly TripleStore? _store;
    private readonly PartyId _self;
    private readonly Queue<TripleUnit>[] _agreed = [new(), new()];
    private readonly (Triples? Triples, int Next)[] _open = new (Triples?, int)[2];

    private StoredTriples(TripleStore? store, PartyId self, IEnumerable<TripleUnit> agreed)
    {
        (_store, _self) = (store, self);
        foreach (var unit in agreed) _agreed[(int)unit.Kind].Enqueue(unit);
    }

    /// <summary>Agrees with the peer on the units that both have. What only one has is lost: it deletes it.</summary>
    /// <param name="self">This party.</param>
    /// <param name="channel">To the other, who does the same.</param>
    /// <param name="store">This party's store, the caller's; null where it has none or another run has it.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="CollabException"><see cref="PreprocessingErrors.Diverged"/>, at both: different units under one number, deleted by both.</exception>
    /// <exception cref="PeerFaultException">The peer's list is none.</exception>
    /// <remarks>One message each way, 41 bytes for each unit.</remarks>
    public static async Task<StoredTriples> AgreeAsync(PartyId self, IChannel channel, TripleStore? store, CancellationToken cancellation = default)
    {
        var own = store?.Units ?? [];
        await channel.SendAsync(new UnitOffer(store is not null, own), cancellation).ConfigureAwait(false);                                  // 1 →
        var peer = await channel.ReceiveAsync<UnitOffer>(OfferStep, cancellation).ConfigureAwait(false);                                      // 1 ←
        if (store is null || !peer.IsOpen) return new(null, self, []);

        var theirs = peer.Units.ToDictionary(unit => (unit.Kind, unit.Number), unit => unit.Binding);                                         // 2
        var (agreed, diverged) = (new List<TripleUnit>(), 0);
        foreach (var unit in own)
        {
            var isTheirs = theirs.TryGetValue((unit.Kind, unit.Number), out var binding);
            if (isTheirs && binding == unit.Binding)
            {
                agreed.Add(unit);
                continue;
            }

            store.Discard(unit);
            if (isTheirs) diverged++;
        }

        return diverged == 0
            ? new(store, self, agreed)
            : throw new CollabException(PreprocessingErrors.Diverged, $"{self} and {channel.Peer} hold different triples under the same number.", channel.Peer, OfferStep);
    }

    /// <summary>What is left for this run.</summary>
    internal int Left(TripleKind kind) => (_agreed[(int)kind].Count * TripleStore.UnitWords) + (_open[(int)kind].Triples is { } open ? open.Count - _open[(int)kind].Next : 0);

    /// <summary>The next triples, at most so many; null where none are left. Units are claimed durably before they are read.</summary>
    /// <exception cref="CollabException"><see cref="PreprocessingErrors.UnitDamaged"/>.</exception>
    internal Triples? Take(TripleKind kind, int most)
    {
        var count = Math.Min(most, Left(kind));
        if (count == 0) return null;
        var taken = Triples.Allocate(count);
        var at = FromOpen(kind, taken, 0);
        if (at == count) return taken;
        var units = new List<TripleUnit>();
        while (at + (units.Count * TripleStore.UnitWords) < count) units.Add(_agreed[(int)kind].Dequeue());
        _open[(int)kind] = (_store!.Claim(units, ClaimStep, _self), 0);                                                                       // 3
        FromOpen(kind, taken, at);
        return taken;
    }

    /// <summary>Zeroes what was claimed and not used; it is lost.</summary>
    public void Dispose()
    {
        foreach (var (triples, _) in _open) triples?.Dispose();
    }

    private int FromOpen(TripleKind kind, Triples destination, int at)
    {
        ref var open = ref _open[(int)kind];
        if (open.Triples is not { } triples) return at;
        var count = Math.Min(triples.Count - open.Next, destination.Count - at);
        triples.CopyTo(open.Next, destination, at, count);
        open.Next += count;
        if (open.Next == triples.Count)
        {
            triples.Dispose();
            open = default;
        }

        return at + count;
    }
}
