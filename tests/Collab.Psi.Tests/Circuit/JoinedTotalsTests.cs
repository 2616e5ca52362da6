using System.Numerics;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Tests.Boolean;
using Collab.Testing;
using static Collab.Psi.Tests.Circuit.JoinedRuns;

namespace Collab.Psi.Tests.Circuit;

public class JoinedTotalsTests
{
    /// <summary>x at the sender with its square, y at the receiver with its square: what a correlation needs.</summary>
    private static readonly JoinedPlan Pair = new()
    {
        OfSender = [new(-1000, 1000), new(0, 1_000_000)],
        OfReceiver = [new(-77, 300), new(0, 90_000)],
        Terms = [new(null, null), new(0, null), new(null, 0), new(1, null), new(null, 1), new(0, 0)],
        Gates = AllRows(),
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

    private const int SentOfSmall = 24;
    private const int ReceivedOfSmall = 21;

    private static readonly JoinedPlan Small = new()
    {
        OfSender = [new(-8, 8)], OfReceiver = [new(-1, 2)], Terms = [new(null, null), new(0, null), new(null, 0), new(0, 0)],
        Gates = AllRows(), SubsetOfSender = 63, SubsetOfReceiver = 0,
    };

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 3, 2)]
    [InlineData(90, 70, 23)]
    [InlineData(1500, 700, 400)]
    [InlineData(20, 1100, 20)]
    public async Task Sums_squares_and_products_of_a_pair_of_columns_are_those_of_the_plain_join(int senderCount, int receiverCount, int common)
    {
        var random = RandomSource.Seeded(9);
        var x = Draw(random, new(-1000, 1000), senderCount);
        var y = Draw(random, new(-77, 300), receiverCount);
        (x[0], y[0]) = (-1000, -77);
        var (sender, receiver) = Tables(senderCount, receiverCount, common, [x, Squares(x)], [y, Squares(y)]);
        var run = await RunWithUsageAsync(sender, receiver, Pair);
        Assert.Equal(Plain(sender, receiver, Pair), run.Totals);
        Assert.Equal(CircuitPsiCost.OfJoined(senderCount, receiverCount, [Pair], TransferForm.Extension).Bytes, run.Usage.BytesSent + run.Usage.BytesReceived);
    }

    [Fact]
    public async Task Random_plans_over_random_tables_agree_with_the_plain_join()
    {
        var random = RandomSource.Seeded(31);
        for (var round = 0; round < 25; round++)
        {
            int n = 1 + Next(120), m = 1 + Next(120), p = Next(4), q = Next(4);
            var common = 1 + Next(Math.Min(n, m));
            JoinedColumn[] ofSender = [.. Enumerable.Range(0, p).Select(_ => Column())], ofReceiver = [.. Enumerable.Range(0, q).Select(_ => Column())];
            JoinedTerm[] terms = [.. Enumerable.Range(0, 1 + Next(6)).Select(_ => new JoinedTerm(Index(p), Index(q))), JoinedTerm.Rows];
            var plan = new JoinedPlan { OfSender = ofSender, OfReceiver = ofReceiver, Terms = terms, Gates = AllRows(terms.Length - 1) };
            var (sender, receiver) = Tables(
                n, m, common, [.. ofSender.Select(column => Draw(random, column, n))], [.. ofReceiver.Select(column => Draw(random, column, m))], round);
            Assert.Equal(Plain(sender, receiver, plan), await RunAsync(sender, receiver, plan));
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
            OfSender = [new(-largest, largest)], OfReceiver = [new(-(Int128.One << 42), Int128.One << 42)], Terms = [new(0, 0), JoinedTerm.Rows], Gates = AllRows(1),
        };
        var (sender, receiver) = Tables(40, 40, 40, [[.. Enumerable.Repeat(-largest, 40)]], [[.. Enumerable.Repeat(Int128.One << 42, 40)]]);
        Assert.Equal([-40 * (((BigInteger)1 << 60) - 1) << 42, 40], await RunAsync(sender, receiver, plan));
    }

    /// <summary>Group at the sender, value and second group at the receiver: counts of a table, sums and squares of each sample.</summary>
    [Fact]
    public async Task Tables_and_group_sums_need_every_cell_to_reach_the_smallest_group()
    {
        Int128[] group = [.. Enumerable.Range(0, 60).Select(i => (Int128)(i % 2))], other = [.. group.Select(g => 1 - g)];
        Int128[] level = [.. Enumerable.Range(0, 60).Select(i => (Int128)(i % 4 < 2 ? 1 : 0))], value = [.. Enumerable.Range(0, 60).Select(i => (Int128)(i - 20))];
        var (sender, receiver) = Tables(60, 60, 40, [group, other], [level, value, Squares(value)]);
        var plan = new JoinedPlan
        {
            OfSender = [JoinedColumn.Indicator, JoinedColumn.Indicator], OfReceiver = [JoinedColumn.Indicator, new(-20, 39), new(0, 1600)],
            Terms = [new(0, 0), new(1, 0), new(0, null), new(1, null), new(0, 1), new(1, 1), new(0, 2), new(1, 2)],
            Gates = [[new((1, 0)), new((1, 1)), new((1, 2)), new((1, 3)), new((1, 2), (-1, 0))]],
        };
        var expected = Plain(sender, receiver, plan);
        var smallest = (int)expected.Take(4).Append(expected[2] - expected[0]).Min();
        var run = await RunWithUsageAsync(sender, receiver, plan with { MinimumGroup = smallest });
        Assert.Equal(expected, run.Totals);
        Assert.Equal(CircuitPsiCost.OfJoined(60, 60, [plan], TransferForm.Extension).Bytes, run.Usage.BytesSent + run.Usage.BytesReceived);
        await RefusedAsync(sender, receiver, plan with { MinimumGroup = smallest + 1 });

        JoinedPlan With(int level) => plan with // a count has what it must reach to itself; one taken with −1 that must reach 0 says that there is no row
        {
            MinimumGroup = 1000, Gates = [[new((1, 0)) { Minimum = level }, new((-1, 0), (1, 0)) { Minimum = 0 }]],
        };
        Assert.Equal(expected, (await RunWithUsageAsync(sender, receiver, With((int)expected[0]))).Totals);
        await RefusedAsync(sender, receiver, With((int)expected[0] + 1));
        await RefusedAsync(sender, receiver, plan with { Gates = [[new((-1, 0)) { Minimum = 0 }]] });
    }

    /// <summary>Gates of one to five counts, some derived; each opens its own totals, and the rule may hold more back.</summary>
    [Fact]
    public async Task Each_gate_opens_its_own_totals()
    {
        Int128[] Level(int rows, int level) => [.. Enumerable.Range(0, rows).Select(i => (Int128)(i % 7 == level ? 1 : 0))];
        var (sender, receiver) = Tables(70, 70, 70, [[.. Enumerable.Repeat((Int128)1, 70)]], [.. Enumerable.Range(0, 6).Select(level => Level(70, level))]);
        var plan = new JoinedPlan
        {
            OfSender = [JoinedColumn.Indicator], OfReceiver = [.. Enumerable.Repeat(JoinedColumn.Indicator, 6)],
            Terms = [JoinedTerm.Rows with { Gate = null }, .. Enumerable.Range(0, 6).Select(level => new JoinedTerm(0, level, level % 4)), new(0, null, 3)],
            Gates =
            [
                [new((1, 1))], [new((1, 0), (-1, 1), (-1, 2), (-1, 3), (-1, 4), (-1, 5))], [new((1, 1), (1, 2)), new((1, 3)), new((1, 0), (-1, 1))],
                [.. Enumerable.Range(1, 5).Select(term => new JoinedCount((1, term)))],
            ],
        };
        async Task<BigInteger?[]> OpenedAsync(int least, Func<bool[], bool[]>? rule = null)
        {
            var dealer = new SeededOle();
            async Task<IReadOnlyList<BigInteger?>?> OneAsync(BooleanParty party, IChannel channel, KeyedTable table)
            {
                await using var rows = await SharedRows.AlignAsync(party, channel, table.Keys, table.Subsets, RandomSource.System, Options, dealer, new DealtTransfers(party), default);
                return await JoinedTotals.OpenAsync(rows, table.Memory, plan with { MinimumGroup = least }, rule);
            }

            var run = await TwoParty.RunAsync(channel => OneAsync(BooleanParty.First, channel, sender), channel => OneAsync(BooleanParty.Second, channel, receiver));
            return [.. run.Receiver!];
        }

        Assert.Equal([null, 10, 10, 10, 10, 10, 10, 70], await OpenedAsync(10));
        Assert.Equal([null, null, 10, null, null, null, 10, null], await OpenedAsync(20));       // 70 − 50 rows, and gates 0, 2 and 3 have counts of ten
        Assert.Equal([null, null, 10, null, null, null, 10, null], await OpenedAsync(10, passed => [false, passed[1], false, false]));
        Assert.Equal([null, 10, null, null, null, 10, null, null], await OpenedAsync(10, _ => [true, false, false, false]));
        Assert.Equal([null, null, 10, null, null, null, 10, null], await OpenedAsync(20, _ => [true, true, true, true])); // what did not pass stays closed
    }

    [Theory]
    [InlineData(50, 50, 9, 10)]
    [InlineData(50, 50, 0, 1)]
    [InlineData(0, 10, 0, 1)]
    [InlineData(10, 0, 0, 1)]
    [InlineData(0, 0, 0, 1)]
    public async Task Fewer_matches_than_the_smallest_group_are_refused_at_both_and_nothing_is_opened(int senderCount, int receiverCount, int common, int least)
    {
        var (sender, receiver) = Tables(senderCount, receiverCount, common, [new Int128[senderCount]], [new Int128[receiverCount]]);
        await RefusedAsync(sender, receiver, Small with { MinimumGroup = least, SubsetOfSender = null, SubsetOfReceiver = null });
    }

    [Fact]
    public async Task Traffic_tells_neither_how_many_rows_match_nor_what_is_in_them_nor_which_subset_they_are_in()
    {
        ChannelUsage? seen = null;
        foreach (var common in new[] { 1, 40, 80 })
        {
            var (sender, receiver) = Tables(80, 80, common, [[.. Enumerable.Repeat((Int128)(common % 9), 80)]], [[.. Enumerable.Repeat((Int128)(common % 3), 80)]]);
            var all = Enumerable.Range(0, 80).Select(row => common == 40 && row % 3 == 0 ? 0 : ulong.MaxValue).ToArray();
            var run = await RunWithUsageAsync(sender with { Subsets = all }, receiver with { Subsets = all }, Small);
            Assert.Equal(seen ?? run.Usage, run.Usage);
            seen = run.Usage;
        }
    }

    [Fact]
    public async Task Rows_aligned_once_are_asked_plan_after_plan_each_over_its_own_subsets()
    {
        var random = RandomSource.Seeded(12);
        var (sender, receiver) = Tables(
            300, 200, 120, [Draw(random, new(-8, 8), 300), Draw(random, new(5, 9), 300)], [Draw(random, new(-1, 2), 200), Draw(random, new(7, 7), 200), Draw(random, new(3, 90), 200)]);
        sender = sender with { Subsets = [.. Enumerable.Range(0, 300).Select(_ => random.NextUInt64())] };
        receiver = receiver with { Subsets = [.. Enumerable.Range(0, 200).Select(_ => random.NextUInt64())] };
        for (var row = 0; row < 300; row++)
        {
            if ((sender.Subsets[row] >> 2 & 1) == 0) sender.Columns[1][row] = 1 << 20; // outside of its range, in rows that do not count
        }

        JoinedColumn[] ofSender = [new(-8, 8), new(5, 9)], ofReceiver = [new(-1, 2), new(7, 7), new(3, 90)];
        JoinedTerm[] terms = [new(null, null), new(0, 0), new(1, 2), new(null, 2), new(1, null), new(1, 1), new(0, 2)];
        JoinedPlan[] plans =
        [
            .. new (int?, int?)[] { (2, 9), (2, null), (2, 63), (2, 9) }.Select(subset => new JoinedPlan
            {
                OfSender = ofSender, OfReceiver = ofReceiver, Terms = terms, Gates = AllRows(), SubsetOfSender = subset.Item1, SubsetOfReceiver = subset.Item2,
            }),
        ];
        var dealer = new SeededOle();
        var run = await TwoParty.RunAsync(channel => SendAsync(channel, sender, dealer, plans), channel => ReceiveAsync(channel, receiver, dealer, plans));
        Assert.All(run.Sender, Assert.Null);
        for (var i = 0; i < plans.Length; i++) Assert.Equal(Plain(sender, receiver, plans[i]), run.Receiver[i]!.Select(total => total!.Value));
        Assert.Equal(CircuitPsiCost.OfJoined(300, 200, plans, TransferForm.Extension).Bytes, run.Usage.BytesSent + run.Usage.BytesReceived);
    }

    [Theory]
    [InlineData(TransferForm.Extension)]
    [InlineData(TransferForm.Silent)]
    public async Task The_whole_protocol_runs_over_its_own_transfers(TransferForm form)
    {
        var random = RandomSource.Seeded(4);
        var (sender, receiver) = Tables(60, 50, 30, [Draw(random, new(-8, 8), 60)], [Draw(random, new(-1, 2), 50)]);
        (sender, receiver) = (sender with { Subsets = [.. Enumerable.Repeat(1UL << 63, 60)] }, receiver with { Subsets = [.. Enumerable.Repeat(1UL, 50)] });
        async Task<IReadOnlyList<BigInteger?>?> OneAsync(BooleanParty party, IChannel channel, KeyedTable table)
        {
            await using var rows = await SharedRows.AlignAsync(party, channel, table.Keys, table.Subsets, RandomSource.System, Options with { Transfers = form });
            return await JoinedTotals.OpenAsync(rows, table.Memory, Small);
        }

        var run = await TwoParty.RunAsync(channel => OneAsync(BooleanParty.First, channel, sender), channel => OneAsync(BooleanParty.Second, channel, receiver));
        Assert.Equal(Plain(sender, receiver, Small), run.Receiver!.Select(total => total!.Value));
        Assert.Equal(CircuitPsiCost.OfJoined(60, 50, [Small], form).TotalBytes, run.Usage.BytesSent + run.Usage.BytesReceived);
    }

    [Fact]
    public async Task The_fault_table_covers_every_message()
    {
        var (sender, receiver) = SmallTables();
        var run = await RunWithUsageAsync(sender, receiver, Small);
        Assert.Equal((SentOfSmall, ReceivedOfSmall), (run.Usage.MessagesSent, run.Usage.MessagesReceived));
    }

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver)
    {
        var (sender, receiver) = SmallTables();
        var dealer = new SeededOle();
        var failures = await TwoParty.FailAsync(
            channel => SendAsync(channel, sender, dealer, Small), channel => ReceiveAsync(channel, receiver, dealer, Small), Faults.At(message, kind, byReceiver));
        Assert.True(failures.Sender is not null || failures.Receiver is not null);
        foreach (var failure in new[] { failures.Sender, failures.Receiver }) Assert.True(failure is null or CollabException or IOException, $"{failure}");
    }

    [Fact]
    public async Task Another_plan_is_refused_at_step_2()
    {
        var (sender, receiver) = SmallTables();
        foreach (var other in new[]
        {
            Small with { MinimumGroup = 2 }, Small with { OfSender = [new(-8, 9)] }, Small with { OfReceiver = [new(-1, 1)] },
            Small with { SubsetOfSender = null }, Small with { SubsetOfReceiver = 1 }, Small with { Terms = [new(null, null)] }, Small with { Terms = [new(null, null), new(0, null, null), new(null, 0), new(0, 0)] },
            Small with { Gates = [[new((2, 0))]] }, Small with { Gates = [[new((1, 0)), new((1, 0))]] },
        })
        {
            var dealer = new SeededOle();
            var failures = await TwoParty.FailAsync(
                channel => SendAsync(channel, sender, dealer, other), channel => ReceiveAsync(channel, receiver, dealer, Small));
            Assert.Contains(new[] { failures.Sender, failures.Receiver }, failure => failure is PeerFaultException { Step.Name: "analysis-joined.2" });
        }
    }

    [Fact]
    public async Task Values_outside_their_range_and_plans_that_could_wrap_are_refused_before_anything_of_them_is_sent()
    {
        await IsRefused<ArgumentException>(Small, [9]);
        await IsRefused<ArgumentException>(Small, [-9]);
        await IsRefused<ArgumentException>(Small, [1, 2]);
        await IsRefused<ArgumentException>(Small with { OfSender = [new(3, 2)] }, [3]);
        await IsRefused<ArgumentException>(Small with { Terms = [new(1, 0)] }, [3]);
        await IsRefused<ArgumentException>(Small with { Terms = [new(-1, 0)] }, [3]);
        await IsRefused<ArgumentException>(Small with { Terms = [] }, [3]);
        await IsRefused<ArgumentException>(Small with { Gates = [[new((1, 1))]] }, [3]); // not counted by indicators
        await IsRefused<ArgumentException>(Small with { Gates = [[new((1, 4))]] }, [3]);
        await IsRefused<ArgumentException>(Small with { Gates = [[]] }, [3]);
        await IsRefused<ArgumentException>(Small with { Terms = [JoinedTerm.Rows, new(0, 0, 1)] }, [3]);
        await IsRefused<ArgumentException>(Small with { MinimumGroup = 0 }, [3]);
        await IsRefused<ArgumentException>(Small with { SubsetOfSender = 64 }, [3]);
        await IsRefused<ArgumentException>(Small with { SubsetOfReceiver = -1 }, [3]);
        await IsRefused<InsecureParametersException>(Small with { OfSender = [new(0, Int128.One << 102)] }, [3]); // times 2, times 2^24 rows: 2^127
        await IsRefused<InsecureParametersException>(Small with { OfSender = [new(Int128.MinValue, 0)], Terms = [JoinedTerm.Rows, new(0, null)] }, [0]);

        static async Task IsRefused<T>(JoinedPlan plan, Int128[] column) where T : Exception
        {
            var (sender, receiver) = Tables(1, 1, 1, [column], []);
            var dealer = new SeededOle();
            var failures = await TwoParty.FailAsync(
                channel => SendAsync(channel, sender with { Subsets = [ulong.MaxValue] }, dealer, plan),
                async channel =>
                {
                    await ReceiveAsync(channel, receiver, dealer);
                    await channel.ReceiveAsync<JoinedTotals.PlanAnnouncement>(new StepId("test.1"));
                });
            Assert.IsAssignableFrom<T>(failures.Sender);
            Assert.NotNull(failures.Receiver); // nothing came
        }
    }

    private static async Task RefusedAsync(KeyedTable sender, KeyedTable receiver, JoinedPlan plan)
    {
        var dealer = new SeededOle();
        var failures = await TwoParty.FailAsync(channel => SendAsync(channel, sender, dealer, plan), channel => ReceiveAsync(channel, receiver, dealer, plan));
        foreach (var failure in new[] { failures.Sender, failures.Receiver })
            Assert.Equal("psi.group-too-small", Assert.IsType<CollabException>(failure).Code.Name);
    }

    private static (KeyedTable Sender, KeyedTable Receiver) SmallTables()
    {
        var (sender, receiver) = Tables(40, 30, 20, [new Int128[40]], [new Int128[30]]);
        return (sender with { Subsets = [.. Enumerable.Repeat(ulong.MaxValue, 40)] }, receiver with { Subsets = [.. Enumerable.Repeat(ulong.MaxValue, 30)] });
    }

    private static (KeyedTable Sender, KeyedTable Receiver) Tables(int senderCount, int receiverCount, int common, Int128[][] left, Int128[][] right, int seed = 1)
    {
        var (sender, receiver) = CircuitPsiTests.Sets(senderCount, receiverCount, common, seed);
        return (new(sender, left), new(receiver, right));
    }

    private static Int128[] Squares(Int128[] column) => [.. column.Select(value => value * value)];

    private static Int128[] Draw(RandomSource random, JoinedColumn column, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => column.Least + (Int128)((UInt128)random.NextUInt64() % ((UInt128)(column.Largest - column.Least) + 1)))];
}
