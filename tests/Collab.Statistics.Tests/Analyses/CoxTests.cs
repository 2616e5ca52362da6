using Collab.Jobs;
using Collab.Statistics.Analyses;
using Collab.Statistics.Tests.Inference;
using Columns = Collab.Statistics.Tests.Inference.Columns;

namespace Collab.Statistics.Tests.Analyses;

/// <summary>Cox regression in rounds over rows of several owners, for real, in memory, against R on all rows with their times rounded up.</summary>
public class CoxTests
{
    private static readonly GroupBy Died = new("died", ["0", "1"]);
    private static readonly string[] Names = ["days", "died", "x", "y"];

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public async Task Hazards_are_those_of_R_on_times_rounded_up(int owners, bool receiverOwns)
    {
        var analysis = new Analysis.Cox(
            new("futime", 0), new GroupBy("status", ["0", "1"]), [new("age", 0), new("male", 0), new("bmi", 13)], [500, 1000, 1500, 2000, 2500, 3000, 3500, 4000, 5000, 6000]);
        var result = await AnalysisRun.RunAsync(new AnalysisQuestion([analysis], 10), Columns.Nafld, owners, receiverOwns);
        RVectors.Check("cox-grid", result[0][0]);
    }

    [Fact]
    public async Task An_interval_may_have_nobody_of_a_kind_but_not_a_few()
    {
        // 40 die in each of three intervals; nobody is lost before the end, or some are in the second.
        Assert.Null((await OutcomeAsync(Rows(lost: 0))).Reason);
        Assert.Equal(AnalysisOutcome.Withheld, await OutcomeAsync(Rows(lost: 1)));
        Assert.Equal(AnalysisOutcome.Withheld, await OutcomeAsync(Rows(lost: 29))); // 30 hold as many numbers as 10 questions tell
        Assert.Null((await OutcomeAsync(Rows(lost: 30))).Reason);
        Assert.Equal(AnalysisOutcome.Withheld, await OutcomeAsync(Rows(lost: 1)[..1]));
    }

    [Fact]
    public async Task Data_without_an_estimate_give_the_reason()
    {
        Assert.Equal("A covariate is constant, or a combination of others.", (await OutcomeAsync(Rows(0), "y")).Reason);
        var nobody = Rows(0).Select(row => new[] { row[0], "0", row[2], row[3] }).ToArray();
        Assert.Equal("No row has the event within the intervals.", (await OutcomeAsync(nobody)).Reason);
        var separated = Rows(0).Select(row => new[] { row[0], row[1], row[1], row[3] }).ToArray(); // only those with x = 1 die
        Assert.Equal("Cox regression does not converge: a covariate may separate the events.", (await OutcomeAsync(separated)).Reason);
        Assert.Null((await OutcomeAsync([.. Rows(0).Select(row => new[] { "1", "1", row[2], row[3] })])).Reason); // all die at once: no hazard differs
    }

    [Fact]
    public async Task Covariates_far_from_0_lose_no_digits_to_their_weights()
    {
        var near = (await OutcomeAsync(Rows(0))).Findings[0];
        var far = (await OutcomeAsync([.. Rows(0).Select(row => new[] { row[0], row[1], $"{int.Parse(row[2]!, System.Globalization.CultureInfo.InvariantCulture) + 3000}", row[3] })])).Findings[0];
        foreach (var name in new[] { "estimate", "std.error" }) Assert.Equal(near["x", name], far["x", name], 1e-7);
    }

    private static async Task<AnalysisOutcome> OutcomeAsync(string?[][] rows, string covariate = "x") =>
        (await AnalysisRun.RunAsync(new AnalysisQuestion([new Analysis.Cox(new("days", 0), Died, [new(covariate, 0)], [100, 200, 300])], 10), Names, rows, 2, false, outcomes: true)).Outcomes![0];

    private static string?[][] Rows(int lost) =>
    [
        .. Enumerable.Range(0, 120).Select(i => new[] { $"{(100 * (i % 3)) + 1 + (i % 50)}", "1", $"{(i * i % 7) + (i % 3)}", "5" }),
        .. Enumerable.Range(0, lost).Select(i => new[] { "150", "0", $"{i % 5}", "5" }),
        .. Enumerable.Range(0, 60).Select(i => new[] { "900", "0", $"{i * i % 11}", "5" }),
    ];
}
