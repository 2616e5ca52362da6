using System.Numerics;
using Collab.Statistics.Results;

namespace Collab.Statistics.Inference.Ranks;

/// <summary>Do two samples come from one distribution? The test of Kolmogorov and Smirnov, from counts at the values in ascending order.</summary>
/// <remarks>As R's <c>ks.test</c> (4.2): exact, ties and all, where the product of the counts is below 10,000, else by the limiting distribution.</remarks>
public static class KolmogorovSmirnov
{
    private const int ExactBelow = 10_000;

    /// <summary>The two-sided test.</summary>
    /// <param name="counts">For each distinct value in ascending order, how many rows of each sample have it.</param>
    /// <exception cref="ArgumentException">A sample is empty.</exception>
    public static Finding Test(IReadOnlyList<(long First, long Second)> counts)
    {
        var (m, n) = (counts.Sum(c => c.First), counts.Sum(c => c.Second));
        if (m < 1 || n < 1) throw new ArgumentException("A sample is empty.", nameof(counts));
        BigInteger largest = 0; // |m·n·(F₁ − F₂)|
        var (first, second) = (0L, 0L);
        foreach (var (one, other) in counts)
        {
            (first, second) = (first + one, second + other);
            largest = BigInteger.Max(largest, BigInteger.Abs((BigInteger)first * n - (BigInteger)second * m));
        }

        return (BigInteger)m * n < ExactBelow
            ? Exact((int)m, (int)n, (int)largest, [.. counts.Select(c => (int)(c.First + c.Second))])
            : Asymptotic(m, n, largest);
    }

    /// <summary>The two-sided test from the distance alone, where nothing else of the order is known.</summary>
    /// <param name="first">Rows of the first sample.</param>
    /// <param name="second">Rows of the second.</param>
    /// <param name="largest">The greatest distance times the product of the counts.</param>
    /// <param name="tied">Whether rows share a value: then, as it is not known which, the limiting distribution serves for few rows too, as R's with <c>exact = FALSE</c>.</param>
    /// <exception cref="ArgumentException">A sample is empty, or the distance is greater than 1.</exception>
    public static Finding Test(long first, long second, BigInteger largest, bool tied)
    {
        if (first < 1 || second < 1 || largest.Sign < 0 || largest > (BigInteger)first * second) throw new ArgumentException("No samples have such a distance.", nameof(largest));
        return !tied && (BigInteger)first * second < ExactBelow
            ? Exact((int)first, (int)second, (int)largest, [.. Enumerable.Repeat(1, (int)(first + second))])
            : Asymptotic(first, second, largest);
    }

    private static Finding Exact(int m, int n, int largest, int[] blocks) => new FindingBuilder("Two-sample Kolmogorov-Smirnov test, exact")
        .Exact("statistic", new Fraction(largest, (BigInteger)m * n)).Exact("p.value", ExactPValue(m, n, largest, blocks)).Build();

    private static Finding Asymptotic(long m, long n, BigInteger largest)
    {
        var statistic = new Fraction(largest, (BigInteger)m * n);
        return new FindingBuilder("Two-sample Kolmogorov-Smirnov test, asymptotic").Exact("statistic", statistic)
            .Special("p.value", Limit((statistic * statistic * new Fraction((BigInteger)m * n, m + n)).SquareRootToNearestDouble())).Build();
    }

    /// <summary>The share of orders of the rows in which the distance is seen or exceeded at the end of some tied block.</summary>
    private static Fraction ExactPValue(int m, int n, int largest, int[] blocks)
    {
        var ends = new bool[m + n + 1];
        var end = 0;
        foreach (var block in blocks) ends[end += block] = true;
        var below = new BigInteger[n + 1]; // ways to (i, j) that stay below the distance
        for (var i = 0; i <= m; i++)
        {
            for (var j = 0; j <= n; j++)
            {
                if (i + j == 0) below[0] = 1;
                else if (j > 0) below[j] = (i > 0 ? below[j] : 0) + below[j - 1];
                if (ends[i + j] && Math.Abs(i * n - j * m) >= largest) below[j] = 0;
            }
        }

        var all = Tables.Binomials.Choose(m + n, m);
        return new Fraction(all - below[n], all);
    }

    /// <summary>1 − K(x) of Kolmogorov's distribution: 2 Σ (−1)^(k−1) exp(−2k²x²), for small x by the theta function's other series.</summary>
    private static double Limit(double x)
    {
        if (x <= 0) return 1;
        if (x < 1)
        {
            var sum = 0.0;
            for (var k = 1; k < 100; k += 2) sum += Math.Exp(-k * k * Math.PI * Math.PI / (8 * x * x));
            return 1 - Math.Sqrt(2 * Math.PI) / x * sum;
        }

        var tail = 0.0;
        for (var k = 100; k >= 1; k--) tail += (k % 2 == 1 ? 2 : -2) * Math.Exp(-2.0 * k * k * x * x);
        return tail;
    }
}
