using System.Numerics;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Privacy;
using static Collab.Statistics.Tests.Batches;

namespace Collab.Statistics.Tests.Privacy;

/// <summary>All small sets of rows, each with all sets that have a row more: what the row changes, against what the noise is measured by.</summary>
public sealed class SensitivityTests
{
    private static readonly string?[] Levels = ["a", "b", "not in the plan", null];
    private static readonly long?[] Values = [null, long.MinValue, -9, -3, 0, 5, 6, long.MaxValue];

    public static TheoryData<NoiseMechanism, string> Questions => new()
    {
        { NoiseMechanism.Laplace, "count" }, { NoiseMechanism.Laplace, "sum" }, { NoiseMechanism.Laplace, "mean" },
        { NoiseMechanism.Laplace, "variance" }, { NoiseMechanism.Gaussian, "variance" },
        { NoiseMechanism.Gaussian, "count" }, { NoiseMechanism.Gaussian, "sum" }, { NoiseMechanism.Gaussian, "mean" },
    };

    [Theory, MemberData(nameof(Questions))]
    public void No_row_costs_more_than_was_agreed_and_some_row_costs_that(NoiseMechanism mechanism, string asked)
    {
        var plan = Plan(mechanism, asked);
        Row[] rows = [.. from level in Levels from x in Values from y in Values select new Row(level, x, y)];
        var (dearest, limit) = (0.0, mechanism == NoiseMechanism.Laplace ? 0.5 : (double)ConcentratedPrivacy.RhoOf(500_000, 1_000_000_000) / 1e18);
        foreach (var first in rows.Where((_, i) => i % 7 == 0))
        {
            var before = Summary(plan, [first]).Own;
            foreach (var second in rows) dearest = Math.Max(dearest, Cost(plan, before, Summary(plan, [first, second]).Own));
        }

        foreach (var only in rows) dearest = Math.Max(dearest, Cost(plan, Summary(plan, []).Own, Summary(plan, [only]).Own));
        Assert.InRange(dearest, limit * (1 - 1e-9), limit * (1 + 1e-9));
    }

    [Fact]
    public void No_row_fails_a_private_question_and_each_counts_within_its_range()
    {
        var own = Summary(Plan(NoiseMechanism.Laplace, "mean"), [new("a", long.MaxValue, 3), new("a", long.MinValue, null), new("other", 1, 1), new(null, 1, 1)]).Own;
        Assert.Equal([2, 1, 0, 0], own.Select(cell => cell.Count));
        Assert.Equal([5 - 9, 3, 0, 0], own.Select(cell => (int)cell.Sum.ToBigIntegerVariableTime()));
    }

    // Laplace: the sum of |change|/b. Gaussian: the sum of change²/(2σ²), with 1/b and 1/(2σ²) of ε/Δ and ρ/Δ².
    private static double Cost(StatisticsPlan plan, IReadOnlyList<OwnCell> before, IReadOnlyList<OwnCell> after)
    {
        var cost = 0.0;
        for (var cell = 0; cell < before.Count; cell++)
        {
            var measure = cell % plan.Question.Measures.Count;
            var (now, then) = (plan.Noise!.ExactVariableTime(after[cell], measure), plan.Noise.ExactVariableTime(before[cell], measure));
            Add(now.Count - then.Count, plan.Noise.Count);
            if (plan.Question.Privacy!.Ranges.Count > 0) Add(now.Sum - then.Sum, plan.Noise.Sum(measure));
            if (plan.Noise.IsAboutMiddle) Add(now.SumOfSquares - then.SumOfSquares, plan.Noise.SumOfSquares(measure));
        }

        return cost;

        void Add(BigInteger change, TotalNoise noise)
        {
            var ratio = (double)BigInteger.Abs(change) / (double)noise.Sensitivity;
            cost += (noise.Mechanism == NoiseMechanism.Laplace ? ratio : ratio * ratio) * (double)noise.Numerator / (double)noise.Denominator;
        }
    }

    private static StatisticsPlan Plan(NoiseMechanism mechanism, string asked)
    {
        Measure[] measures = [new("x", 0), new("y", 2)];
        ValueRange[] ranges = [new("x", 0, -9, 5), new("y", 2, 0, 6)];
        var question = new StatisticsQuestion(
            measures, new GroupBy("g", ["a", "b"]),
            asked switch { "count" => [Statistic.Count], "sum" => [Statistic.Sum], "variance" => [Statistic.Count, Statistic.Mean, Statistic.Variance], _ => [Statistic.Count, Statistic.Mean] }, 1)
        {
            Privacy = new PrivacyChoice(mechanism, 500_000, mechanism == NoiseMechanism.Laplace ? 0 : 1_000_000_000, asked == "count" ? [] : ranges),
        };
        return StatisticsPlan.Create(question, [PartyId.Parse("a"), PartyId.Parse("b")], PartyId.Parse("c"));
    }
}
