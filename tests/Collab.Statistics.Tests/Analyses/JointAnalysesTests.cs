using System.Globalization;
using System.Numerics;
using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing.Tests;
using Collab.Statistics.Analyses;
using Collab.Statistics.Inference;
using Collab.Statistics.Tests.Inference;
using Columns = Collab.Statistics.Tests.Inference.Columns;

namespace Collab.Statistics.Tests.Analyses;

/// <summary>Every kind of analysis over rows of several owners, for real, in memory, against R on all rows together.</summary>
public class JointAnalysesTests
{
    private static readonly Measure Ratio = new("pirat", 15), House = new("hirat", 15), Loan = new("lvrat", 15);
    private static readonly GroupBy Denied = new("deny", ["yes", "no"]), Race = new("afam", ["no", "yes"]);

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public async Task Findings_over_rows_of_several_owners_are_those_of_R_over_all_rows(int owners, bool receiverOwns)
    {
        Analysis[] analyses =
        [
            new Analysis.Means(Ratio, null, MeanTest.OneSample, 330_000_000_000_000), new Analysis.Means(Ratio, Denied, MeanTest.Welch, 0),
            new Analysis.Means(Ratio, Denied, MeanTest.EqualVariances, 0), new Analysis.Table(Race, Denied, TableTest.ChiSquared),
            new Analysis.Table(Race, new GroupBy("deny", ["no", "yes"]), TableTest.Ratios), new Analysis.Correlation(Ratio, Loan),
            new Analysis.Table(Race, Denied, TableTest.ChiSquaredPlain),
            new Analysis.Table(new GroupBy("afam", ["yes", "no"]), new GroupBy("deny", ["no", "yes"]), TableTest.Proportions),
            new Analysis.Proportion(new GroupBy("deny", ["no", "yes"]), 130, 3),
        ];
        var result = await AnalysisRun.RunAsync(new AnalysisQuestion(analyses, 10), Columns.Hmda, owners, receiverOwns);
        RVectors.Check("one-sample-two.sided", result[0][0]);
        RVectors.Check("welch-two.sided", result[1][0]);
        RVectors.Check("equal-variances", result[2][0]);
        RVectors.Check("chi-squared-2x2", result[3][0]);
        RVectors.Check("odds-ratio", result[4][0]);
        RVectors.Check("relative-risk", result[4][1]);
        RVectors.Check("pearson", result[5][0]);
        Assert.Equal("Covariance", result[5][1].Method);
        RVectors.Check("chi-squared-2x2-plain", result[6][0]);
        RVectors.Check("proportion-two", result[7][0]);
        RVectors.Check("proportion-one", result[8][0]);
        RVectors.Check("binomial-two.sided", result[8][1]);
    }

    [Fact]
    public async Task Regression_shape_and_Fishers_test_are_those_of_R()
    {
        var liver = await AnalysisRun.RunAsync(
            new AnalysisQuestion([new Analysis.Shape(new Measure("bmi", 13)), new Analysis.Linear(new Measure("bmi", 13), [new("age", 0), new("male", 0), new("height", 1)])], 10),
            Columns.Nafld, 3, false);
        RVectors.Check("shape", liver[0][0]);
        RVectors.Check("linear-nafld", liver[1][0]);
        var fisher = await AnalysisRun.RunAsync(new AnalysisQuestion([new Analysis.Table(new GroupBy("deny", ["no", "yes"]), Race, TableTest.Fisher)], 5), Columns.Hmda, 2, false);
        RVectors.Check("fisher-hmda-two.sided", fisher[0][0]);
    }

