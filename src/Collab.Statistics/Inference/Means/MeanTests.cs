using Collab.Statistics.Results;

namespace Collab.Statistics.Inference.Means;

/// <summary>Tests of means from exact totals: t² and F are exact fractions, rounded once.</summary>
/// <remarks>As R's <c>t.test</c>, <c>oneway.test</c> and <c>aov</c>. A pair is a sample of differences. Constant samples have no test: NaN.</remarks>
public static class MeanTests
{
    /// <summary>Is the mean <paramref name="mean"/>? Student's t-test of one sample, or of paired differences.</summary>
    /// <exception cref="InvalidOperationException">There are fewer than two rows.</exception>
    public static Finding OneSample(Sample sample, Fraction mean, Alternative alternative = Alternative.TwoSided, double confidence = 0.95)
    {
        ThrowUnlessTwoRows(sample);
        return TestOf("One-sample t-test", sample.Mean, mean, sample.Variance / sample.Count, sample.Count - 1, alternative, confidence)
            .Exact("estimate", sample.Mean).Build();
    }

    /// <summary>Do two samples of one variance have the same mean? Student's t-test.</summary>
    /// <exception cref="InvalidOperationException">A sample has fewer than two rows.</exception>
    public static Finding EqualVariances(Sample first, Sample second, Alternative alternative = Alternative.TwoSided, double confidence = 0.95)
    {
        ThrowUnlessTwoRows(first);
        ThrowUnlessTwoRows(second);
        var degrees = first.Count + second.Count - 2;
        var pooled = (first.SumOfDeviations + second.SumOfDeviations) / degrees;
        var square = pooled / first.Count + pooled / second.Count;
        return Estimates(
            TestOf("Two-sample t-test", first.Mean - second.Mean, 0, square, degrees, alternative, confidence), first, second);
    }

    /// <summary>Do two samples have the same mean, whatever their variances? Welch's t-test.</summary>
    /// <exception cref="InvalidOperationException">A sample has fewer than two rows.</exception>
    public static Finding Welch(Sample first, Sample second, Alternative alternative = Alternative.TwoSided, double confidence = 0.95)
    {
        ThrowUnlessTwoRows(first);
        ThrowUnlessTwoRows(second);
        var (a, b) = (first.Variance / first.Count, second.Variance / second.Count);
        var square = a + b;
        var degrees = square.Numerator.IsZero
            ? first.Count + second.Count - 2
            : square * square / (a * a / (first.Count - 1) + b * b / (second.Count - 1));
        return Estimates(
            TestOf("Welch two-sample t-test", first.Mean - second.Mean, 0, square, degrees, alternative, confidence), first, second);
    }

    /// <summary>Do all samples have the same mean? One-way analysis of variance.</summary>
    /// <exception cref="ArgumentException">There are fewer than two samples, or a count is negative.</exception>
    /// <exception cref="InvalidOperationException">There are no more rows than samples.</exception>
    public static Finding AnalysisOfVariance(IReadOnlyList<Sample> samples)
    {
        if (samples.Count < 2) throw new ArgumentException("At least two samples.", nameof(samples));
        var all = samples.Aggregate((a, b) => a + b);
        var (between, within) = (samples.Count - 1, all.Count - samples.Count);
        foreach (var sample in samples) ArgumentOutOfRangeException.ThrowIfNegative(sample.Count.Sign, nameof(samples));
        if (within.Sign <= 0) throw new InvalidOperationException("No more rows than samples.");
        var residual = samples.Aggregate((Fraction)0, (sum, sample) => sum + sample.SumOfDeviations);
        var explained = all.SumOfDeviations - residual;
        var finding = new FindingBuilder("One-way analysis of variance")
            .Exact("df", between).Exact("df.residual", within).Exact("sumsq", explained).Exact("sumsq.residual", residual);
        if (residual.Numerator.IsZero) return finding.Near("statistic", double.NaN).Near("p.value", double.NaN).Build();
        var f = explained / between / (residual / within);
        return finding.Exact("statistic", f).Special("p.value", Tail.Fisher(f.ToNearestDouble(), between, (double)within)).Build();
    }

    private static FindingBuilder TestOf(
        string method, Fraction difference, Fraction null0, Fraction square, Fraction degrees, Alternative alternative, double confidence)
    {
        if (!(confidence is > 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(confidence));
        var (excess, df) = (difference - null0, degrees.ToNearestDouble());
        var finding = new FindingBuilder(method).Exact("parameter", degrees).Root("stderr", square);
        if (square.Numerator.IsZero) return finding.Near("statistic", double.NaN).Near("p.value", double.NaN);
        var t = excess * excess / square;
        var statistic = excess.Numerator.Sign * t.SquareRootToNearestDouble();
        var error = square.SquareRootToNearestDouble();
        var outside = alternative == Alternative.TwoSided ? (1 - confidence) / 2 : 1 - confidence;
        var reach = -Tail.StudentQuantile(outside, df) * error; // the lower quantile: 1 − outside would lose digits
        var centre = difference.ToNearestDouble();
        return finding.Root("statistic", t, excess.Numerator.Sign)
            .Special("p.value", Tail.PValue(statistic, alternative, x => Tail.Student(x, df)))
            .Special("conf.low", alternative == Alternative.Less ? double.NegativeInfinity : centre - reach)
            .Special("conf.high", alternative == Alternative.Greater ? double.PositiveInfinity : centre + reach);
    }

    private static Finding Estimates(FindingBuilder finding, Sample first, Sample second) =>
        finding.Exact("estimate1", first.Mean).Exact("estimate2", second.Mean).Build();

    private static void ThrowUnlessTwoRows(Sample sample)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sample.Count.Sign, nameof(sample)); // such totals no rows have; too few rows are no one's fault
        if (sample.Count < 2) throw new InvalidOperationException("A sample has fewer than two rows.");
    }
}
