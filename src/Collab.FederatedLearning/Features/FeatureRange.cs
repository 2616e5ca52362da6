using Collab.Primitives;

namespace Collab.FederatedLearning.Features;

/// <summary>The ranges of numbers and of features, in units of 10^(−scale); every feature is exact as a double.</summary>
internal static class FeatureRange
{
    public const long Largest = 1L << 50, LargestNumber = 1L << 62;

    private static readonly double[] Powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18];

    /// <summary>Whether a feature is in range.</summary>
    public static bool Holds(long units) => units is >= -Largest and <= Largest;

    /// <summary>Whether a number of a column is.</summary>
    public static bool HoldsNumber(long units) => units is >= -LargestNumber and <= LargestNumber;

    /// <summary>10^scale, exact.</summary>
    public static double PowerOfTen(int scale) => Powers[scale];

    /// <summary>A number to the nearest unit, ties to even.</summary>
    /// <exception cref="CollabException"><see cref="FeatureErrors.ValueOverRange"/>.</exception>
    public static long Round(double units, string column) => Math.Abs(units) <= Largest ? (long)Math.Round(units) : throw Over(column);

    public static CollabException Over(string column) => new(FeatureErrors.ValueOverRange, $"Column {column} has a value over the range of features.");
}
