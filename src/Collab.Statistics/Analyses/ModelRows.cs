using Collab.Arithmetic.WideIntegers;
using Collab.Jobs;
using Collab.Statistics.Inference.Regression;

namespace Collab.Statistics.Analyses;

/// <summary>An owner's complete rows as a generalised linear model needs them: 1, the covariates in units of their scales, the response.</summary>
internal sealed class ModelRows(ModelProcedure procedure) : KeptRows
{
    // Within a block doubles are added; blocks are added exactly. So the rounding is that of 256 additions, whatever the number of rows.
    private const int BlockSize = 256;

    private readonly int _stride = procedure.ColumnCount + 1;
    private readonly List<double[]> _batches = [];

    public override void Add(ColumnBatch batch)
    {
        (long[] Values, bool[] Present)[] columns = procedure.CovariatesOf(batch);
        var (responses, complete) = procedure.ResponsesOf(batch, columns);
        var (rows, next) = (new double[complete.Count(c => c) * _stride], 0);
        for (var row = 0; row < batch.RowCount; row++)
        {
            if (!complete[row]) continue;
            rows[next++] = 1;
            foreach (var (values, _) in columns) rows[next++] = values[row];
            rows[next++] = responses[row];
        }

        _batches.Add(rows);
    }

    /// <summary>The sums at β for one unit of each column, as whole numbers of 2^−64; the last counts owners whose sums a number does not hold.</summary>
    public Integer256[] SumsAt(double[]? beta)
    {
        var block = new double[WeightedTerms.CountOf(procedure.ColumnCount)];
        var sums = new Integer256[block.Length + 1];
        var fits = true;
        foreach (var rows in _batches)
        {
            for (var start = 0; start < rows.Length; start += BlockSize * _stride)
            {
                Array.Clear(block);
                var end = Math.Min(rows.Length, start + (BlockSize * _stride));
                for (var row = start; row < end; row += _stride)
                    WeightedTerms.Add(procedure.Family, rows.AsSpan(row, procedure.ColumnCount), rows[row + procedure.ColumnCount], beta, block);
                for (var i = 0; i < block.Length; i++) fits &= FixedPoint.TryAdd(ref sums[i], block[i]);
            }
        }

        sums[^1] = (Int128)(fits ? 0 : 1);
        return sums;
    }
}
