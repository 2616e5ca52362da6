using System.Collections.Concurrent;
using System.Text;
using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Cryptography.KeyValueStore;
using Collab.ObliviousTransfer.Silent;
using Collab.Primitives;
using Collab.Psi.MultiParty;
using Collab.Psi.Tests.Vole;
using Collab.Psi.Vole;
using Collab.Testing;

namespace Collab.Psi.Tests.MultiParty;

public class MultiPartyPsiTests
{
    private static readonly Digest Context = Digest.Of("collab.test.psi-multi-party", []);
    private static readonly StepId Step = new("test");

    /// <summary>
    /// The leader sends its announcement, its key, the seed and the store of step 3, and the count and the items of step 6; the party its announcement, the
    /// sign of its dealt vector OLE, and the seed and the store of step 4.
    /// </summary>
    public static IEnumerable<TheoryDataRow<int, FaultKind, bool>> EveryFault =>
        Faults.Every(sent: 6, received: 4).Select(fault => new TheoryDataRow<int, FaultKind, bool>(fault.Message, fault.Kind, fault.ByReceiver));

    [Theory]
    [InlineData(3, 1, 40, true), InlineData(3, 2, 1, false), InlineData(4, 4, 300, true), InlineData(5, 3, 100, false), InlineData(10, 5, 60, true)]
    public async Task The_leader_learns_what_all_have(int count, int leader, int size, bool allLearn)
    {
        var random = new Random(count * 100 + size);
        var parties = Parties.Named(count);
        var sets = parties.ToDictionary(party => party, _ => Enumerable.Range(0, 2 * size).Where(_ => random.Next(10) < 8).OrderBy(_ => random.Next()).ToArray());
        var results = await RunAsync(sets, parties[leader - 1], allLearn);
        AssertIntersection(sets, results, parties[leader - 1], allLearn);
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public async Task An_empty_set_at_any_party_gives_an_empty_result(int empty)
    {
        var parties = Parties.Named(3);
        var sets = parties.Select((party, i) => (party, i)).ToDictionary(p => p.party, p => p.i == empty ? [] : new[] { 1, 2, 3 });
        AssertIntersection(sets, await RunAsync(sets, parties[0], true), parties[0], true);
    }

    [Fact]
    public async Task Very_unequal_sets_and_one_item_in_common()
    {
        var parties = Parties.Named(3);
        var sets = new Dictionary<PartyId, int[]>
        {
            [parties[0]] = [7], [parties[1]] = [.. Enumerable.Range(0, 20_000)], [parties[2]] = [.. Enumerable.Range(5, 3)],
        };
        AssertIntersection(sets, await RunAsync(sets, parties[0], false), parties[0], false);
        AssertIntersection(sets, await RunAsync(sets, parties[1], true), parties[1], true);
    }

    [Fact]
    public async Task Over_the_silent_vector_OLE_the_result_is_the_same()
    {
        var parties = Parties.Named(3);
        var sets = new Dictionary<PartyId, int[]> { [parties[0]] = [.. Enumerable.Range(0, 300)], [parties[1]] = [.. Enumerable.Range(100, 150)], [parties[2]] = [.. Enumerable.Range(90, 100)] };
        var options = new MultiPartyPsiOptions(Context, parties, parties[0]) { AllLearn = true };
        var runs = await Parties.RunAsync(parties, async (self, channels) => self == parties[0]
            ? await MultiPartyPsi.LeadAsync(channels, Items(sets[self]), RandomSource.System, options)
            : await MultiPartyPsi.FollowAsync(self, channels, Items(sets[self]), RandomSource.System, options));
        AssertIntersection(sets, runs.ToDictionary(run => run.Key, run => run.Value.Result), parties[0], true);
    }

    /// <summary>
    /// The hidden thing: who of the others has an item that not all have. From all that the leader ends up with, no sum over some of the parties, with or
    /// without its own share, gives a value that says so; only the sum over all is zero, and only for the items that all have.
    /// </summary>
    [Fact]
    public async Task No_sum_over_fewer_than_all_parties_tells_the_leader_anything()
    {
        var parties = Parties.Named(4);
        // Every subset of the three others has eight items of the leader; the items of each are 8·subset to 8·subset + 7.
        var sets = parties.Select((party, i) => (party, i)).ToDictionary(
            p => p.party, p => Enumerable.Range(0, 64).Where(item => p.i == 0 || ((item / 8) >> (p.i - 1) & 1) == 1).ToArray());
        ConcurrentDictionary<PartyId, Gf128[]> seen = [];
        var results = await RunAsync(sets, parties[0], false, (party, values) => seen[party] = values);
        AssertIntersection(sets, results, parties[0], false);

        HashSet<Gf128> values = [];
        for (var some = 1; some < 7; some++)                                            // all but the sum over all three
        {
            for (var item = 0; item < 64; item++)
            {
                var sum = Gf128.Zero;
                for (var i = 0; i < 3; i++) if ((some >> i & 1) == 1) sum += seen[parties[i + 1]][item];
                Assert.NotEqual(Gf128.Zero, sum);
                Assert.True(values.Add(sum), "A value that comes twice tells two items apart from the others.");
            }
        }

        // And the values for items that a party has look as those for items that it has not: the same number of ones, within five deviations.
        foreach (var (party, list) in seen)
        {
            var (has, hasNot) = (list.Where((_, i) => sets[party].Contains(i)), list.Where((_, i) => !sets[party].Contains(i)));
            foreach (var group in new[] { has, hasNot })
            {
                var ones = group.Sum(value => System.Numerics.BitOperations.PopCount(value.Low) + System.Numerics.BitOperations.PopCount(value.High));
                Assert.InRange(ones, 32 * 64 - 5 * 32, 32 * 64 + 5 * 32);               // 32 values of 128 bits: mean 2048, deviation 32
            }
        }
    }

    /// <summary>What a party sees does not depend on the sets of the others, but for the release: sizes alone.</summary>
    [Fact]
    public async Task A_party_sees_sizes_alone()
    {
        var parties = Parties.Named(3);
        async Task<ChannelUsage> Usage(int first) => (await RunPartiesAsync(
            new() { [parties[0]] = [1, 2, 3], [parties[1]] = [first, first + 1, first + 2], [parties[2]] = [1, 2, 3] }, parties[0], false))[parties[1]].Usage[parties[0]];
        Assert.Equal(await Usage(1), await Usage(1000));
    }

    [Fact]
    public async Task The_traffic_is_as_the_spec_says()
    {
        var parties = Parties.Named(3);
        var sets = new Dictionary<PartyId, int[]> { [parties[0]] = [.. Enumerable.Range(0, 500)], [parties[1]] = [.. Enumerable.Range(0, 400)], [parties[2]] = [.. Enumerable.Range(0, 30)] };
        var runs = await RunPartiesAsync(sets, parties[0], true);
        foreach (var party in parties[1..])
        {
            var usage = runs[party].Usage[parties[0]];
            Assert.Equal(MultiPartyPsiCost.Of(500, sets[party].Length, 30).Bytes, usage.BytesSent + usage.BytesReceived);
        }

        var between = runs[parties[1]].Usage[parties[2]];
        Assert.Equal((2, 72 + 16, 1, 72), ((int)between.MessagesSent, (int)between.BytesSent, (int)between.MessagesReceived, (int)between.BytesReceived));
    }

    [Fact]
    public async Task Parties_that_do_not_agree_on_the_run_stop_at_step_1()
    {
        foreach (var change in new Func<MultiPartyPsiOptions, MultiPartyPsiOptions>[]
        {
            options => options with { AllLearn = true }, options => options with { Context = Digest.Of("other", []) }, options => options with { MaximumPeerItems = 2 },
            options => options with { Leader = PartyId.Parse("party-2") },
        })
        {
            var parties = Parties.Named(3);
            var fault = await Assert.ThrowsAsync<PeerFaultException>(() => Parties.RunAsync(parties, (self, channels) =>
            {
                var options = new MultiPartyPsiOptions(Context, parties, parties[0]);
                return PlayAsync(self, channels, [1, 2, 3], self == parties[2] ? change(options) : options, new AnnouncedDealerOle());
            }));
            Assert.Equal("psi-multi-party.1", fault.Step!.Name);
        }
    }

    [Theory]
    [InlineData("short"), InlineData("order"), InlineData("foreign"), InlineData("twice"), InlineData("many")]
    public async Task A_release_that_is_not_of_the_partys_own_items_is_refused(string how)
    {
        var own = new Gf128[3];
        ItemDigests.Hash(Context, Items([1, 2, 3]), own);
        var failures = await TwoParty.FailAsync(
            async channel =>
            {
                await channel.SendAsync(new MatchCount(how == "many" ? 4UL : 2UL));
                var part = Part.OfSize(how == "order" ? 1u : 0u, (how == "short" ? 1 : 2) * Gf128.Size);
                own[0].Write(part.ToFill);
                if (how != "short") (how switch { "foreign" => Gf128.One, "twice" => own[0], _ => own[1] }).Write(part.ToFill[Gf128.Size..]);
                await channel.SendAsync(part);
                await channel.ReceiveAsync<MatchCount>(Step);
            },
            channel => MultiPartyPsi.HearAsync(channel, own, CancellationToken.None));
        Assert.Equal("psi-multi-party.6", Assert.IsType<PeerFaultException>(failures.Receiver).Step!.Name);
    }

    [Theory, InlineData(1, 0), InlineData(0, -1), InlineData(0, 1)]
    public async Task A_store_of_another_size_or_order_is_refused(uint number, int more)
    {
        var parties = Parties.Named(3);
        var ole = new AnnouncedDealerOle();
        Exception? seen = null;
        await Assert.ThrowsAnyAsync<CollabException>(() => Parties.RunAsync(parties, async (self, channels) =>
        {
            var options = new MultiPartyPsiOptions(Context, parties, parties[0]);
            if (self == parties[0])
            {
                seen = await Record.ExceptionAsync(() => PlayAsync(self, channels, [1, 2, 3], options, ole));
                throw seen!;
            }

            if (self != parties[2]) return await PlayAsync(self, channels, [1, 2, 3], options, ole);
            foreach (var channel in channels.Values) await channel.SendAsync(new PartyAnnouncement(Context, options.Form(), channel.Peer == parties[0] ? 3UL : 0));
            foreach (var channel in channels.Values) await channel.ReceiveAsync<PartyAnnouncement>(Step);
            foreach (var channel in channels.Values) await channel.ReceiveAsync<Block>(Step);
            var fork = channels[parties[0]].Fork("psi-multi-party/function");
            var digests = new Gf128[3];
            ItemDigests.Hash(Context, Items([1, 2, 3]), digests);
            var run = new VoleRun(options.ContextOf(self), 3, 3, SecurityModel.SemiHonest, false, 0, 1, ole, RandomSource.Seeded(4), _ => { });
            using var values = await VolePsi.SendFunctionAsync(run, fork, digests, CancellationToken.None);
            await fork.SendAsync(new Block(Gf128.One));
            await fork.SendAsync(Part.OfSize(number, ((int)OkvsParameters.Create(3).Size + more) * Gf128.Size));
            await fork.ReceiveAsync<Part>(Step);
            return null;
        }));
        var fault = Assert.IsType<PeerFaultException>(seen);
        Assert.Equal(("psi-multi-party.4", parties[2]), (fault.Step!.Name, fault.Party));
    }

    [Fact]
    public async Task Equal_items_and_options_out_of_range_are_the_callers_mistakes()
    {
        var parties = Parties.Named(3);
        var ole = new AnnouncedDealerOle();
        var options = new MultiPartyPsiOptions(Context, parties, parties[0]);
        await Assert.ThrowsAsync<ArgumentException>(() => Parties.RunAsync(
            parties, (self, channels) => PlayAsync(self, channels, self == parties[1] ? [1, 1] : [1, 2], options, ole)));
        foreach (var bad in new[]
        {
            options with { Parties = parties[..2] }, options with { Parties = Parties.Named(11) }, options with { Leader = PartyId.Parse("other") },
            options with { Parties = [parties[0], parties[1], parties[1]] }, options with { Parallelism = 0 },
        })
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => MultiPartyPsi.LeadAsync(
                new Dictionary<PartyId, IChannel>(), Items([1]), RandomSource.Seeded(1), bad, ole, CancellationToken.None));
        }
    }

    /// <summary>Every fault on every frame between the leader and one party, the other party being honest.</summary>
    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver)
    {
        var parties = Parties.Named(3);
        var ole = new AnnouncedDealerOle();
        var options = new MultiPartyPsiOptions(Context, parties, parties[0]) { AllLearn = true };
        await Assert.ThrowsAnyAsync<CollabException>(() => Parties.RunAsync(
            parties, (self, channels) => PlayAsync(self, channels, [1, 2, 3], options, ole), null, Faults.At(message, kind, byReceiver)));
    }

    internal static async Task<IReadOnlyDictionary<PartyId, int[]?>> RunAsync(
        Dictionary<PartyId, int[]> sets, PartyId leader, bool allLearn, Action<PartyId, Gf128[]>? seen = null) =>
        (await RunPartiesAsync(sets, leader, allLearn, seen)).ToDictionary(run => run.Key, run => run.Value.Result);

    internal static void AssertIntersection(Dictionary<PartyId, int[]> sets, IReadOnlyDictionary<PartyId, int[]?> results, PartyId leader, bool allLearn)
    {
        var common = sets.Values.Skip(1).Aggregate(sets.Values.First().ToHashSet(), (all, set) =>
        {
            all.IntersectWith(set);
            return all;
        });
        foreach (var (party, set) in sets)
        {
            var expected = Enumerable.Range(0, set.Length).Where(i => common.Contains(set[i])).ToArray();
            Assert.Equal(party == leader || allLearn ? expected : null, results[party]);
        }
    }

    private static Task<IReadOnlyDictionary<PartyId, PartyRun<int[]?>>> RunPartiesAsync(
        Dictionary<PartyId, int[]> sets, PartyId leader, bool allLearn, Action<PartyId, Gf128[]>? seen = null)
    {
        var ole = new DealerOle();
        var options = new MultiPartyPsiOptions(Context, [.. sets.Keys], leader) { AllLearn = allLearn, Seen = seen };
        return Parties.RunAsync([.. sets.Keys], (self, channels) => PlayAsync(self, channels, sets[self], options, ole));
    }

    private static async Task<int[]?> PlayAsync(
        PartyId self, IReadOnlyDictionary<PartyId, IChannel> channels, int[] set, MultiPartyPsiOptions options, IVectorOle ole)
    {
        var random = RandomSource.Seeded(self.Name[^1]);
        return self == options.Leader
            ? await MultiPartyPsi.LeadAsync(channels, Items(set), random, options, ole, CancellationToken.None)
            : await MultiPartyPsi.FollowAsync(self, channels, Items(set), random, options, ole, CancellationToken.None);
    }

    private static ReadOnlyMemory<byte>[] Items(int[] numbers) => [.. numbers.Select(number => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes($"item {number}"))];

    /// <summary>The dealer, but its receiver waits for the sender over the channel, as that of any real one: so it sees when the sender is gone.</summary>
    private sealed class AnnouncedDealerOle : IVectorOle
    {
        private readonly DealerOle _dealer = new();

        public async Task<VoleSender> SendAsync(IChannel channel, int count, RandomSource random, VoleOptions options, CancellationToken cancellation)
        {
            var dealt = await _dealer.SendAsync(channel, count, random, options, cancellation);
            await channel.SendAsync(new Block(Gf128.One), cancellation);
            return dealt;
        }

        public async Task<VoleReceiver> ReceiveAsync(IChannel channel, int count, RandomSource random, VoleOptions options, CancellationToken cancellation)
        {
            await channel.ReceiveAsync<Block>(Step, cancellation);
            return await _dealer.ReceiveAsync(channel, count, random, options, cancellation);
        }
    }
}
