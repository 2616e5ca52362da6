using System.Globalization;
using System.Numerics;
using Collab.Statistics.Inference.Means;
using Collab.Statistics.Inference.Ranks;

namespace Collab.Statistics.Tests.Inference;

/// <summary>Columns of the shipped data as whole units of 10^−15, and their totals.</summary>
internal static class Columns
{
    public const int Scale = 15;

    public const string Hmda = "tests/data/hmda.csv";
    public const string Credit = "tests/data/german_credit.csv";
    public const string Nafld = "notebooks/data/nafld1.csv";

    public static BigInteger?[] Units(string file, string column, int scale = Scale) =>
        [.. RVectors.Column(file, column).Select(text => text is null ? (BigInteger?)null : Units(text, scale))];

    public static BigInteger Units(string text, int scale = Scale)
    {
        var value = decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        return new BigInteger(value * (decimal)Math.Pow(10, Math.Min(scale, 15)));
    }

    public static Sample Sample(IEnumerable<BigInteger?> values, int scale = Scale)
    {
        var present = values.Where(v => v is not null).Select(v => v!.Value).ToList();
        return new Sample(present.Count, Sum(present), Sum(present.Select(v => v * v)), scale);
    }

    public static BigInteger Sum(IEnumerable<BigInteger> values) => values.Aggregate(BigInteger.Zero, BigInteger.Add);

    public static Correlation Correlation(IReadOnlyList<BigInteger?> xs, IReadOnlyList<BigInteger?> ys)
    {
        var pairs = xs.Zip(ys).Where(p => p.First is not null && p.Second is not null).Select(p => (X: p.First!.Value, Y: p.Second!.Value)).ToList();
        return new Correlation(
            pairs.Count, Sum(pairs.Select(p => p.X)), Sum(pairs.Select(p => p.Y)), Sum(pairs.Select(p => p.X * p.X)), Sum(pairs.Select(p => p.Y * p.Y)),
            Sum(pairs.Select(p => p.X * p.Y)));
    }

    /// <summary>Twice the rank of each value, tied values with their mean rank; and Σ (t³ − t).</summary>
    public static (BigInteger[] TwiceRanks, BigInteger Ties) Ranks(IReadOnlyList<BigInteger> values)
    {
        var ranks = new BigInteger[values.Count];
        var (before, ties) = (0, BigInteger.Zero);
        foreach (var block in Enumerable.Range(0, values.Count).GroupBy(i => values[i]).OrderBy(g => g.Key))
        {
            var t = block.Count();
            foreach (var i in block) ranks[i] = 2 * before + t + 1;
            ties += (BigInteger)t * t * t - t;
            before += t;
        }

        return (ranks, ties);
    }
}
