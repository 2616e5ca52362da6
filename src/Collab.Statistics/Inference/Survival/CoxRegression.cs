using MathNet.Numerics.LinearAlgebra;

namespace Collab.Statistics.Inference.Survival;

/// <summary>Cox's proportional hazards regression with Efron's handling of ties, from sums at each time with events.</summary>
/// <remarks>
/// Newton's method from β = 0 with step halving. R's <c>coxph</c> stops once the log likelihood changes by a relative 10^−9; this goes on until nothing changes,
/// which is the maximum that R approaches. Sources: Cox 1972; Efron, JASA 72, 1977. Where rows are split over owners, the sums are added up first.
/// </remarks>
public static class CoxRegression
{
    private const int MaximumIterations = 50;
    private const double Convergence = 1e-14;

    /// <summary>Fits.</summary>
    /// <param name="names">The covariates' names, in the order of their columns.</param>
    /// <param name="sums">Given β, the sums at each time with events.</param>
    /// <param name="confidence">Of the intervals.</param>
    /// <returns>By covariate: <c>estimate</c> (log hazard ratio), <c>std.error</c>, <c>statistic</c>, <c>p.value</c>, <c>conf.low</c>, <c>conf.high</c>; of the whole: log likelihoods, likelihood-ratio, Wald and score test, iterations.</returns>
    /// <exception cref="InvalidOperationException">It does not converge (a covariate that separates events), or a covariate is a combination of others.</exception>
    public static Finding Fit(IReadOnlyList<string> names, Func<Vector<double>, IReadOnlyList<CoxSums>> sums, double confidence = 0.95)
    {
        var beta = Vector<double>.Build.Dense(names.Count);
        var start = Likelihood.At(beta, sums(beta));
        var here = start;
        var iterations = 0;
        for (var moved = true; moved; iterations++)
        {
            if (iterations == MaximumIterations) throw new InvalidOperationException("Cox regression does not converge: a covariate may separate the events.");
            var step = Solve(here.Information, here.Score);
            var next = Likelihood.At(beta + step, sums(beta + step));
            for (var halved = 0; !(next.Log >= here.Log - Math.Abs(here.Log) * Convergence) && halved < 20; halved++)
            {
                step /= 2;
                next = Likelihood.At(beta + step, sums(beta + step));
            }

            moved = (step.PointwiseAbs() - beta.PointwiseAbs() * 1e-13).Any(excess => excess > 1e-15);
            (beta, here) = (beta + step, next);
        }

        return Describe(names, beta, start, here, iterations, confidence);
    }

    private static Finding Describe(
        IReadOnlyList<string> names, Vector<double> beta, Likelihood start, Likelihood end, int iterations, double confidence)
    {
        var variance = end.Information.Inverse();
        var z = -Tail.NormalQuantile((1 - confidence) / 2);
        var finding = new FindingBuilder("Cox regression, Efron ties");
        for (var i = 0; i < names.Count; i++)
        {
            var error = Math.Sqrt(variance[i, i]);
            finding.Special("estimate", beta[i], names[i]).Special("std.error", error, names[i]).Special("statistic", beta[i] / error, names[i])
                .Special("p.value", Tail.PValue(beta[i] / error, Alternative.TwoSided, Tail.Normal), names[i])
                .Special("conf.low", beta[i] - z * error, names[i]).Special("conf.high", beta[i] + z * error, names[i]);
        }

        var (ratio, wald, score) = (2 * (end.Log - start.Log), beta * (end.Information * beta), start.Score * Solve(start.Information, start.Score));
        return finding.Special("loglik.null", start.Log).Special("loglik", end.Log).Near("parameter", names.Count)
            .Special("statistic.log", ratio).Special("p.value.log", Tail.ChiSquared(ratio, names.Count))
            .Special("statistic.wald", wald).Special("p.value.wald", Tail.ChiSquared(wald, names.Count))
            .Special("statistic.sc", score).Special("p.value.sc", Tail.ChiSquared(score, names.Count)).Near("iterations", iterations).Build();
    }

    private static Vector<double> Solve(Matrix<double> information, Vector<double> score)
    {
        try
        {
            return information.Cholesky().Solve(score);
        }
        catch (ArgumentException singular)
        {
            throw new InvalidOperationException("A covariate is constant, or a combination of others.", singular);
        }
    }

    /// <summary>The partial log likelihood at a β with its derivatives.</summary>
    private sealed record Likelihood(double Log, Vector<double> Score, Matrix<double> Information)
    {
        public static Likelihood At(Vector<double> beta, IReadOnlyList<CoxSums> times)
        {
            var (log, score, information) = (0.0, Vector<double>.Build.Dense(beta.Count), Matrix<double>.Build.Dense(beta.Count, beta.Count));
            foreach (var time in times)
            {
                log += time.EventTotal * beta;
                score += time.EventTotal;
                for (var k = 0L; k < time.Events; k++) // Efron: the tied leave the risk set by parts
                {
                    var part = (double)k / time.Events;
                    var sum = time.Risk.Zeroth - part * time.Tied.Zeroth;
                    var mean = (time.Risk.First - part * time.Tied.First) / sum;
                    log -= Math.Log(sum);
                    score -= mean;
                    information += (time.Risk.Second - part * time.Tied.Second) / sum - mean.OuterProduct(mean);
                }
            }

            return new Likelihood(log, score, information);
        }
    }
}
