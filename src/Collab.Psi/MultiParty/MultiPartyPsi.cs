using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Channels;
using Collab.Cryptography.KeyValueStore;
using Collab.Primitives;
using Collab.Psi.Vole;

namespace Collab.Psi.MultiParty;

/// <summary>Intersection of 3 to 10 sets: the leader learns which of its items all others have, and of no item how many or who of the others have it.</summary>
/// <remarks>
/// Augmented semi-honest security against any number of colluding parties; what a coalition with the leader can do is stated in
/// specs/psi-multi-party.md. All data passes between the leader and each other party; any two parties exchange one key. Sources: Kolesnikov,
/// Matania, Pinkas, Rosulek, Trieu, CCS 2017, eprint 2017/799, in its form of unconditional zero sharing; the programmable function by vector
/// OLE and key-value store as in Rindal, Schoppmann, eprint 2021/266. The caller makes items canonical and distinct, and closes all channels.
/// </remarks>
public static class MultiPartyPsi
{
    private const string FunctionFork = "psi-multi-party/function";
    private const int Trials = 3;

    private static readonly StepId Agreement = new("psi-multi-party.1");
    private static readonly StepId PairKeys = new("psi-multi-party.2");
    private static readonly StepId Hint = new("psi-multi-party.4");
    private static readonly StepId Release = new("psi-multi-party.6");

