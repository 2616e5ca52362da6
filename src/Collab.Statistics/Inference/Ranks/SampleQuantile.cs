using System.Numerics;
using Collab.Statistics.Results;

namespace Collab.Statistics.Inference.Ranks;

/// <summary>R's default quantile, type 7: with h = (n − 1)·p, x₍⌊h⌋₊₁₎ + (h − ⌊h⌋)·(x₍⌈h⌉₊₁₎ − x₍⌊h⌋₊₁₎), exactly.</summary>
/// <remarks>Source: Hyndman and Fan, Sample quantiles in statistical packages, The American Statistician 50, 1996, definition 7.</remarks>
internal static class SampleQuantile
{
    /// <summary>The quantile from the two values between which it lies.</summary>
    /// <param name="count">n, at least 1.</param>
    /// <param name="probability">p, in [0, 1].</param>
    /// <param name="lower">The value of rank ⌊h⌋ + 1.</param>
    /// <param name="upper">The value of rank ⌈h⌉ + 1.</param>
    public static Fraction Of(BigInteger count, Fraction probability, Fraction lower, Fraction upper)
    {
        var h = (count - 1) * probability;
        var beyond = h - (h.Numerator / h.Denominator);
        return lower + (beyond * (upper - lower));
    }

    /// <summary>How many rows a quantile needs so that at least <paramref name="minimum"/> rows lie at or below it and as many at or above: the least n with (n − 1)·distance ≥ minimum − 1.</summary>
    /// <param name="distance">Of the probability from 0, 1 and the nearest other that is told: the least.</param>
    /// <param name="minimum">The minimum, at least 1.</param>
    public static BigInteger RowsFor(Fraction distance, int minimum)
    {
        var h = (minimum - 1) / distance;
        return 1 + ((h.Numerator + h.Denominator - 1) / h.Denominator);
    }
}
