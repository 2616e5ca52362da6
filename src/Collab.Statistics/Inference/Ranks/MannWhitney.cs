using System.Numerics;
using Collab.Statistics.Results;

namespace Collab.Statistics.Inference.Ranks;

/// <summary>Does one sample tend to larger values than another? The rank-sum test of Mann, Whitney and Wilcoxon, from totals of ranks.</summary>
/// <param name="FirstCount">Rows of the first sample.</param>
/// <param name="SecondCount">Rows of the second.</param>
/// <param name="TwiceRankSum">Twice the sum of the first sample's ranks among all rows, from 1, tied rows with their mean rank.</param>
/// <param name="Ties">Σ (t³ − t) over the values that t rows share.</param>
/// <remarks>As R's <c>wilcox.test</c>: exact below 50 rows a sample without ties, else normal with continuity correction.</remarks>
public sealed record MannWhitney(BigInteger FirstCount, BigInteger SecondCount, BigInteger TwiceRankSum, BigInteger Ties)
{
    private const int ExactBelow = 50;

    /// <summary>The test.</summary>
    /// <exception cref="InvalidOperationException">A sample is empty.</exception>
    public Finding Test(Alternative alternative = Alternative.TwoSided)
    {
        if (FirstCount < 1 || SecondCount < 1) throw new InvalidOperationException("A sample is empty.");
        var statistic = new Fraction(TwiceRankSum - FirstCount * (FirstCount + 1), 2);
        return FirstCount < ExactBelow && SecondCount < ExactBelow && Ties.IsZero
            ? new FindingBuilder("Rank-sum test, exact").Exact("statistic", statistic)
                .Exact("p.value", ExactPValue((int)statistic.Numerator, alternative)).Build()
            : new FindingBuilder("Rank-sum test, normal with continuity correction").Exact("statistic", statistic)
                .Special("p.value", NormalPValue(statistic, alternative)).Build();
    }

    private double NormalPValue(Fraction statistic, Alternative alternative)
    {
        var (m, n) = (FirstCount, SecondCount);
        var all = m + n;
        var variance = new Fraction(m * n, 12) * (new Fraction(all + 1, 1) - (Ties.IsZero ? 0 : new Fraction(Ties, all * (all - 1))));
        if (variance.Numerator.IsZero) return double.NaN;
        var excess = statistic - new Fraction(m * n, 2);
        var half = new Fraction(1, 2);
        Fraction correction = alternative switch
        {
            Alternative.Greater => half,
            Alternative.Less => 0 - half,
            _ => excess.Numerator.Sign * half,
        };
        var corrected = excess - correction;
        var z = corrected.Numerator.Sign * (corrected * corrected / variance).SquareRootToNearestDouble();
        // Of a corrected two-sided excess below one half the sign has turned: R takes twice the smaller tail.
        return Tail.PValue(z, alternative, Tail.Normal);
    }

    private Fraction ExactPValue(int statistic, Alternative alternative)
    {
        var (m, n) = ((int)FirstCount, (int)SecondCount);
        var ways = WaysOfStatistic(m, n);
        var all = ways.Aggregate(BigInteger.Add);
        Fraction atMost = new(ways.Take(statistic + 1).Aggregate(BigInteger.Add), all);
        Fraction atLeast = new(ways.Skip(statistic).Aggregate(BigInteger.Add), all);
        var smaller = 2 * statistic > m * n ? atLeast : atMost;
        return alternative switch
        {
            Alternative.Greater => atLeast,
            Alternative.Less => atMost,
            _ => (2 * smaller - 1).Numerator.Sign > 0 ? 1 : 2 * smaller,
        };
    }

    /// <summary>For each value of the statistic from 0 to m·n, the number of orders of the rows that give it: coefficients of a Gaussian binomial.</summary>
    private static BigInteger[] WaysOfStatistic(int m, int n)
    {
        var ways = new BigInteger[m * n + 1];
        ways[0] = 1;
        for (var i = 1; i <= m; i++)
        {
            for (var s = ways.Length - 1; s >= n + i; s--) ways[s] -= ways[s - n - i]; // times 1 − q^(n+i)
            for (var s = i; s < ways.Length; s++) ways[s] += ways[s - i];              // over 1 − q^i
        }

        return ways;
    }
}
