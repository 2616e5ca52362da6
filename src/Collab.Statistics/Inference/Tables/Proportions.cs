using System.Numerics;
using Collab.Statistics.Results;

namespace Collab.Statistics.Inference.Tables;

/// <summary>Tests of proportions and their intervals.</summary>
public static class Proportions
{
    /// <summary>Is the proportion <paramref name="null0"/>? The exact binomial test with Clopper and Pearson's interval, as R's <c>binom.test</c>.</summary>
    /// <param name="successes">Rows with the property.</param>
    /// <param name="trials">All rows; at most 10 million, as every outcome is weighed.</param>
    /// <param name="null0">The proportion under the null hypothesis, between 0 and 1.</param>
    /// <param name="alternative">What is held against it.</param>
    /// <param name="confidence">Of the interval.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count or the proportion is out of range.</exception>
    public static Finding Binomial(
        int successes, int trials, double null0 = 0.5, Alternative alternative = Alternative.TwoSided, double confidence = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(trials is >= 1 and <= 10_000_000, true, nameof(trials));
        ArgumentOutOfRangeException.ThrowIfNotEqual(successes >= 0 && successes <= trials, true, nameof(successes));
        ArgumentOutOfRangeException.ThrowIfNotEqual(null0 is > 0 and < 1, true, nameof(null0));
        var odds = Math.Log(null0) - Math.Log(1 - null0);
        var logs = DiscreteDistribution.LogProbabilities(trials + 1, k => Math.Log((double)(trials - k + 1) / k) + odds);
        var p = DiscreteDistribution.PValue(logs, successes, alternative);
        var outside = alternative == Alternative.TwoSided ? (1 - confidence) / 2 : 1 - confidence;
        var low = alternative == Alternative.Less || successes == 0 ? 0 : Tail.BetaQuantile(outside, successes, trials - successes + 1);
        var high = alternative == Alternative.Greater || successes == trials
            ? 1
            : 1 - Tail.BetaQuantile(outside, trials - successes, successes + 1);
        return new FindingBuilder("Exact binomial test").Exact("estimate", new Fraction(successes, trials))
            .Special("p.value", p).Special("conf.low", low).Special("conf.high", high).Build();
    }

    /// <summary>Is one proportion <paramref name="null0"/>? The score test with Wilson's interval, as R's <c>prop.test</c>.</summary>
    /// <param name="successes">Rows with the property.</param>
    /// <param name="trials">All rows.</param>
    /// <param name="null0">The proportion under the null hypothesis.</param>
    /// <param name="correct">Yates' correction, by at most the difference seen.</param>
    /// <param name="confidence">Of the interval.</param>
    public static Finding One(BigInteger successes, BigInteger trials, Fraction null0, bool correct = true, double confidence = 0.95)
    {
        var expected = null0 * trials;
        var difference = Absolute(successes - expected);
        var yates = correct ? Smaller(new Fraction(1, 2), difference) : 0;
        var excess = difference - yates;
        var statistic = excess * excess / (expected * (1 - null0));
        var (n, y) = ((double)trials, yates.ToNearestDouble());
        var estimate = new Fraction(successes, trials).ToNearestDouble();
        var z = -Tail.NormalQuantile((1 - confidence) / 2);
        var shift = z * z / (2 * n);
        var (below, above) = (estimate - y / n, estimate + y / n);
        var low = (below + shift - z * Math.Sqrt(below * (1 - below) / n + shift / (2 * n))) / (1 + 2 * shift);
        var high = (above + shift + z * Math.Sqrt(above * (1 - above) / n + shift / (2 * n))) / (1 + 2 * shift);
        return new FindingBuilder(correct ? "One-sample proportion test with continuity correction" : "One-sample proportion test")
            .Exact("estimate", new Fraction(successes, trials)).Exact("statistic", statistic).Exact("parameter", 1)
            .Special("p.value", Tail.ChiSquared(statistic.ToNearestDouble(), 1))
            .Special("conf.low", successes.IsZero ? 0 : Math.Max(0, low)).Special("conf.high", successes == trials ? 1 : Math.Min(1, high)).Build();
    }

    /// <summary>Are two proportions equal? The χ² test with the interval of their difference, as R's <c>prop.test</c>.</summary>
    /// <param name="first">Rows with the property, and all rows, of the first group.</param>
    /// <param name="second">The same of the second.</param>
    /// <param name="correct">Yates' correction.</param>
    /// <param name="confidence">Of the interval.</param>
    public static Finding Two(
        (BigInteger Successes, BigInteger Trials) first, (BigInteger Successes, BigInteger Trials) second, bool correct = true, double confidence = 0.95)
    {
        var (p1, p2) = (new Fraction(first.Successes, first.Trials), new Fraction(second.Successes, second.Trials));
        var difference = p1 - p2;
        var inverses = new Fraction(1, first.Trials) + new Fraction(1, second.Trials);
        var yates = correct ? Smaller(new Fraction(1, 2), Absolute(difference) / inverses) : 0;
        var pooled = new Fraction(first.Successes + second.Successes, first.Trials + second.Trials);
        var excess = Absolute(difference) - yates * inverses;
        var finding = new FindingBuilder(correct ? "Two-sample proportion test with continuity correction" : "Two-sample proportion test")
            .Exact("estimate1", p1).Exact("estimate2", p2).Exact("parameter", 1);
        var variance = pooled * (1 - pooled) * inverses;
        if (variance.Numerator.IsZero) return finding.Near("statistic", double.NaN).Near("p.value", double.NaN).Build();
        var statistic = excess * excess / variance;
        var width = -Tail.NormalQuantile((1 - confidence) / 2)
            * (p1 * (1 - p1) / first.Trials + p2 * (1 - p2) / second.Trials).SquareRootToNearestDouble()
            + (yates * inverses).ToNearestDouble();
        var centre = difference.ToNearestDouble();
        return finding.Exact("statistic", statistic).Special("p.value", Tail.ChiSquared(statistic.ToNearestDouble(), 1))
            .Special("conf.low", Math.Max(-1, centre - width)).Special("conf.high", Math.Min(1, centre + width)).Build();
    }

    private static Fraction Absolute(Fraction value) => value.Numerator.Sign < 0 ? 0 - value : value;

    private static Fraction Smaller(Fraction a, Fraction b) => (a - b).Numerator.Sign < 0 ? a : b;
}
