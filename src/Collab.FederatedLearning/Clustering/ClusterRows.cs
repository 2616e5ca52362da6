using Collab.FederatedLearning.Linear;
using Collab.Primitives;

namespace Collab.FederatedLearning.Clustering;

/// <summary>One party's columns, standardized by itself, as words with 18 fraction bits.</summary>
public sealed class ClusterRows
{
    /// <summary>Fraction bits.</summary>
    internal const int Fraction = 18;

    /// <summary>Every value is nearer to 0.</summary>
    internal const int Limit = 32;

    private readonly long[] _values; // column after column

    private ClusterRows(int rows, Standardization[] columns, long[] values) => (Rows, Columns, _values) = (rows, columns, values);

    /// <summary>How many rows.</summary>
    public int Rows { get; }

    /// <summary>How the columns were standardized, in their order.</summary>
    public IReadOnlyList<Standardization> Columns { get; }

    /// <summary>Column after column.</summary>
    internal ReadOnlySpan<long> Values => _values;

    /// <summary>Standardizes.</summary>
    /// <param name="rows">n.</param>
    /// <param name="columns">This party's columns of n numbers; there may be none.</param>
    /// <exception cref="ArgumentException">Lengths do not fit.</exception>
    /// <exception cref="CollabException">A value is no number or over range, or a column is constant: <see cref="LinearErrors"/>, <see cref="ClusterErrors"/>.</exception>
    public static ClusterRows Of(int rows, IReadOnlyList<double[]> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Any(column => column.Length != rows)) throw new ArgumentException("A number for every row.", nameof(columns));
        Standardization[] scales = [.. columns.Select(column => Standardization.Of(column))];
        var values = new long[checked(rows * columns.Count)];
        for (var j = 0; j < scales.Length; j++)
        {
            for (var i = 0; i < rows; i++)
            {
                var value = scales[j].Apply(columns[j][i]);
                if (!(Math.Abs(value) < Limit)) throw new CollabException(ClusterErrors.ValueOverRange, "A value is 32 standard deviations or more from the mean.");
                values[(j * rows) + i] = Word(value);
            }
        }

        return new(rows, scales, values);
    }

    /// <summary>The nearest word of a number.</summary>
    internal static long Word(double value) => (long)Math.Round(Math.ScaleB(value, Fraction));

    /// <summary>The number of a word.</summary>
    internal static double Number(long word) => Math.ScaleB(word, -Fraction);
}
