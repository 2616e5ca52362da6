using System.Collections.Concurrent;
using System.Text;
using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.MultiParty;
using Collab.Psi.Tests.Circuit;
using Collab.Psi.Threshold;
using Collab.Psi.Vole;
using Collab.Testing;

namespace Collab.Psi.Tests.Threshold;

public class ThresholdPsiTests
{
    private static readonly Digest Context = Digest.Of("collab.test.psi-threshold", []);
    private static readonly StepId Step = new("test");

    [Theory]
    [InlineData(3, 1, 60), InlineData(4, 2, 300), InlineData(5, 5, 40), InlineData(10, 3, 20)]
    public async Task The_leader_learns_which_of_its_items_are_in_enough_sets_for_every_threshold(int count, int leader, int size)
    {
        var random = new Random((count * 100) + size);
        var parties = Parties.Named(count);
        for (var threshold = 2; threshold <= count; threshold++)
        {
            var sets = parties.ToDictionary(
                party => party, _ => Enumerable.Range(0, 2 * size).Where(_ => random.Next(10) < 5).OrderBy(_ => random.Next()).ToArray());
            Assert.Equal(Expected(sets, parties[leader - 1], threshold), await RunAsync(sets, parties[leader - 1], threshold));
        }
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2), InlineData(12)]
    public async Task An_empty_set_holds_nothing_of_anybody(int empty)
    {
        var parties = Parties.Named(3);
        var sets = parties.Index().ToDictionary(p => p.Item, p => p.Index == empty || (empty == 12 && p.Index > 0) ? [] : new[] { 1, 2, 3 });
        Assert.Equal(Expected(sets, parties[0], 2), await RunAsync(sets, parties[0], 2));
    }

    [Fact]
    public async Task Very_unequal_sets_over_the_silent_vector_OLE()
    {
        var parties = Parties.Named(3);
        var sets = new Dictionary<PartyId, int[]>
        {
            [parties[0]] = [1, 7, 3000, 5000], [parties[1]] = [.. Enumerable.Range(0, 4000)], [parties[2]] = [3000, 9],
        };
        Assert.Equal(new[] { 0, 1, 2 }, await RunAsync(sets, parties[0], 2, SilentVectorOle.Instance));
        Assert.Equal(new[] { 0 }, await RunAsync(sets, parties[2], 3));
    }

    /// <summary>
    /// The hidden thing: in which and in how many sets an item is. What the leader opens is shares of all parties; any sum of fewer than all of
    /// them is as many ones as zeros over the items of every count.
    /// </summary>
    [Fact]
    public async Task No_sum_of_fewer_shares_than_all_tells_the_leader_a_count()
    {
        const int each = 400;
        var parties = Parties.Named(4);
        // Every subset of the three others has 400 items of the leader.
        var sets = parties.Index().ToDictionary(
            p => p.Item, p => Enumerable.Range(0, 8 * each).Where(item => p.Index == 0 || ((item / each) >> (p.Index - 1) & 1) == 1).ToArray());
        ConcurrentDictionary<PartyId, BitVector> seen = [];
        IReadOnlyList<int>? places = null;
        var result = await RunAsync(sets, parties[0], 3, seen: (party, bits, items) => (seen[party], places) = (bits, items));
        Assert.Equal(Expected(sets, parties[0], 3), result);
        Assert.Equal(4, seen.Count);
        for (var some = 1; some < 15; some++)
        {
            var ones = new int[8];
            for (var bin = 0; bin < places!.Count; bin++)
            {
                if (places[bin] < 0) continue;
                for (var i = 0; i < 4; i++) if ((some >> i & 1) == 1 && seen[parties[i]][bin]) ones[places[bin] / each] ^= 1 << 30;
                ones[places[bin] / each] = (ones[places[bin] / each] & ~(1 << 30)) + (ones[places[bin] / each] >> 30);
            }

            Assert.All(ones, count => Assert.InRange(count, (each / 2) - 60, (each / 2) + 60));         // six deviations of 10
        }
    }

    /// <summary>All that passes has the same number and size of messages, whatever the sets of that size: all items in all sets, or none.</summary>
    [Fact]
    public async Task Views_have_one_shape_whatever_the_counts()
    {
        var parties = Parties.Named(3);
        async Task<IReadOnlyList<ChannelUsage>> ShapeAsync(int first, int second)
        {
            var runs = await RunPartiesAsync(
                new() { [parties[0]] = [.. Enumerable.Range(0, 50)], [parties[1]] = [.. Enumerable.Range(first, 50)], [parties[2]] = [.. Enumerable.Range(second, 50)] },
                parties[0], 2);
            return [.. parties.SelectMany(p => parties.Where(q => q != p).Select(q => runs[p].Usage[q]))];
        }

        var none = await ShapeAsync(1000, 2000);
        Assert.Equal(none, await ShapeAsync(0, 0));
        Assert.Equal(none, await ShapeAsync(0, 2000));
    }

    [Theory, InlineData(2), InlineData(3)]
    public async Task The_traffic_is_as_the_spec_says(int threshold)
    {
        var parties = Parties.Named(3);
        var sets = new Dictionary<PartyId, int[]> { [parties[0]] = [.. Enumerable.Range(0, 500)], [parties[1]] = [.. Enumerable.Range(0, 400)], [parties[2]] = [.. Enumerable.Range(0, 30)] };
        var runs = await RunPartiesAsync(sets, parties[0], threshold, new SeededOle());
        foreach (var party in parties[1..])
        {
            Assert.Equal(ThresholdPsiCost.WithLeader(500, sets[party].Length, 3, threshold).Bytes, Bytes(runs[party].Transcripts[parties[0]]));
        }

        Assert.Equal(ThresholdPsiCost.BetweenOthers(500, 3, threshold).Bytes, Bytes(runs[parties[1]].Transcripts[parties[2]]));

        static long Bytes(Transcript transcript) => transcript.Sent.Channels.Concat(transcript.Received.Channels)
            .Where(channel => !channel.Label.Contains("transfers", StringComparison.Ordinal)).Sum(channel => channel.Bytes);
    }

    [Fact]
    public async Task Parties_that_do_not_agree_on_the_run_stop_at_step_1()
    {
        foreach (var change in new Func<ThresholdPsiOptions, ThresholdPsiOptions>[]
        {
            options => options with { Threshold = 3 }, options => options with { Context = Digest.Of("other", []) }, options => options with { MaximumPeerItems = 2 },
            options => options with { Leader = PartyId.Parse("party-2") },
        })
        {
            var parties = Parties.Named(3);
            var fault = await Assert.ThrowsAsync<PeerFaultException>(() => Parties.RunAsync(parties, (self, channels) =>
            {
                var options = new ThresholdPsiOptions(Context, parties, parties[0], 2);
                return PlayAsync(self, channels, [1, 2, 3], self == parties[2] ? change(options) : options, new SeededOle());
            }));
            Assert.Equal("psi-threshold.1", fault.Step!.Name);
        }
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public async Task An_output_share_of_another_size_or_with_ones_beyond_its_end_is_refused(int how)
    {
        var failures = await TwoParty.FailAsync(
            async channel =>
            {
                await channel.SendAsync(new BitsMessage(how switch { 0 => new byte[1], 1 => new byte[3], _ => new byte[] { 0, 4 } }));
                await channel.ReceiveAsync<BitsMessage>(Step);
            },
            async channel => (await channel.ReceiveAsync<BitsMessage>(Step)).ToBits(10, channel.Peer, Step));
        Assert.Equal("test", Assert.IsType<PeerFaultException>(failures.Receiver).Step!.Name);
    }

    [Fact]
    public async Task Options_out_of_range_are_the_callers_mistakes()
    {
        var parties = Parties.Named(3);
        var options = new ThresholdPsiOptions(Context, parties, parties[0], 2);
        foreach (var bad in new[]
        {
            options with { Parties = parties[..2] }, options with { Parties = Parties.Named(11) }, options with { Leader = PartyId.Parse("other") },
            options with { Threshold = 1 }, options with { Threshold = 4 }, options with { Parallelism = 0 },
        })
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => ThresholdPsi.LeadAsync(
                new Dictionary<PartyId, IChannel>(), Items([1]), RandomSource.Seeded(1), bad, new SeededOle(), CancellationToken.None));
        }
    }

    /// <summary>Every fault on every frame between the leader and one party, the other party being honest; the messages are counted in a run without one.</summary>
    [Theory, InlineData(FaultKind.Drop), InlineData(FaultKind.Truncate), InlineData(FaultKind.Flip)]
    public async Task A_broken_message_never_yields_a_silent_result(FaultKind kind)
    {
        var parties = Parties.Named(3);
        var sets = parties.ToDictionary(party => party, _ => new[] { 1, 2, 3 });
        var usage = (await RunPartiesAsync(sets, parties[0], 2, new SeededOle()))[parties[0]].Usage[parties[1]];
        var options = new ThresholdPsiOptions(Context, parties, parties[0], 2);
        foreach (var (message, byReceiver) in Enumerable.Range(0, (int)usage.MessagesSent).Select(i => (i, false))
            .Concat(Enumerable.Range(0, (int)usage.MessagesReceived).Select(i => (i, true))))
        {
            var failure = await Record.ExceptionAsync(() => Parties.RunAsync(
                parties, (self, channels) => PlayAsync(self, channels, sets[self], options, new SeededOle()), null, Faults.At(message, kind, byReceiver)));
            Assert.True(failure is CollabException, $"{kind} of message {message} {(byReceiver ? "from" : "to")} the party gave {failure?.GetType().Name ?? "a result"}.");
        }
    }

    private static int[] Expected(Dictionary<PartyId, int[]> sets, PartyId leader, int threshold) =>
        [.. sets[leader].Index().Where(item => sets.Values.Count(set => set.Contains(item.Item)) >= threshold).Select(item => item.Index)];

    private static async Task<int[]> RunAsync(
        Dictionary<PartyId, int[]> sets, PartyId leader, int threshold, IVectorOle? ole = null, Action<PartyId, BitVector, IReadOnlyList<int>?>? seen = null) =>
        (await RunPartiesAsync(sets, leader, threshold, ole ?? new SeededOle(), seen))[leader].Result!;

    private static Task<IReadOnlyDictionary<PartyId, PartyRun<int[]?>>> RunPartiesAsync(
        Dictionary<PartyId, int[]> sets, PartyId leader, int threshold, IVectorOle? ole = null, Action<PartyId, BitVector, IReadOnlyList<int>?>? seen = null)
    {
        var options = new ThresholdPsiOptions(Context, [.. sets.Keys], leader, threshold) { Seen = seen };
        return Parties.RunAsync([.. sets.Keys], (self, channels) => PlayAsync(self, channels, sets[self], options, ole ?? new SeededOle()));
    }

    private static async Task<int[]?> PlayAsync(
        PartyId self, IReadOnlyDictionary<PartyId, IChannel> channels, int[] set, ThresholdPsiOptions options, IVectorOle ole)
    {
        var random = RandomSource.Seeded(self.Name[^1]);
        if (self == options.Leader) return await ThresholdPsi.LeadAsync(channels, Items(set), random, options, ole, CancellationToken.None);
        await ThresholdPsi.FollowAsync(self, channels, Items(set), random, options, ole, CancellationToken.None);
        return null;
    }

    private static ReadOnlyMemory<byte>[] Items(int[] numbers) => [.. numbers.Select(number => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes($"item {number}"))];
}
