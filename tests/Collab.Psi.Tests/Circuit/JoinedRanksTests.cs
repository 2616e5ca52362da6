using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Ranks;
using Collab.Testing;
using static Collab.Psi.Tests.Circuit.OrderedTable;

namespace Collab.Psi.Tests.Circuit;

public class JoinedRanksTests
{
    // Messages of the alignment, whose faults are in JoinedTotalsTests, and of all.
    private const int SentToAlign = 5;
    private const int ReceivedToAlign = 5;
    private const int SentOfSmall = 34;
    private const int ReceivedOfSmall = 31;

    private static readonly OrderedPlan RankSums = new() { Statistic = OrderedStatistic.RankSums, GroupCount = 2, AreGroupsOfSender = true, SubsetOfSender = 3, SubsetOfReceiver = 3 };

    private static readonly OrderedPlan Distance = RankSums with { Statistic = OrderedStatistic.Distance };

    private static readonly OrderedPlan Quartiles = new()
    {
        Statistic = OrderedStatistic.Quantiles, GroupCount = 1, SubsetOfSender = 3,
        Targets = [new(0, 1, 4, false), new(0, 1, 4, true), new(0, 1, 2, false), new(0, 1, 2, true), new(0, 3, 4, false), new(0, 3, 4, true)],
    };

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
    public async Task Ranks_distances_and_quantiles_are_those_of_the_plain_join(int senderCount, int receiverCount, int common, int different)
    {
        foreach (var plan in new[]
        {
            RankSums, RankSums with { AreGroupsOfSender = false, IsForSender = true }, RankSums with { GroupCount = 5 }, Distance with { IsForSender = true }, Distance with { AreGroupsOfSender = false },
            Quartiles, Quartiles with { GroupCount = 2, AreGroupsOfSender = true, Targets = [.. Quartiles.Targets.Select(target => target with { Group = 1 })] },
        })
        {
            var (sender, receiver) = Random(senderCount, receiverCount, common, different, plan);
            var expected = Plain(sender, receiver, plan);
            var sought = plan with { MinimumGroup = (int)Math.Max(1, expected.Counts.Min()) };
            if (expected.Counts.Min() == 0) continue;
            Assert.Equivalent(expected, (await RunAsync(sender, receiver, sought)).Opened[0], strict: true);
        }
    }

