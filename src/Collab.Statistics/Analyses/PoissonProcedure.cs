using System.Numerics;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Inference.Regression;
using MathNet.Numerics;

namespace Collab.Statistics.Analyses;

/// <summary>Poisson regression: a cell of all rows, with n, Σy, Σ y·ln y and Σ ln y! (the last two as whole numbers of 2^−64), and one of the rows whose count is not 0, that opens nothing.</summary>
internal sealed class PoissonProcedure(Analysis.Poisson analysis) : ModelProcedure(Family.Poisson, analysis.Covariates)
{
    public override IReadOnlyList<int> TotalsOfCells => [4, 0];

    public override void Add(ColumnBatch batch, CellSums sums)
    {
        var (responses, complete) = ResponsesOf(batch, CovariatesOf(batch));
        for (var row = 0; row < responses.Length; row++)
        {
            if (!complete[row]) continue;
            var y = responses[row];
            sums.Counts[0]++;
            sums.Add(0, 0, 1);
            if (y == 0) continue; // 0·ln 0 and ln 0! are 0
            sums.Counts[1]++;
            sums.Add(0, 1, (long)y);
            FixedPoint.TryAdd(ref sums.Totals[0][2], y * Math.Log(y)); // y is below 2^63, so it fits
            FixedPoint.TryAdd(ref sums.Totals[0][3], SpecialFunctions.GammaLn(y + 1));
        }
    }

    public override (double[] Responses, bool[] Complete) ResponsesOf(ColumnBatch batch, (long[] Values, bool[] Present)[] columns)
    {
        var (values, present) = BatchColumns.ScaledValues(batch, analysis.Response);
        var unit = (long)BigInteger.Pow(10, analysis.Response.Scale);
        for (var row = 0; row < values.Length; row++)
        {
            if (present[row] && (values[row] < 0 || values[row] % unit != 0))
                throw new CollabException(StatisticsErrors.ResponseUnfit, $"Row {batch.NumberOf(row)}: column '{analysis.Response.Column}' holds no count.");
        }

        return ([.. values.Select(value => (double)(value / unit))], [.. present.Select((there, row) => there && columns.All(column => column.Present[row]))]);
    }

    protected override Responses ResponsesOf(IReadOnlyList<BigInteger[]> cells) =>
        Responses.Poisson((long)cells[0][0], (double)cells[0][1], FixedPoint.Read(cells[0][2]), FixedPoint.Read(cells[0][3]));
}
