using System.Buffers;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.Psi.MultiParty;
using Collab.Psi.Vole;
using Collab.SecretSharing.Boolean;

namespace Collab.Psi.Threshold;

/// <summary>Which items of the leader are in at least k of the sets of 3 to 10 parties, its own counted; not in which, nor in how many.</summary>
/// <remarks>
/// Semi-honest security against any number of colluding parties. The leader runs a membership test whose result stays shared with each other
/// party, all over one table; all parties count the shared bits and compare the count with k. Sources: Chandran, Dasgupta, Gupta, Obbattu, Sekar,
/// Shah, CCS 2021, eprint 2021/172, quorum PSI, for the structure; Goldreich, Micali, Wigderson, STOC 1987, for counting, where that paper has an
/// honest majority. That the two go together is argued in specs/psi-threshold.md. The caller makes items canonical and distinct, and closes all channels.
/// </remarks>
public static class ThresholdPsi
{
    private static readonly StepId Agreement = new("psi-threshold.1");
    private static readonly StepId PairKeys = new("psi-threshold.2");
    private static readonly StepId Members = new("psi-threshold.3");
    private static readonly StepId Opening = new("psi-threshold.6");

    /// <summary>The leader's part.</summary>
    /// <param name="channels">To each other party; a fork is opened under each.</param>
    /// <param name="items">Canonical, distinct items; any length.</param>
    /// <param name="random">All randomness of this party.</param>
    /// <param name="options">Context, parties, threshold, limits, threads.</param>
    /// <param name="cancellation">Ends the run; the channels are of no use afterwards.</param>
    /// <returns>The indices, ascending, of those items that are in at least <see cref="ThresholdPsiOptions.Threshold"/> sets, its own counted.</returns>
    /// <exception cref="ArgumentException">Two items are equal, a channel is missing, or an option is out of range.</exception>
    /// <exception cref="PeerFaultException">A party broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to a party failed.</exception>
    public static Task<int[]> LeadAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, IReadOnlyList<ReadOnlyMemory<byte>> items, RandomSource random, ThresholdPsiOptions options,
        CancellationToken cancellation = default) => LeadAsync(channels, items, random, options, SilentVectorOle.Instance, cancellation);

    /// <summary>The part of every other party, which learns nothing but the leader's number of items.</summary>
    /// <param name="self">This party.</param>
    /// <param name="channels">To each other party; a fork is opened under each.</param>
    /// <param name="items">Canonical, distinct items; any length.</param>
    /// <param name="random">All randomness of this party.</param>
    /// <param name="options">Context, parties, threshold, limits, threads.</param>
    /// <param name="cancellation">Ends the run; the channels are of no use afterwards.</param>
    /// <exception cref="ArgumentException">Two items are equal, a channel is missing, or an option is out of range.</exception>
    /// <exception cref="PeerFaultException">A party broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to a party failed.</exception>
    public static Task FollowAsync(
        PartyId self, IReadOnlyDictionary<PartyId, IChannel> channels, IReadOnlyList<ReadOnlyMemory<byte>> items, RandomSource random,
        ThresholdPsiOptions options, CancellationToken cancellation = default) =>
        FollowAsync(self, channels, items, random, options, SilentVectorOle.Instance, cancellation);

    internal static async Task<int[]> LeadAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, IReadOnlyList<ReadOnlyMemory<byte>> items, RandomSource random, ThresholdPsiOptions options,
        IVectorOle ole, CancellationToken cancellation)
    {
        options.Check(items.Count);
        var others = PartySetup.Others(options.Run, options.Leader, channels);
        var counts = await PartySetup.AgreeAsync(options.Run, options.Leader, others, channels, items.Count, Agreement, cancellation).ConfigureAwait(false); // 1 ↔
        var keys = await PartySetup.ShareKeysAsync(options.Leader, others, channels, random, PairKeys, cancellation).ConfigureAwait(false); // 2 ↔
        var bins = BinLayout.Of(items.Count).BinCount;
        if (bins == 0) return [];
        var engines = EnginesTo(others, options.Leader, channels, random, options);
        try
        {
            IReadOnlyList<int>? itemOfBin = null;
            var columns = new BitVector[others.Length];
            await Concurrently.RunAsync(cancellation, [.. others.Select((other, place) => (Func<CancellationToken, Task>)(async stop =>
            {
                var shared = await CircuitPsi.ReceiveAsync(
                    engines[place].Channel, engines[place].Engine, items, random.Branch(other.Name), Test(options, counts[other]), ole, stop).ConfigureAwait(false); // 3 ↔
                columns[place] = Column(shared, bins, other);
                if (shared.BinCount > 0) Volatile.Write(ref itemOfBin, shared.Items);       // the same of all
            }))]).ConfigureAwait(false);
            var enough = await CountAsync(engines, true, columns, options, cancellation).ConfigureAwait(false);                                  // 4, 5 ↔
            Mask(enough, keys);
            options.Seen?.Invoke(options.Leader, JointBits.Xor(enough, new BitVector(bins)), itemOfBin);
            foreach (var engine in engines)                                                                                                     // 6 ←
            {
                var message = await engine.Channel.ReceiveAsync<BitsMessage>(Opening, cancellation).ConfigureAwait(false);
                var share = message.ToBits(bins, engine.Channel.Peer, Opening);
                options.Seen?.Invoke(engine.Channel.Peer, share, itemOfBin);
                BitVector.Xor(enough.Words, share.Words, enough.Words);
            }

            if (itemOfBin is null) return [];                                               // all other sets are empty, which the others do not know
            return [.. Enumerable.Range(0, bins).Where(bin => enough[bin] && itemOfBin[bin] >= 0).Select(bin => itemOfBin[bin]).Order()];
        }
        finally
        {
            foreach (var engine in engines) await engine.DisposeAsync().ConfigureAwait(false);
        }
    }

    internal static async Task FollowAsync(
        PartyId self, IReadOnlyDictionary<PartyId, IChannel> channels, IReadOnlyList<ReadOnlyMemory<byte>> items, RandomSource random,
        ThresholdPsiOptions options, IVectorOle ole, CancellationToken cancellation)
    {
        options.Check(items.Count);
        if (self == options.Leader) throw new ArgumentException("The leader leads.", nameof(self));
        var others = PartySetup.Others(options.Run, self, channels);
        var counts = await PartySetup.AgreeAsync(options.Run, self, others, channels, items.Count, Agreement, cancellation).ConfigureAwait(false); // 1 ↔
        var keys = await PartySetup.ShareKeysAsync(self, others, channels, random, PairKeys, cancellation).ConfigureAwait(false);           // 2 ↔
        var bins = BinLayout.Of(counts[options.Leader]).BinCount;
        if (bins == 0) return;
        var engines = EnginesTo(others, self, channels, random, options);
        try
        {
            var leader = engines.Single(engine => engine.Channel.Peer == options.Leader);
            var shared = await CircuitPsi.SendAsync(
                leader.Channel, leader.Engine, items, ReadOnlyMemory<long>.Empty, random, Test(options, counts[options.Leader]), ole, cancellation)
                .ConfigureAwait(false);                                                                                                         // 3 ↔
            PartyId[] followers = [.. options.Parties.Where(party => party != options.Leader).Order()];
            var columns = followers.Select(party => party == self ? Column(shared, bins, options.Leader) : new BitVector(bins)).ToArray();
            var enough = await CountAsync(engines, false, columns, options, cancellation).ConfigureAwait(false);                                 // 4, 5 ↔
            Mask(enough, keys);
            await leader.Channel.SendAsync(BitsMessage.Of(enough), cancellation).ConfigureAwait(false);                                          // 6 →
            enough.Clear();
        }
        finally
        {
            foreach (var engine in engines) await engine.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Steps 4 and 5: of the other parties at least k − 1 have the item of a bin, whose own party has it anyhow.</summary>
    private static async Task<BitVector> CountAsync(
        PairEngine[] engines, bool takesConstants, BitVector[] columns, ThresholdPsiOptions options, CancellationToken cancellation)
    {
        var gates = new JointBits([.. engines.Select(engine => engine.Engine)], takesConstants);
        var enough = await CountTest.AtLeastAsync(gates, columns, options.Threshold - 1, cancellation).ConfigureAwait(false);
        foreach (var column in columns) column.Clear();
        return enough;
    }

    /// <summary>Adds this party's part of a sharing of zeros, so that what is opened is as random as it can be.</summary>
    private static void Mask(BitVector share, List<Gf128> keys)
    {
        foreach (var key in keys)
        {
            using var prg = new AesPrg(key);
            var mask = BitVector.Random(share.Length, prg);
            BitVector.Xor(share.Words, mask.Words, share.Words);
            mask.Clear();
        }
    }

    private static PairEngine[] EnginesTo(
        PartyId[] others, PartyId self, IReadOnlyDictionary<PartyId, IChannel> channels, RandomSource random, ThresholdPsiOptions options) =>
        [.. others.Select(other => new PairEngine(self, channels[other], random, options))];

    /// <summary>This party's share of the membership bits of a party; of an empty set they are known zeros, and nothing was sent.</summary>
    private static BitVector Column(SharedIntersection shared, int bins, PartyId other)
    {
        if (shared.BinCount == 0) return new BitVector(bins);
        PeerFaultException.ThrowUnless(shared.BinCount == bins, other, Members, "as many items as announced");
        return shared.Members.Share;
    }

    private static CircuitPsiOptions Test(ThresholdPsiOptions options, int peerItems) =>
        new(options.MembersContext, new CircuitPlan()) { Parallelism = options.Parallelism, MaximumPeerItems = peerItems };
}
