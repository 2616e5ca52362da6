using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Ranks;
using Collab.SecretSharing.Tests.Boolean;
using Collab.Testing;
using Collab.Channels;

namespace Collab.Psi.Tests.Circuit;

/// <summary>A table with keys, of which each party has one: values of each row at the receiver of the alignment, groups at either.</summary>
internal sealed record OrderedTable(ReadOnlyMemory<byte>[] Keys, long[] Values, int[] Groups)
{
    /// <summary>For each row the subsets it is in; in none unless told.</summary>
    public ulong[] Subsets { get; init; } = new ulong[Keys.Length];

    /// <summary>Both tables at random: values of so many different ones, every row of either in subset 3 but one of five.</summary>
    public static (OrderedTable Sender, OrderedTable Receiver) Random(int senderCount, int receiverCount, int common, int different, OrderedPlan plan)
    {
        var (sender, receiver) = CircuitPsiTests.Sets(senderCount, receiverCount, common);
        var random = RandomSource.Seeded(senderCount + receiverCount + different);
        int Next(int bound) => (int)(random.NextUInt64() % (ulong)bound);
        int[] Groups(int count) => [.. Enumerable.Range(0, count).Select(_ => Next(plan.GroupCount))];
        ulong[] Subsets(int count) => [.. Enumerable.Range(0, count).Select(_ => Next(5) > 0 ? 8UL : 1)];
        return (
            new(sender, [], plan.AreGroupsOfSender ? Groups(senderCount) : []) { Subsets = Subsets(senderCount) },
            new(receiver, [.. Enumerable.Range(0, receiverCount).Select(_ => (long)Next(different) - (different / 2))], plan.AreGroupsOfSender || plan.GroupCount == 1 ? [] : Groups(receiverCount))
            {
                Subsets = Subsets(receiverCount),
            });
    }

    /// <summary>One party's part: it aligns once and asks plan after plan.</summary>
    public async Task<OrderedTotals?[]> PartyAsync(BooleanParty party, IChannel channel, SeededOle dealer, params OrderedPlan[] plans)
    {
        await using var rows = await SharedRows.AlignAsync(party, channel, Keys, Subsets, RandomSource.System, JoinedRuns.Options, dealer, new DealtTransfers(party), default);
        var opened = new OrderedTotals?[plans.Length];
        for (var i = 0; i < plans.Length; i++) opened[i] = await JoinedRanks.OpenAsync(rows, new(Values, Groups), plans[i]);
        return opened;
    }

    /// <summary>One party's part of correlations, where both parties have values: it aligns in both directions and asks plan after plan.</summary>
    public async Task<OrderedTotals?[]> CorrelateAsync(BooleanParty party, IChannel channel, SeededOle dealer, params OrderedPlan[] plans)
    {
        await using var rows = await SharedRows.AlignAsync(party, channel, Keys, Subsets, RandomSource.System, JoinedRuns.Options, dealer, new DealtTransfers(party), default);
        await using var fork = channel.Fork("exchanged");
        var other = party == BooleanParty.First ? BooleanParty.Second : BooleanParty.First;
        await using var exchanged = await SharedRows.AlignAsync(
            other, fork, Keys, Subsets, RandomSource.System, JoinedRuns.Options with { Context = Digest.Of("collab.test.exchanged", []) }, dealer, new DealtTransfers(other), default);
        var opened = new OrderedTotals?[plans.Length];
        for (var i = 0; i < plans.Length; i++) opened[i] = await JoinedRanks.CorrelateAsync(rows, exchanged, Values, plans[i]);
        return opened;
    }

    /// <summary>Both, and what the one that the first plan names learns; the other learns nothing.</summary>
    public static async Task<(OrderedTotals?[] Opened, ChannelUsage Usage)> RunAsync(OrderedTable sender, OrderedTable receiver, params OrderedPlan[] plans)
    {
        var dealer = new SeededOle();
        var run = await TwoParty.RunAsync(channel => sender.PartyAsync(BooleanParty.First, channel, dealer, plans), channel => receiver.PartyAsync(BooleanParty.Second, channel, dealer, plans));
        for (var i = 0; i < plans.Length; i++) Assert.Null((plans[i].IsForSender ? run.Receiver : run.Sender)[i]);
        return ([.. plans.Select((plan, i) => (plan.IsForSender ? run.Sender : run.Receiver)[i])], run.Usage);
    }

    /// <summary>What the plan opens, from the plain join.</summary>
    public static OrderedTotals Plain(OrderedTable sender, OrderedTable receiver, OrderedPlan plan)
    {
        static bool IsIn(OrderedTable table, int row, int? subset) => subset is null || ((table.Subsets[row] >> subset.Value) & 1) != 0;
        var held = Enumerable.Range(0, sender.Keys.Length).Where(i => IsIn(sender, i, plan.SubsetOfSender)).ToDictionary(i => Convert.ToHexString(sender.Keys[i].Span));
        var rows = Enumerable.Range(0, receiver.Keys.Length).Where(i => IsIn(receiver, i, plan.SubsetOfReceiver) && held.ContainsKey(Convert.ToHexString(receiver.Keys[i].Span)))
            .Select(i => (Value: receiver.Values[i], Group: plan.GroupCount == 1 ? 0 : plan.AreGroupsOfSender ? sender.Groups[held[Convert.ToHexString(receiver.Keys[i].Span)]] : receiver.Groups[i])).ToList();
        long[] counts = [.. Enumerable.Range(0, plan.GroupCount).Select(g => (long)rows.Count(row => row.Group == g))];
        ulong ties = rows.GroupBy(row => row.Value).Aggregate(0UL, (sum, tie) => sum + ((ulong)tie.Count() * (((ulong)tie.Count() * (ulong)tie.Count()) - 1)));
        return new(counts, plan.Statistic switch
        {
            OrderedStatistic.RankSums =>
            [
                .. Enumerable.Range(0, plan.GroupCount).Select(g => rows.Where(row => row.Group == g).Aggregate(
                    0UL, (sum, row) => sum + 1 + (2 * (ulong)rows.Count(other => other.Value < row.Value)) + (ulong)rows.Count(other => other.Value == row.Value))),
                ties,
            ],
            OrderedStatistic.Distance =>
            [
                rows.Count == 0 ? 0 : (ulong)rows.Max(at => Math.Abs(
                    (counts[1] * rows.Count(row => row.Group == 0 && row.Value <= at.Value)) - (counts[0] * rows.Count(row => row.Group == 1 && row.Value <= at.Value)))),
                ties > 0 ? 1UL : 0,
            ],
            _ => [.. plan.Targets.Select(target => Sought(rows.Where(row => row.Group == target.Group).Select(row => row.Value), target))],
        });
    }

    private static ulong Sought(IEnumerable<long> values, OrderTarget target)
    {
        long[] ascending = [.. values.Order()];
        var product = (Int128)(ascending.Length - 1) * target.Numerator;
        return unchecked((ulong)ascending[(int)(target.IsUpper ? (product + target.Denominator - 1) / target.Denominator : product / target.Denominator)]);
    }
}
