using System.Numerics;
using Collab.Statistics.Results;

namespace Collab.Statistics.Inference.Tables;

/// <summary>Fisher's exact test: the probability, given both margins, of tables as unlikely as the one seen or more.</summary>
/// <remarks>
/// As R's <c>fisher.test</c>, tables counted as unlikely as the one seen up to a relative 10^−7. Probabilities are sums of exact integers
/// (numbers of ways) for more than 2 × 2 cells, so the p-value is an exact fraction. Cost grows with the number of tables of these margins: bounded.
/// </remarks>
public static class FisherExact
{
    /// <summary>The most tables of one test.</summary>
    public const long MaximumTables = 100_000;

    private const int LargestTotal = 10_000;

    private static readonly BigInteger Tolerance = 10_000_000;

    /// <summary>The test of a 2 × 2 table, with the conditional estimate of the odds ratio and its interval.</summary>
    /// <exception cref="ArgumentException">The table is not 2 × 2.</exception>
    /// <exception cref="InvalidOperationException">More than <see cref="MaximumTables"/> tables have these margins.</exception>
    public static Finding TwoByTwo(ContingencyTable table, Alternative alternative = Alternative.TwoSided, double confidence = 0.95)
    {
        if (table.RowTotals.Count != 2 || table.ColumnTotals.Count != 2) throw new ArgumentException("Not a 2 × 2 table.", nameof(table));
        var distribution = Hypergeometric.Of(table);
        var seen = (int)(table[0, 0] - distribution.Least);
        var (low, high) = distribution.Interval(seen, alternative, confidence);
        return new FindingBuilder("Fisher's exact test")
            .Special("p.value", DiscreteDistribution.PValue(distribution.Logs, seen, alternative))
            .Special("estimate", distribution.EstimateOddsRatio(seen)).Special("conf.low", low).Special("conf.high", high).Build();
    }

    /// <summary>The test of a table of any size, two-sided.</summary>
    /// <exception cref="InvalidOperationException">More than <see cref="MaximumTables"/> tables have these margins, or a total is above 10,000.</exception>
    public static Finding Test(ContingencyTable table)
    {
        if (table.Total > LargestTotal) throw new InvalidOperationException($"A total above {LargestTotal}: the χ² test is as good there.");
        // A table's number of ways is, over the columns, the product of multinomials C(column total; its cells). Column by column: from what is
        // left of each row total, to the ways that lead there. Sums of ways by equal probability would merge tables, so they are kept apart.
        var wayOfSeen = Enumerable.Range(0, table.ColumnTotals.Count)
            .Aggregate(BigInteger.One, (product, column) => product * Multinomial([.. Enumerable.Range(0, table.RowTotals.Count).Select(row => (int)table[row, column])]));
        BigInteger all = 0, unlikely = 0;
        long visited = 0;
        Visit(0, [.. table.RowTotals.Select(total => (int)total)], BigInteger.One);
        return new FindingBuilder("Fisher's exact test").Exact("p.value", new Fraction(unlikely, all)).Build();

        void Visit(int column, int[] left, BigInteger ways)
        {
            if (column == table.ColumnTotals.Count - 1) // the last column takes what is left
            {
                if (++visited > MaximumTables) throw new InvalidOperationException($"More than {MaximumTables} tables have these margins.");
                var way = ways * Multinomial(left);
                all += way;
                if (AsUnlikely(way, wayOfSeen)) unlikely += way;
                return;
            }

            foreach (var cells in Compositions((int)table.ColumnTotals[column], left))
                Visit(column + 1, [.. left.Zip(cells, (have, cell) => have - cell)], ways * Multinomial(cells));
        }
    }

    /// <summary>R counts a table as unlikely as the one seen if its probability is at most (1 + 10^−7) times as large.</summary>
    private static bool AsUnlikely(BigInteger ways, BigInteger seen) => ways * Tolerance <= seen * (Tolerance + 1);

    private static IEnumerable<int[]> Compositions(int total, int[] most)
    {
        var cells = new int[most.Length];
        return Fill(0, total);

        IEnumerable<int[]> Fill(int row, int rest)
        {
            if (row == most.Length - 1)
            {
                if (rest > most[row]) yield break;
                cells[row] = rest;
                yield return [.. cells];
                yield break;
            }

            for (cells[row] = 0; cells[row] <= Math.Min(rest, most[row]); cells[row]++)
                foreach (var filled in Fill(row + 1, rest - cells[row])) yield return filled;
        }
    }

    private static BigInteger Multinomial(int[] cells)
    {
        var (product, total) = (BigInteger.One, 0);
        foreach (var cell in cells)
        {
            total += cell;
            product *= Binomials.Choose(total, cell);
        }

        return product;
    }
}
