using System.Numerics;
using Collab.Statistics.Results;

namespace Collab.Statistics.Inference.Means;

/// <summary>A sample's exact power sums to the fourth: what skewness and kurtosis need.</summary>
/// <param name="Count">n.</param>
/// <param name="Sum">Σx.</param>
/// <param name="SumOfSquares">Σx².</param>
/// <param name="SumOfCubes">Σx³.</param>
/// <param name="SumOfFourths">Σx⁴.</param>
/// <remarks>All in powers of the value's unit; the shape does not depend on the unit.</remarks>
public sealed record PowerSums(BigInteger Count, BigInteger Sum, BigInteger SumOfSquares, BigInteger SumOfCubes, BigInteger SumOfFourths)
{
    /// <summary>Skewness and kurtosis of the sample's moments: m₃ / m₂^(3/2) and m₄ / m₂² (3 for a normal distribution).</summary>
    /// <remarks>As <c>moments::skewness</c> and <c>kurtosis</c> of R; NaN for a constant sample.</remarks>
    /// <exception cref="ArgumentException">There is no row.</exception>
    public Finding Shape()
    {
        if (Count < 1) throw new ArgumentException("At least one row.");
        // n²·m₂ = n·Σx² − S², n³·m₃ = n²·Σx³ − 3nS·Σx² + 2S³, n⁴·m₄ = n³·Σx⁴ − 4n²S·Σx³ + 6nS²·Σx² − 3S⁴
        var (n, s) = (Count, Sum);
        var second = n * SumOfSquares - s * s;
        var third = n * n * SumOfCubes - 3 * n * s * SumOfSquares + 2 * s * s * s;
        var fourth = n * n * n * SumOfFourths - 4 * n * n * s * SumOfCubes + 6 * n * s * s * SumOfSquares - 3 * s * s * s * s;
        var finding = new FindingBuilder("Moments");
        return second.IsZero
            ? finding.Near("skewness", double.NaN).Near("kurtosis", double.NaN).Build()
            : finding.Root("skewness", new Fraction(third * third, second * second * second), third.Sign)
                .Exact("kurtosis", new Fraction(fourth, second * second)).Build();
    }
}