    [Fact]
    public async Task Survival_is_that_of_R_up_to_where_too_few_are_at_risk()
    {
        long[] days = [.. RVectors.Column(Columns.Nafld, "futime").Select(long.Parse!).Distinct().Order()];
        var survival = new Analysis.Survival(new Measure("futime", 0), new GroupBy("status", ["0", "1"]), null, days);
        var all = await AnalysisRun.RunAsync(new AnalysisQuestion([survival], 1), Columns.Nafld, 2, false);
        Assert.Equal(["Kaplan-Meier estimate", "Median survival"], all[0].Select(f => f.Method));
        RVectors.Check("median-nafld", all[0][1]);

        var groups = new Analysis.Survival(new Measure("futime", 0), new GroupBy("status", ["0", "1"]), new GroupBy("male", ["0", "1"]), [1000, 3000, 5000, 7400]);
        var result = await AnalysisRun.RunAsync(new AnalysisQuestion([groups], 3000), Columns.Nafld, 2, false);
        Assert.Equal("Log-rank test", result[0][^1].Method);
        var told = result[0][0].Quantities.Where(q => q.Name == "n.risk").Select(q => (q.Term, q.Value)).ToList();
        Assert.True(told.Count < 4, "at the end too few are at risk to be told");
        Assert.All(told, step => Assert.True(step.Value >= 3000));
        var men = RVectors.Column(Columns.Nafld, "male").Zip(RVectors.Column(Columns.Nafld, "futime")).Where(p => p.First == "0").Select(p => int.Parse(p.Second!, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(men.Count(t => t > 1000), told[1].Value);
    }

    [Fact]
    public async Task An_analysis_with_a_small_cell_is_withheld_whole_and_others_are_not()
    {
        var rare = new Analysis.Table(new GroupBy("deny", ["no", "yes"]), new GroupBy("chist", ["1", "2", "3", "4", "5", "6"]), TableTest.ChiSquared);
        var small = await AnalysisRun.RunAsync(new AnalysisQuestion([rare, new Analysis.Means(Ratio, null, MeanTest.OneSample, 0)], 20), Columns.Hmda, 2, false, outcomes: true);
        Assert.Equal(AnalysisOutcome.Withheld, small.Outcomes![0]);
        Assert.Null(small.Outcomes[1].Reason);
        var few = new Analysis.Linear(Ratio, [House, Loan]); // 30 rows for three columns
        Assert.Equal(AnalysisOutcome.Withheld, (await AnalysisRun.RunAsync(new AnalysisQuestion([few], 10), Columns.Hmda, 2, false, rows: 29, outcomes: true)).Outcomes![0]);
        Assert.Null((await AnalysisRun.RunAsync(new AnalysisQuestion([few], 10), Columns.Hmda, 2, false, rows: 30, outcomes: true)).Outcomes![0].Reason);
    }

    [Fact]
    public async Task A_proportion_is_withheld_if_few_have_the_property_or_few_have_not()
    {
        var one = new Analysis.Proportion(new GroupBy("deny", ["no", "yes"]), 5, 1); // 285 have it, 2,095 have not
        var other = new Analysis.Proportion(new GroupBy("deny", ["yes", "no"]), 5, 1);
        foreach (var (minimum, told) in new[] { (285, true), (286, false) })
        {
            var outcomes = (await AnalysisRun.RunAsync(new AnalysisQuestion([one, other], minimum), Columns.Hmda, 2, false, outcomes: true)).Outcomes!;
            Assert.All(outcomes, outcome => Assert.Equal(told, outcome.Reason is null));
        }
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public async Task Histogram_stability_and_rank_tests_over_bins_are_those_of_R_over_the_bins(int owners, bool receiverOwns)
    {
        long[] breaks = [.. new[] { 250L, 300, 350, 400 }.Select(edge => edge * 1_000_000_000_000)];
        var result = await AnalysisRun.RunAsync(
            new AnalysisQuestion(
                [
                    new Analysis.Binned(Ratio, null, breaks, BinnedTest.Histogram), new Analysis.Binned(Ratio, Denied, breaks, BinnedTest.MannWhitney),
                    new Analysis.Binned(Ratio, Denied, breaks, BinnedTest.KruskalWallis), new Analysis.Binned(Ratio, Denied, breaks, BinnedTest.KolmogorovSmirnov),
                    new Analysis.Binned(Ratio, Denied, breaks, BinnedTest.Stability),
                ], 10),
            Columns.Hmda, owners, receiverOwns);
        RVectors.Check("binned-histogram", result[0][0]);
        RVectors.Check("binned-mann-whitney", result[1][0]);
        RVectors.Check("binned-kruskal-wallis", result[2][0]);
        RVectors.Check("binned-kolmogorov-smirnov", result[3][0]);
        RVectors.Check("binned-stability", result[4][0]);
    }

    [Fact]
    public async Task A_histogram_shows_small_bins_as_suppressed_and_hides_one_more_so_that_all_rows_do_not_tell_them()
    {
        long[] breaks = [.. new[] { 1L, 2, 3, 4, 5 }.Select(edge => edge - 1)]; // chist is 1 to 6, so the first bin has nobody
        var histogram = new Analysis.Binned(new Measure("chist", 0), null, breaks, BinnedTest.Histogram);
        var ranks = new Analysis.Binned(new Measure("chist", 0), Denied, [0, 3], BinnedTest.MannWhitney);
        var outcomes = (await AnalysisRun.RunAsync(new AnalysisQuestion([histogram, ranks], 10), Columns.Hmda, 2, false, outcomes: true)).Outcomes!;
        Assert.Equal(
            ["suppressed x <= 0", "suppressed 0 < x <= 1", "count 1 < x <= 2", "count 2 < x <= 3", "count 3 < x <= 4", "count x > 4"],
            outcomes[0].Findings[0].Quantities.Select(q => $"{q.Name} {q.Term}"));
        Assert.All(outcomes[0].Findings[0].Quantities.Take(2), q => Assert.True(double.IsNaN(q.Value)));
        var values = RVectors.Column(Columns.Hmda, "chist");
        Assert.Equal(values.Count(v => v == "2"), outcomes[0].Findings[0]["1 < x <= 2", "count"]);
        Assert.Equal(AnalysisOutcome.Withheld, outcomes[1]); // a group without rows in a bin

        var above = new Analysis.Binned(new Measure("chist", 0), null, [1, 99], BinnedTest.Histogram); // nobody is above 99, so the bin below hides
        var top = (await AnalysisRun.RunAsync(new AnalysisQuestion([above], 10), Columns.Hmda, 2, false)).Outcomes![0].Findings[0];
        Assert.Equal(["count", "suppressed", "suppressed"], top.Quantities.Select(q => q.Name));
        var one = new Analysis.Binned(new Measure("chist", 0), null, [99], BinnedTest.Histogram); // nothing is left to tell
        Assert.Equal(AnalysisOutcome.Withheld, (await AnalysisRun.RunAsync(new AnalysisQuestion([one], 10), Columns.Hmda, 2, false, outcomes: true)).Outcomes![0]);
        Assert.Equal(AnalysisOutcome.Withheld, (await AnalysisRun.RunAsync(new AnalysisQuestion([one], 10), Columns.Hmda, 2, false, rows: 1, outcomes: true)).Outcomes![0]);
    }

    [Fact]
    public async Task An_analysis_without_a_result_says_why()
    {
        var housing = new Analysis.Linear(new Measure("Amount", 0), [new("Housing.Rent", 0), new("Housing.Own", 0), new("Housing.ForFree", 0)]); // they add up to 1
        var outcome = (await AnalysisRun.RunAsync(new AnalysisQuestion([housing], 10), Columns.Credit, 2, false, outcomes: true)).Outcomes![0];
        Assert.Equal("A column is a combination of others.", outcome.Reason);
    }

    [Fact]
    public async Task One_row_in_all_is_a_reason_and_no_fault_of_a_peer()
    {
        Analysis[] analyses = [new Analysis.Means(Ratio, null, MeanTest.OneSample, 0), new Analysis.PairedMeans(Ratio, Loan), new Analysis.Correlation(Ratio, Loan), new Analysis.Shape(Ratio)];
        var outcomes = (await AnalysisRun.RunAsync(new AnalysisQuestion(analyses, 1), Columns.Hmda, 2, false, rows: 1, outcomes: true)).Outcomes!;
        Assert.Equal(["A sample has fewer than two rows.", "A sample has fewer than two rows.", "At least three rows.", null], outcomes.Select(outcome => outcome.Reason));
        Assert.Equal(double.NaN, outcomes[3].Findings[0]["skewness"]);
    }

    [Fact]
    public async Task Results_read_back_and_nothing_else_does()
    {
        var result = new AnalysisResult((await AnalysisRun.RunAsync(new AnalysisQuestion([new Analysis.Means(Ratio, null, MeanTest.OneSample, 0)], 10), Columns.Hmda, 2, false, outcomes: true)).Outcomes!);
        var bytes = result.Encode();
        Assert.Equal(bytes, AnalysisResult.Decode(bytes).Encode());
        Assert.Throws<MalformedException>(() => AnalysisResult.Decode(bytes.AsSpan(..^1)));
        Assert.Throws<MalformedException>(() => AnalysisResult.Decode(new AnalysisResult([new([], null)]).Encode()));
    }

    [Fact]
    public void Two_owners_of_whom_one_receives_are_refused()
    {
        var question = new AnalysisQuestion([new Analysis.Shape(Ratio)], 10);
        var (a, b) = (PartyId.Parse("a"), PartyId.Parse("b"));
        Assert.Equal(StatisticsErrors.ReceiverIsOwnerOfTwo, Assert.Throws<CollabException>(() => AnalysisPlan.Create(question, [a, b], a)).Code);
    }
}
