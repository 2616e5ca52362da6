using System.Numerics;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Privacy;
using Collab.Statistics.Results;
using Collab.Testing;
using MathNet.Numerics.Distributions;
using static Collab.Statistics.Tests.Batches;

namespace Collab.Statistics.Tests.Privacy;

/// <summary>Whole jobs with noise: every level is a draw. The seeds are fixed, so each χ² is one number and not a chance.</summary>
public sealed class PrivateStatisticsTests
{
    private const int Cells = 3_000;
    private static readonly ValueRange Range = new("x", 1, -4, 3);

    [Theory]
    [InlineData(NoiseMechanism.Laplace, 2, false)]
    [InlineData(NoiseMechanism.Laplace, 3, true)]
    [InlineData(NoiseMechanism.Gaussian, 2, false)]
    public async Task What_is_told_is_distributed_as_the_total_and_the_noise_of_every_owner(NoiseMechanism mechanism, int owners, bool receiverOwns)
    {
        var question = Question(mechanism, Cells, 1, Statistic.Count, Statistic.Sum);
        Row[][] rows = [.. Enumerable.Range(0, owners).Select(_ => question.Levels.SelectMany(level => Enumerable.Repeat(new Row(level, 2), 60)).ToArray())];
        var run = await new JointRun(question, rows, receiverOwns, seed: 11).GoAsync();
        Assert.Empty(run.Failures);
        var cells = run.Result!.Cells;
        Assert.All(cells, cell => Assert.False(cell.Withheld));
        Holds(Statistic.Count, 60 * owners, run.Plan.Noise!.Count);
        Holds(Statistic.Sum, 120 * owners, run.Plan.Noise!.Sum(0));

        void Holds(Statistic statistic, int truth, TotalNoise noise)
        {
            int[] noises = [.. cells.Select(cell => (int)((DecimalValue)cell.Values!.Single(v => v.Statistic == statistic)).Units - truth)];
            Assert.True(Fits(noises, Convolved(noise, owners)));
            Assert.False(Fits(noises, Convolved(noise, owners - 1)));
            Assert.False(Fits(noises, Convolved(noise with { Numerator = noise.Numerator * 14, Denominator = noise.Denominator * 10 }, owners)));
            var told = run.Result.Noise!.DeviationOf(cells[0], cells[0].Values!.Single(v => v.Statistic == statistic), question.Measures)
                * (statistic == Statistic.Sum ? 10 : 1);
            Assert.InRange(Math.Sqrt(noises.Average(z => (double)z * z)) / told, 0.95, 1.05);
        }
    }

    [Theory]
    [InlineData(NoiseMechanism.Laplace)]
    [InlineData(NoiseMechanism.Gaussian)]
    public async Task Variance_and_standard_deviation_come_of_three_totals_each_with_its_noise(NoiseMechanism mechanism)
    {
        var question = Question(mechanism, Cells, 1, Statistic.Count, Statistic.Sum, Statistic.Mean, Statistic.Variance, Statistic.StandardDeviation);
        question = question with { Privacy = question.Privacy! with { Epsilon = 10_000_000 } };
        Row[][] rows = [.. Enumerable.Range(0, 2).Select(_ => question.Levels.SelectMany(level => Enumerable.Range(0, 60).Select(i => new Row(level, i % 3 == 0 ? -9 : 2))).ToArray())];
        var run = await new JointRun(question, rows, seed: 3).GoAsync();
        Assert.Empty(run.Failures);
        var (noise, cells) = (run.Plan.Noise!, run.Result!.Cells);
        Assert.Equal((3, true), (noise.Shares, noise.IsAboutMiddle));
        var totals = cells.Select(cell => TotalsOf([.. cell.Values!])).ToList();
        Holds([.. totals.Select(t => (int)(t.Count - 120))], noise.Count);
        Holds([.. totals.Select(t => (int)(t.Sum - (40 * -7) - (80 * 5)))], noise.Sum(0)); // y = 2x + 1 of -4, where -9 is brought to, and of 2
        Holds([.. totals.Select(t => (int)(t.Squares - (40 * 49 + 80 * 25)))], noise.SumOfSquares(0));

        foreach (var place in Enumerable.Range(0, 5))
        {
            double[] told = [.. cells.Select(cell => cell.Values![place].Nearest!.Value)];
            var said = cells.Average(cell => run.Result.Noise!.DeviationOf(cell, cell.Values![place], question.Measures));
            var mean = told.Average();
            Assert.InRange(Math.Sqrt(told.Average(x => (x - mean) * (x - mean))) / said, 0.93, 1.07);
        }

        Assert.Equal(run.Result.Rows(), StatisticsResult.Decode(run.Result.Encode()).Rows());
        Assert.StartsWith("noise of standard deviation about ", run.Result.Rows().ElementAt(4).Exactness, StringComparison.Ordinal);

        void Holds(int[] noises, TotalNoise one)
        {
            Assert.True(Fits(noises, Convolved(one, 2)));
            Assert.False(Fits(noises, Convolved(one, 1)));
            Assert.False(Fits(noises, Convolved(one with { Numerator = one.Numerator * 14, Denominator = one.Denominator * 10 }, 2)));
        }

        // The fractions told are exact, so the totals behind them can be had again: of tenths, about the middle -0.5.
        static (BigInteger Count, BigInteger Sum, BigInteger Squares) TotalsOf(StatisticValue[] values)
        {
            var n = ((DecimalValue)values[0]).Units;
            var (mean, variance) = (((FractionValue)values[2]).Fraction, ((FractionValue)values[3]).Fraction);
            var sum = (20 * n * mean.Numerator / mean.Denominator) + n;
            Assert.Equal((sum - n) >> 1, ((DecimalValue)values[1]).Units);
            Assert.Equal(variance, ((RootValue)values[4]).Square);
            return (n, sum, ((400 * n * (n - 1) * variance.Numerator / variance.Denominator) + (sum * sum)) / n);
        }
    }

