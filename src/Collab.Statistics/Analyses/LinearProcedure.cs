using System.Numerics;
using Collab.Jobs;
using Collab.Statistics.Analyses.Joined;
using Collab.Statistics.Inference;
using Collab.Statistics.Inference.Regression;

namespace Collab.Statistics.Analyses;

/// <summary>Linear regression: one cell, with the upper triangle of XᵀX row by row (the first of it n), then Xᵀy, then yᵀy.</summary>
internal sealed class LinearProcedure(Analysis.Linear analysis) : TotalsProcedure
{
    /// <summary>Rows asked for each column: fewer, and the coefficients come close to telling rows.</summary>
    public const int RowsPerColumn = 10;

    private readonly int _columns = analysis.Covariates.Count + 1;

    public override IReadOnlyList<int> TotalsOfCells => [(_columns * (_columns + 1) / 2) + _columns + 1];

    public override int MinimumOf(int minimum) => Math.Max(minimum, RowsPerColumn * _columns);

    public override void Add(ColumnBatch batch, CellSums sums)
    {
        (long[] Values, bool[] Present)[] columns =
            [.. analysis.Covariates.Append(analysis.Response).Select(measure => BatchColumns.ScaledValues(batch, measure))];
        var row = new Int128[_columns];
        row[0] = 1;
        for (var r = 0; r < batch.RowCount; r++)
        {
            if (!columns.All(column => column.Present[r])) continue;
            for (var c = 1; c < _columns; c++) row[c] = columns[c - 1].Values[r];
            Int128 response = columns[^1].Values[r];
            sums.Counts[0]++;
            var next = 0;
            for (var i = 0; i < _columns; i++)
                for (var j = i; j < _columns; j++) sums.Add(0, next++, row[i] * row[j]);
            for (var i = 0; i < _columns; i++) sums.Add(0, next++, row[i] * response);
            sums.Add(0, next, response * response);
        }
    }

    public override IReadOnlyList<JoinedCell> Joined
    {
        get
        {
            Measure[] columns = [.. analysis.Covariates, analysis.Response];
            var gram = RowProduct.Moments(analysis.Covariates);
            return [new(RowProduct.One, [.. gram.Concat(Enumerable.Range(0, _columns + 1).Select(i => RowProduct.Moment(columns, i, _columns))).Select(product => (RowTotal)product)])];
        }
    }

    public override IReadOnlyList<Finding> Finish(IReadOnlyList<BigInteger[]> cells)
    {
        var (totals, next) = (cells[0], 0);
        var gram = new BigInteger[_columns, _columns];
        for (var i = 0; i < _columns; i++)
            for (var j = i; j < _columns; j++) gram[i, j] = gram[j, i] = totals[next++];
        return [LinearRegression.Fit(new CrossProducts(
            ["(Intercept)", .. analysis.Covariates.Select(c => c.Column)], gram[0, 0], gram, totals[next..(next + _columns)], totals[^1],
            [1, .. analysis.Covariates.Select(c => BigInteger.Pow(10, c.Scale))], BigInteger.Pow(10, analysis.Response.Scale), HasIntercept: true))];
    }
}
