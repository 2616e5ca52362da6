using System.Numerics;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Tests.Boolean;
using Collab.Testing;

namespace Collab.Psi.Tests.Circuit;

/// <summary>Sums for rounds over aligned rows, against the plain join.</summary>
public class JoinedSumsTests
{
    private const int Rows = 30;
    private const int SentOfSmall = 30;
    private const int ReceivedOfSmall = 22;

    private static readonly JoinedColumn Wide = new(-(Int128.One << 55), Int128.One << 55), Narrow = new(-(Int128.One << 46), Int128.One << 46);

    public static TheoryData<int, FaultKind, bool> EveryFault
    {
        get
        {
            var rows = new TheoryData<int, FaultKind, bool>();
            foreach (var (message, kind, byReceiver) in Faults.Every(SentOfSmall, ReceivedOfSmall)) rows.Add(message, kind, byReceiver);
            return rows;
        }
    }

    [Theory]
    [InlineData(0, BooleanParty.First, false)]
    [InlineData(3, BooleanParty.First, true)]
    [InlineData(3, BooleanParty.Second, true)]
    public async Task Sums_round_after_round_are_those_of_the_plain_join_and_cost_what_is_said(int ways, BooleanParty of, bool subsets)
    {
        var plan = new JoinedSumPlan
        {
            OfSender = [Wide, new(0, 1)], OfReceiver = [Narrow, new(5, 5), new(-3, 9)], Products = [(0, 0), (1, 0), (0, 1), (1, 2), (0, 2), (1, 1)],
            WayCount = ways, WaysOf = of, SubsetOfSender = subsets ? 1 : null, SubsetOfReceiver = subsets ? 0 : null,
        };
        var (sender, receiver) = (Table(true, plan), Table(false, plan));
        var dealer = new SeededOle();
        var run = await TwoParty.RunAsync(
            channel => OneAsync(BooleanParty.First, channel, sender, dealer, plan, 2), channel => OneAsync(BooleanParty.Second, channel, receiver, dealer, plan, 2));
        Assert.All(run.Sender, Assert.Null);
        Assert.All(run.Receiver, sums => Assert.Equal(Plain(sender, receiver, plan), sums));
        var gate = new JoinedPlan { OfSender = [], OfReceiver = [], Terms = [JoinedTerm.Rows], Gates = [[new((1, 0))]], SubsetOfSender = plan.SubsetOfSender, SubsetOfReceiver = plan.SubsetOfReceiver };
        Assert.Equal(CircuitPsiCost.OfJoined(Rows, Rows, [gate], TransferForm.Extension, [plan], [plan]).Bytes, run.Usage.BytesSent + run.Usage.BytesReceived);
    }

    [Theory]
    [InlineData(0, BooleanParty.First)]
    [InlineData(2, BooleanParty.First)]
    [InlineData(2, BooleanParty.Second)]
    public async Task Parts_with_columns_of_their_own_add_up(int ways, BooleanParty of)
    {
        var first = new JoinedSumPlan { OfSender = [Wide, new(0, 1)], OfReceiver = [Narrow, new(7, 7)], Products = [(0, 0), (1, 0), (0, 1), (1, 1)], SumOf = [0, 1, 1, 0], WayCount = ways, WaysOf = of };
        JoinedSumPlan[] parts = [first, first with { OfSender = [new(-9, 100)], OfReceiver = [new(5, 5), new(-3, 9)], Products = [(0, 1), (0, 0)], SumOf = [1, 1] }];
        KeyedTable[] sent = [.. parts.Select(part => Table(true, part))], received = [.. parts.Select(part => Table(false, part))];
        var dealer = new SeededOle();
        var run = await TwoParty.RunAsync(
            channel => PartsAsync(BooleanParty.First, channel, sent, dealer, parts), channel => PartsAsync(BooleanParty.Second, channel, received, dealer, parts));
        var plain = new BigInteger[2 * Math.Max(1, ways)];
        foreach (var (i, part) in parts.Index())
        {
            var products = Plain(sent[i], received[i], part);
            for (var at = 0; at < products.Length; at++) plain[(2 * (at / part.Products.Count)) + part.SumOf![at % part.Products.Count]] += products[at];
        }

        Assert.Null(run.Sender);
        Assert.Equal(plain, run.Receiver);
        Assert.Equal(CircuitPsiCost.OfJoined(Rows, Rows, [], TransferForm.Extension, parts).Bytes, run.Usage.BytesSent + run.Usage.BytesReceived);
    }

