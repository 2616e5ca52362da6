using Collab.Primitives;

namespace Collab.FederatedLearning.Linear;

/// <summary>A column less its mean, divided by its standard deviation over the n rows of training: what each owner does with its columns alone.</summary>
/// <param name="Mean">Of the rows of training.</param>
/// <param name="Deviation">√(Σ(x − mean)² / n).</param>
public sealed record Standardization(double Mean, double Deviation)
{
    private const double LeastRelative = 1e-12; // below it the column is constant but for rounding

    /// <summary>Mean and deviation of a column.</summary>
    /// <exception cref="CollabException"><see cref="LinearErrors.ValueUnfit"/> or <see cref="LinearErrors.ColumnConstant"/>.</exception>
    public static Standardization Of(ReadOnlySpan<double> column)
    {
        var mean = 0.0;
        foreach (var x in column)
        {
            if (!double.IsFinite(x)) throw new CollabException(LinearErrors.ValueUnfit, "A column has a value that is no number.");
            mean += x / column.Length;
        }

        var (squares, largest) = (0.0, 0.0);
        foreach (var x in column)
        {
            squares += (x - mean) * (x - mean) / column.Length;
            largest = Math.Max(largest, Math.Abs(x));
        }

        var deviation = Math.Sqrt(squares);
        if (!double.IsFinite(deviation)) throw new CollabException(LinearErrors.ValueUnfit, "A column has values too large to be squared.");
        return deviation > LeastRelative * largest ? new(mean, deviation) : throw new CollabException(LinearErrors.ColumnConstant, "A column has the same value in all rows.");
    }

    /// <summary>(x − mean) / deviation.</summary>
    public double Apply(double x) => (x - Mean) / Deviation;
}
