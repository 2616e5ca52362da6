using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Analyses;
using Collab.Statistics.Tests.Inference;
using Columns = Collab.Statistics.Tests.Inference.Columns;

namespace Collab.Statistics.Tests.Analyses;

/// <summary>Regressions in rounds over rows of several owners, for real, in memory, against R on all rows together.</summary>
public class RegressionTests
{
    private static readonly GroupBy Denied = new("deny", ["no", "yes"]);
    private static readonly Measure Ratio = new("pirat", 15), Loan = new("lvrat", 15), History = new("chist", 0);

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public async Task Logistic_regression_is_that_of_R(int owners, bool receiverOwns)
    {
        Analysis[] analyses = [new Analysis.Logistic(Denied, [Ratio, Loan, History]), new Analysis.Means(Ratio, null, MeanTest.OneSample, 0)]; // others stand beside it
        var result = await AnalysisRun.RunAsync(new AnalysisQuestion(analyses, 10), Columns.Hmda, owners, receiverOwns);
        RVectors.Check("logistic-joint", result[0][0]);
        Assert.Single(result[1]);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public async Task Poisson_regression_is_that_of_R(int owners, bool receiverOwns)
    {
        var analysis = new Analysis.Poisson(new("NumberExistingCredits", 0), [new("Duration", 0), new("Age", 0), new("Telephone", 0)]);
        RVectors.Check("poisson-credit", (await AnalysisRun.RunAsync(new AnalysisQuestion([analysis], 10), Columns.Credit, owners, receiverOwns))[0][0]);
    }

    [Fact]
    public async Task Counts_that_are_all_0_or_hardly_any_are_withheld_and_a_number_that_is_no_count_stops_its_owner()
    {
        async Task<AnalysisOutcome> With(int counted) => (await AnalysisRun.RunAsync(
            new AnalysisQuestion([new Analysis.Poisson(new("visits", 0), [new("x", 0)])], 10), ["visits", "x"],
            [.. Enumerable.Range(0, 200).Select(i => new[] { i < counted ? $"{1 + (i % 5)}" : "0", $"{i * i % 13}" })], 2, false, outcomes: true)).Outcomes![0];
        Assert.Equal(AnalysisOutcome.Withheld, await With(0));
        Assert.Equal(AnalysisOutcome.Withheld, await With(9));
        Assert.Null((await With(10)).Reason);

        var plan = AnalysisPlan.Create(new AnalysisQuestion([new Analysis.Poisson(new("y", 1), [new("x", 0)])], 10), [PartyId.Parse("a"), PartyId.Parse("b")], PartyId.Parse("c"));
        foreach (var unfit in new long[] { -10, 5 }) // −1 and 0.5
        {
            var batch = new ColumnBatch(1, 1, [
                new NumberColumn(new ColumnSchema("y", ColumnType.Decimal, 1), new[] { unfit }, new[] { true }), new NumberColumn(new ColumnSchema("x", ColumnType.Integer, 0), new long[] { 1 }, new[] { true })]);
            Assert.Equal(StatisticsErrors.ResponseUnfit, Assert.Throws<CollabException>(() => new LocalAnalysis(plan).Add(batch)).Code);
        }
    }

    [Fact]
    public async Task Rows_without_a_value_are_left_out()
    {
        var analysis = new Analysis.Logistic(new GroupBy("status", ["0", "1"]), [new("age", 0), new("male", 0), new("bmi", 13)]);
        RVectors.Check("logistic-missing", (await AnalysisRun.RunAsync(new AnalysisQuestion([analysis], 10), Columns.Nafld, 3, false))[0][0]);
    }

    [Fact]
    public async Task Data_without_an_estimate_give_the_reason_and_the_run_goes_on()
    {
        Analysis[] analyses =
        [
            new Analysis.Logistic(Denied, [new("constant", 0)]), new Analysis.Logistic(Denied, [new("x", 0), new("twice", 0)]), new Analysis.Logistic(Denied, [new("separating", 0)]),
            new Analysis.Logistic(Denied, [new("x", 0)]),
        ];
        var rows = Enumerable.Range(0, 400).Select(i => new[] { i % 3 == 0 ? "yes" : "no", "7", $"{i % 11}", $"{2 * (i % 11)}", $"{(i % 3 == 0 ? 100 : 0) + (i % 7)}" });
        var outcomes = (await AnalysisRun.RunAsync(
            new AnalysisQuestion(analyses, 10), ["deny", "constant", "x", "twice", "separating"], [.. rows], 2, false, outcomes: true)).Outcomes!;
        Assert.Equal("A covariate is constant, or a combination of others.", outcomes[0].Reason);
        Assert.Equal("A covariate is constant, or a combination of others.", outcomes[1].Reason);
        Assert.Equal("The covariates separate the responses: no finite estimate exists.", outcomes[2].Reason);
        Assert.Null(outcomes[3].Reason);
    }

    [Fact]
    public async Task Too_few_rows_of_either_response_or_in_all_withhold_it()
    {
        async Task<AnalysisOutcome> With(int yes, int no) => (await AnalysisRun.RunAsync(
            new AnalysisQuestion([new Analysis.Logistic(Denied, [new("x", 0)])], 10), ["deny", "x"],
            [.. Enumerable.Range(0, yes + no).Select(i => new[] { i < yes ? "yes" : "no", $"{i * i % 13}" })], 2, false, outcomes: true)).Outcomes![0];
        Assert.Null((await With(10, 90)).Reason);
        Assert.Equal(AnalysisOutcome.Withheld, await With(9, 91));
        Assert.Equal(AnalysisOutcome.Withheld, await With(91, 9));
        Assert.Equal(91, RegressionRounds.MinimumRows(26, 7, 2)); // 26 questions of 7 numbers, over 2 columns
        Assert.Equal(AnalysisOutcome.Withheld, await With(30, 60));
        Assert.Equal(AnalysisOutcome.Withheld, await With(1, 0));
    }

    [Fact]
    public void A_response_that_is_not_in_the_plan_stops_its_owner()
    {
        var plan = AnalysisPlan.Create(new AnalysisQuestion([new Analysis.Logistic(Denied, [new("x", 0)])], 10), [PartyId.Parse("a"), PartyId.Parse("b")], PartyId.Parse("c"));
        var batch = new ColumnBatch(1, 1, [
            new TextColumn(new ColumnSchema("deny", ColumnType.Text, 0), ["maybe"]), new NumberColumn(new ColumnSchema("x", ColumnType.Integer, 0), new long[] { 1 }, new[] { true })]);
        Assert.Equal(StatisticsErrors.UnknownLevel, Assert.Throws<CollabException>(() => new LocalAnalysis(plan).Add(batch)).Code);
    }
}
