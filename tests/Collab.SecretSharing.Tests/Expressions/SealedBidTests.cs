using System.Buffers.Binary;
using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Expressions;
using Collab.Testing;

namespace Collab.SecretSharing.Tests.Expressions;

/// <summary>What every party receives in an auction of 1,000 bids, word by word: no bid of another but the price that is opened.</summary>
public sealed class SealedBidTests
{
    private static readonly PartyId[] Names = Collab.Testing.Parties.Named(3);
    private static readonly int[] Counts = [400, 350, 250];
    private static readonly Digest Run = Digest.Of("collab.test.program", []);

    [Theory]
    [InlineData("open winner = at_max(bid, serial); best = top(bid, 2); open price = best[2]", SecurityModel.SemiHonest)]
    [InlineData("open winner = at_max(bid, serial); best = top(bid, 2); open price = best[2]", SecurityModel.Malicious)]
    [InlineData("f = -bid; b = order(f, bid); q = order(f, quantity); open price = min(select(running(q) - q < 500, b, 1000000000000)); open total = sum(q)", SecurityModel.SemiHonest)]
    [InlineData("f = -bid; b = order(f, bid); q = order(f, quantity); open price = min(select(running(q) - q < 500, b, 1000000000000)); open total = sum(q)", SecurityModel.Malicious)]
    public async Task No_message_to_anybody_holds_a_bid_but_the_price(string text, SecurityModel security)
    {
        var random = new Random(3);
        var bids = Array.ConvertAll(Counts, count => Enumerable.Range(0, count).Select(_ => random.NextInt64(500_000_000_000, 1_000_000_000_000)).ToArray());
        var quantities = Array.ConvertAll(Counts, count => Enumerable.Range(0, count).Select(_ => random.NextInt64(1, 40)).ToArray());
        var program = JointProgram.Create(text, Names, [new("bid", null, 0, 0, 1_000_000_000_000), new("quantity", null, 0, 0, 40)], [999, 999, 999]);
        var network = new InMemoryNetwork(Names);
        var results = new IReadOnlyList<OpenedValue>?[3];
        var failures = await network.RunAsync(Names.Index().ToDictionary(p => p.Item, p => (Func<Task>)(async () =>
            results[p.Index] = await program.RunAsync(
                p.Item, network.Of(p.Item), new Dictionary<string, long[]> { ["bid"] = bids[p.Index], ["quantity"] = quantities[p.Index] }, Counts[p.Index],
                Names, security, Run, RandomSource.Seeded(p.Index)))));
        Assert.Empty(failures);
        var price = results[0]!.Single(r => r.Name == "price").Units[0];
        var all = bids.SelectMany(b => b).ToList();
        var expected = text.Contains("top", StringComparison.Ordinal)
            ? all.OrderDescending().ElementAt(1)
            : all.Zip(quantities.SelectMany(q => q)).OrderByDescending(b => b.First).Aggregate((Left: 500L, Price: 0L), (s, b) => s.Left > 0 ? (s.Left - b.Second, b.First) : s).Price;
        Assert.Equal(expected, price);

        var secret = all.Where(bid => bid != price).SelectMany(bid => new[] { bid, -bid }).ToHashSet();
        Assert.True(network.Passed.Count > 30);
        foreach (var message in network.Passed)
        {
            for (var i = 0; i + sizeof(long) <= message.Payload.Length; i++)
                if (secret.Contains(BinaryPrimitives.ReadInt64LittleEndian(message.Payload.AsSpan(i)))) Assert.Fail($"A bid in a {message.Type} from {message.From} to {message.To}.");
        }
    }

    [Fact]
    public async Task A_party_that_brings_a_value_out_of_its_range_is_named_before_anything_is_opened()
    {
        foreach (var (value, text) in new[] { (101L, "open m = max(bid)"), (-1L, "open n = count(bid > 50)"), (long.MinValue, "s = sort(bid)\nopen m = s[1]"), (-1L, "s = sort(bid)\nopen m = s[3]"), (long.MaxValue, "s = sort(bid)\nopen m = s[1]") })
        {
            var program = JointProgram.Create(text, Names, [new("bid", null, 0, 0, 100)], [9, 9, 9]);
            var opened = 0;
            var network = new InMemoryNetwork(Names);
            var failures = await network.RunAsync(Names.Index().ToDictionary(p => p.Item, p => (Func<Task>)(async () =>
            {
                await program.RunAsync(
                    p.Item, network.Of(p.Item), new Dictionary<string, long[]> { ["bid"] = p.Index == 1 ? [3, value] : [1, 2] }, 2, Names, SecurityModel.Malicious, Run, RandomSource.Seeded(p.Index));
                Interlocked.Increment(ref opened);
            })));
            if (text.Contains("count", StringComparison.Ordinal))
            {
                Assert.Equal(3, opened); // the count of a party's own rows is worked out at home, and is in its range whatever its rows are
                continue;
            }

            Assert.Equal(0, opened);
            Assert.Contains(failures.Values, f => f is PeerFaultException fault && fault.Party == Names[1] && fault.Step == JointProgram.RangeStep);
        }
    }