    [Fact]
    public async Task Sums_are_multiplied_by_columns_of_the_receiver_at_the_end()
    {
        JoinedSumPlan part = new() { OfSender = [new(-5, 900)], OfReceiver = [new(-3, 9)], Products = [(0, 0)] };
        JoinedSumPlan[] parts = [part with { OfReceiverAfter = [new(-7, 2), new(4, 4)], After = [(0, 1), (0, -1), (0, 0)] }, part];
        var (sent, received) = (Table(true, part), Table(false, part with { OfReceiver = [new(-3, 9), new(-7, 2), new(4, 4)] }));
        var dealer = new SeededOle();
        var run = await TwoParty.RunAsync(
            channel => PartsAsync(BooleanParty.First, channel, [sent, sent], dealer, parts), channel => PartsAsync(BooleanParty.Second, channel, [received, received], dealer, parts));
        BigInteger Of(int column) => 2 * Plain(sent, new KeyedTable(received.Keys, [[.. received.Columns[0].Select((value, row) => value * (column < 0 ? 1 : received.Columns[1 + column][row]))]]) { Subsets = received.Subsets }, part)[0];
        Assert.Equal([Of(1), Of(-1), Of(0)], run.Receiver);
        Assert.Equal(CircuitPsiCost.OfJoined(Rows, Rows, [], TransferForm.Extension, parts).Bytes, run.Usage.BytesSent + run.Usage.BytesReceived);
        foreach (var unfit in new[] { parts[0] with { After = [] }, parts[0] with { After = [(1, 0)] }, parts[0] with { After = [(0, 2)] }, parts[0] with { WayCount = 1 }, parts[0] with { OfReceiverAfter = [new(2, -7), new(4, 4)] } })
            Assert.Throws<ArgumentException>(unfit.Check);
        Assert.Throws<ArgumentException>(() => JoinedSumPlan.Check([part, parts[0]]));
        Assert.Throws<InsecureParametersException>((parts[0] with { OfReceiverAfter = [new(0, Int128.One << 92), new(4, 4)] }).Check);
    }

