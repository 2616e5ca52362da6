namespace Collab.Cli.Bench.Estimates;

/// <summary>The coefficients, none negative, by which a sum of terms comes nearest to measured figures, relative errors counting.</summary>
internal static class LeastSquares
{
    /// <summary>Fits y ≈ Σ c[j]·x[j].</summary>
    /// <param name="rows">For each measurement the terms x, all of one length, and the figure y, above zero.</param>
    /// <returns>c; terms that would be negative are left out one after the other, as zeros.</returns>
    public static double[] Fit(IReadOnlyList<(double[] X, double Y)> rows)
    {
        var terms = Enumerable.Range(0, rows[0].X.Length).ToList();
        while (true)
        {
            var found = Solve(rows, terms);
            var least = Array.IndexOf(found, found.Min());
            if (found[least] >= 0)
            {
                var all = new double[rows[0].X.Length];
                for (var j = 0; j < terms.Count; j++) all[terms[j]] = found[j];
                return all;
            }

            terms.RemoveAt(least);
        }
    }

    // The normal equations of the terms that are left, each row divided by its figure, by elimination with pivots.
    private static double[] Solve(IReadOnlyList<(double[] X, double Y)> rows, IReadOnlyList<int> terms)
    {
        var n = terms.Count;
        var scale = terms.Select(t => Math.Max(rows.Max(r => r.X[t] / r.Y), double.Epsilon)).ToArray();
        var matrix = new double[n, n + 1];
        foreach (var (x, y) in rows)
        {
            for (var i = 0; i < n; i++)
            {
                var left = x[terms[i]] / y / scale[i];
                for (var j = 0; j < n; j++) matrix[i, j] += left * x[terms[j]] / y / scale[j];
                matrix[i, n] += left;
            }
        }

        for (var i = 0; i < n; i++) matrix[i, i] += 1e-9; // terms that no row tells apart share
        for (var k = 0; k < n; k++)
        {
            var pivot = Enumerable.Range(k, n - k).MaxBy(i => Math.Abs(matrix[i, k]));
            for (var j = 0; j <= n; j++) (matrix[k, j], matrix[pivot, j]) = (matrix[pivot, j], matrix[k, j]);
            for (var i = k + 1; i < n; i++)
            {
                var factor = matrix[i, k] / matrix[k, k];
                for (var j = k; j <= n; j++) matrix[i, j] -= factor * matrix[k, j];
            }
        }

        var result = new double[n];
        for (var i = n - 1; i >= 0; i--)
        {
            result[i] = matrix[i, n];
            for (var j = i + 1; j < n; j++) result[i] -= matrix[i, j] * result[j];
            result[i] /= matrix[i, i];
        }

        return [.. result.Select((c, j) => c / scale[j])];
    }
}
