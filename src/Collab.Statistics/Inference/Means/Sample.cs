using System.Numerics;
using Collab.Statistics.Results;

namespace Collab.Statistics.Inference.Means;

/// <summary>A sample as its exact totals: all that tests of means need, so that no row leaves its owner.</summary>
/// <param name="Count">n, rows with a value.</param>
/// <param name="Sum">Σx in units of the scale.</param>
/// <param name="SumOfSquares">Σx² in squared units of the scale.</param>
/// <param name="Scale">Decimal digits behind the point of a value.</param>
public sealed record Sample(BigInteger Count, BigInteger Sum, BigInteger SumOfSquares, int Scale)
{
    private BigInteger Unit => BigInteger.Pow(10, Scale);

    /// <summary>Σx / n.</summary>
    /// <exception cref="DivideByZeroException">There is no row.</exception>
    public Fraction Mean => new(Sum, Count * Unit);

    /// <summary>Σ(x − mean)².</summary>
    public Fraction SumOfDeviations => new(Count * SumOfSquares - Sum * Sum, Count * Unit * Unit);

    /// <summary>The sample variance.</summary>
    /// <exception cref="DivideByZeroException">There are fewer than two rows.</exception>
    public Fraction Variance => SumOfDeviations / (Count - 1);

    /// <summary>The samples as one.</summary>
    /// <exception cref="ArgumentException">Their scales differ.</exception>
    public static Sample operator +(Sample a, Sample b) => a.Scale == b.Scale
        ? new(a.Count + b.Count, a.Sum + b.Sum, a.SumOfSquares + b.SumOfSquares, a.Scale)
        : throw new ArgumentException("The scales differ.", nameof(b));
}
