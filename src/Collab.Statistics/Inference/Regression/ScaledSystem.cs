using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Collab.Statistics.Inference.Regression;

/// <summary>A positive definite system of doubles, solved by Cholesky after scaling its diagonal to 1, so that the units of its columns do not matter.</summary>
public sealed class ScaledSystem
{
    /// <summary>What is left of a column once the others are taken from it, as a part of its square: below this it is rounding, since sums are good for 45 bits.</summary>
    private const double SmallestPivot = 1.0 / (1L << 40);

    private readonly Vector<double> _scale;
    private readonly Cholesky<double> _factor;

    private ScaledSystem(Vector<double> scale, Cholesky<double> factor) => (_scale, _factor) = (scale, factor);

    /// <summary>Factors a symmetric matrix; null if a column is (within rounding) a combination of others.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="squares">What its diagonal was the rest of, if something was taken from it before: rounding is relative to that.</param>
    public static ScaledSystem? Of(Matrix<double> matrix, Vector<double>? squares = null)
    {
        var least = (squares ?? matrix.Diagonal()).PointwiseDivide(matrix.Diagonal()) * SmallestPivot;
        var scale = matrix.Diagonal().Map(square => 1 / Math.Sqrt(square), Zeros.Include);
        if (!scale.All(double.IsFinite)) return null;
        try
        {
            var factor = matrix.MapIndexed((i, j, value) => value * scale[i] * scale[j], Zeros.Include).Cholesky();
            return factor.Factor.Diagonal().PointwisePower(2).Zip(least).All(pivot => pivot.First >= pivot.Second) ? new ScaledSystem(scale, factor) : null;
        }
        catch (ArgumentException)
        {
            return null; // no positive definite matrix
        }
    }

    /// <summary>The x of matrix·x = right.</summary>
    public Vector<double> Solve(Vector<double> right) => _factor.Solve(right.PointwiseMultiply(_scale)).PointwiseMultiply(_scale);

    /// <summary>The inverse of the matrix.</summary>
    public Matrix<double> Inverse() =>
        _factor.Solve(Matrix<double>.Build.DenseIdentity(_scale.Count)).MapIndexed((i, j, value) => value * _scale[i] * _scale[j], Zeros.Include);
}
