using System.Numerics;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Tests.Boolean;
using Collab.Testing;

namespace Collab.Psi.Tests.Circuit;

public class JoinedTotalsTests
{
    private static readonly CircuitPsiOptions Options = new(Digest.Of("collab.test.joined", []), new CircuitPlan());

    /// <summary>x at the sender with its square, y at the receiver with its square: what a correlation needs.</summary>
    private static readonly JoinedPlan Pair = new()
    {
        OfSender = [new(-1000, 1000), new(0, 1_000_000)],
        OfReceiver = [new(-77, 300), new(0, 90_000)],
        Terms = [new(null, null), new(0, null), new(null, 0), new(1, null), new(null, 1), new(0, 0)],
    };

    public static TheoryData<int, FaultKind, bool> EveryFault
    {
        get
        {
            var rows = new TheoryData<int, FaultKind, bool>();
            foreach (var (message, kind, byReceiver) in Faults.Every(SentOfSmall, ReceivedOfSmall)) rows.Add(message, kind, byReceiver);
            return rows;
        }
    }

    private const int SentOfSmall = 22;
    private const int ReceivedOfSmall = 19;

    private static readonly JoinedPlan Small = new()
    {
        OfSender = [new(-8, 8)], OfReceiver = [new(-1, 2)], Terms = [new(null, null), new(0, null), new(null, 0), new(0, 0)],
    };

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 3, 2)]
    [InlineData(90, 70, 23)]
    [InlineData(1500, 700, 400)]
    [InlineData(20, 1100, 20)]
    public async Task Sums_squares_and_products_of_a_pair_of_columns_are_those_of_the_plain_join(int senderCount, int receiverCount, int common)
    {
        var (sender, receiver) = CircuitPsiTests.Sets(senderCount, receiverCount, common);
        var random = RandomSource.Seeded(9);
        var x = Draw(random, new(-1000, 1000), senderCount);
        var y = Draw(random, new(-77, 300), receiverCount);
        (x[0], y[0]) = (-1000, -77);
        Int128[][] left = [x, Squares(x)], right = [y, Squares(y)];
        var run = await RunWithUsageAsync(sender, left, receiver, right, Pair);
        Assert.Equal(Plain(sender, left, receiver, right, Pair), run.Totals);
        Assert.Equal(CircuitPsiCost.OfJoined(senderCount, receiverCount, Pair, TransferForm.Extension).Bytes, run.Usage.BytesSent + run.Usage.BytesReceived);
    }

    [Fact]
    public async Task Random_plans_over_random_tables_agree_with_the_plain_join()
    {
        var random = RandomSource.Seeded(31);
        for (var round = 0; round < 25; round++)
        {
            int n = 1 + Next(120), m = 1 + Next(120), p = Next(4), q = Next(4);
            var (sender, receiver) = CircuitPsiTests.Sets(n, m, 1 + Next(Math.Min(n, m)), round);
            JoinedColumn[] ofSender = [.. Enumerable.Range(0, p).Select(_ => Column())], ofReceiver = [.. Enumerable.Range(0, q).Select(_ => Column())];
            var terms = Enumerable.Range(0, 1 + Next(6)).Select(_ => new JoinedTerm(Index(p), Index(q))).ToArray();
            var plan = new JoinedPlan { OfSender = ofSender, OfReceiver = ofReceiver, Terms = terms };
            Int128[][] left = [.. ofSender.Select(column => Draw(random, column, n))], right = [.. ofReceiver.Select(column => Draw(random, column, m))];
            Assert.Equal(Plain(sender, left, receiver, right, plan), await RunAsync(sender, left, receiver, right, plan));
        }

        int Next(int bound) => (int)(random.NextUInt64() % (ulong)bound);
        int? Index(int count) => Next(count + 1) is var at && at == count ? null : at;
        JoinedColumn Column()
        {
            var least = (Int128)unchecked((long)random.NextUInt64()) >> Next(60);
            return new(least >> 20, (least >> 20) + (1 << Next(20)) - 1);
        }
    }

    [Fact]
    public async Task Totals_next_to_the_bound_do_not_wrap()
    {
        var largest = (Int128.One << 60) - 1;
        var plan = new JoinedPlan
        {
            OfSender = [new(-largest, largest)], OfReceiver = [new(-(Int128.One << 42), Int128.One << 42)], Terms = [new(0, 0)],
        };
        var (sender, receiver) = CircuitPsiTests.Sets(40, 40, 40);
        Int128[][] left = [[.. Enumerable.Repeat(-largest, 40)]], right = [[.. Enumerable.Repeat(Int128.One << 42, 40)]];
        Assert.Equal([-40 * (((BigInteger)1 << 60) - 1) << 42], await RunAsync(sender, left, receiver, right, plan));
    }

    /// <summary>Group at the sender, value and second group at the receiver: counts of a table, sums and squares of each sample.</summary>
    [Fact]
    public async Task Tables_and_group_sums_need_every_cell_to_reach_the_smallest_group()
    {
        var (sender, receiver) = CircuitPsiTests.Sets(60, 60, 40);
        Int128[] group = [.. Enumerable.Range(0, 60).Select(i => (Int128)(i % 2))], other = [.. group.Select(g => 1 - g)];
        Int128[] level = [.. Enumerable.Range(0, 60).Select(i => (Int128)(i % 4 < 2 ? 1 : 0))], value = [.. Enumerable.Range(0, 60).Select(i => (Int128)(i - 20))];
        Int128[][] left = [group, other], right = [level, value, Squares(value)];
        var plan = new JoinedPlan
        {
            OfSender = [JoinedColumn.Indicator, JoinedColumn.Indicator], OfReceiver = [JoinedColumn.Indicator, new(-20, 39), new(0, 1600)],
            Terms = [new(0, 0, true), new(1, 0, true), new(0, null, true), new(1, null, true), new(0, 1), new(1, 1), new(0, 2), new(1, 2)],
        };
        var expected = Plain(sender, left, receiver, right, plan);
        var smallest = (int)expected.Take(4).Min();
        var run = await RunWithUsageAsync(sender, left, receiver, right, plan with { MinimumGroup = smallest });
        Assert.Equal(expected, run.Totals);
        Assert.Equal(CircuitPsiCost.OfJoined(60, 60, plan, TransferForm.Extension).Bytes, run.Usage.BytesSent + run.Usage.BytesReceived);
        await RefusedAsync(sender, left, receiver, right, plan with { MinimumGroup = smallest + 1 });
    }

    [Theory]
    [InlineData(50, 50, 9, 10)]
    [InlineData(50, 50, 0, 1)]
    [InlineData(0, 10, 0, 1)]
    [InlineData(10, 0, 0, 1)]
    [InlineData(0, 0, 0, 1)]
    public async Task Fewer_matches_than_the_smallest_group_are_refused_at_both_and_nothing_is_opened(int senderCount, int receiverCount, int common, int least)
    {
        var (sender, receiver) = CircuitPsiTests.Sets(senderCount, receiverCount, common);
        Int128[][] left = [new Int128[senderCount]], right = [new Int128[receiverCount]];
        await RefusedAsync(sender, left, receiver, right, Small with { MinimumGroup = least });
    }

    [Fact]
    public async Task Traffic_tells_neither_how_many_rows_match_nor_what_is_in_them()
    {
        ChannelUsage? seen = null;
        foreach (var common in new[] { 1, 40, 80 })
        {
            var (sender, receiver) = CircuitPsiTests.Sets(80, 80, common);
            Int128[][] left = [[.. Enumerable.Repeat((Int128)(common % 9), 80)]], right = [[.. Enumerable.Repeat((Int128)(common % 3), 80)]];
            var run = await RunWithUsageAsync(sender, left, receiver, right, Small);
            Assert.Equal(seen ?? run.Usage, run.Usage);
            seen = run.Usage;
        }
    }

    [Fact]
    public async Task The_whole_protocol_runs_over_its_own_transfers()
    {
        var (sender, receiver) = CircuitPsiTests.Sets(60, 50, 30);
        var random = RandomSource.Seeded(4);
        Int128[][] left = [Draw(random, new(-8, 8), 60)], right = [Draw(random, new(-1, 2), 50)];
        var run = await TwoParty.RunAsync(
            async channel =>
            {
                await JoinedTotals.SendAsync(channel, sender, Memory(left), Small, RandomSource.System, Options);
                return true;
            },
            channel => JoinedTotals.ReceiveAsync(channel, receiver, Memory(right), Small, RandomSource.System, Options));
        Assert.Equal(Plain(sender, left, receiver, right, Small), run.Receiver);
    }

    [Fact]
    public async Task The_fault_table_covers_every_message()
    {
        var (sender, receiver) = CircuitPsiTests.Sets(40, 30, 20);
        var run = await RunWithUsageAsync(sender, [new Int128[40]], receiver, [new Int128[30]], Small);
        Assert.Equal((SentOfSmall, ReceivedOfSmall), (run.Usage.MessagesSent, run.Usage.MessagesReceived));
    }

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver)
    {
        var (sender, receiver) = CircuitPsiTests.Sets(40, 30, 20);
        var dealer = new SeededOle();
        var failures = await TwoParty.FailAsync(
            channel => SendAsync(channel, sender, [new Int128[40]], Small, dealer), channel => ReceiveAsync(channel, receiver, [new Int128[30]], Small, dealer),
            Faults.At(message, kind, byReceiver));
        Assert.True(failures.Sender is not null || failures.Receiver is not null);
        foreach (var failure in new[] { failures.Sender, failures.Receiver }) Assert.True(failure is null or CollabException or IOException, $"{failure}");
    }

    [Fact]
    public async Task Another_plan_is_refused_at_step_1()
    {
        var (sender, receiver) = CircuitPsiTests.Sets(40, 30, 20);
        foreach (var other in new[]
        {
            Small with { MinimumGroup = 2 }, Small with { OfSender = [new(-8, 9)] }, Small with { OfReceiver = [new(-1, 1)] },
            Small with { Terms = [new(null, null)] }, Small with { Terms = [new(null, null, true), new(0, null), new(null, 0), new(0, 0)] },
        })
        {
            var dealer = new SeededOle();
            var failures = await TwoParty.FailAsync(
                channel => SendAsync(channel, sender, [new Int128[40]], other, dealer), channel => ReceiveAsync(channel, receiver, [new Int128[30]], Small, dealer));
            Assert.Contains(new[] { failures.Sender, failures.Receiver }, failure => failure is PeerFaultException { Step.Name: "psi-circuit.1" });
        }
    }

    [Fact]
    public async Task Values_outside_their_range_and_plans_that_could_wrap_are_refused_before_anything_is_sent()
    {
        await IsRefused<ArgumentException>(Small, [9]);
        await IsRefused<ArgumentException>(Small, [-9]);
        await IsRefused<ArgumentException>(Small, [1, 2]);
        await IsRefused<ArgumentException>(Small with { OfSender = [new(3, 2)] }, [3]);
        await IsRefused<ArgumentException>(Small with { Terms = [new(1, 0)] }, [3]);
        await IsRefused<ArgumentException>(Small with { Terms = [new(-1, 0)] }, [3]);
        await IsRefused<ArgumentException>(Small with { Terms = [] }, [3]);
        await IsRefused<ArgumentException>(Small with { Terms = [new(0, 0, true)] }, [3]);
        await IsRefused<ArgumentException>(Small with { MinimumGroup = 0 }, [3]);
        await IsRefused<InsecureParametersException>(Small with { OfSender = [new(0, Int128.One << 102)] }, [3]); // times 2, times 2^24 rows: 2^127
        await IsRefused<InsecureParametersException>(Small with { OfSender = [new(Int128.MinValue, 0)], Terms = [new(0, null)] }, [0]);

        static async Task IsRefused<T>(JoinedPlan plan, Int128[] column) where T : Exception
        {
            var (sender, _) = CircuitPsiTests.Sets(1, 1, 1);
            var failures = await TwoParty.FailAsync(
                channel => SendAsync(channel, sender, [column], plan, new SeededOle()),
                async channel => await channel.ReceiveAsync<CircuitAnnouncement>(new StepId("test.1")));
            Assert.IsAssignableFrom<T>(failures.Sender);
            Assert.NotNull(failures.Receiver); // nothing came
        }
    }

    private static async Task RefusedAsync(ReadOnlyMemory<byte>[] sender, Int128[][] left, ReadOnlyMemory<byte>[] receiver, Int128[][] right, JoinedPlan plan)
    {
        var dealer = new SeededOle();
        var failures = await TwoParty.FailAsync(channel => SendAsync(channel, sender, left, plan, dealer), channel => ReceiveAsync(channel, receiver, right, plan, dealer));
        foreach (var failure in new[] { failures.Sender, failures.Receiver })
            Assert.Equal("psi.group-too-small", Assert.IsType<CollabException>(failure).Code.Name);
    }

    private static async Task<IReadOnlyList<BigInteger>> RunAsync(
        ReadOnlyMemory<byte>[] sender, Int128[][] left, ReadOnlyMemory<byte>[] receiver, Int128[][] right, JoinedPlan plan) =>
        (await RunWithUsageAsync(sender, left, receiver, right, plan)).Totals;

    private static async Task<(IReadOnlyList<BigInteger> Totals, ChannelUsage Usage)> RunWithUsageAsync(
        ReadOnlyMemory<byte>[] sender, Int128[][] left, ReadOnlyMemory<byte>[] receiver, Int128[][] right, JoinedPlan plan)
    {
        var dealer = new SeededOle();
        var run = await TwoParty.RunAsync(channel => SendAsync(channel, sender, left, plan, dealer), channel => ReceiveAsync(channel, receiver, right, plan, dealer));
        return (run.Receiver, run.Usage);
    }

    private static async Task<bool> SendAsync(IChannel channel, ReadOnlyMemory<byte>[] items, Int128[][] columns, JoinedPlan plan, SeededOle dealer)
    {
        await JoinedTotals.SendAsync(channel, items, Memory(columns), plan, RandomSource.System, Options, dealer, new DealtTransfers(BooleanParty.First), default);
        return true;
    }

    private static Task<IReadOnlyList<BigInteger>> ReceiveAsync(IChannel channel, ReadOnlyMemory<byte>[] items, Int128[][] columns, JoinedPlan plan, SeededOle dealer) =>
        JoinedTotals.ReceiveAsync(channel, items, Memory(columns), plan, RandomSource.System, Options, dealer, new DealtTransfers(BooleanParty.Second), default);

    private static ReadOnlyMemory<Int128>[] Memory(Int128[][] columns) => [.. columns.Select(column => (ReadOnlyMemory<Int128>)column)];

    private static Int128[] Squares(Int128[] column) => [.. column.Select(value => value * value)];

    private static Int128[] Draw(RandomSource random, JoinedColumn column, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => column.Least + (Int128)((UInt128)random.NextUInt64() % ((UInt128)(column.Largest - column.Least) + 1)))];

    private static BigInteger[] Plain(ReadOnlyMemory<byte>[] sender, Int128[][] left, ReadOnlyMemory<byte>[] receiver, Int128[][] right, JoinedPlan plan)
    {
        var held = Enumerable.Range(0, receiver.Length).ToDictionary(i => Convert.ToHexString(receiver[i].Span));
        var pairs = Enumerable.Range(0, sender.Length).Where(i => held.ContainsKey(Convert.ToHexString(sender[i].Span)))
            .Select(i => (Sender: i, Receiver: held[Convert.ToHexString(sender[i].Span)])).ToArray();
        return [.. plan.Terms.Select(term => pairs.Aggregate(BigInteger.Zero, (sum, row) => sum
            + ((term.OfSender is { } s ? (BigInteger)left[s][row.Sender] : 1) * (term.OfReceiver is { } r ? (BigInteger)right[r][row.Receiver] : 1))))];
    }
}
