using MathNet.Numerics.LinearAlgebra;

namespace Collab.Statistics.Inference.Regression;

/// <summary>What one step of iteratively reweighted least squares needs of all rows.</summary>
/// <param name="Gram">Σ w·x·xᵀ.</param>
/// <param name="Response">Σ w·z·x, with the working response z = η + (y − μ) / μ'.</param>
/// <param name="Deviance">Of the point at which the weights are taken.</param>
public sealed record WeightedSums(Matrix<double> Gram, Vector<double> Response, double Deviance)
{
    /// <summary>Those of some rows and of others, together.</summary>
    public static WeightedSums operator +(WeightedSums a, WeightedSums b) => new(a.Gram + b.Gram, a.Response + b.Response, a.Deviance + b.Deviance);

    /// <summary>The sums over rows that one owner holds.</summary>
    /// <param name="family">The distribution.</param>
    /// <param name="rows">Each row's covariates, with the intercept if there is one, and its response.</param>
    /// <param name="coefficients">β; null before the first step, where the mean is guessed from the response as R does.</param>
    /// <exception cref="ArgumentException">A response is not one of the family's.</exception>
    public static WeightedSums Over(Family family, IEnumerable<(double[] X, double Y)> rows, Vector<double>? coefficients)
    {
        Matrix<double>? gram = null;
        Vector<double>? response = null;
        var deviance = 0.0;
        foreach (var (x, y) in rows)
        {
            gram ??= Matrix<double>.Build.Dense(x.Length, x.Length);
            response ??= Vector<double>.Build.Dense(x.Length);
            ThrowUnlessOf(family, y);
            var (eta, mean, slope) = Point(family, x, y, coefficients);
            var weight = slope; // canonical link: (dμ/dη)² / V(μ) = dμ/dη
            var working = eta + (y - mean) / slope;
            for (var i = 0; i < x.Length; i++)
            {
                response[i] += weight * working * x[i];
                for (var j = 0; j < x.Length; j++) gram[i, j] += weight * x[i] * x[j];
            }

            deviance += DevianceOf(family, y, mean);
        }

        return new WeightedSums(gram ?? throw new ArgumentException("No rows.", nameof(rows)), response!, deviance);
    }

    private static (double Eta, double Mean, double Slope) Point(Family family, double[] x, double y, Vector<double>? beta)
    {
        var eta = beta is null ? family == Family.Binomial ? Logit((y + 0.5) / 2) : Math.Log(y + 0.1) : 0;
        if (beta is not null)
            for (var i = 0; i < x.Length; i++) eta += beta[i] * x[i];
        if (family == Family.Poisson)
        {
            var mu = Math.Max(Math.Exp(eta), double.Epsilon);
            return (eta, mu, mu);
        }

        var mean = 1 / (1 + Math.Exp(-eta));
        return (eta, mean, Math.Max(mean * (1 - mean), 2.220446049250313e-16)); // R's floor of the slope
    }

    private static double Logit(double p) => Math.Log(p / (1 - p));

    private static double DevianceOf(Family family, double y, double mean) => family == Family.Binomial
        ? -2 * (y == 1 ? Math.Log(mean) : Math.Log(1 - mean))
        : 2 * ((y == 0 ? 0 : y * Math.Log(y / mean)) - (y - mean));

    private static void ThrowUnlessOf(Family family, double y)
    {
        if (family == Family.Binomial ? y is not (0 or 1) : !(y >= 0 && double.IsFinite(y)))
            throw new ArgumentException($"A response is not of the {family} family.", nameof(y));
    }
}
