using System.Globalization;
using System.Numerics;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.SecretSharing.Boolean;
using Collab.Statistics.Analyses.Joined;
using Collab.Statistics.Inference;
using Collab.Statistics.Tests.Inference;
using Collab.Testing;

namespace Collab.Psi.Tests.Circuit;

/// <summary>Data that R had whole, a column at each party, each with rows of its own that the other lacks: Spearman's correlation is R's.</summary>
public class JoinedCorrelationAgainstR
{
    private const int Lone = 40; // rows of each party that match nothing; they repeat the first rows' values under other keys
    private const int Complete = 3;

    [Fact]
    public async Task Rows_without_missing_values() => RVectors.Check("spearman", await FindingAsync(Columns.Units(Columns.Credit, "Duration", 0), Columns.Units(Columns.Credit, "Amount", 0)));

    [Fact]
    public async Task Rows_that_lack_a_value_are_left_out() =>
        RVectors.Check("ranks-missing-spearman", await FindingAsync(Columns.Units(Columns.Nafld, "weight", 1)[..400], Columns.Units(Columns.Nafld, "height", 0)[..400]));

    [Theory]
    [InlineData("joined-spearman-falling", new long[] { 1, 2, 3 }, new long[] { 3, 2, 1 })]
    [InlineData("joined-spearman-tied", new long[] { 1, 1, 2, 2, 2, 3, 9 }, new long[] { 4, 4, 4, 1, 7, 7, 0 })]
    public async Task Few_rows(string name, long[] x, long[] y) => RVectors.Check(name, await FindingAsync(Units(x), Units(y)));

    [Theory]
    [InlineData(new long[] { 5, 5, 5, 5 }, new long[] { 1, 2, 3, 3 })]
    [InlineData(new long[] { 1, 2, 3, 3 }, new long[] { 5, 5, 5, 5 })]
    public async Task A_constant_column_has_none(long[] x, long[] y)
    {
        var finding = await FindingAsync(Units(x), Units(y));
        Assert.Equal((double.NaN, double.NaN), (finding["estimate"], finding["p.value"])); // NA by R
    }

    private static BigInteger?[] Units(long[] values) => [.. values.Select(value => (BigInteger?)value)];

    private static async Task<Finding> FindingAsync(BigInteger?[] x, BigInteger?[] y)
    {
        var tables = new JoinedTables(KeyRule.Default, [new("x", TwoParty.Receiver, null), new("y", TwoParty.Sender, null)]);
        var ordered = JoinedAnalysis.Create(new Analysis.Ranked(new Measure("x", 0), null, new Measure("y", 0), RankTest.Spearman), tables, TwoParty.Sender, 3)!.Ordered!;
        Assert.True(ordered.AreBothOrdered && ordered.Orderer == TwoParty.Receiver);
        var lone = Math.Min(Lone, x.Length);
        int[] atSender = [.. Enumerable.Range(0, lone), .. Enumerable.Range(0, y.Length)], atReceiver = [.. Enumerable.Range(0, x.Length).Reverse(), .. Enumerable.Range(0, lone)];
        var sender = Table([.. atSender.Select((row, i) => Key(i < lone ? "s" : "", row))], [.. atSender.Select(row => y[row])]);
        var receiver = Table([.. atReceiver.Select((row, i) => Key(i < x.Length ? "" : "r", row))], [.. atReceiver.Select(row => x[row])]);
        var plan = new OrderedPlan { Statistic = ordered.Statistic, GroupCount = ordered.GroupCount, SubsetOfSender = Complete, SubsetOfReceiver = Complete, MinimumGroup = 3, IsForSender = true };
        var dealer = new SeededOle();
        var run = await TwoParty.RunAsync(
            channel => sender.CorrelateAsync(BooleanParty.First, channel, dealer, plan), channel => receiver.CorrelateAsync(BooleanParty.Second, channel, dealer, plan));
        Assert.Null(run.Receiver[0]);
        return Assert.Single(ordered.Finish(run.Sender[0]!.Counts, run.Sender[0]!.Statistics).Findings);
    }

    private static OrderedTable Table(ReadOnlyMemory<byte>[] keys, BigInteger?[] values) =>
        new(keys, [.. values.Select(value => (long)(value ?? 0))], []) { Subsets = [.. values.Select(value => value is null ? 0UL : 1UL << Complete)] };

    private static ReadOnlyMemory<byte> Key(string of, int row) => System.Text.Encoding.UTF8.GetBytes(of + row.ToString(CultureInfo.InvariantCulture));
}
