using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Analyses;
using Collab.Statistics.Disclosure;
using Collab.Statistics.Results;
using Collab.Statistics.Tests.Analyses;
using Collab.Statistics.Tests.Inference;
using Columns = Collab.Statistics.Tests.Inference.Columns;

namespace Collab.Statistics.Tests.Orders;

/// <summary>Quantiles over rows of several owners, for real, in memory, against R and against the definition.</summary>
public class QuantileTests
{
    private static readonly Measure X = new("x", 0);
    private static readonly GroupBy Letters = new("g", ["a", "b", "c"]);
    private static readonly string[] Events =
        ["afib", "ang/isc", "cardiac arrest", "diabetes", "dyslipidemia", "heart failure", "htn", "MI", "nafld", "stroke"];

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public async Task Quantiles_over_rows_of_several_owners_are_those_of_R_over_all_rows(int owners, bool receiverOwns)
    {
        var ratio = new Measure("pirat", 15);
        var tied = await AnalysisRun.RunAsync(
            new AnalysisQuestion([new Analysis.Quantiles(ratio, null, [1, 10, 25, 50, 75, 90, 99], 2), new Analysis.Quantiles(ratio, new GroupBy("deny", ["yes", "no"]), [100, 500, 925], 3)], 10),
            Columns.Hmda, owners, receiverOwns);
        RVectors.Check("quantiles-hmda", tied[0][0], 1e-14);
        RVectors.Check("quantiles-hmda-yes", tied[1][0], 1e-14);
        RVectors.Check("quantiles-hmda-no", tied[1][1], 1e-14);
        Assert.Equal("Quantiles, deny = no", tied[1][1].Method);
        Assert.All(tied[0][0].Quantities, quantity => Assert.Equal(53, quantity.SignificantBits));

        var missing = await AnalysisRun.RunAsync(
            new AnalysisQuestion([new Analysis.Quantiles(new Measure("bmi", 14), new GroupBy("male", ["0", "1"]), [25, 50, 75], 2)], 10), Columns.Nafld, owners, receiverOwns);
        RVectors.Check("quantiles-bmi-women", missing[0][0], 1e-14);
        RVectors.Check("quantiles-bmi-men", missing[0][1], 1e-14);
        RVectors.Check("iqr-bmi-men", missing[0][1], 1e-14);
    }

    [Fact]
    public async Task Negative_values_and_groups_of_unequal_size_are_as_in_R()
    {
        var result = await AnalysisRun.RunAsync(
            new AnalysisQuestion([new Analysis.Quantiles(new Measure("days", 0), new GroupBy("event", Events), [500, 3333, 5000, 9500], 4)], 10), "notebooks/data/nafld3.csv", 3, false);
        foreach (var name in new[] { "diabetes", "htn", "nafld" })
            RVectors.Check($"quantiles-days-{name}", Assert.Single(result[0], finding => finding.Method == $"Quantiles, event = {name}"), 1e-14);
        var arrests = result[0][Array.IndexOf(Events, "cardiac arrest")]; // 173 rows; 181 are needed for the tenth on either side at 5%
        Assert.Equal(["suppressed 5%", "estimate 33.33%", "estimate 50%", "suppressed 95%"], arrests.Quantities.Select(q => $"{q.Name} {q.Term}"));
        Assert.True(double.IsNaN(arrests["5%", "suppressed"]));
    }

    [Fact]
    public async Task Medians_are_those_of_R_and_a_group_too_small_is_suppressed_with_another()
    {
        var amounts = new Analysis.Quantiles(new Measure("Amount", 0), new GroupBy("NumberExistingCredits", ["1", "2", "3", "4"]), [5], 1);
        var all = await AnalysisRun.RunAsync(new AnalysisQuestion([amounts], 3), Columns.Credit, 2, false);
        for (var k = 1; k <= 3; k++) RVectors.Check($"median-credits-{k}", all[0][k - 1], 1e-14);
        Assert.False(double.IsNaN(all[0][3]["50%", "estimate"])); // 6 rows: three on either side

        var few = await AnalysisRun.RunAsync(new AnalysisQuestion([amounts], 4), Columns.Credit, 2, false);
        Assert.Equal(["estimate", "estimate", "suppressed", "suppressed"], few[0].Select(finding => finding.Quantities[0].Name));
        RVectors.Check("median-credits-2", few[0][1], 1e-14);
    }