    [Fact]
    public async Task A_total_is_the_sum_of_the_noisy_groups_told_or_withheld_and_says_their_noise()
    {
        var question = Question(NoiseMechanism.Laplace, 9, 50, Statistic.Count, Statistic.Sum) with { Total = true };
        Row[][] rows = [[.. question.Levels.Skip(1).SelectMany(level => Enumerable.Repeat(new Row(level, 2), 100))], []];
        var run = await new JointRun(question, rows, seed: 4).GoAsync();
        Assert.Empty(run.Failures);
        var cells = run.Result!.Cells;
        Assert.True(cells[0].Withheld);
        var (groups, total) = (cells.Skip(1).SkipLast(1).ToList(), cells[^1]);
        Assert.All(groups, cell => Assert.False(cell.Withheld)); // the withheld one holds noise alone: 2 · b = 8 for counts, 32 for sums
        foreach (var (place, scale) in new[] { (0, 4), (1, 16) })
        {
            var rest = Units(total, place) - groups.Aggregate(BigInteger.Zero, (sum, cell) => sum + Units(cell, place));
            Assert.InRange((int)rest, -20 * scale, 20 * scale);
            Assert.Equal(
                run.Result.Noise!.DeviationOf(groups[0], groups[0].Values![place], question.Measures) * 3,
                run.Result.Noise.DeviationOf(total, total.Values![place], question.Measures, 9), 9);
        }

        Assert.Equal("noise of standard deviation 23.9", run.Result.Rows().Last(row => row is { Level: "", Statistic: "count" }).Exactness);
        Assert.Equal(run.Result.Rows(), StatisticsResult.Decode(run.Result.Encode()).Rows());
        static BigInteger Units(StatisticsCell cell, int place) => ((DecimalValue)cell.Values![place]).Units;
    }

    [Fact]
    public async Task A_variance_that_noise_takes_below_0_is_0_and_that_of_one_row_is_not_defined()
    {
        var question = Question(NoiseMechanism.Laplace, 200, 1, Statistic.Count, Statistic.Mean, Statistic.Variance, Statistic.StandardDeviation);
        Row[][] rows = [[.. question.Levels.Select(level => new Row(level, 0))], []];
        var result = (await new JointRun(question, rows, seed: 2).GoAsync()).Result!;
        var told = result.Cells.Where(cell => !cell.Withheld).ToList();
        Assert.Contains(told, cell => cell.Values![2] is FractionValue { Fraction.Numerator.IsZero: true });
        Assert.All(told, cell => Assert.True(cell.Values![2].Nearest is null or >= 0));
        Assert.Contains(told, cell => cell.Values![3] is UndefinedValue);
        Assert.Contains(result.Rows(), row => row is { Statistic: "variance", Exactness: "not defined" });
        Assert.All(result.Rows().Where(row => row.Value is not null), row => Assert.DoesNotContain("NaN", row.Exactness, StringComparison.Ordinal));
        Assert.Equal(result.Rows(), StatisticsResult.Decode(result.Encode()).Rows());
    }

