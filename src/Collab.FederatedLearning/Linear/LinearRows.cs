using Collab.Primitives;

namespace Collab.FederatedLearning.Linear;

/// <summary>One party's columns of the rows of training, standardized and checked, and at the label owner the labels.</summary>
public sealed class LinearRows
{
    private const double SameColumn = 1 - 1e-9; // correlation from which two columns are one

    private readonly double[] _values; // row-major, standardized

    private LinearRows(int rows, double[] values, Standardization[] columns, double[]? labels, Standardization? labelScale) =>
        (Rows, _values, Columns, Labels, LabelScale) = (rows, values, columns, labels, labelScale);

    /// <summary>How many rows.</summary>
    public int Rows { get; }

    /// <summary>How the columns were standardized, in their order.</summary>
    public IReadOnlyList<Standardization> Columns { get; }

    /// <summary>Standardized labels for regression, 0 and 1 for logistic regression; null at parties that have none.</summary>
    internal double[]? Labels { get; }

    /// <summary>How labels of regression were standardized.</summary>
    public Standardization? LabelScale { get; }

    /// <summary>Checks and standardizes.</summary>
    /// <param name="family">What is fitted.</param>
    /// <param name="rows">n, at least 2.</param>
    /// <param name="columns">This party's columns of n numbers; there may be none.</param>
    /// <param name="labels">The n labels at their owner; null elsewhere.</param>
    /// <exception cref="ArgumentException">Lengths do not fit.</exception>
    /// <exception cref="CollabException">A column or a label is unfit: <see cref="LinearErrors"/>.</exception>
    public static LinearRows Of(LinearFamily family, int rows, IReadOnlyList<double[]> columns, double[]? labels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 2);
        if (columns.Any(column => column.Length != rows) || (labels is not null && labels.Length != rows)) throw new ArgumentException("A number for every row.", nameof(columns));
        Standardization[] scales = [.. columns.Select(column => Standardization.Of(column))];
        var values = new double[checked(rows * columns.Count)];
        for (var j = 0; j < scales.Length; j++)
            for (var i = 0; i < rows; i++) values[(i * scales.Length) + j] = scales[j].Apply(columns[j][i]);
        RefuseRepeated(values, rows, scales.Length);
        if (labels is null) return new(rows, values, scales, null, null);
        if (labels.Any(y => !double.IsFinite(y)) || (family != LinearFamily.Regression && labels.Any(y => y is not (0 or 1))))
            throw new CollabException(LinearErrors.LabelUnfit, family == LinearFamily.Regression ? "A label is missing or no number." : "A label is neither 0 nor 1.");
        if (labels.All(y => y == labels[0])) throw new CollabException(LinearErrors.LabelConstant, "All labels are equal.");
        if (family != LinearFamily.Regression) return new(rows, values, scales, labels, null);
        var scale = Standardization.Of(labels);
        return new(rows, values, scales, [.. labels.Select(scale.Apply)], scale);
    }

    /// <summary>The values as words, row-major: first the intercept's 1 where there is one, then the columns, each times a factor.</summary>
    internal ulong[] Words(bool withIntercept, double factor, int fraction)
    {
        var (columns, first) = (Columns.Count, withIntercept ? 1 : 0);
        var words = new ulong[checked(Rows * (columns + first))];
        for (var i = 0; i < Rows; i++)
        {
            if (withIntercept) words[i * (columns + first)] = LinearScale.Word(factor, fraction);
            for (var j = 0; j < columns; j++) words[(i * (columns + first)) + first + j] = LinearScale.Word(factor * _values[(i * columns) + j], fraction);
        }

        return words;
    }

    /// <summary>Refuses rows whose values, the intercept's 1 included, sum up to the bound or more in magnitude.</summary>
    internal void RequireRange(double bound)
    {
        for (var i = 0; i < Rows; i++)
        {
            var sum = 1.0;
            for (var j = 0; j < Columns.Count; j++) sum += Math.Abs(_values[(i * Columns.Count) + j]);
            if (!(sum < bound)) throw new CollabException(LinearErrors.RowOverRange, "A row is further from the mean, in standard deviations, than fixed-point numbers reach.");
        }
    }

    /// <summary>x · w of a row, for plain training.</summary>
    internal double Score(int row, ReadOnlySpan<double> weights)
    {
        var sum = 0.0;
        for (var j = 0; j < weights.Length; j++) sum += _values[(row * weights.Length) + j] * weights[j];
        return sum;
    }

    /// <summary>sums += factor · x of a row.</summary>
    internal void AddRow(int row, double factor, Span<double> sums)
    {
        for (var j = 0; j < sums.Length; j++) sums[j] += factor * _values[(row * sums.Length) + j];
    }

    private static void RefuseRepeated(double[] values, int rows, int columns)
    {
        for (var a = 0; a < columns; a++)
        {
            for (var b = 0; b < a; b++)
            {
                var correlation = 0.0;
                for (var i = 0; i < rows; i++) correlation += values[(i * columns) + a] * values[(i * columns) + b] / rows;
                if (Math.Abs(correlation) > SameColumn) throw new CollabException(LinearErrors.ColumnRepeated, "Two columns are the same but for their scale.");
            }
        }
    }
}