    [Theory]
    [InlineData(5, 4, false, false)]
    [InlineData(5, 5, true, false)]
    [InlineData(5, 8, true, false)]
    [InlineData(5, 9, true, true)]
    public async Task Each_cell_of_one_gate_has_its_own_minimum(int minimum, int rows, bool meanIsTold, bool medianIsTold)
    {
        var ratio = new Measure("pirat", 15);
        Analysis[] analyses = [new Analysis.Quantiles(ratio, null, [1], 2), new Analysis.Means(ratio, null, MeanTest.OneSample, 0), new Analysis.Quantiles(ratio, null, [5], 1)];
        var outcomes = (await AnalysisRun.RunAsync(new AnalysisQuestion(analyses, minimum), Columns.Hmda, 3, true, rows, outcomes: true)).Outcomes!;
        Assert.Equal([false, meanIsTold, medianIsTold], outcomes.Select(outcome => outcome.Reason is null)); // of 1% 401 rows are asked
    }

    [Fact]
    public void A_group_with_a_quantile_to_tell_needs_no_cover()
    {
        var procedure = new QuantileProcedure(new Analysis.Quantiles(X, Letters, [10, 50], 2));
        Assert.Equal([true, true, false, true, true, true], procedure.Opened([true, true, false, true, true, true]));
        Assert.Equal([true, true, false, false, false, false], procedure.Opened([true, true, false, false, true, true]));
        Assert.Equal([true, true, false, false, false, false], procedure.Opened([true, true, true, true, false, false]));
        Assert.Equal([false, false, false, false, false, false], procedure.Opened([false, false, false, true, false, false]));
    }