    [Fact]
    public async Task Plans_follow_one_another_over_one_alignment()
    {
        var (sender, receiver) = Random(70, 80, 60, 9, RankSums);
        OrderedPlan[] plans = [RankSums, Distance, Quartiles with { GroupCount = 2, AreGroupsOfSender = true, SubsetOfSender = null }, RankSums with { SubsetOfSender = null }];
        var run = await RunAsync(sender, receiver, plans);
        foreach (var (plan, opened) in plans.Zip(run.Opened)) Assert.Equivalent(Plain(sender, receiver, plan), opened, strict: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task One_row_and_few_are_told_if_the_plan_lets_them(int common)
    {
        var plan = Quartiles with { SubsetOfSender = null };
        var (sender, receiver) = Random(common, 3, common, 5, plan);
        Assert.Equivalent(Plain(sender, receiver, plan), (await RunAsync(sender, receiver, plan)).Opened[0], strict: true);
        var sums = plan with { Statistic = OrderedStatistic.RankSums, Targets = [] };
        Assert.Equivalent(Plain(sender, receiver, sums), (await RunAsync(sender, receiver, sums)).Opened[0], strict: true);
    }

    [Theory]
    [InlineData(50, 50, 9, 10)]
    [InlineData(50, 50, 0, 1)]
    [InlineData(0, 10, 0, 1)]
    [InlineData(10, 0, 0, 1)]
    [InlineData(0, 0, 0, 1)]
    public async Task Fewer_matches_than_the_smallest_group_are_refused_at_both_and_nothing_is_opened(int senderCount, int receiverCount, int common, int least)
    {
        foreach (var plan in new[] { RankSums with { MinimumGroup = least }, Quartiles with { MinimumGroup = least } })
        {
            var (sender, receiver) = Random(senderCount, receiverCount, common, 5, plan);
            await RefusedAsync(sender, receiver, plan);
        }
    }

    [Fact]
    public async Task A_group_below_the_smallest_withholds_all()
    {
        var (sender, receiver) = Random(60, 60, 40, 5, RankSums);
        var smallest = (int)Plain(sender, receiver, RankSums).Counts.Min();
        await RefusedAsync(sender, receiver, RankSums with { MinimumGroup = smallest + 1 });
        await RefusedAsync(sender with { Groups = new int[60] }, receiver, RankSums with { SubsetOfSender = null });
    }

    [Fact]
    public async Task Traffic_tells_neither_how_many_rows_match_nor_what_is_in_them()
    {
        foreach (var plan in new[] { RankSums, Distance, Quartiles })
        {
            Channels.ChannelUsage? seen = null;
            foreach (var (common, different) in new[] { (60, 1), (70, 1000), (80, 4) })
            {
                var (sender, receiver) = Random(80, 80, common, different, plan);
                var run = await RunAsync(sender, receiver, plan);
                Assert.Equal(seen ?? run.Usage, run.Usage);
                seen = run.Usage;
            }
        }
    }

    [Fact]
    public async Task Bytes_are_those_of_the_formula()
    {
        foreach (var (n, m) in new[] { (40, 30), (5, 1), (300, 1100) })
        {
            foreach (var plan in new[] { RankSums, RankSums with { GroupCount = 5, AreGroupsOfSender = false }, Distance, Quartiles })
            {
                var (sender, receiver) = Random(n, m, m < n ? m : n, 9, plan);
                var run = await TwoParty.FailAsync(
                    channel => sender.PartyAsync(BooleanParty.First, channel, new SeededOle(), plan), channel => receiver.PartyAsync(BooleanParty.Second, channel, new SeededOle(), plan));
                if (run.Sender is not null) continue; // too few rows in a group
                var usage = (await RunAsync(sender, receiver, plan)).Usage;
                var (passed, said) = (usage.BytesSent + usage.BytesReceived, CircuitPsiCost.OfOrdered(n, m, [plan], TransferForm.Extension).Bytes);
                if (plan.Statistic == OrderedStatistic.RankSums) Assert.Equal(said, passed);
                else Assert.InRange(passed, 1, said); // what is said has the transfers of words, which are dealt here, for whole registers
            }
        }
    }

    [Fact]
    public async Task The_fault_table_covers_every_message()
    {
        var (sender, receiver) = Small();
        var aligned = await RunAsync(sender, receiver);
        Assert.Equal((SentToAlign, ReceivedToAlign), (aligned.Usage.MessagesSent, aligned.Usage.MessagesReceived));
        var run = await RunAsync(sender, receiver, RankSums);
        Assert.Equal((SentOfSmall, ReceivedOfSmall), (run.Usage.MessagesSent, run.Usage.MessagesReceived));
    }

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver)
    {
        var (sender, receiver) = Small();
        await FailsAsync(sender, receiver, RankSums, Faults.At(message, kind, byReceiver));
    }

    /// <summary>Some messages of the halving and of the tournament: the steps that the rank sums do not have.</summary>
    [Theory]
    [InlineData(false, 30)]
    [InlineData(false, 50)]
    [InlineData(true, 25)]
    [InlineData(true, 35)]
    public async Task A_broken_message_of_words_never_yields_a_silent_result(bool quantiles, int message)
    {
        var plan = quantiles ? Quartiles with { SubsetOfSender = null } : Distance;
        var (sender, receiver) = quantiles ? Random(9, 8, 7, 4, plan) : Small();
        foreach (var kind in Enum.GetValues<FaultKind>())
        {
            await FailsAsync(sender, receiver, plan, Faults.At(message, kind));
            await FailsAsync(sender, receiver, plan, Faults.At(message, kind, byReceiver: true));
        }
    }

    [Fact]
    public async Task Another_plan_is_refused_at_step_2()
    {
        var (sender, receiver) = Small();
        foreach (var other in new[]
        {
            RankSums with { MinimumGroup = 2 }, RankSums with { GroupCount = 3 }, RankSums with { IsForSender = true }, RankSums with { SubsetOfReceiver = null }, RankSums with { SubsetOfSender = 1 },
            RankSums with { Statistic = OrderedStatistic.Quantiles, Targets = [new(0, 1, 2, true)] }, Distance,
        })
        {
            var dealer = new SeededOle();
            var failures = await TwoParty.FailAsync(
                channel => sender.PartyAsync(BooleanParty.First, channel, dealer, RankSums), channel => receiver.PartyAsync(BooleanParty.Second, channel, dealer, other));
            Assert.Contains(new[] { failures.Sender, failures.Receiver }, failure => failure is PeerFaultException { Step.Name: "joined-ranks.2" });
        }
    }

    [Fact]
    public async Task What_is_no_plan_and_columns_that_do_not_fit_are_refused_before_anything_is_sent()
    {
        var (sender, receiver) = Small();
        foreach (var plan in new[]
        {
            RankSums with { GroupCount = 0 }, RankSums with { GroupCount = 65 }, RankSums with { MinimumGroup = 0 }, RankSums with { Targets = Quartiles.Targets }, Quartiles with { Targets = [] },
            Distance with { GroupCount = 3 }, Quartiles with { Targets = [new(1, 1, 2, false)] }, RankSums with { Statistic = (OrderedStatistic)9 },
        }) Assert.ThrowsAny<ArgumentException>(plan.Check);
        foreach (var wrong in new[] { receiver with { Values = [] }, receiver with { Groups = [1] } })
        {
            var dealer = new SeededOle();
            var failures = await TwoParty.FailAsync(
                channel => sender.PartyAsync(BooleanParty.First, channel, dealer, RankSums), channel => wrong.PartyAsync(BooleanParty.Second, channel, dealer, RankSums));
            Assert.IsType<ArgumentException>(failures.Receiver);
        }
    }

    private static (OrderedTable Sender, OrderedTable Receiver) Small()
    {
        var (sender, receiver) = Random(9, 8, 7, 4, RankSums);
        return (sender with { Groups = [.. Enumerable.Range(0, 9).Select(i => i % 2)], Subsets = [.. Enumerable.Repeat(8UL, 9)] }, receiver with { Subsets = [.. Enumerable.Repeat(8UL, 8)] });
    }

    private static async Task FailsAsync(OrderedTable sender, OrderedTable receiver, OrderedPlan plan, ChannelFault fault)
    {
        var dealer = new SeededOle();
        var failures = await TwoParty.FailAsync(
            channel => sender.PartyAsync(BooleanParty.First, channel, dealer, plan), channel => receiver.PartyAsync(BooleanParty.Second, channel, dealer, plan), fault);
        Assert.True(failures.Sender is not null || failures.Receiver is not null);
        foreach (var failure in new[] { failures.Sender, failures.Receiver }) Assert.True(failure is null or CollabException or IOException, $"{failure}");
    }

    private static async Task RefusedAsync(OrderedTable sender, OrderedTable receiver, OrderedPlan plan)
    {
        var dealer = new SeededOle();
        var failures = await TwoParty.FailAsync(
            channel => sender.PartyAsync(BooleanParty.First, channel, dealer, plan), channel => receiver.PartyAsync(BooleanParty.Second, channel, dealer, plan));
        foreach (var failure in new[] { failures.Sender, failures.Receiver }) Assert.Equal(CircuitTotals.GroupTooSmall, Assert.IsType<CollabException>(failure).Code);
    }
}
