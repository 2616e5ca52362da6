using System.Globalization;
using Collab.Jobs;
using Collab.Psi.Circuit;
using Collab.Statistics.Analyses.Joined;
using Collab.Statistics.Inference;
using Collab.Statistics.Tests.Inference;
using Collab.Testing;

namespace Collab.Psi.Tests.Circuit;

/// <summary>Data that R had whole, the values at one party and the groups at the other, each with rows of its own that the other lacks: rank tests and quantiles are R's.</summary>
public class JoinedRanksAgainstR
{
    private const int Lone = 40; // rows of each party that match nothing; they repeat the first rows' values under other keys

    private static readonly Measure Ratio = new("pirat", Columns.Scale);

    [Fact]
    public async Task Mann_and_Whitney() => RVectors.Check(
        "mann-whitney-hmda", Assert.Single(await FindingsAsync(new Analysis.Ranked(Ratio, new("deny", ["yes", "no"]), null, RankTest.MannWhitney))), 1e-6);

    [Fact]
    public async Task Kruskal_and_Wallis() => RVectors.Check(
        "kruskal-wallis", Assert.Single(await FindingsAsync(new Analysis.Ranked(Ratio, new("chist", ["1", "2", "3", "4", "5", "6"]), null, RankTest.KruskalWallis))), 1e-6);

    [Fact]
    public async Task Kolmogorov_and_Smirnov() => RVectors.Check(
        "kolmogorov-smirnov-hmda", Assert.Single(await FindingsAsync(new Analysis.Ranked(Ratio, new("single", ["yes", "no"]), null, RankTest.KolmogorovSmirnov))), 1e-6);

    [Fact]
    public async Task Quantiles_in_groups()
    {
        var findings = await FindingsAsync(new Analysis.Quantiles(Ratio, new("deny", ["yes", "no"]), [100, 500, 925], 3));
        RVectors.Check("quantiles-hmda-yes", findings[0], 1e-6);
        RVectors.Check("quantiles-hmda-no", findings[1], 1e-6);
    }

    private static async Task<IReadOnlyList<Finding>> FindingsAsync(Analysis analysis)
    {
        var groups = analysis switch { Analysis.Ranked ranked => ranked.Groups!, Analysis.Quantiles quantiles => quantiles.Groups!, _ => throw new ArgumentException("By groups.", nameof(analysis)) };
        var tables = new JoinedTables(KeyRule.Default, [new("pirat", TwoParty.Receiver, null), new(groups.Column, TwoParty.Sender, null)]);
        var ordered = JoinedAnalysis.Create(analysis, tables, TwoParty.Sender, 10)!.Ordered!;
        long[] values = [.. Columns.Units(Columns.Hmda, "pirat").Select(value => (long)value!.Value)];
        int[] levels = [.. RVectors.Column(Columns.Hmda, groups.Column).Select(level => groups.Levels.ToList().IndexOf(level!))];
        int[] atSender = [.. Enumerable.Range(0, Lone), .. Enumerable.Range(0, values.Length)], atReceiver = [.. Enumerable.Range(0, values.Length).Reverse(), .. Enumerable.Range(0, Lone)];
        var sender = new OrderedTable([.. atSender.Select((row, i) => Key(i < Lone ? "s" : "", row))], [], [.. atSender.Select(row => levels[row])]);
        var receiver = new OrderedTable([.. atReceiver.Select((row, i) => Key(i < values.Length ? "" : "r", row))], [.. atReceiver.Select(row => values[row])], []);
        var plan = new OrderedPlan
        {
            Statistic = ordered.Statistic, GroupCount = ordered.GroupCount, AreGroupsOfSender = ordered.AreGroupsOfOther, Targets = ordered.Targets, MinimumGroup = 1, IsForSender = true,
        };
        var opened = (await OrderedTable.RunAsync(sender, receiver, plan)).Opened[0]!;
        return ordered.Finish(opened.Counts, opened.Statistics).Findings;
    }

    private static ReadOnlyMemory<byte> Key(string of, int row) => System.Text.Encoding.UTF8.GetBytes(of + row.ToString(CultureInfo.InvariantCulture));
}
