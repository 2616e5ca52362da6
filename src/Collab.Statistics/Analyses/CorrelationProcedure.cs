using System.Numerics;
using Collab.Jobs;
using Collab.Statistics.Analyses.Joined;
using Collab.Statistics.Inference;
using Collab.Statistics.Inference.Ranks;

namespace Collab.Statistics.Analyses;

/// <summary>Pearson's correlation: one cell, with n, Σx, Σy, Σx², Σy² and Σxy.</summary>
internal sealed class CorrelationProcedure(Analysis.Correlation analysis) : TotalsProcedure
{
    public override IReadOnlyList<int> TotalsOfCells => [6];

    public override void Add(ColumnBatch batch, CellSums sums)
    {
        var (xs, hasX) = BatchColumns.ScaledValues(batch, analysis.X);
        var (ys, hasY) = BatchColumns.ScaledValues(batch, analysis.Y);
        for (var row = 0; row < xs.Length; row++)
        {
            if (!hasX[row] || !hasY[row]) continue;
            var (x, y) = ((Int128)xs[row], (Int128)ys[row]);
            sums.Counts[0]++;
            sums.Add(0, 0, 1);
            sums.Add(0, 1, x);
            sums.Add(0, 2, y);
            sums.Add(0, 3, x * x);
            sums.Add(0, 4, y * y);
            sums.Add(0, 5, x * y);
        }
    }

    public override IReadOnlyList<JoinedCell> Joined
    {
        get
        {
            RowFactor x = new RowFactor.Power(analysis.X, 1), y = new RowFactor.Power(analysis.Y, 1);
            return [new(RowProduct.One, [RowProduct.One, x, y, new RowFactor.Power(analysis.X, 2), new RowFactor.Power(analysis.Y, 2), new RowProduct(x, y)])];
        }
    }

    public override IReadOnlyList<Finding> Finish(IReadOnlyList<BigInteger[]> cells)
    {
        var totals = new Correlation(cells[0][0], cells[0][1], cells[0][2], cells[0][3], cells[0][4], cells[0][5]);
        var pearson = totals.Pearson(); // says so when there are too few rows for it and for the covariance
        var covariance = totals.Covariance / BigInteger.Pow(10, analysis.X.Scale + analysis.Y.Scale);
        return [pearson, new FindingBuilder("Covariance").Exact("estimate", covariance).Build()];
    }
}

/// <summary>Skewness and kurtosis: one cell, with n and Σx to Σx⁴.</summary>
internal sealed class ShapeProcedure(Analysis.Shape analysis) : TotalsProcedure
{
    private const long LargestValue = 1L << 53; // its fourth power, 2^40 times, stays below 2^255

    public override IReadOnlyList<int> TotalsOfCells => [5];

    public override void Add(ColumnBatch batch, CellSums sums)
    {
        var (values, present) = BatchColumns.ScaledValues(batch, analysis.Value);
        for (var row = 0; row < values.Length; row++)
        {
            if (!present[row]) continue;
            if (values[row] is < -LargestValue or > LargestValue)
            {
                throw new Primitives.CollabException(
                    StatisticsErrors.ValueTooLarge, $"Row {batch.NumberOf(row)}: column '{analysis.Value.Column}' is beyond 2^53 units of its scale.");
            }

            BigInteger value = values[row];
            sums.Counts[0]++;
            for (var (power, term) = (0, BigInteger.One); power <= 4; power++, term *= value) sums.Add(0, power, term);
        }
    }

    public override IReadOnlyList<JoinedCell> Joined =>
        [new(RowProduct.One, [RowProduct.One, .. Enumerable.Range(1, 4).Select(power => (RowTotal)new RowFactor.Power(analysis.Value, power))])];

    public override IReadOnlyList<Finding> Finish(IReadOnlyList<BigInteger[]> cells) =>
        [new Inference.Means.PowerSums(cells[0][0], cells[0][1], cells[0][2], cells[0][3], cells[0][4]).Shape()];
}
