using System.Runtime.InteropServices;
using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.TwoPartyRing;

namespace Collab.SecretSharing.Preprocessing;

/// <summary>Two parties make triples ahead of any job, and each stores its shares: specs/preprocessing.md, steps 5 to 8.</summary>
/// <remarks>Semi-honest, as what uses them. Nothing of anybody's data takes part.</remarks>
public static class TriplePreparation
{
    internal static readonly StepId RequestStep = new("preprocessing.5");
    internal static readonly StepId StoredStep = new("preprocessing.8");

    /// <summary>Makes so many units with the peer, who does the same.</summary>
    /// <param name="self">This party.</param>
    /// <param name="channel">To the other, for this alone. Not disposed here.</param>
    /// <param name="store">This party's store of the pair; the caller's.</param>
    /// <param name="asked">Units of each kind; both parties ask for the same.</param>
    /// <param name="random">All randomness of this party.</param>
    /// <param name="progress">Told after each unit how many are done.</param>
    /// <param name="cancellation">Ends it; the units that are done stay.</param>
    /// <exception cref="CollabException"><see cref="PreprocessingErrors.AmountsDiffer"/>, <see cref="PreprocessingErrors.StoreFull"/> or <see cref="PreprocessingErrors.Diverged"/>.</exception>
    /// <exception cref="PeerFaultException">The peer broke the protocol.</exception>
    /// <remarks>
    /// Memory: that of one unit and its 2^20 transfers each way, whatever the amount. A party sends 9.1 MB for a unit of words, 4.5 MB for one of bits.
    /// </remarks>
    public static async Task RunAsync(
        PartyId self, IChannel channel, TripleStore store, TripleStock asked, RandomSource random, Action<int>? progress = null, CancellationToken cancellation = default)
    {
        using (await StoredTriples.AgreeAsync(self, channel, store, cancellation).ConfigureAwait(false))                                      // 1, 2: what one alone has goes
        {
        }

        var (session, next) = await AgreeOnSessionAsync(self, channel, store, asked, random, cancellation).ConfigureAwait(false);             // 5, 6 ↔
        var party = self.CompareTo(channel.Peer) < 0 ? BooleanParty.First : BooleanParty.Second;
        await using var transfers = new ExtendedTransfers(party, channel, random, session);
        await using var line = channel.Fork("products");
        using var products = new TransferProducts(new BooleanEngine(party, line, transfers, session));
        var done = 0;
        foreach (var kind in Enum.GetValues<TripleKind>())
        {
            for (var i = 0; i < asked.Of(kind); i++)
            {
                var unit = TripleUnit.Of(session, kind, next[(int)kind] + (ulong)i);
                using (var triples = await MakeAsync(kind, products, random, cancellation).ConfigureAwait(false)) store.Add(unit, triples);   // 7 ↔
                await channel.SendAsync(new DigestMessage(unit.Binding), cancellation).ConfigureAwait(false);                                 // 8 →
                var theirs = await channel.ReceiveAsync<DigestMessage>(StoredStep, cancellation).ConfigureAwait(false);                       // 8 ←
                if (theirs.Value != unit.Binding)
                {
                    store.Discard(unit);
                    throw new CollabException(PreprocessingErrors.Diverged, $"{channel.Peer} stored another unit of triples than {self}.", channel.Peer, StoredStep);
                }

                progress?.Invoke(++done);
            }
        }
    }

    /// <summary>The session's name, bound to the pair, both nonces and all numbers; and where the numbers of each kind go on.</summary>
    private static async Task<(Digest Session, ulong[] Next)> AgreeOnSessionAsync(
        PartyId self, IChannel channel, TripleStore store, TripleStock asked, RandomSource random, CancellationToken cancellation)
    {
        var nonce = new byte[Digest.Size];
        random.Fill(nonce);
        var own = new PreparationRequest(asked, store.NextNumber(TripleKind.Words), store.NextNumber(TripleKind.Bits), new Digest(nonce));
        await channel.SendAsync(own, cancellation).ConfigureAwait(false);                                                                     // 5 →
        var theirs = await channel.ReceiveAsync<PreparationRequest>(RequestStep, cancellation).ConfigureAwait(false);                         // 5 ←
        if (theirs.Asked != asked)
            throw new CollabException(PreprocessingErrors.AmountsDiffer, $"{self} and {channel.Peer} were told to make different amounts of triples.", step: RequestStep);
        if (store.Stock.WordUnits + asked.WordUnits > TripleStore.MostUnits || store.Stock.BitUnits + asked.BitUnits > TripleStore.MostUnits)
            throw new CollabException(PreprocessingErrors.StoreFull, "The store of the pair takes no such amount beside what it holds.", step: RequestStep);

        ulong[] next = [Math.Max(own.NextWords, theirs.NextWords), Math.Max(own.NextBits, theirs.NextBits)];
        var isFirst = self.CompareTo(channel.Peer) < 0;
        var session = Digest.Of("collab.preprocessing.session", new CanonicalWriter()                                                         // 6
            .Party(isFirst ? self : channel.Peer).Party(isFirst ? channel.Peer : self)
            .Digest(isFirst ? own.Nonce : theirs.Nonce).Digest(isFirst ? theirs.Nonce : own.Nonce)
            .UInt32((uint)asked.WordUnits).UInt32((uint)asked.BitUnits).UInt64(next[0]).UInt64(next[1]).Written);
        return (session, next);
    }

    private static async Task<Triples> MakeAsync(TripleKind kind, TransferProducts products, RandomSource random, CancellationToken cancellation)
    {
        NativeBuffer<ulong> a = NativeBuffer<ulong>.Allocate(TripleStore.UnitWords), b = NativeBuffer<ulong>.Allocate(TripleStore.UnitWords);
        try
        {
            random.Fill(MemoryMarshal.AsBytes(a.Span));
            random.Fill(MemoryMarshal.AsBytes(b.Span));
            var c = kind == TripleKind.Words
                ? await products.MultiplyAsync(a, b, cancellation).ConfigureAwait(false)
                : await products.AndAsync(a, b, cancellation).ConfigureAwait(false);
            return new Triples(a, b, c);
        }
        catch
        {
            a.Dispose();
            b.Dispose();
            throw;
        }
    }
}
