using Collab.Primitives;

namespace Collab.FederatedLearning.Trees;

/// <summary>Scores are whole numbers in units of 2^-24, so that sums of leaf values are exact in every order.</summary>
internal static class Scores
{
    private const int FractionBits = 24;

    /// <summary>Largest |score| that a leaf may add.</summary>
    public const long Largest = 1L << 48;

    /// <summary>The nearest score.</summary>
    public static long Of(double value) => (long)Math.Clamp(Math.Round(value * (1L << FractionBits)), -Largest, Largest);

    /// <summary>The number that a score stands for, exact below 2^53 units.</summary>
    public static double ToDouble(long score) => score / (double)(1L << FractionBits);

    /// <summary>Reads a score, strictly.</summary>
    public static long Read(ref CanonicalReader reader) =>
        reader.Int64() is >= -Largest and <= Largest and var score ? score : throw new MalformedException("a score within its range");

    /// <summary>1/(1 + e^-x), without overflow.</summary>
    public static double Chance(double logOdds)
    {
        var e = Math.Exp(-Math.Abs(logOdds));
        return logOdds >= 0 ? 1 / (1 + e) : e / (1 + e);
    }
}
