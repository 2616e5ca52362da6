using Collab.Primitives;

namespace Collab.FederatedLearning.Features;

/// <summary>The range of numbers and features, in units of 10^(−scale): sums of squares over 2^26 rows fit 128 bits, and every one is exact as a double.</summary>
internal static class FeatureRange
{
    public const long Largest = 1L << 50;

    private static readonly double[] Powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18];

    public static bool Holds(long units) => units is >= -Largest and <= Largest;

    /// <summary>10^scale, exact.</summary>
    public static double PowerOfTen(int scale) => Powers[scale];

    /// <summary>A number to the nearest unit, ties to even.</summary>
    /// <exception cref="CollabException"><see cref="FeatureErrors.ValueOverRange"/>.</exception>
    public static long Round(double units, string column) => Math.Abs(units) <= Largest ? (long)Math.Round(units) : throw Over(column);

    public static CollabException Over(string column) => new(FeatureErrors.ValueOverRange, $"Column {column} has a value over the range of features.");
}