    [Theory]
    [InlineData(2, false, 1)]
    [InlineData(2, false, 3)]
    [InlineData(3, true, 2)]
    [InlineData(5, false, 2)]
    public async Task Quantiles_of_chance_rows_are_those_of_the_definition_and_bytes_those_described(int owners, bool receiverOwns, int minimum)
    {
        var random = new Random((100 * owners) + minimum);
        for (var round = 0; round < 4; round++)
        {
            (string? Group, long? Value)[][] rows = [.. Enumerable.Range(0, owners).Select(_ => Enumerable.Range(0, random.Next(0, 40)).Select(_ => (
                random.Next(9) == 0 ? null : Letters.Levels[random.Next(3)],
                random.Next(9) == 0 ? (long?)null : round switch { 0 => random.Next(-3, 3), 1 => random.NextInt64(long.MinValue, long.MaxValue), 2 => 7, _ => random.Next(-1000, 1000) })).ToArray())];
            long[] probabilities = [.. Enumerable.Range(0, 4).Select(_ => random.NextInt64(1, 1000)).Distinct().Order()];
            var run = await new QuantileRun(new Analysis.Quantiles(X, Letters, probabilities, 3), minimum, rows, receiverOwns).GoAsync();
            Assert.Empty(run.Failures);
            var told = 0;
            long[][] groups = [.. Letters.Levels.Select(level => rows.SelectMany(all => all).Where(row => row.Group == level && row.Value is not null).Select(row => row.Value!.Value).ToArray())];
            bool[] has = [.. groups.Select(values => Enumerable.Range(0, probabilities.Length).Any(p => MayBeTold(values.Length, probabilities, p, minimum)))];
            for (var group = 0; group < 3; group++)
            {
                var values = groups[group];
                for (var p = 0; p < probabilities.Length; p++)
                {
                    var mayBeTold = MayBeTold(values.Length, probabilities, p, minimum) && CoveringCell.Of(has) != group;
                    if (run.Findings.Count == 0)
                    {
                        Assert.False(mayBeTold);
                        continue;
                    }

                    var quantity = run.Findings[group].Quantities[p];
                    Assert.Equal(mayBeTold ? "estimate" : "suppressed", quantity.Name);
                    Assert.Equal(mayBeTold ? QuantileRun.Expected(values, new Fraction(probabilities[p], 1000), 0) : double.NaN, quantity.Value);
                    if (mayBeTold) told++;
                }
            }

            AssertTraffic(run, exact: told == 3 * probabilities.Length);
        }
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public async Task Messages_and_bytes_are_those_described_when_all_is_told(int owners, bool receiverOwns)
    {
        var rows = Rows(owners, 30);
        var run = await new QuantileRun(new Analysis.Quantiles(X, Letters, [25, 50], 2), 5, rows, receiverOwns).GoAsync();
        Assert.Empty(run.Failures);
        Assert.All(run.Findings.SelectMany(finding => finding.Quantities), quantity => Assert.Equal("estimate", quantity.Name));
        AssertTraffic(run, exact: true);
    }

    [Theory]
    [InlineData(long.MinValue, long.MaxValue, 32, 1_083_936)]
    [InlineData(0, 130, 4, 135_492)]
    [InlineData(-1, 0, 1, 33_873)]
    public void The_rounds_of_a_median_take_the_bytes_that_the_spec_says(long low, long high, int rounds, long bytes)
    {
        PartyId[] owners = [PartyId.Parse("a"), PartyId.Parse("b")];
        var analysis = new Analysis.Quantiles(X, null, [5], 1, low, high);
        var (plan, procedure) = (AnalysisPlan.Create(new AnalysisQuestion([analysis], 10), owners, QuantileRun.Registry), new QuantileProcedure(analysis));
        PartyId[] parties = [.. owners, QuantileRun.Registry];
        Assert.Equal(rounds, JointAnalyses.RoundsOf(analysis));
        Assert.Equal(bytes, parties.SelectMany(from => parties.Where(to => to != from).Select(to => procedure.Sends(plan, from, to).Bytes)).Sum());
    }

    [Theory]
    [InlineData(-3, 3)]
    [InlineData(-3, 4)]
    [InlineData(-3, 1000)]
    [InlineData(long.MinValue, 3)]
    [InlineData(-3, long.MaxValue)]
    public async Task A_declared_range_changes_nothing_but_the_rounds(long low, long high)
    {
        (string?, long?)[][] rows = [[("a", -3), ("a", 2), ("a", 3)], [("a", 0), ("a", -3), ("a", null)]];
        var run = await new QuantileRun(new Analysis.Quantiles(X, null, [1, 5, 7, 9], 1, low, high), 1, rows).GoAsync();
        Assert.Empty(run.Failures);
        Assert.Equal([.. new[] { 1, 5, 7, 9 }.Select(tenths => QuantileRun.Expected([-3, 2, 3, 0, -3], new Fraction(tenths, 10), 0))], run.Findings[0].Quantities.Select(q => q.Value));
        Assert.Equal(1 + JointAnalyses.RoundsOf(new Analysis.Quantiles(X, null, [5], 1, low, high)), run.Network.Passed.Count(message => message.Type == "SeedMessage"));
    }

    [Theory]
    [InlineData(-2, 3)]
    [InlineData(-3, 2)]
    public void A_row_outside_of_the_range_fails_the_job_at_its_owner_and_is_named_without_its_value(long low, long high)
    {
        var fault = Assert.Throws<CollabException>(() => new QuantileRun(new Analysis.Quantiles(X, Letters, [5], 1, low, high), 1, [[("a", 1), (null, 9), ("b", -3), ("c", 3)], []]));
        Assert.Equal("data.out-of-range", fault.Code.Name);
        Assert.Contains(low == -2 ? "Row 3" : "Row 4", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(long.MinValue, long.MaxValue)]
    [InlineData(long.MinValue, long.MinValue)]
    [InlineData(long.MaxValue, long.MaxValue)]
    [InlineData(-1, 0)]
    public async Task The_ends_of_the_range_are_found(long low, long high)
    {
        var run = await new QuantileRun(new Analysis.Quantiles(X, null, [1, 5, 9], 1), 1, [[("a", low), ("a", high)], [("a", low), ("a", high), (null, high)]]).GoAsync();
        long[] values = [low, high, low, high, high];
        Assert.Equal([.. new[] { 1, 5, 9 }.Select(tenths => QuantileRun.Expected(values, new Fraction(tenths, 10), 0))], run.Findings[0].Quantities.Select(q => q.Value));
    }

    [Fact]
    public async Task Nothing_is_sought_and_no_round_is_run_where_all_is_withheld()
    {
        var run = await new QuantileRun(new Analysis.Quantiles(X, null, [5], 1), 10, Rows(2, 9)).GoAsync();
        Assert.Empty(run.Failures);
        Assert.Equal(AnalysisOutcome.Withheld, run.Outcome);
        Assert.Equal(1, run.Network.Passed.Count(message => message.Type == "SeedMessage")); // the disclosure gate's alone
    }

    [Fact]
    public void A_median_needs_the_minimum_on_either_side_and_neighbours_need_it_between_them()
    {
        Assert.Equal(19, MinimumOf([5], 1, 0, 10)); // x₍₁₀₎ is the middle of 19: ten at or below it, ten at or above
        Assert.Equal(37, MinimumOf([25, 50, 75], 2, 1, 10));
        Assert.Equal(901, MinimumOf([50, 51], 2, 0, 10));
        Assert.Equal(1, MinimumOf([1], 9, 0, 1));
        var fine = new Analysis.Quantiles(X, null, [500_000_000, 500_000_001], 9);
        var refused = Assert.Throws<CollabException>(() => AnalysisPlan.Create(new AnalysisQuestion([fine], 10), [PartyId.Parse("a"), PartyId.Parse("b")], QuantileRun.Registry));
        Assert.Equal(StatisticsErrors.QuestionUnfit, refused.Code);
    }

    private static int MinimumOf(long[] probabilities, int scale, int cell, int minimum) =>
        new QuantileProcedure(new Analysis.Quantiles(X, null, probabilities, scale)).MinimumOfCell(cell, minimum);

    /// <summary>Counted on the ranks themselves: the minimum at or below the lower value, at or above the upper, and from its neighbours' values to these.</summary>
    private static bool MayBeTold(int count, long[] probabilities, int place, int minimum)
    {
        long gap = Math.Min(probabilities[place] - (place == 0 ? 0 : probabilities[place - 1]), (place == probabilities.Length - 1 ? 1000 : probabilities[place + 1]) - probabilities[place]);
        var mayBeTold = count >= 1 && (count - 1) * gap >= 1000 * (minimum - 1);
        if (!mayBeTold) return false;
        var (lower, upper) = (((count - 1) * probabilities[place] / 1000) + 1, (((count - 1) * probabilities[place]) + 999) / 1000 + 1);
        Assert.True(lower >= minimum && count - upper + 1 >= minimum);
        if (place > 0) Assert.True(upper - ((count - 1) * probabilities[place - 1] / 1000) >= minimum);
        return true;
    }

    private static void AssertTraffic(QuantileRun run, bool exact)
    {
        foreach (var outlook in JointAnalyses.Describe(run.Plan))
        {
            foreach (var (peer, channel) in run.Network.Of(outlook.Party))
            {
                var planned = outlook.Sends.SingleOrDefault(s => s.To == peer) ?? new PlannedTraffic(peer, 0, 0, 0);
                if (exact) Assert.Equal((planned.Messages, planned.Bytes), (channel.Usage.MessagesSent, channel.Usage.BytesSent));
                Assert.True(planned.Messages >= channel.Usage.MessagesSent && planned.Bytes >= channel.Usage.BytesSent);
            }
        }
    }

    private static (string? Group, long? Value)[][] Rows(int owners, int each) =>
        [.. Enumerable.Range(0, owners).Select(owner => Enumerable.Range(0, each).Select(i => ((string?)Letters.Levels[i % 3], (long?)((i * 37 % 101) - owner))).ToArray())];
}
