using System.Numerics;
using Collab.Jobs;

namespace Collab.Statistics.Analyses.Joined;

/// <summary>A product over a row, of factors of columns that may be at different owners; of none it is 1.</summary>
internal sealed class RowProduct(params IEnumerable<RowFactor> factors) : IEquatable<RowProduct>
{
    /// <summary>1 in every row.</summary>
    public static RowProduct One { get; } = new();

    /// <summary>Its factors; one a column.</summary>
    public IReadOnlyList<RowFactor> Factors { get; } = [.. factors];

    /// <summary>Whether it is 0 or 1 in every row.</summary>
    public bool IsIndicator => Factors.All(factor => factor.IsIndicator);

    public static RowProduct operator *(RowProduct one, RowProduct other) => new(one.Factors.Concat(other.Factors));

    public static implicit operator RowProduct(RowFactor factor) => new(factor);

    /// <summary>The product of two of 1 (which is 0) and columns (from 1 on).</summary>
    public static RowProduct Moment(IReadOnlyList<Measure> columns, int i, int j) =>
        i == 0 && j == 0 ? One
        : i == 0 ? new RowFactor.Power(columns[j - 1], 1)
        : i == j ? new RowFactor.Power(columns[i - 1], 2)
        : new RowProduct(new RowFactor.Power(columns[i - 1], 1), new RowFactor.Power(columns[j - 1], 1));

    /// <summary>Those of all pairs i ≤ j, row by row.</summary>
    public static IEnumerable<RowProduct> Moments(IReadOnlyList<Measure> columns) =>
        Enumerable.Range(0, columns.Count + 1).SelectMany(i => Enumerable.Range(i, columns.Count + 1 - i), (i, j) => Moment(columns, i, j));

    /// <summary>The factors of some columns; null where there is none.</summary>
    public RowProduct? Of(Func<string, bool> columns) => Factors.Where(factor => columns(factor.Column)).ToList() is { Count: > 0 } own ? new RowProduct(own) : null;

    /// <summary>The least and the largest value that it has.</summary>
    public (BigInteger Least, BigInteger Largest) Extent(JoinedTables tables)
    {
        BigInteger least = 1, largest = 1;
        foreach (var (low, high) in Factors.Select(factor => factor.Extent(tables)))
        {
            BigInteger[] corners = [least * low, least * high, largest * low, largest * high];
            (least, largest) = (corners.Min(), corners.Max());
        }

        return (least, largest);
    }

    public bool Equals(RowProduct? other) => other is not null && Factors.SequenceEqual(other.Factors);

    public override bool Equals(object? obj) => Equals(obj as RowProduct);

    public override int GetHashCode() => Factors.Aggregate(17, HashCode.Combine);
}

/// <summary>A total over rows: a sum of products, each with a whole coefficient.</summary>
internal sealed record RowTotal(params IReadOnlyList<(int Coefficient, RowProduct Product)> Terms)
{
    public static implicit operator RowTotal(RowProduct product) => new((1, product));

    public static implicit operator RowTotal(RowFactor factor) => (RowProduct)factor;
}

/// <summary>A cell of a procedure as a function of the row.</summary>
/// <param name="RestsOn">How many rows it rests on, a sum of indicators.</param>
/// <param name="Totals">Its totals, in the order of <see cref="Procedure.TotalsOfCells"/>.</param>
internal sealed record JoinedCell(RowTotal RestsOn, IReadOnlyList<RowTotal> Totals)
{
    /// <summary>Cells of one number are opened together or not at all, and the owners learn of all of them together whether they rest on enough rows.</summary>
    public int Gate { get; init; }

    /// <summary>A sample of a measure: n, Σx and Σx².</summary>
    public static JoinedCell Sample(RowProduct of, Measure measure) => new(of, [of, of * new RowFactor.Power(measure, 1), of * new RowFactor.Power(measure, 2)]);

    /// <summary>A number of rows.</summary>
    public static JoinedCell Count(RowProduct of) => new(of, [of]);
}