    [Fact]
    public async Task Parties_that_tell_different_counts_stop_at_once()
    {
        var program = JointProgram.Create("open m = max(bid)", Names, [new("bid", null, 0, 0, 100)], [9, 9, 9]);
        foreach (var count in new[] { 0, 3, 10, -1 })
        {
            var network = new InMemoryNetwork(Names, passed =>
            {
                if (passed is not { Type: nameof(RowCounts), Index: 0 } || passed.From != Names[0] || passed.To != Names[1]) return passed.Payload;
                var told = new byte[sizeof(int)];
                BinaryPrimitives.WriteInt32LittleEndian(told, count);
                return told;
            });
            var failures = await network.RunAsync(Names.Index().ToDictionary(p => p.Item, p => (Func<Task>)(() =>
                program.RunAsync(p.Item, network.Of(p.Item), new Dictionary<string, long[]> { ["bid"] = [1, 2] }, 2, Names, SecurityModel.SemiHonest, Run, RandomSource.Seeded(p.Index)))));
            Assert.Equal(3, failures.Count);
            Assert.Contains(failures.Values, f => f is PeerFaultException);
        }
    }

    [Theory]
    [InlineData("open r = sum(bid)")]
    [InlineData("open r = count(bid > 50) * max(quantity)")]
    [InlineData("open r = sort(bid)")]
    [InlineData("m = max(bid)\nopen r = count(bid == m)\nopen s = inner(sort(bid), sort(quantity))")]
    public async Task What_is_said_of_messages_and_bytes_is_near_what_passes(string text)
    {
        foreach (var (parties, security, dealer) in new (int, SecurityModel, PartyId?)[] { (3, SecurityModel.SemiHonest, null), (3, SecurityModel.Malicious, null), (2, SecurityModel.SemiHonest, null), (2, SecurityModel.SemiHonest, Names[2]) })
        {
            PartyId[] names = parties == 3 ? Names : dealer is not null ? Names[..2] : [TwoParty.Sender, TwoParty.Receiver];
            int[] rows = [.. Enumerable.Repeat(300, parties)];
            var program = JointProgram.Create(text, names, [new("bid", null, 0, 0, 100), new("quantity", null, 0, 0, 40)], [.. rows.Select(_ => 999)], dealer);
            long[] values = [.. Enumerable.Range(0, 300).Select(i => (long)(i % 41))];
            Task<IReadOnlyList<OpenedValue>?> PartAsync(int p, IReadOnlyDictionary<PartyId, IChannel> channels) => program.RunAsync(
                names[p], channels, new Dictionary<string, long[]> { ["bid"] = values, ["quantity"] = values }, 300, names, security, Run, RandomSource.Seeded(p));
            double messages, bytes;
            if (parties == 2 && dealer is null)
            {
                var run = await TwoParty.RunAsync(
                    channel => PartAsync(0, new Dictionary<PartyId, IChannel> { [names[1]] = channel }), channel => PartAsync(1, new Dictionary<PartyId, IChannel> { [names[0]] = channel }));
                (messages, bytes) = (run.Usage.MessagesSent + run.Usage.MessagesReceived, run.Usage.BytesSent + run.Usage.BytesReceived);
            }
            else
            {
                var network = new InMemoryNetwork(Names);
                var parts = names.Index().ToDictionary(p => p.Item, p => (Func<Task>)(() => PartAsync(p.Index, network.Of(p.Item))));
                if (dealer is not null) parts[dealer] = () => program.DealAsync(network.Of(dealer), RandomSource.Seeded(3));
                Assert.Empty(await network.RunAsync(parts));
                (messages, bytes) = (network.Passed.Count, network.Passed.Sum(m => (double)m.Payload.Length));
            }

            var outlook = program.Describe(security, rows);
            Assert.True(outlook.Messages / messages is > 0.5 and < 3 && outlook.Bytes / bytes is > 0.5 and < 3, $"{text} {parties} {security} {dealer}: said {outlook.Messages} and {outlook.Bytes}, passed {messages} and {bytes}");
        }
    }
}
