using MathNet.Numerics.LinearAlgebra;

namespace Collab.Statistics.Inference.Regression;

/// <summary>Logistic and Poisson regression by iteratively reweighted least squares, from sums that owners add up at each step.</summary>
/// <remarks>
/// As R's <c>glm</c>: the same start, the same stop (deviance changes by a relative 10^−8), standard errors from the last step's weights.
/// McCullagh and Nelder, Generalized Linear Models, 1989, chapter 2.5.
/// </remarks>
public static class GeneralisedLinearModel
{
    private const int MaximumIterations = 25;
    private const double Tolerance = 1e-8;

    /// <summary>Fits.</summary>
    /// <param name="family">The distribution.</param>
    /// <param name="names">The covariates' names, with the intercept if there is one.</param>
    /// <param name="rows">How many rows the sums are over.</param>
    /// <param name="sums">Given β, or null for the first step, the sums over all rows.</param>
    /// <param name="confidence">Of the (Wald) intervals.</param>
    /// <returns>By covariate: <c>estimate</c>, <c>std.error</c>, <c>statistic</c>, <c>p.value</c>, <c>conf.low</c>, <c>conf.high</c>; of the whole: <c>deviance</c>, <c>df.residual</c>, <c>iterations</c>, <c>converged</c>.</returns>
    /// <exception cref="InvalidOperationException">A covariate is a combination of others; or the covariates separate the responses, so that no estimate exists.</exception>
    public static Finding Fit(
        Family family, IReadOnlyList<string> names, long rows, Func<Vector<double>?, WeightedSums> sums, double confidence = 0.95)
    {
        var step = sums(null);
        var deviance = step.Deviance;
        for (var iteration = 1; ; iteration++)
        {
            var used = step.Gram;
            var beta = Solve(step);
            step = sums(beta);
            if (!double.IsFinite(step.Deviance) || IsSeparated(family, step.Deviance, rows))
                throw new InvalidOperationException("The covariates separate the responses: no finite estimate exists.");
            var converged = Math.Abs(step.Deviance - deviance) / (Math.Abs(step.Deviance) + 0.1) < Tolerance;
            deviance = step.Deviance;
            if (converged || iteration == MaximumIterations) return Describe(family, names, rows, beta, used, deviance, iteration, converged, confidence);
        }
    }

    /// <summary>A binomial deviance of nearly nothing: every row is foretold, and the coefficients grow without end.</summary>
    private static bool IsSeparated(Family family, double deviance, long rows) => family == Family.Binomial && deviance < 1e-8 * rows;

    private static Vector<double> Solve(WeightedSums step)
    {
        try
        {
            return step.Gram.Cholesky().Solve(step.Response);
        }
        catch (ArgumentException singular)
        {
            throw new InvalidOperationException("A covariate is constant, or a combination of others.", singular);
        }
    }

    private static Finding Describe(
        Family family, IReadOnlyList<string> names, long rows, Vector<double> beta, Matrix<double> gram, double deviance, int iterations, bool converged,
        double confidence)
    {
        var variance = gram.Inverse();
        var z = -Tail.NormalQuantile((1 - confidence) / 2);
        var finding = new FindingBuilder(family == Family.Binomial ? "Logistic regression" : "Poisson regression");
        for (var i = 0; i < names.Count; i++)
        {
            var error = Math.Sqrt(variance[i, i]);
            finding.Special("estimate", beta[i], names[i]).Special("std.error", error, names[i]).Special("statistic", beta[i] / error, names[i])
                .Special("p.value", Tail.PValue(beta[i] / error, Alternative.TwoSided, Tail.Normal), names[i])
                .Special("conf.low", beta[i] - z * error, names[i]).Special("conf.high", beta[i] + z * error, names[i]);
        }

        return finding.Special("deviance", deviance).Exact("df.residual", rows - names.Count).Exact("iterations", iterations)
            .Exact("converged", converged ? 1 : 0).Build();
    }
}
