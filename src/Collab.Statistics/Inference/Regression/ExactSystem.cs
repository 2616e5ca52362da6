using System.Numerics;
using Collab.Statistics.Results;

namespace Collab.Statistics.Inference.Regression;

/// <summary>Systems of linear equations over whole numbers, solved exactly by fraction-free elimination.</summary>
/// <remarks>Bareiss, Mathematics of Computation 22, 1968: every intermediate number is a minor of the matrix, so it stays as short as a determinant.</remarks>
internal static class ExactSystem
{
    /// <summary>The inverse, as whole numbers over one denominator: inverse[i, j] = Adjugate[i, j] / Determinant.</summary>
    /// <returns>Null when the matrix is singular.</returns>
    public static (BigInteger[,] Adjugate, BigInteger Determinant)? Invert(BigInteger[,] matrix)
    {
        var n = matrix.GetLength(0);
        var a = new BigInteger[n, 2 * n];
        for (var row = 0; row < n; row++)
        {
            for (var column = 0; column < n; column++) a[row, column] = matrix[row, column];
            a[row, n + row] = 1;
        }

        var previous = BigInteger.One;
        for (var pivot = 0; pivot < n; pivot++)
        {
            var found = pivot;
            while (found < n && a[found, pivot].IsZero) found++;
            if (found == n) return null;
            if (found != pivot)
                for (var column = 0; column < 2 * n; column++) (a[pivot, column], a[found, column]) = (a[found, column], -a[pivot, column]);
            for (var row = 0; row < n; row++)
            {
                if (row == pivot) continue;
                var factor = a[row, pivot];
                for (var column = 0; column < 2 * n; column++)
                    a[row, column] = (a[row, column] * a[pivot, pivot] - factor * a[pivot, column]) / previous; // exact: Sylvester's identity
            }

            previous = a[pivot, pivot];
        }

        var adjugate = new BigInteger[n, n];
        for (var row = 0; row < n; row++)
            for (var column = 0; column < n; column++) adjugate[row, column] = a[row, n + column];
        return (adjugate, previous);
    }
}
