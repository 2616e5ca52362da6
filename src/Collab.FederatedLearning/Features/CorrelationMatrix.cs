using Collab.FederatedLearning.Linear;
using Collab.Primitives;

namespace Collab.FederatedLearning.Features;

/// <summary>Correlations of columns, and which to leave out by them: of pairs that say the same, and of columns that follow from others.</summary>
public sealed class CorrelationMatrix
{
    private const double LeastPivot = 1e-9; // of a matrix with ones on its diagonal: what is below is rounding

    private readonly double[,] _values;

    /// <summary>Correlations of columns: 1 on the diagonal, symmetric.</summary>
    /// <exception cref="ArgumentException">It is not so, or a value is outside of −1 to 1.</exception>
    public CorrelationMatrix(double[,] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        _values = (double[,])values.Clone();
        Count = values.GetLength(0);
        var fits = values.GetLength(1) == Count && Count > 0;
        for (var i = 0; fits && i < Count; i++)
        {
            fits = values[i, i] == 1;
            for (var j = 0; j < Count; j++) fits &= values[i, j] == values[j, i] && Math.Abs(values[i, j]) <= 1;
        }

        if (!fits) throw new ArgumentException("Correlations are symmetric, 1 on the diagonal and within −1 to 1.", nameof(values));
    }

    /// <summary>How many columns.</summary>
    public int Count { get; }

    /// <summary>The correlation of two columns.</summary>
    public double this[int i, int j] => _values[i, j];

    /// <summary>Correlations of columns in one place; the plain twin of the joint ones.</summary>
    /// <param name="columns">Of one length; none constant.</param>
    /// <exception cref="CollabException">A column is constant or has a value that is no number: <see cref="LinearErrors"/>.</exception>
    public static CorrelationMatrix Of(IReadOnlyList<double[]> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        double[][] standardized = [.. columns.Select(Standardized)];
        var values = new double[columns.Count, columns.Count];
        for (var i = 0; i < columns.Count; i++)
        {
            values[i, i] = 1;
            for (var j = 0; j < i; j++)
                values[i, j] = values[j, i] = Math.Clamp(standardized[i].Zip(standardized[j], (a, b) => a * b).Sum() / columns[i].Length, -1, 1);
        }

        return new(values);
    }

    /// <summary>The column less its mean, by its deviation.</summary>
    internal static double[] Standardized(double[] column)
    {
        var standardization = Standardization.Of(column);
        return [.. column.Select(standardization.Apply)];
    }

    /// <summary>The columns that stay when of every pair above a bound the later one goes.</summary>
    /// <param name="bound">Of |correlation|, above 0 and at most 1.</param>
    /// <param name="order">The columns from the most wanted on, for example by information value; each once.</param>
    public IReadOnlyList<int> KeptByCorrelation(double bound, IReadOnlyList<int> order)
    {
        ArgumentNullException.ThrowIfNull(order);
        if (!(bound is > 0 and <= 1)) throw new ArgumentException("The bound is above 0 and at most 1.", nameof(bound));
        if (!order.Order().SequenceEqual(Enumerable.Range(0, Count))) throw new ArgumentException("Each column once.", nameof(order));
        List<int> kept = [];
        foreach (var column in order)
        {
            if (kept.All(other => Math.Abs(_values[column, other]) < bound)) kept.Add(column);
        }

        return [.. kept.Order()];
    }

    /// <summary>Variance inflation of some columns, 1/(1 − R²) of each regressed on the others: the diagonal of the inverse; infinite where a column follows from others.</summary>
    /// <param name="columns">Which.</param>
    public double[] VarianceInflation(IReadOnlyList<int> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return [.. columns.Select(column => InflationOf(column, [.. columns.Where(other => other != column)]))];
    }

    /// <summary>The columns that stay when the one with the largest variance inflation goes, until none is above a bound.</summary>
    /// <param name="bound">Above 1; 5 and 10 are usual.</param>
    /// <remarks>Of equal ones the last goes. O(columns⁵) at worst.</remarks>
    public IReadOnlyList<int> KeptByVarianceInflation(double bound)
    {
        if (!(bound > 1)) throw new ArgumentException("The bound is above 1.", nameof(bound));
        List<int> kept = [.. Enumerable.Range(0, Count)];
        while (kept.Count > 1)
        {
            var inflation = VarianceInflation(kept);
            var worst = Array.LastIndexOf(inflation, inflation.Max());
            if (inflation[worst] <= bound) break;
            kept.RemoveAt(worst);
        }

        return kept;
    }

    // 1/(1 − R²): elimination of the others leaves 1 − R² at the column's place. What follows from the others before it is left out of them.
    private double InflationOf(int column, int[] others)
    {
        int[] order = [.. others, column];
        var (n, a) = (order.Length, new double[order.Length, order.Length]);
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++) a[i, j] = _values[order[i], order[j]];
        }

        for (var k = 0; k < n - 1; k++)
        {
            if (a[k, k] < LeastPivot) continue;
            for (var i = k + 1; i < n; i++)
            {
                var factor = a[i, k] / a[k, k];
                for (var j = k; j < n; j++) a[i, j] -= factor * a[k, j];
            }
        }

        return a[n - 1, n - 1] < LeastPivot ? double.PositiveInfinity : 1 / a[n - 1, n - 1];
    }
}
