using Collab.Statistics.Inference.Regression;
using MathNet.Numerics.LinearAlgebra;

namespace Collab.Statistics.Inference.Survival;

/// <summary>Cox's proportional hazards regression with Efron's handling of ties, from sums at each time with events.</summary>
/// <remarks>
/// Newton's method from β = 0 with step halving. R's <c>coxph</c> stops once the log likelihood changes by a relative 10^−9; this stops when the last step was below
/// 10^−7 standard errors, so that the next, being quadratic in it, would be rounding: the maximum that R approaches. Sources: Cox 1972; Efron, JASA 72, 1977.
/// Where rows are split over owners, the sums are added up first.
/// </remarks>
public static class CoxRegression
{
    /// <summary>How often sums are asked for at most: at β = 0 and at every step tried.</summary>
    public const int MaximumQuestions = 10;

    private const double Convergence = 1e-12; // of the log likelihood, whose sums are good for 44 bits
    private const double SmallestStep = 1e-14; // the square of the step in standard errors

    private const string NotConverging = "Cox regression does not converge: a covariate may separate the events.";

    /// <summary>Fits.</summary>
    /// <param name="names">The covariates' names, in the order of their columns.</param>
    /// <param name="sums">Given β, the sums at each time with events.</param>
    /// <param name="confidence">Of the intervals.</param>
    /// <returns>By covariate: <c>estimate</c> (log hazard ratio), <c>std.error</c>, <c>statistic</c>, <c>p.value</c>, <c>conf.low</c>, <c>conf.high</c>, and the hazard ratio <c>exp.estimate</c> with <c>exp.conf.low</c>, <c>exp.conf.high</c>; of the whole: log likelihoods, likelihood-ratio, Wald and score test, iterations.</returns>
    /// <exception cref="InvalidOperationException">It does not converge (a covariate that separates events), or a covariate is a combination of others.</exception>
    public static async Task<Finding> FitAsync(
        IReadOnlyList<string> names, Func<Vector<double>, Task<IReadOnlyList<CoxSums>>> sums, double confidence = 0.95)
    {
        var beta = Vector<double>.Build.Dense(names.Count);
        var asked = 0;
        var start = await AtAsync(beta);
        var here = start;
        var iterations = 0;
        for (var square = double.PositiveInfinity; square > SmallestStep; iterations++)
        {
            var step = SystemOf(here, start).Solve(here.Score);
            var next = await AtAsync(beta + step);
            while (!(next.Log >= here.Log - Math.Abs(here.Log) * Convergence))
            {
                step /= 2;
                next = await AtAsync(beta + step);
            }

            square = step * (here.Information * step);
            (beta, here) = (beta + step, next);
        }

        return Describe(names, beta, start, here, iterations, confidence);

        async Task<Likelihood> AtAsync(Vector<double> at) => asked++ < MaximumQuestions
            ? Likelihood.At(at, await sums(at))
            : throw new InvalidOperationException(NotConverging);
    }

    private static Finding Describe(
        IReadOnlyList<string> names, Vector<double> beta, Likelihood start, Likelihood end, int iterations, double confidence)
    {
        var variance = SystemOf(end, start).Inverse();
        var z = -Tail.NormalQuantile((1 - confidence) / 2);
        var finding = new FindingBuilder("Cox regression, Efron ties");
        for (var i = 0; i < names.Count; i++)
        {
            var error = Math.Sqrt(variance[i, i]);
            finding.Special("estimate", beta[i], names[i]).Special("std.error", error, names[i]).Special("statistic", beta[i] / error, names[i])
                .Special("p.value", Tail.PValue(beta[i] / error, Alternative.TwoSided, Tail.Normal), names[i])
                .Special("conf.low", beta[i] - z * error, names[i]).Special("conf.high", beta[i] + z * error, names[i])
                .Special("exp.estimate", Math.Exp(beta[i]), names[i]).Special("exp.conf.low", Math.Exp(beta[i] - z * error), names[i])
                .Special("exp.conf.high", Math.Exp(beta[i] + z * error), names[i]);
        }

        var (ratio, wald, score) = (2 * (end.Log - start.Log), beta * (end.Information * beta), start.Score * SystemOf(start, start).Solve(start.Score));
        return finding.Special("loglik.null", start.Log).Special("loglik", end.Log).Near("parameter", names.Count)
            .Special("statistic.log", ratio).Special("p.value.log", Tail.ChiSquared(ratio, names.Count))
            .Special("statistic.wald", wald).Special("p.value.wald", Tail.ChiSquared(wald, names.Count))
            .Special("statistic.sc", score).Special("p.value.sc", Tail.ChiSquared(score, names.Count)).Near("iterations", iterations).Build();
    }

    private static ScaledSystem SystemOf(Likelihood point, Likelihood start) => ScaledSystem.Of(point.Information, point.Squares)
        ?? throw new InvalidOperationException(ReferenceEquals(point, start) ? "A covariate is constant, or a combination of others." : NotConverging);

    /// <summary>The partial log likelihood at a β with its derivatives, and of the information's diagonal what it is before the means are taken from it.</summary>
    private sealed record Likelihood(double Log, Vector<double> Score, Matrix<double> Information, Vector<double> Squares)
    {
        public static Likelihood At(Vector<double> beta, IReadOnlyList<CoxSums> times)
        {
            var (log, score, information, squares) = (0.0, Vector<double>.Build.Dense(beta.Count), Matrix<double>.Build.Dense(beta.Count, beta.Count), Vector<double>.Build.Dense(beta.Count));
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
                    var second = (time.Risk.Second - part * time.Tied.Second) / sum;
                    information += second - mean.OuterProduct(mean);
                    squares += second.Diagonal();
                }
            }

            return new Likelihood(log, score, information, squares);
        }
    }
}
