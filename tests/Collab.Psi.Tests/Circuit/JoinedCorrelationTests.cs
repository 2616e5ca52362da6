using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Ranks;
using Collab.SecretSharing.Tests.Boolean;
using Collab.Testing;

namespace Collab.Psi.Tests.Circuit;

/// <summary>Two tables, a column of each: Σ of products of doubled ranks and ties, against counting over all pairs of rows of the plain join.</summary>
public class JoinedCorrelationTests
{
    // Messages of both alignments and of all.
    private const int SentToAlign = 10;
    private const int ReceivedToAlign = 10;
    private const int SentOfSmall = 51;
    private const int ReceivedOfSmall = 48;

    private static readonly OrderedPlan Plan = new() { Statistic = OrderedStatistic.Correlation, GroupCount = 1, SubsetOfSender = 3, SubsetOfReceiver = 3 };

    public static TheoryData<int, FaultKind, bool> EveryFault
    {
        get
        {
            var rows = new TheoryData<int, FaultKind, bool>();
            foreach (var (message, kind, byReceiver) in Faults.Every(SentOfSmall, ReceivedOfSmall))
                if (message >= (byReceiver ? ReceivedToAlign : SentToAlign)) rows.Add(message, kind, byReceiver);
            return rows;
        }
    }

    [Theory]
    [InlineData(20, 30, 12, 5)]
    [InlineData(500, 90, 80, 7)]
    [InlineData(60, 400, 50, 1_000_000)]
    [InlineData(40, 40, 40, 1)]
    [InlineData(70, 65, 60, 4)]
    public async Task Totals_are_those_of_the_plain_join(int senderCount, int receiverCount, int common, int different)
    {
        foreach (var plan in new[] { Plan, Plan with { IsForSender = true, SubsetOfSender = null }, Plan with { SubsetOfReceiver = null, MinimumGroup = 5 }, Plan with { SubsetOfReceiver = null, SubsetOfSender = null } })
        {
            var (sender, receiver) = Random(senderCount, receiverCount, common, different);
            Assert.Equivalent(Plain(sender, receiver, plan), (await RunAsync(sender, receiver, plan)).Opened[0], strict: true);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task One_row_and_few_are_told_if_the_plan_lets_them(int common)
    {
        var plan = Plan with { SubsetOfSender = null, SubsetOfReceiver = null };
        var (sender, receiver) = Random(common, 3, common, 5);
        Assert.Equivalent(Plain(sender, receiver, plan), (await RunAsync(sender, receiver, plan)).Opened[0], strict: true);
        Assert.Equivalent(Plain(receiver, sender, plan), (await RunAsync(receiver, sender, plan)).Opened[0], strict: true);
    }

    [Fact]
    public async Task Plans_follow_one_another_over_the_same_alignments()
    {
        var (sender, receiver) = Random(70, 80, 60, 9);
        OrderedPlan[] plans = [Plan, Plan with { SubsetOfSender = null, IsForSender = true }, Plan];
        var run = await RunAsync(sender, receiver, plans);
        foreach (var (plan, opened) in plans.Zip(run.Opened)) Assert.Equivalent(Plain(sender, receiver, plan), opened, strict: true);
    }

    [Theory]
    [InlineData(50, 50, 9, 10)]
    [InlineData(50, 50, 0, 1)]
    [InlineData(0, 10, 0, 1)]
    [InlineData(10, 0, 0, 1)]
    [InlineData(0, 0, 0, 1)]
    public async Task Fewer_matches_than_the_smallest_group_are_refused_at_both_and_nothing_is_opened(int senderCount, int receiverCount, int common, int least)
    {
        var (sender, receiver) = Random(senderCount, receiverCount, common, 5);
        var plan = Plan with { MinimumGroup = least };
        var dealer = new SeededOle();
        var failures = await TwoParty.FailAsync(
            channel => sender.CorrelateAsync(BooleanParty.First, channel, dealer, plan), channel => receiver.CorrelateAsync(BooleanParty.Second, channel, dealer, plan));
        foreach (var failure in new[] { failures.Sender, failures.Receiver }) Assert.Equal(CircuitTotals.GroupTooSmall, Assert.IsType<CollabException>(failure).Code);
    }

    [Fact]
    public async Task Traffic_tells_neither_how_many_rows_match_nor_what_is_in_them()
    {
        ChannelUsage? seen = null;
        foreach (var (common, different) in new[] { (60, 1), (70, 1000), (80, 4) })
        {
            var (sender, receiver) = Random(80, 80, common, different);
            var run = await RunAsync(sender, receiver, Plan);
            Assert.Equal(seen ?? run.Usage, run.Usage);
            seen = run.Usage;
        }
    }

    [Fact]
    public async Task Bytes_are_those_of_the_formula()
    {
        foreach (var (n, m) in new[] { (40, 30), (5, 1), (300, 1100) })
        {
            var plan = Plan with { SubsetOfSender = null };
            var (sender, receiver) = Random(n, m, Math.Min(n, m), 9);
            var usage = (await RunAsync(sender with { Subsets = [.. Enumerable.Repeat(8UL, n)] }, receiver with { Subsets = [.. Enumerable.Repeat(8UL, m)] }, plan, plan)).Usage;
            Assert.Equal(
                CircuitPsiCost.OfOrdered(n, m, [plan, plan], TransferForm.Extension).Bytes + CircuitPsiCost.OfOrdered(m, n, [], TransferForm.Extension).Bytes, usage.BytesSent + usage.BytesReceived);
        }
    }

    [Fact]
    public async Task The_fault_table_covers_every_message()
    {
        var (sender, receiver) = Small();
        var aligned = await RunAsync(sender, receiver);
        Assert.Equal((SentToAlign, ReceivedToAlign), (aligned.Usage.MessagesSent, aligned.Usage.MessagesReceived));
        var run = await RunAsync(sender, receiver, Plan);
        Assert.Equal((SentOfSmall, ReceivedOfSmall), (run.Usage.MessagesSent, run.Usage.MessagesReceived));
    }

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver)
    {
        var (sender, receiver) = Small();
        var dealer = new SeededOle();
        var failures = await TwoParty.FailAsync(
            channel => sender.CorrelateAsync(BooleanParty.First, channel, dealer, Plan), channel => receiver.CorrelateAsync(BooleanParty.Second, channel, dealer, Plan), Faults.At(message, kind, byReceiver));
        Assert.True(failures.Sender is not null || failures.Receiver is not null);
        foreach (var failure in new[] { failures.Sender, failures.Receiver }) Assert.True(failure is null or CollabException or IOException, $"{failure}");
    }

    [Fact]
    public async Task Another_plan_is_refused_at_step_2()
    {
        var (sender, receiver) = Small();
        foreach (var other in new[] { Plan with { MinimumGroup = 2 }, Plan with { IsForSender = true }, Plan with { SubsetOfReceiver = null }, Plan with { SubsetOfSender = 1 } })
        {
            var dealer = new SeededOle();
            var failures = await TwoParty.FailAsync(
                channel => sender.CorrelateAsync(BooleanParty.First, channel, dealer, Plan), channel => receiver.CorrelateAsync(BooleanParty.Second, channel, dealer, other));
            Assert.Contains(new[] { failures.Sender, failures.Receiver }, failure => failure is PeerFaultException { Step.Name: "joined-ranks.2" });
        }
    }

    [Fact]
    public async Task What_is_no_plan_and_columns_that_do_not_fit_are_refused_before_anything_is_sent()
    {
        var (sender, receiver) = Small();
        foreach (var plan in new[] { Plan with { GroupCount = 2 }, Plan with { Targets = [new(0, 1, 2, false)] } }) Assert.ThrowsAny<ArgumentException>(plan.Check);
        foreach (var (wrong, plan) in new[] { (receiver with { Values = [1] }, Plan), (receiver, Plan with { Statistic = OrderedStatistic.RankSums }) })
        {
            var dealer = new SeededOle();
            var failures = await TwoParty.FailAsync(
                channel => sender.CorrelateAsync(BooleanParty.First, channel, dealer, Plan), channel => wrong.CorrelateAsync(BooleanParty.Second, channel, dealer, plan));
            Assert.IsType<ArgumentException>(failures.Receiver);
        }

        var one = await TwoParty.FailAsync(
            channel => sender.PartyAsync(BooleanParty.First, channel, new SeededOle(), Plan), channel => receiver.PartyAsync(BooleanParty.Second, channel, new SeededOle(), Plan));
        Assert.IsType<ArgumentException>(one.Receiver);
    }

    private static (OrderedTable Sender, OrderedTable Receiver) Random(int senderCount, int receiverCount, int common, int different)
    {
        var (sender, receiver) = OrderedTable.Random(senderCount, receiverCount, common, different, Plan);
        var random = RandomSource.Seeded(different);
        return (sender with { Values = [.. Enumerable.Range(0, senderCount).Select(_ => (long)(random.NextUInt64() % (ulong)different))] }, receiver);
    }

    private static (OrderedTable Sender, OrderedTable Receiver) Small()
    {
        var (sender, receiver) = Random(9, 8, 7, 4);
        return (sender with { Subsets = [.. Enumerable.Repeat(8UL, 9)] }, receiver with { Subsets = [.. Enumerable.Repeat(8UL, 8)] });
    }

    private static async Task<(OrderedTotals?[] Opened, ChannelUsage Usage)> RunAsync(OrderedTable sender, OrderedTable receiver, params OrderedPlan[] plans)
    {
        var dealer = new SeededOle();
        var run = await TwoParty.RunAsync(
            channel => sender.CorrelateAsync(BooleanParty.First, channel, dealer, plans), channel => receiver.CorrelateAsync(BooleanParty.Second, channel, dealer, plans));
        for (var i = 0; i < plans.Length; i++) Assert.Null((plans[i].IsForSender ? run.Receiver : run.Sender)[i]);
        return ([.. plans.Select((plan, i) => (plan.IsForSender ? run.Sender : run.Receiver)[i])], run.Usage);
    }

    private static OrderedTotals Plain(OrderedTable sender, OrderedTable receiver, OrderedPlan plan)
    {
        static bool IsIn(OrderedTable table, int row, int? subset) => subset is null || ((table.Subsets[row] >> subset.Value) & 1) != 0;
        var held = Enumerable.Range(0, sender.Keys.Length).Where(i => IsIn(sender, i, plan.SubsetOfSender)).ToDictionary(i => Convert.ToHexString(sender.Keys[i].Span));
        var rows = Enumerable.Range(0, receiver.Keys.Length).Where(i => IsIn(receiver, i, plan.SubsetOfReceiver) && held.ContainsKey(Convert.ToHexString(receiver.Keys[i].Span)))
            .Select(i => (X: sender.Values[held[Convert.ToHexString(receiver.Keys[i].Span)]], Y: receiver.Values[i])).ToList();
        ulong Doubled(Func<(long X, long Y), long> of, long value) => 1 + (2 * (ulong)rows.Count(row => of(row) < value)) + (ulong)rows.Count(row => of(row) == value);
        ulong Ties(Func<(long X, long Y), long> of) => rows.GroupBy(of).Aggregate(0UL, (sum, tie) => sum + ((ulong)tie.Count() * (((ulong)tie.Count() * (ulong)tie.Count()) - 1)));
        return new([rows.Count], [rows.Aggregate(0UL, (sum, row) => sum + (Doubled(r => r.X, row.X) * Doubled(r => r.Y, row.Y))), Ties(row => row.Y), Ties(row => row.X)]);
    }
}
