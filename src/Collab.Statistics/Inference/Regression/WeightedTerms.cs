namespace Collab.Statistics.Inference.Regression;

/// <summary>What one row adds to <see cref="WeightedSums"/>, laid out flat: upper triangle of w·x·xᵀ row by row, score, deviance, wrong.</summary>
/// <remarks>Canonical links, so the weight is dμ/dη. Source: McCullagh and Nelder, chapters 2.5, 4 and 6; the start is that of R's families.</remarks>
internal static class WeightedTerms
{
    private const double SmallestSlope = 2.220446049250313e-16; // R's floor of dμ/dη

    /// <summary>How many sums there are.</summary>
    public static int CountOf(int columns) => (columns * (columns + 1) / 2) + columns + 2;

    /// <summary>Adds a row.</summary>
    /// <param name="family">The distribution.</param>
    /// <param name="x">The row's covariates, with the intercept if there is one.</param>
    /// <param name="y">The response: 0 or 1, or a count.</param>
    /// <param name="beta">β; null before the first step.</param>
    /// <param name="sums">The sums, shape [<see cref="CountOf"/>].</param>
    public static void Add(Family family, ReadOnlySpan<double> x, double y, double[]? beta, Span<double> sums)
    {
        var point = family == Family.Binomial ? BinomialAt(x, y, beta) : PoissonAt(x, y, beta);
        var next = 0;
        for (var i = 0; i < x.Length; i++)
        {
            var weighted = point.Weight * x[i];
            for (var j = i; j < x.Length; j++) sums[next++] += weighted * x[j];
        }

        for (var i = 0; i < x.Length; i++) sums[next++] += point.Residual * x[i];
        sums[next++] += point.Deviance;
        sums[next] += point.IsWrong ? 1 : 0;
    }

    private static Point BinomialAt(ReadOnlySpan<double> x, double y, double[]? beta)
    {
        // R begins at a mean of (y + ½)/2. There w·z = w·η + (y − μ).
        var eta = beta is null ? y == 1 ? Math.Log(3) : -Math.Log(3) : Predictor(x, beta);
        var small = Math.Exp(-Math.Abs(eta));
        var (weight, rarer) = (Math.Max(small / ((1 + small) * (1 + small)), SmallestSlope), small / (1 + small)); // no digits of 1 − μ are lost
        var residual = y == 1 ? eta > 0 ? rarer : 1 - rarer : eta > 0 ? rarer - 1 : -rarer;
        var foretold = y == 1 ? eta : -eta;
        var deviance = 2 * (Math.Max(-foretold, 0) + LogOfOnePlus(small));
        return beta is null ? new Point(weight, (weight * eta) + residual, deviance, false) : new Point(weight, residual, deviance, foretold <= 0);
    }

    private static Point PoissonAt(ReadOnlySpan<double> x, double y, double[]? beta)
    {
        var eta = beta is null ? Math.Log(y + 0.1) : Predictor(x, beta);
        var mean = Math.Max(Math.Exp(eta), SmallestSlope);
        var residual = y - mean;
        var deviance = 2 * ((y == 0 ? 0 : y * (Math.Log(y) - eta)) - residual);
        return new Point(mean, beta is null ? (mean * eta) + residual : residual, deviance, false);
    }

    private static double Predictor(ReadOnlySpan<double> x, double[] beta)
    {
        var eta = 0.0;
        for (var i = 0; i < x.Length; i++) eta += beta[i] * x[i];
        return eta;
    }

    /// <summary>ln(1 + t) for t in [0, 1], without losing a small t. Source: Goldberg, ACM Computing Surveys 23, 1991, theorem 4.</summary>
    private static double LogOfOnePlus(double t)
    {
        var sum = 1 + t;
        return sum == 1 ? t : t * Math.Log(sum) / (sum - 1);
    }

    private readonly record struct Point(double Weight, double Residual, double Deviance, bool IsWrong);
}