    [Fact]
    public async Task The_noisy_count_decides_what_is_told_and_nothing_of_the_rest_is_opened()
    {
        var question = Question(NoiseMechanism.Laplace, Cells, 10, Statistic.Count, Statistic.Mean);
        Row[][] rows = [[.. question.Levels.SelectMany(level => Enumerable.Repeat(new Row(level, 2), 7))], []];
        var run = await new JointRun(question, rows, seed: 5).GoAsync();
        Assert.Empty(run.Failures);
        var chances = Convolved(run.Plan.Noise!.Count, 2);
        var passes = chances.Where(c => c.Key >= 3).Sum(c => c.Value);
        var told = run.Result!.Cells.Where(cell => !cell.Withheld).ToList();
        Assert.InRange(told.Count - Cells * passes, -4 * Math.Sqrt(Cells * passes * (1 - passes)), 4 * Math.Sqrt(Cells * passes * (1 - passes)));
        Assert.All(told, cell => Assert.True(((DecimalValue)cell.Values![0]).Units >= 10));
        var of = run.Result.Cells.Select(cell => !cell.Withheld).ToList();
        Assert.All(run.Released.Values, released => Assert.Equal(of, released));
    }

    [Fact]
    public async Task A_result_says_how_much_noise_is_in_it_and_is_read_back_as_written()
    {
        var question = Question(NoiseMechanism.Laplace, 40, 300, Statistic.Count, Statistic.Sum, Statistic.Mean);
        Row[][] rows = [[.. question.Levels.SelectMany((level, i) => Enumerable.Repeat(new Row(level, -3), i % 2 * 800))], []];
        var result = (await new JointRun(question, rows).GoAsync()).Result!;
        var lines = result.Rows().ToList();
        Assert.Equal("withheld: fewer than 300", lines[0].Exactness);
        Assert.Equal(["noise of standard deviation 7.98", "noise of standard deviation 3.2"], lines.Skip(1).Take(2).Select(line => line.Exactness)); // b = 4 and 16 of a tenth: about √(2 · 2b²)
        Assert.StartsWith("noise of standard deviation about 0.00", lines[3].Exactness, StringComparison.Ordinal);

        var bytes = result.Encode();
        var read = StatisticsResult.Decode(bytes);
        Assert.Equal(bytes, read.Encode());
        Assert.Equal(lines, read.Rows());
        Assert.Equal((result.Noise!.Choice.Epsilon, 2), (read.Noise!.Choice.Epsilon, read.Noise.Owners));
        for (var length = 0; length < bytes.Length; length++)
        {
            var short_ = bytes[..length];
            if (StatisticsResult.Decode((result with { Noise = null }).Encode()).Encode().Length != length) Assert.Throws<MalformedException>(() => StatisticsResult.Decode(short_));
        }

        var choice = result.Noise.Choice;
        foreach (var wrong in new[] { choice with { Epsilon = 0 }, choice with { Delta = 1 }, choice with { Ranges = [] }, choice with { Mechanism = 0 } })
            Assert.Throws<MalformedException>(() => StatisticsResult.Decode((result with { Noise = new AnswerNoise(wrong, 2) }).Encode()));
        Assert.Throws<MalformedException>(() => StatisticsResult.Decode((result with { Noise = new AnswerNoise(choice, 1) }).Encode()));
    }

