using System.Numerics;

namespace Collab.Statistics.Inference.Tables;

/// <summary>How far a distribution over bins has moved: the population stability index Σ (q − p)·ln(q / p).</summary>
public static class PopulationStability
{
    /// <summary>Computes the index.</summary>
    /// <param name="expected">Counts before, bin by bin.</param>
    /// <param name="actual">Counts now, in the same bins.</param>
    /// <returns><c>estimate</c>, infinite when a bin is empty on one side only; and each bin's part, by its number from 1.</returns>
    /// <exception cref="ArgumentException">The numbers of bins differ, or one side has no rows.</exception>
    public static Finding Index(IReadOnlyList<BigInteger> expected, IReadOnlyList<BigInteger> actual)
    {
        if (expected.Count != actual.Count) throw new ArgumentException("The bins differ.", nameof(actual));
        var (before, now) = ((double)expected.Aggregate(BigInteger.Add), (double)actual.Aggregate(BigInteger.Add));
        if (before == 0 || now == 0) throw new ArgumentException("One side has no rows.");
        double[] parts = [.. expected.Zip(actual, (p, q) => Part((double)p / before, (double)q / now))];
        var finding = new FindingBuilder("Population stability index").Near("estimate", parts.Sum());
        for (var bin = 0; bin < parts.Length; bin++)
            finding.Near("part", parts[bin], (bin + 1).ToString(System.Globalization.CultureInfo.InvariantCulture));
        return finding.Build();
    }

    private static double Part(double p, double q) => p == q ? 0 : (q - p) * Math.Log(q / p);
}
