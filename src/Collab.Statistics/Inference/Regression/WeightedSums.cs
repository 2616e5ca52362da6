using MathNet.Numerics.LinearAlgebra;

namespace Collab.Statistics.Inference.Regression;

/// <summary>What one step of iteratively reweighted least squares needs of all rows.</summary>
/// <param name="Information">Σ w·x·xᵀ.</param>
/// <param name="Score">Σ (y − μ)·x; before the first step, where there is no β, Σ w·z·x with the working response z.</param>
/// <param name="Deviance">Of the point at which the weights are taken.</param>
/// <param name="Wrong">Binomial: how many rows β puts on the wrong side of ½; 0 of other families and before the first step.</param>
public sealed record WeightedSums(Matrix<double> Information, Vector<double> Score, double Deviance, long Wrong)
{
    /// <summary>Those of some rows and of others, together.</summary>
    public static WeightedSums operator +(WeightedSums a, WeightedSums b) =>
        new(a.Information + b.Information, a.Score + b.Score, a.Deviance + b.Deviance, a.Wrong + b.Wrong);

    /// <summary>The sums over rows that one party holds.</summary>
    /// <param name="family">The distribution.</param>
    /// <param name="rows">Each row's covariates, with the intercept if there is one, and its response; at least one row.</param>
    /// <param name="coefficients">β; null before the first step, where the mean is guessed from the response as R does.</param>
    /// <exception cref="ArgumentException">A response is not one of the family's, or there are no rows.</exception>
    public static WeightedSums Over(Family family, IEnumerable<(double[] X, double Y)> rows, Vector<double>? coefficients)
    {
        var (beta, columns, sums) = (coefficients?.ToArray(), 0, Array.Empty<double>());
        foreach (var (x, y) in rows)
        {
            if (columns == 0) sums = new double[WeightedTerms.CountOf(columns = x.Length)];
            if (family == Family.Binomial ? y is not (0 or 1) : !(y >= 0 && double.IsFinite(y)))
                throw new ArgumentException($"A response is not of the {family} family.", nameof(rows));
            WeightedTerms.Add(family, x, y, beta, sums);
        }

        return columns > 0 ? Read(sums, columns) : throw new ArgumentException("No rows.", nameof(rows));
    }

    /// <summary>Reads sums in the layout of <see cref="WeightedTerms"/>.</summary>
    internal static WeightedSums Read(ReadOnlySpan<double> sums, int columns)
    {
        var (information, next) = (Matrix<double>.Build.Dense(columns, columns), 0);
        for (var i = 0; i < columns; i++)
            for (var j = i; j < columns; j++) information[i, j] = information[j, i] = sums[next++];
        return new WeightedSums(information, Vector<double>.Build.DenseOfArray(sums.Slice(next, columns).ToArray()), sums[^2], (long)sums[^1]);
    }
}
