using Collab.Jobs;
using Collab.Statistics.Tests.Inference;
using Columns = Collab.Statistics.Tests.Inference.Columns;

namespace Collab.Statistics.Tests.Analyses;

/// <summary>Every analysis on data too small or too plain for it: an outcome or a reason, and never a peer's fault.</summary>
public sealed class TinyDataTests
{
    private static readonly Measure Age = new("age", 0), Time = new("futime", 0);
    private static readonly GroupBy Male = new("male", ["0", "1"]), Status = new("status", ["0", "1"]);

    public static TheoryData<int> Rows => new(0, 1, 2, 3, 5);

    [Theory, MemberData(nameof(Rows))]
    public async Task Says_what_it_finds_or_why_there_is_nothing(int rows)
    {
        Analysis[] analyses =
        [
            new Analysis.Means(Age, null, MeanTest.OneSample, 0), new Analysis.Means(Age, Male, MeanTest.Welch, 0), new Analysis.Means(Age, Male, MeanTest.EqualVariances, 0),
            new Analysis.Means(Age, Male, MeanTest.AnalysisOfVariance, 0), new Analysis.PairedMeans(Age, Time),
            new Analysis.Table(Male, Status, TableTest.ChiSquared), new Analysis.Table(Male, Status, TableTest.Fisher), new Analysis.Table(Male, Status, TableTest.Ratios),
            new Analysis.Table(Male, Status, TableTest.Proportions), new Analysis.Correlation(Age, Time), new Analysis.Shape(Age), new Analysis.Linear(Age, [Time]),
            new Analysis.Logistic(Status, [Age]), new Analysis.Poisson(Age, [Time]), new Analysis.Cox(Time, Status, [Age], [1000, 9000]),
            new Analysis.Survival(Time, Status, null, [1000, 9000]), new Analysis.Survival(Time, Status, Male, [1000, 9000]), new Analysis.Survival(Time, Status, Male, [1]),
            new Analysis.Quantiles(Age, null, [25, 50, 75], 2), new Analysis.Quantiles(Age, Male, [5], 1, 0, 130),
            new Analysis.Binned(Age, null, [40, 60], BinnedTest.Histogram), new Analysis.Binned(Age, Male, [60], BinnedTest.MannWhitney),
            new Analysis.Binned(Age, Male, [60], BinnedTest.KruskalWallis), new Analysis.Binned(Age, Male, [60], BinnedTest.KolmogorovSmirnov), new Analysis.Binned(Age, Male, [60], BinnedTest.Stability),
            new Analysis.Ranked(Age, Male, null, RankTest.MannWhitney, IsDealt: true), new Analysis.Ranked(Age, Male, null, RankTest.KruskalWallis, IsDealt: true),
            new Analysis.Ranked(Age, Male, null, RankTest.KolmogorovSmirnov, IsDealt: true), new Analysis.Ranked(Age, null, Time, RankTest.Spearman, IsDealt: true),
        ];
        var outcomes = (await AnalysisRun.RunAsync(new AnalysisQuestion(analyses, 1), Columns.Nafld, 2, false, rows, outcomes: true)).Outcomes!;
        Assert.Equal(analyses.Length, outcomes.Count);
        Assert.All(outcomes, outcome => Assert.True(outcome.Findings.Count > 0 == outcome.Reason is null));
    }
}