    /// <summary>The leader's part.</summary>
    /// <param name="channels">To each other party; a fork is opened under each.</param>
    /// <param name="items">Canonical, distinct items; any length.</param>
    /// <param name="random">All randomness of this party.</param>
    /// <param name="options">Context, parties, limits, threads.</param>
    /// <param name="cancellation">Ends the run; the channels are of no use afterwards.</param>
    /// <returns>The indices, ascending, of those items that every party has.</returns>
    /// <exception cref="ArgumentException">Two items are equal, a channel is missing, or an option is out of range.</exception>
    /// <exception cref="PeerFaultException">A party broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to a party failed.</exception>
    public static Task<int[]> LeadAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, IReadOnlyList<ReadOnlyMemory<byte>> items, RandomSource random, MultiPartyPsiOptions options,
        CancellationToken cancellation = default) => LeadAsync(channels, items, random, options, SilentVectorOle.Instance, cancellation);

    /// <summary>The part of every other party.</summary>
    /// <param name="self">This party.</param>
    /// <param name="channels">To each other party; a fork is opened under that to the leader.</param>
    /// <param name="items">Canonical, distinct items; any length.</param>
    /// <param name="random">All randomness of this party.</param>
    /// <param name="options">Context, parties, limits, threads.</param>
    /// <param name="cancellation">Ends the run; the channels are of no use afterwards.</param>
    /// <returns>If all learn: the indices, ascending, of those items that every party has; else null.</returns>
    /// <exception cref="ArgumentException">Two items are equal, a channel is missing, or an option is out of range.</exception>
    /// <exception cref="PeerFaultException">A party broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to a party failed.</exception>
    public static Task<int[]?> FollowAsync(
        PartyId self, IReadOnlyDictionary<PartyId, IChannel> channels, IReadOnlyList<ReadOnlyMemory<byte>> items, RandomSource random,
        MultiPartyPsiOptions options, CancellationToken cancellation = default) =>
        FollowAsync(self, channels, items, random, options, SilentVectorOle.Instance, cancellation);

    internal static async Task<int[]> LeadAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, IReadOnlyList<ReadOnlyMemory<byte>> items, RandomSource random, MultiPartyPsiOptions options,
        IVectorOle ole, CancellationToken cancellation)
    {
        options.Check(items.Count);
        var others = PartySetup.Others(options.Run, options.Leader, channels);
        using var digests = DigestsOf(items, random, options);
        var counts = await PartySetup.AgreeAsync(options.Run, options.Leader, others, channels, items.Count, Agreement, cancellation).ConfigureAwait(false); // 1 ↔
        var keys = await PartySetup.ShareKeysAsync(options.Leader, others, channels, random, PairKeys, cancellation).ConfigureAwait(false); // 2 ↔  r_ij
        using var sum = NativeBuffer<Gf128>.AllocateZeroed(digests.Memory.Length);
        ZeroShares.AddTo(keys, digests.Memory.Span, sum.Span);
        var gate = new Lock();
        await Concurrently.RunAsync(cancellation, [.. others.Select(other => (Func<CancellationToken, Task>)(async stop =>
        {
            using var values = await EvaluateAsync(channels[other], other, counts[other], digests.Memory, random.Branch(other.Name), options, ole, stop).ConfigureAwait(false); // 3, 4 ←
            options.Seen?.Invoke(other, values.Span.ToArray());
            lock (gate) Gf128Vector.Add(sum.Span, values.Span, sum.Span);
        }))]).ConfigureAwait(false);
        int[] common = [.. Enumerable.Range(0, items.Count).Where(i => sum.Span[i] == Gf128.Zero)];     // 5    the shares of all parties, or noise
        if (options.AllLearn)
        {
            var found = Array.ConvertAll(common, i => digests.Memory.Span[i]);
            await Concurrently.RunAsync(cancellation, [.. others.Select(other => (Func<CancellationToken, Task>)(stop => TellAsync(channels[other], found, stop)))])
                .ConfigureAwait(false);                                                 // 6 →
        }

        return common;
    }

    internal static async Task<int[]?> FollowAsync(
        PartyId self, IReadOnlyDictionary<PartyId, IChannel> channels, IReadOnlyList<ReadOnlyMemory<byte>> items, RandomSource random,
        MultiPartyPsiOptions options, IVectorOle ole, CancellationToken cancellation)
    {
        options.Check(items.Count);
        if (self == options.Leader) throw new ArgumentException("The leader leads.", nameof(self));
        var others = PartySetup.Others(options.Run, self, channels);
        using var digests = DigestsOf(items, random, options);
        var leader = channels[options.Leader];
        var counts = await PartySetup.AgreeAsync(options.Run, self, others, channels, items.Count, Agreement, cancellation).ConfigureAwait(false); // 1 ↔
        var keys = await PartySetup.ShareKeysAsync(self, others, channels, random, PairKeys, cancellation).ConfigureAwait(false); // 2 ↔  r_ij
        await ProgramAsync(leader, self, counts[options.Leader], keys, digests.Memory, random, options, ole, cancellation).ConfigureAwait(false); // 3, 4 →
        return options.AllLearn ? await HearAsync(leader, digests.Memory[..items.Count], cancellation).ConfigureAwait(false) : null; // 6 ←
    }

    /// <summary>Steps 3 and 4 at a party: the leader gets F at its items, and a store that turns F(x) into S(x) for the items of this party.</summary>
    private static async Task ProgramAsync(
        IChannel leader, PartyId self, int leaderCount, List<Gf128> keys, ReadOnlyMemory<Gf128> digests, RandomSource random, MultiPartyPsiOptions options,
        IVectorOle ole, CancellationToken cancellation)
    {
        var fork = leader.Fork(FunctionFork);
        await using (fork.ConfigureAwait(false))
        {
            var run = RunOf(options, self, digests.Length, leaderCount, ole, random);
            using var values = await VolePsi.SendFunctionAsync(run, fork, digests, cancellation).ConfigureAwait(false); // 3
            ZeroShares.AddTo(keys, digests.Span, values.Span);
            var parameters = OkvsParameters.Create(digests.Length);
            using var store = NativeBuffer<Gf128>.Allocate((int)parameters.Size);
            var seed = Encode(parameters, digests.Span, values.Span, random, store.Span, options.Parallelism);
            await fork.SendAsync(new Block(seed), cancellation).ConfigureAwait(false);  // 4 →
            for (int number = 0, start = 0; start < store.Length; number++, start += StoreParts.Elements)
            {
                var part = Part.OfSize((uint)number, Math.Min(StoreParts.Elements, store.Length - start) * Gf128.Size);
                MemoryMarshal.AsBytes(store.Span)[(start * Gf128.Size)..][..part.Content.Length].CopyTo(part.ToFill);
                await fork.SendAsync(part, cancellation).ConfigureAwait(false);
                part.Release();
            }
        }
    }

    /// <summary>Steps 3 and 4 at the leader: for each of its items that the party has, the party's share; else noise.</summary>
    private static async Task<NativeBuffer<Gf128>> EvaluateAsync(
        IChannel channel, PartyId party, int partyCount, ReadOnlyMemory<Gf128> digests, RandomSource random, MultiPartyPsiOptions options,
        IVectorOle ole, CancellationToken cancellation)
    {
        var fork = channel.Fork(FunctionFork);
        await using (fork.ConfigureAwait(false))
        {
            var run = RunOf(options, party, partyCount, digests.Length, ole, random);
            var values = await VolePsi.ReceiveFunctionAsync(run, fork, digests, cancellation).ConfigureAwait(false); // 3
            var parameters = OkvsParameters.Create(run.SenderCount);
            using var store = NativeBuffer<Gf128>.Allocate((int)parameters.Size);
            var seed = (await fork.ReceiveAsync<Block>(Hint, cancellation).ConfigureAwait(false)).Value; // 4 ←
            for (int number = 0, start = 0; start < store.Length; number++, start += StoreParts.Elements)
            {
                var size = Math.Min(StoreParts.Elements, store.Length - start);
                var part = await fork.ReceiveAsync<Part>(Hint, cancellation).ConfigureAwait(false);
                PeerFaultException.ThrowUnless(part.Number == number, channel.Peer, Hint, "the parts in order");
                PeerFaultException.ThrowUnless(part.Content.Length == size * Gf128.Size, channel.Peer, Hint, "as many elements as the store has");
                part.Content.CopyTo(MemoryMarshal.AsBytes(store.Span.Slice(start, size)));
                part.Release();
            }

            using var decoded = NativeBuffer<Gf128>.Allocate(digests.Length);
            Okvs.Decode(parameters, seed, digests.Span, store.Span, decoded.Span, options.Parallelism);
            Gf128Vector.Add(values.Span, decoded.Span, values.Span);
            return values;
        }
    }

    /// <summary>Step 6 at the leader: the digests of the common items, ascending, so that they hold no order of the leader's.</summary>
    private static async Task TellAsync(IChannel channel, Gf128[] common, CancellationToken cancellation)
    {
        var sorted = common.OrderBy(digest => digest.High).ThenBy(digest => digest.Low).ToArray();
        await channel.SendAsync(new MatchCount((ulong)sorted.Length), cancellation).ConfigureAwait(false);
        foreach (var (digest, number) in sorted.Chunk(StoreParts.Elements).Select((chunk, number) => (chunk, number)))
        {
            var part = Part.OfSize((uint)number, digest.Length * Gf128.Size);
            MemoryMarshal.AsBytes(digest.AsSpan()).CopyTo(part.ToFill);
            await channel.SendAsync(part, cancellation).ConfigureAwait(false);
            part.Release();
        }
    }

    /// <summary>Step 6 at a party: each must be an item of its own, each once.</summary>
    internal static async Task<int[]> HearAsync(IChannel leader, ReadOnlyMemory<Gf128> digests, CancellationToken cancellation)
    {
        var count = (await leader.ReceiveAsync<MatchCount>(Release, cancellation).ConfigureAwait(false)).Value;
        PeerFaultException.ThrowUnless(count <= (ulong)digests.Length, leader.Peer, Release, "no more common items than this party has");
        var places = new Dictionary<Gf128, int>(digests.Length);
        for (var i = 0; i < digests.Length; i++) places[digests.Span[i]] = i;
        var common = new int[count];
        for (int number = 0, start = 0; start < common.Length; number++, start += StoreParts.Elements)
        {
            var size = Math.Min(StoreParts.Elements, common.Length - start);
            var part = await leader.ReceiveAsync<Part>(Release, cancellation).ConfigureAwait(false);
            PeerFaultException.ThrowUnless(part.Number == number, leader.Peer, Release, "the parts in order");
            PeerFaultException.ThrowUnless(part.Content.Length == size * Gf128.Size, leader.Peer, Release, "as many digests as announced");
            for (var i = 0; i < size; i++)
            {
                var known = places.Remove(Gf128.Read(part.Content[(i * Gf128.Size)..]), out common[start + i]);
                PeerFaultException.ThrowUnless(known, leader.Peer, Release, "items that this party has, each once");
            }

            part.Release();
        }

        Array.Sort(common);
        return common;
    }

    private static Gf128 Encode(
        OkvsParameters parameters, ReadOnlySpan<Gf128> digests, ReadOnlySpan<Gf128> values, RandomSource random, Span<Gf128> store, int parallelism)
    {
        using var free = AesPrg.Generate(random);
        for (var trial = 0; trial < Trials; trial++)
        {
            var seed = PartySetup.Draw(random);                                                    // anew, and of no item
            if (Okvs.TryEncode(parameters, seed, digests, values, free, store, parallelism)) return seed;
        }

        throw new ArgumentException("Items are distinct.", nameof(digests));
    }

    private static VoleRun RunOf(MultiPartyPsiOptions options, PartyId party, int partyCount, int leaderCount, IVectorOle ole, RandomSource random) => new(
        options.ContextOf(party), Math.Max(1, partyCount), Math.Max(1, leaderCount), SecurityModel.SemiHonest, false, 0, options.Parallelism, ole, random, _ => { });

    /// <summary>The digests of the items; for no items one of none, so that an empty set is treated as any other.</summary>
    private static DigestList DigestsOf(IReadOnlyList<ReadOnlyMemory<byte>> items, RandomSource random, MultiPartyPsiOptions options)
    {
        if (items.Count > 0) return new DigestList(options.Context, items);
        var none = new DigestList(1);
        none.GetSpan()[0] = PartySetup.Draw(random);
        return none;
    }
}
