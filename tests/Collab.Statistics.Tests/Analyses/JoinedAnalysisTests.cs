using System.Globalization;
using System.Numerics;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Analyses;
using Collab.Statistics.Analyses.Joined;
using Collab.Statistics.Inference;
using Collab.Statistics.Tests.Inference;
using Columns = Collab.Statistics.Tests.Inference.Columns;

namespace Collab.Statistics.Tests.Analyses;

/// <summary>Analyses of which each of two owners has other columns: what they and the receiver do outside of the protocol, with totals and gates reckoned in the clear.</summary>
public class JoinedAnalysisTests
{
    private static readonly PartyId Sender = PartyId.Parse("clinic"), Receiver = PartyId.Parse("registry");

    // aml of R's package survival: those maintained first
    private static readonly (int Time, int Event, string Group)[] Leukemia =
    [
        .. new[] { (9, 1), (13, 1), (13, 0), (18, 1), (23, 1), (28, 0), (31, 1), (34, 1), (45, 0), (48, 1), (161, 0) }.Select(row => (row.Item1, row.Item2, "Maintained")),
        .. new[] { (5, 1), (5, 1), (8, 1), (8, 1), (12, 1), (16, 0), (23, 1), (27, 1), (30, 1), (33, 1), (43, 1), (45, 1) }.Select(row => (row.Item1, row.Item2, "Nonmaintained")),
    ];

    private static readonly GroupBy Died = new("event", ["0", "1"]), Kept = new("group", ["Maintained", "Nonmaintained"]);

    [Theory]
    [InlineData("time", "event")]
    [InlineData("group", "time")]
    [InlineData("event")]
    [InlineData("time", "event", "group")]
    [InlineData]
    public void Survival_is_that_of_R_wherever_its_columns_are(params string[] ofSender)
    {
        var both = OutcomeOf(new Analysis.Survival(new Measure("time", 0), Died, Kept, TimesOf(Leukemia)), 1, LeukemiaColumn(Leukemia), ofSender);
        RVectors.Check("log-rank-aml", both.Findings[^1], only: ["statistic", "p.value"]); // the curves end where nobody of a group is left, behind which one group alone adds nothing to the test
        foreach (var (name, group) in new[] { ("kaplan-meier-aml", "Maintained"), ("kaplan-meier-nonmaintained", "Nonmaintained") })
        {
            var rows = Leukemia.Where(row => row.Group == group).ToArray();
            RVectors.Check(name, OutcomeOf(new Analysis.Survival(new Measure("time", 0), Died, null, TimesOf(rows)), 1, LeukemiaColumn(rows), ofSender).Findings[0]);
        }
    }

    [Fact]
    public void A_curve_ends_where_a_group_has_too_few_at_risk()
    {
        var survival = new Analysis.Survival(new Measure("time", 0), Died, Kept, [4, 8, 20, 30, 45]);
        var told = OutcomeOf(survival, 8, LeukemiaColumn(Leukemia), "group").Findings[0].Quantities.Where(q => q.Name == "n.risk").Select(q => q.Value);
        Assert.Equal([11, 11, 11], told.Take(3));
        Assert.Equal(3, told.Count()); // after 20 seven of those maintained and six of the others are left
        Assert.Equal(AnalysisOutcome.Withheld, OutcomeOf(survival, 12, LeukemiaColumn(Leukemia), "group"));
    }

    [Theory]
    [InlineData("pirat")]
    [InlineData("pirat", "deny")]
    public void Histogram_stability_and_rank_tests_over_bins_are_those_of_R(params string[] ofSender)
    {
        Measure ratio = new("pirat", 15);
        GroupBy denied = new("deny", ["yes", "no"]);
        long[] breaks = [.. new[] { 250L, 300, 350, 400 }.Select(edge => edge * 1_000_000_000_000)];
        foreach (var (name, test) in new[]
        {
            ("histogram", BinnedTest.Histogram), ("mann-whitney", BinnedTest.MannWhitney), ("kruskal-wallis", BinnedTest.KruskalWallis),
            ("kolmogorov-smirnov", BinnedTest.KolmogorovSmirnov), ("stability", BinnedTest.Stability),
        })
        {
            var binned = new Analysis.Binned(ratio, test == BinnedTest.Histogram ? null : denied, breaks, test);
            RVectors.Check("binned-" + name, OutcomeOf(binned, 10, column => RVectors.Column(Columns.Hmda, column), ofSender, new(ratio.Column, 15, 0, 1L << 60)).Findings[0]);
        }
    }

