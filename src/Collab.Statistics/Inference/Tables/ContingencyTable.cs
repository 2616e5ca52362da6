using System.Numerics;
using Collab.Statistics.Results;

namespace Collab.Statistics.Inference.Tables;

/// <summary>Counts of rows by two classifications, and the tests of their independence.</summary>
/// <remarks>As R's <c>chisq.test</c>; Fisher's test is in <see cref="FisherExact"/>, ratios of 2 × 2 tables in <see cref="TwoByTwo"/>.</remarks>
public sealed class ContingencyTable
{
    private readonly BigInteger[,] _counts;

    /// <summary>Takes counts, [rows, columns].</summary>
    /// <exception cref="ArgumentException">A count is negative, or there are fewer than two rows or columns with a count.</exception>
    public ContingencyTable(BigInteger[,] counts)
    {
        _counts = (BigInteger[,])counts.Clone();
        var (rows, columns) = (counts.GetLength(0), counts.GetLength(1));
        RowTotals = [.. Enumerable.Range(0, rows).Select(r => Sum(Enumerable.Range(0, columns).Select(c => counts[r, c])))];
        ColumnTotals = [.. Enumerable.Range(0, columns).Select(c => Sum(Enumerable.Range(0, rows).Select(r => counts[r, c])))];
        if (counts.Cast<BigInteger>().Any(count => count.Sign < 0)) throw new ArgumentException("A count is negative.", nameof(counts));
        Total = Sum(RowTotals);
    }

    /// <summary>The count of a cell.</summary>
    public BigInteger this[int row, int column] => _counts[row, column];

    /// <summary>Row by row, its total.</summary>
    public IReadOnlyList<BigInteger> RowTotals { get; }

    /// <summary>Column by column, its total.</summary>
    public IReadOnlyList<BigInteger> ColumnTotals { get; }

    /// <summary>All rows of data.</summary>
    public BigInteger Total { get; }

    /// <summary>Are the two classifications independent? Pearson's χ² test; the statistic is an exact fraction.</summary>
    /// <param name="correct">In a 2 × 2 table, Yates' correction, by at most the smallest difference, as in R.</param>
    /// <remarks>An empty row or column has no expected count: NaN, as in R.</remarks>
    public Finding ChiSquared(bool correct = true)
    {
        var (rows, columns) = (RowTotals.Count, ColumnTotals.Count);
        var yates = correct && rows == 2 && columns == 2;
        var finding = new FindingBuilder(yates ? "Pearson's chi-squared test with Yates' correction" : "Pearson's chi-squared test")
            .Exact("parameter", (rows - 1) * (columns - 1));
        if (RowTotals.Any(total => total.IsZero) || ColumnTotals.Any(total => total.IsZero))
            return finding.Near("statistic", double.NaN).Near("p.value", double.NaN).Build();
        Fraction statistic = 0;
        var half = new Fraction(1, 2);
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var expected = new Fraction(RowTotals[row] * ColumnTotals[column], Total);
                var difference = _counts[row, column] - expected;
                if (difference.Numerator.Sign < 0) difference = 0 - difference;
                if (yates) difference = (difference - half).Numerator.Sign < 0 ? 0 : difference - half; // in a 2 × 2 table all differences are equal
                statistic += difference * difference / expected;
            }
        }

        return finding.Exact("statistic", statistic)
            .Special("p.value", Tail.ChiSquared(statistic.ToNearestDouble(), (rows - 1) * (columns - 1))).Build();
    }

    private static BigInteger Sum(IEnumerable<BigInteger> values) => values.Aggregate(BigInteger.Zero, (sum, value) => sum + value);
}
