using MathNet.Numerics.LinearAlgebra;

namespace Collab.Statistics.Inference.Regression;

/// <summary>Logistic and Poisson regression by iteratively reweighted least squares, from sums that owners add up at each step.</summary>
/// <remarks>
/// As R's <c>glm</c>: the same start, the same stop (deviance changes by a relative 10^−8), standard errors from the last step's weights.
/// McCullagh and Nelder, Generalized Linear Models, 1989, chapter 2.5.
/// </remarks>
public static class GeneralisedLinearModel
{
    /// <summary>Steps at most, as R's; the sums are asked for once more, at the start.</summary>
    public const int MaximumIterations = 25;

    private const double Tolerance = 1e-8;

    /// <summary>Fits.</summary>
    /// <param name="family">The distribution.</param>
    /// <param name="names">The covariates' names; the first is the intercept.</param>
    /// <param name="responses">What is known of the responses alone.</param>
    /// <param name="sums">Given β, or null for the first step, the sums over all rows.</param>
    /// <param name="confidence">Of the (Wald) intervals.</param>
    /// <returns>By covariate: <c>estimate</c>, <c>std.error</c>, <c>statistic</c>, <c>p.value</c>, <c>conf.low</c>, <c>conf.high</c>; of the whole: <c>null.deviance</c>, <c>df.null</c>, <c>deviance</c>, <c>df.residual</c>, <c>AIC</c>, <c>iterations</c>, <c>converged</c>.</returns>
    /// <exception cref="InvalidOperationException">A covariate is constant or a combination of others; or the covariates separate the responses, so that no estimate exists.</exception>
    public static async Task<Finding> FitAsync(
        Family family, IReadOnlyList<string> names, Responses responses, Func<Vector<double>?, Task<WeightedSums>> sums, double confidence = 0.95)
    {
        if (responses.NullDeviance == 0) throw new InvalidOperationException("All responses are alike.");
        var step = await sums(null);
        var beta = Vector<double>.Build.Dense(names.Count);
        for (var iteration = 1; ; iteration++)
        {
            var (system, deviance) = (SystemOf(step, iteration), step.Deviance);
            beta += system.Solve(step.Score);
            if (!beta.All(double.IsFinite)) throw NoEstimate();
            step = await sums(beta);
            if (!double.IsFinite(step.Deviance) || (family == Family.Binomial && step.Wrong == 0)) throw NoEstimate();
            var converged = IsSettled(step.Deviance, deviance);
            if (converged || iteration == MaximumIterations)
                return Describe(family, names, responses, beta, system.Inverse(), step.Deviance, iteration, converged, confidence);
        }
    }

    /// <summary>R's stop: the deviance hardly changes.</summary>
    internal static bool IsSettled(double deviance, double before) => Math.Abs(deviance - before) / (Math.Abs(deviance) + 0.1) < Tolerance;

    /// <summary>A β that foretells every response, or that no double holds: the coefficients would grow without end.</summary>
    internal static InvalidOperationException NoEstimate() => new("The covariates separate the responses: no finite estimate exists.");

    private static ScaledSystem SystemOf(WeightedSums step, int iteration) => ScaledSystem.Of(step.Information)
        ?? throw (iteration == 1 ? new InvalidOperationException("A covariate is constant, or a combination of others.") : NoEstimate());

    private static Finding Describe(
        Family family, IReadOnlyList<string> names, Responses responses, Vector<double> beta, Matrix<double> variance, double deviance, int iterations,
        bool converged, double confidence)
    {
        var z = -Tail.NormalQuantile((1 - confidence) / 2);
        var finding = new FindingBuilder(family == Family.Binomial ? "Logistic regression" : "Poisson regression");
        for (var i = 0; i < names.Count; i++)
        {
            var error = Math.Sqrt(variance[i, i]);
            finding.Special("estimate", beta[i], names[i]).Special("std.error", error, names[i]).Special("statistic", beta[i] / error, names[i])
                .Special("p.value", Tail.PValue(beta[i] / error, Alternative.TwoSided, Tail.Normal), names[i])
                .Special("conf.low", beta[i] - z * error, names[i]).Special("conf.high", beta[i] + z * error, names[i]);
        }

        return finding.Special("null.deviance", responses.NullDeviance).Exact("df.null", responses.Count - 1)
            .Special("deviance", deviance).Exact("df.residual", responses.Count - names.Count)
            .Special("AIC", deviance - (2 * responses.SaturatedLog) + (2 * names.Count))
            .Exact("iterations", iterations).Exact("converged", converged ? 1 : 0).Build();
    }
}