    [Fact]
    public void Small_bins_are_suppressed_with_the_one_that_covers_them()
    {
        var histogram = new Analysis.Binned(new Measure("time", 0), null, [7, 12, 30, 100], BinnedTest.Histogram);
        Assert.Equal(
            ["suppressed", "suppressed", "count", "count", "suppressed"], // 2, 4, 9, 7 and 1 rows: of the bins that may be told the second covers
            OutcomeOf(histogram, 4, LeukemiaColumn(Leukemia)).Findings[0].Quantities.Select(q => q.Name));
        Assert.Equal(AnalysisOutcome.Withheld, OutcomeOf(histogram, 10, LeukemiaColumn(Leukemia)));
    }

    private static long[] TimesOf((int Time, int Event, string Group)[] rows) => [.. rows.Select(row => (long)row.Time).Distinct().Order()];

    private static Func<string, string?[]> LeukemiaColumn((int Time, int Event, string Group)[] rows) => column =>
        [.. rows.Select(row => column == "group" ? row.Group : (column == "time" ? row.Time : row.Event).ToString(CultureInfo.InvariantCulture))];

    private static AnalysisOutcome OutcomeOf(Analysis analysis, int minimum, Func<string, string?[]> columnOf, params string[] ofSender) =>
        OutcomeOf(analysis, minimum, columnOf, ofSender, null);

    private static AnalysisOutcome OutcomeOf(Analysis analysis, int minimum, Func<string, string?[]> columnOf, string[] ofSender, ValueRange? range)
    {
        var tables = new JoinedTables(KeyRule.Default, [.. analysis.Columns.Select(column => new HeldColumn(column, ofSender.Contains(column) ? Sender : Receiver, range?.Column == column ? range : null))]);
        var joined = JoinedAnalysis.Create(analysis, tables, Receiver, minimum)!;
        JoinedRows sent = joined.RowsOf(Sender), received = joined.RowsOf(Receiver);
        foreach (var batch in AnalysisRun.BatchesOf(columnOf, new AnalysisQuestion([analysis], minimum), 0, 1))
        {
            for (var row = 0; row < batch.RowCount; row++)
            {
                sent.Add(batch, row);
                received.Add(batch, row);
            }
        }

        IReadOnlyList<ReadOnlyMemory<Int128>> left = sent.Columns, right = received.Columns;
        BigInteger TotalOf(JoinedProduct product) => Enumerable.Range(0, sent.Complete.Count).Where(row => sent.Complete[row] && received.Complete[row]).Aggregate(
            BigInteger.Zero, (sum, row) => sum + ((product.OfSender is { } s ? (BigInteger)left[s].Span[row] : 1) * (product.OfReceiver is { } r ? (BigInteger)right[r].Span[row] : 1)));
        BigInteger[] totals = [.. joined.Products.Select(TotalOf)];
        bool[] passed = [.. joined.Gates.Select(gate => gate.All(count => count.Parts.Aggregate(BigInteger.Zero, (sum, part) => sum + (part.Coefficient * totals[part.Product])) >= count.Minimum))];
        var opened = joined.Opened(passed);
        Assert.All(opened.Zip(passed), gate => Assert.True(gate.Second || !gate.First));
        return opened.Contains(true)
            ? joined.Finish([.. joined.Products.Select((product, i) => product.Gate is { } gate && opened[gate] ? totals[i] : (BigInteger?)null)])
            : AnalysisOutcome.Withheld;
    }
}
