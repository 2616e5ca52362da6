using System.Numerics;
using Collab.Statistics.Results;

namespace Collab.Statistics.Inference.Ranks;

/// <summary>Do several samples come from one distribution? The rank test of Kruskal and Wallis, from totals of ranks.</summary>
/// <param name="Samples">Of each sample: its rows, and twice the sum of its ranks among all rows, tied rows with their mean rank.</param>
/// <param name="Ties">Σ (t³ − t) over the values that t rows share.</param>
/// <remarks>As R's <c>kruskal.test</c>. The statistic is an exact fraction.</remarks>
public sealed record KruskalWallis(IReadOnlyList<(BigInteger Count, BigInteger TwiceRankSum)> Samples, BigInteger Ties)
{
    /// <summary>The test; NaN when all values are equal.</summary>
    /// <exception cref="InvalidOperationException">There are fewer than two samples, or an empty one.</exception>
    public Finding Test()
    {
        if (Samples.Count < 2 || Samples.Any(sample => sample.Count < 1)) throw new InvalidOperationException("At least two samples with rows.");
        var all = Samples.Aggregate(BigInteger.Zero, (sum, sample) => sum + sample.Count);
        var squares = Samples.Aggregate((Fraction)0, (sum, s) => sum + new Fraction(s.TwiceRankSum * s.TwiceRankSum, 4 * s.Count));
        var untied = squares * 12 / (all * (all + 1)) - 3 * (all + 1);
        var correction = 1 - new Fraction(Ties, all * all * all - all);
        var finding = new FindingBuilder("Kruskal-Wallis rank sum test").Exact("parameter", Samples.Count - 1);
        if (correction.Numerator.IsZero) return finding.Near("statistic", double.NaN).Near("p.value", double.NaN).Build();
        var statistic = untied / correction;
        return finding.Exact("statistic", statistic).Special("p.value", Tail.ChiSquared(statistic.ToNearestDouble(), Samples.Count - 1)).Build();
    }
}
