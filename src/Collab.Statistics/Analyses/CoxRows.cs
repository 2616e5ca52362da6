using Collab.Arithmetic.WideIntegers;
using Collab.Jobs;

namespace Collab.Statistics.Analyses;

/// <summary>An owner's complete rows as a Cox regression needs them: where in time each leaves, and the covariates in units of their scales.</summary>
internal sealed class CoxRows(CoxProcedure procedure) : KeptRows
{
    private const int BlockSize = 256; // as in ModelRows

    private readonly int _stride = procedure.CovariateCount + 1;
    private readonly List<double[]> _batches = [];

    public override void Add(ColumnBatch batch)
    {
        var (leavings, columns) = procedure.Read(batch);
        var (rows, next) = (new double[leavings.Count(leaving => leaving >= 0) * _stride], 0);
        for (var row = 0; row < batch.RowCount; row++)
        {
            if (leavings[row] < 0) continue;
            rows[next++] = leavings[row];
            foreach (var (values, _) in columns) rows[next++] = values[row];
        }

        _batches.Add(rows);
    }

    /// <summary>
    /// The sums of each leaving at an offset and β for one unit of each covariate, as whole numbers of 2^−64: Σ w, Σ w·x, Σ w·x·xᵀ (upper triangle) with
    /// w = exp(offset + x·β); the last counts owners whose sums a number does not hold.
    /// </summary>
    public Integer256[] SumsAt(double[]? coefficients)
    {
        var count = procedure.SumsOfLeaving;
        var blocks = new double[count * procedure.LeavingCount];
        var rowsOfBlock = new int[procedure.LeavingCount];
        var sums = new Integer256[blocks.Length + 1];
        var fits = true;
        foreach (var rows in _batches)
        {
            for (var row = 0; row < rows.Length; row += _stride)
            {
                var leaving = (int)rows[row];
                AddTerms(rows.AsSpan(row + 1, procedure.CovariateCount), coefficients, blocks.AsSpan(leaving * count, count));
                if (++rowsOfBlock[leaving] == BlockSize) Flush(leaving);
            }
        }

        for (var leaving = 0; leaving < procedure.LeavingCount; leaving++) Flush(leaving);
        sums[^1] = (Int128)(fits ? 0 : 1);
        return sums;

        void Flush(int leaving)
        {
            for (var i = leaving * count; i < (leaving + 1) * count; i++) fits &= FixedPoint.TryAdd(ref sums[i], blocks[i]);
            Array.Clear(blocks, leaving * count, count);
            rowsOfBlock[leaving] = 0;
        }
    }

    private static void AddTerms(ReadOnlySpan<double> x, double[]? coefficients, Span<double> sums)
    {
        var logarithm = coefficients is null ? 0 : coefficients[0];
        for (var i = 0; coefficients is not null && i < x.Length; i++) logarithm += coefficients[i + 1] * x[i];
        var weight = Math.Exp(logarithm);
        sums[0] += weight;
        var next = 1;
        for (var i = 0; i < x.Length; i++) sums[next++] += weight * x[i];
        for (var i = 0; i < x.Length; i++)
        {
            var weighted = weight * x[i];
            for (var j = i; j < x.Length; j++) sums[next++] += weighted * x[j];
        }
    }
}