    [Fact]
    public void Parts_of_other_rows_or_sums_are_none_of_a_plan()
    {
        JoinedSumPlan.Check([Small, Small]);
        foreach (var other in new[] { Small with { WayCount = 1 }, Small with { SubsetOfSender = 0 }, Small with { Products = [(0, 0), (0, 0)] }, Small with { SumOf = [1] }, Small with { SumOf = [] }, Small with { SumOf = [-1] } })
            Assert.Throws<ArgumentException>(() => JoinedSumPlan.Check([Small, other]));
        Assert.Throws<ArgumentException>(() => JoinedSumPlan.Check([]));
        var wide = Small with { OfReceiver = [new(0, Int128.One << 47)] };
        JoinedSumPlan.Check([wide]);
        Assert.Throws<InsecureParametersException>(() => JoinedSumPlan.Check([wide, wide])); // each alone fits
    }

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver)
    {
        var failures = await FailAsync(Small, Small, Faults.At(message, kind, byReceiver));
        Assert.True(failures.Sender is not null || failures.Receiver is not null);
        foreach (var failure in new[] { failures.Sender, failures.Receiver }) Assert.True(failure is null or CollabException or IOException, $"{failure}");
    }

    [Fact]
    public async Task The_fault_table_covers_every_message()
    {
        var dealer = new SeededOle();
        var run = await TwoParty.RunAsync(
            channel => OneAsync(BooleanParty.First, channel, Table(true, Small), dealer, Small, 1), channel => OneAsync(BooleanParty.Second, channel, Table(false, Small), dealer, Small, 1));
        Assert.Equal((SentOfSmall, ReceivedOfSmall), (run.Usage.MessagesSent, run.Usage.MessagesReceived));
    }

    [Fact]
    public async Task Another_plan_is_refused_and_columns_that_are_none_of_the_plan_send_nothing()
    {
        foreach (var other in new[] { Small with { WaysOf = BooleanParty.Second, WayCount = 2 }, Small with { OfReceiver = [new(-3, 10)] }, Small with { Products = [(0, 0), (0, 0)] }, Small with { WayCount = 1 } })
        {
            var failures = await FailAsync(other, Small);
            Assert.Contains(new[] { failures.Sender, failures.Receiver }, failure => failure is PeerFaultException { Step.Name: "analysis-joined.9" });
        }

        async Task IsRefused<T>(JoinedSumPlan plan, int length = Rows, Int128? value = null) where T : Exception
        {
            var table = Table(true, Small);
            if (value is { } outside) table.Columns[0][3] = outside;
            if (length != Rows) table.Columns[0] = new Int128[length];
            var failures = await FailAsync(plan, Small, null, table);
            Assert.IsAssignableFrom<T>(failures.Sender);
            Assert.NotNull(failures.Receiver); // nothing came
        }

        await IsRefused<ArgumentException>(Small, Rows - 1);
        await IsRefused<ArgumentException>(Small, value: (Int128.One << 55) + 1);
        await IsRefused<ArgumentException>(Small with { Products = [(0, 1)] });
        await IsRefused<ArgumentException>(Small with { Products = [] });
        await IsRefused<InsecureParametersException>(Small with { OfReceiver = [new(-1, Int128.One << 48)] });
    }

    private static readonly JoinedSumPlan Small = new() { OfSender = [Wide], OfReceiver = [new(-3, 9)], Products = [(0, 0)], WayCount = 2, WaysOf = BooleanParty.First };

    private static Task<(Exception? Sender, Exception? Receiver)> FailAsync(JoinedSumPlan sender, JoinedSumPlan receiver, ChannelFault? fault = null, KeyedTable? table = null)
    {
        var dealer = new SeededOle();
        return TwoParty.FailAsync(
            channel => OneAsync(BooleanParty.First, channel, table ?? Table(true, sender), dealer, sender, 1),
            channel => OneAsync(BooleanParty.Second, channel, Table(false, receiver), dealer, receiver, 1), fault);
    }

    /// <summary>A table of a party: its columns, then its ways.</summary>
    private static KeyedTable Table(bool isSender, JoinedSumPlan plan)
    {
        var (sender, receiver) = CircuitPsiTests.Sets(Rows, Rows, 20);
        var random = RandomSource.Seeded(isSender ? 3 : 4);
        var columns = (isSender ? plan.OfSender : plan.OfReceiver).Select(column => Enumerable.Range(0, Rows)
            .Select(_ => column.Least + (Int128)((UInt128)random.NextUInt64() % ((UInt128)(column.Largest - column.Least) + 1))).ToArray());
        var ways = isSender == (plan.WaysOf == BooleanParty.First) ? Enumerable.Range(0, plan.WayCount).Select(way => Enumerable.Range(0, Rows).Select(i => (Int128)(i * i % plan.WayCount == way ? 1 : 0)).ToArray()) : [];
        return new KeyedTable(isSender ? sender : receiver, [.. columns, .. ways]) { Subsets = [.. Enumerable.Range(0, Rows).Select(i => (ulong)(i % 7 == 0 ? 0 : 3))] };
    }

    private static async Task<IReadOnlyList<BigInteger>?[]> OneAsync(BooleanParty party, IChannel channel, KeyedTable table, SeededOle dealer, JoinedSumPlan plan, int rounds)
    {
        await using var rows = await SharedRows.AlignAsync(party, channel, table.Keys, table.Subsets, RandomSource.System, JoinedRuns.Options, dealer, new DealtTransfers(party), default);
        var gate = new JoinedPlan { OfSender = [], OfReceiver = [], Terms = [JoinedTerm.Rows], Gates = [[new((1, 0))]], SubsetOfSender = plan.SubsetOfSender, SubsetOfReceiver = plan.SubsetOfReceiver };
        await JoinedTotals.OpenAsync(rows, [], gate);
        var own = (party == BooleanParty.First ? plan.OfSender : plan.OfReceiver).Count;
        var sums = new IReadOnlyList<BigInteger>?[rounds];
        for (var i = 0; i < rounds; i++) sums[i] = await JoinedSums.OpenAsync(rows, table.Memory[..own], table.Memory[own..], plan);
        return sums;
    }

    private static async Task<IReadOnlyList<BigInteger>?> PartsAsync(BooleanParty party, IChannel channel, KeyedTable[] tables, SeededOle dealer, JoinedSumPlan[] parts)
    {
        await using var rows = await SharedRows.AlignAsync(party, channel, tables[0].Keys, tables[0].Subsets, RandomSource.System, JoinedRuns.Options, dealer, new DealtTransfers(party), default);
        int ColumnsOf(int part) => (party == BooleanParty.First ? parts[part].OfSender : parts[part].OfReceiver).Count;
        var others = tables[0].Memory[ColumnsOf(0)..];
        var hasAfter = party == BooleanParty.Second && parts[0].After is not null;
        return await JoinedSums.OpenAsync(rows, parts, part => tables[part].Memory[..ColumnsOf(part)], hasAfter ? [] : others, hasAfter ? others : []);
    }

    private static BigInteger[] Plain(KeyedTable sender, KeyedTable receiver, JoinedSumPlan plan)
    {
        var waysOf = plan.WaysOf == BooleanParty.First ? (sender, plan.OfSender.Count) : (receiver, plan.OfReceiver.Count);
        return [.. Enumerable.Range(0, Math.Max(1, plan.WayCount)).SelectMany(way => plan.Products, (way, product) => Pairs().Aggregate(BigInteger.Zero, (sum, pair) => sum
            + (plan.WayCount == 0 || waysOf.Item1.Columns[waysOf.Item2 + way][plan.WaysOf == BooleanParty.First ? pair.Sender : pair.Receiver] == 1
                ? (BigInteger)sender.Columns[product.OfSender][pair.Sender] * receiver.Columns[product.OfReceiver][pair.Receiver] : 0)))];

        IEnumerable<(int Sender, int Receiver)> Pairs()
        {
            bool IsIn(KeyedTable table, int row, int? subset) => subset is null || ((table.Subsets[row] >> subset.Value) & 1) != 0;
            for (var i = 0; i < Rows; i++)
                for (var j = 0; j < Rows; j++)
                    if (sender.Keys[i].Span.SequenceEqual(receiver.Keys[j].Span) && IsIn(sender, i, plan.SubsetOfSender) && IsIn(receiver, j, plan.SubsetOfReceiver)) yield return (i, j);
        }
    }
}