    public static TheoryData<string, PrivacyChoice, Statistic[]> Unfit
    {
        get
        {
            var good = new PrivacyChoice(NoiseMechanism.Laplace, 1_000_000, 0, [Range]);
            return new()
            {
                { "epsilon 0", good with { Epsilon = 0 }, [Statistic.Sum] },
                { "epsilon negative", good with { Epsilon = -1 }, [Statistic.Sum] },
                { "epsilon too large", good with { Epsilon = PrivacyChoice.LargestEpsilon + 1 }, [Statistic.Sum] },
                { "delta of Laplace", good with { Delta = 1 }, [Statistic.Sum] },
                { "no delta of Gaussian", good with { Mechanism = NoiseMechanism.Gaussian }, [Statistic.Sum] },
                { "delta too large", good with { Mechanism = NoiseMechanism.Gaussian, Delta = PrivacyChoice.LargestDelta + 1 }, [Statistic.Sum] },
                { "mechanism", good with { Mechanism = (NoiseMechanism)3 }, [Statistic.Sum] },
                { "empty range", good with { Ranges = [Range with { Low = 4 }] }, [Statistic.Sum] },
                { "range of 0", good with { Ranges = [Range with { Low = 0, High = 0 }] }, [Statistic.Sum] },
                { "no range", good with { Ranges = [] }, [Statistic.Sum] },
                { "needless range", good, [Statistic.Count] },
                { "range of another column", good with { Ranges = [Range with { Column = "y" }] }, [Statistic.Sum] },
                { "range at another scale", good with { Ranges = [Range with { Scale = 0 }] }, [Statistic.Sum] },
                { "mean without count", good, [Statistic.Mean] },
                { "variance without count and mean", good, [Statistic.Variance] },
                { "standard deviation without mean", good, [Statistic.Count, Statistic.StandardDeviation] },
                { "minimum", good, [Statistic.Sum, Statistic.Minimum] },
            };
        }
    }

    [Theory, MemberData(nameof(Unfit))]
    public void What_has_no_meaning_is_no_plan(string why, PrivacyChoice choice, Statistic[] statistics)
    {
        var question = new StatisticsQuestion([new("x", 1)], null, statistics, 10) { Privacy = choice };
        var error = Assert.Throws<CollabException>(() => StatisticsPlan.Create(question, [PartyId.Parse("a"), PartyId.Parse("b")], PartyId.Parse("c")));
        Assert.True(error.Code == StatisticsErrors.QuestionUnfit, why);
    }

    private static StatisticsQuestion Question(NoiseMechanism mechanism, int levels, int minimum, params Statistic[] statistics) =>
        new([new Measure("x", 1)], new GroupBy("g", [.. Enumerable.Range(0, levels).Select(i => $"{i}")]), statistics, minimum)
        {
            Privacy = new PrivacyChoice(mechanism, 500_000, mechanism == NoiseMechanism.Laplace ? 0 : 10_000_000_000_000_000, [Range]),
        };

    private static Dictionary<int, double> Convolved(TotalNoise noise, int times)
    {
        var b = (double)noise.Sensitivity * (double)noise.Denominator / (double)noise.Numerator;
        var variance = (double)(noise.Sensitivity * noise.Sensitivity) * (double)noise.Denominator / (2 * (double)noise.Numerator);
        double Weight(int z) => noise.Mechanism == NoiseMechanism.Laplace ? Math.Exp(-Math.Abs(z) / b) : Math.Exp(-(double)z * z / (2 * variance));
        var reach = (int)(40 * Math.Sqrt(noise.Variance));
        var one = Enumerable.Range(-reach, (2 * reach) + 1).ToDictionary(z => z, Weight);
        var whole = one.Values.Sum();
        var sum = new Dictionary<int, double> { [0] = 1 };
        for (var i = 0; i < times; i++)
        {
            var next = new Dictionary<int, double>();
            foreach (var (x, p) in sum.Where(s => s.Value > 1e-12))
                foreach (var (z, q) in one)
                    if (q > 1e-12) next[x + z] = next.GetValueOrDefault(x + z) + (p * q / whole);
            sum = next;
        }

        return sum;
    }

    // χ² at 0.999 over cells of at least 20 expected draws; what is further out is one cell on either side.
    private static bool Fits(int[] drawn, Dictionary<int, double> chances)
    {
        var (bounds, expected, mass) = (new List<int>(), new List<double>(), 0.0);
        foreach (var z in chances.Keys.Order())
        {
            mass += chances[z] * drawn.Length;
            if (mass < 20) continue;
            bounds.Add(z);
            expected.Add(mass);
            mass = 0;
        }

        expected[^1] += mass;
        var counts = new int[bounds.Count];
        foreach (var z in drawn) counts[Math.Min(bounds.FindIndex(bound => z <= bound) is var at and >= 0 ? at : bounds.Count - 1, bounds.Count - 1)]++;
        var statistic = counts.Zip(expected, (count, e) => (count - e) * (count - e) / e).Sum();
        return statistic < ChiSquared.InvCDF(bounds.Count - 1, 0.999);
    }
}
