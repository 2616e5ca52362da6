using System.Numerics;
using Collab.Jobs;
using Collab.Statistics.Analyses.Joined;
using Collab.Statistics.Inference;
using Collab.Statistics.Inference.Means;
using Collab.Statistics.Results;

namespace Collab.Statistics.Analyses;

/// <summary>Tests of means: a cell for each sample, with n, Σx and Σx².</summary>
internal sealed class MeansProcedure(Analysis.Means analysis) : TotalsProcedure
{
    private readonly Dictionary<string, int> _levels = BatchColumns.NumbersOf(analysis.Groups?.Levels ?? [""]);

    public override IReadOnlyList<int> TotalsOfCells => [.. Enumerable.Repeat(3, _levels.Count)];

    public override void Add(ColumnBatch batch, CellSums sums)
    {
        var levels = BatchColumns.LevelOfEachRow(batch, analysis.Groups, _levels);
        var (values, present) = BatchColumns.ScaledValues(batch, analysis.Value);
        for (var row = 0; row < values.Length; row++)
        {
            if (present[row] && levels[row] >= 0) SampleTotals.Add(sums, levels[row], values[row]);
        }
    }

    public override IReadOnlyList<JoinedCell> Joined => analysis.Groups is { } groups
        ? [.. groups.Levels.Select((_, level) => JoinedCell.Sample(new RowFactor.Level(groups, level), analysis.Value))]
        : [JoinedCell.Sample(RowProduct.One, analysis.Value)];

    public override IReadOnlyList<Finding> Finish(IReadOnlyList<BigInteger[]> cells)
    {
        Sample[] samples = [.. cells.Select(totals => SampleTotals.Read(totals, analysis.Value.Scale))];
        return [analysis.Test switch
        {
            MeanTest.OneSample => MeanTests.OneSample(samples[0], new Fraction(analysis.Null, BigInteger.Pow(10, analysis.Value.Scale))),
            MeanTest.EqualVariances => MeanTests.EqualVariances(samples[0], samples[1]),
            MeanTest.Welch => MeanTests.Welch(samples[0], samples[1]),
            _ => MeanTests.AnalysisOfVariance(samples),
        }];
    }
}

/// <summary>A t-test of the differences of two columns: one cell, with n, Σd and Σd².</summary>
internal sealed class PairedMeansProcedure(Analysis.PairedMeans analysis) : TotalsProcedure
{
    public override IReadOnlyList<int> TotalsOfCells => [3];

    public override void Add(ColumnBatch batch, CellSums sums)
    {
        var (first, hasFirst) = BatchColumns.ScaledValues(batch, analysis.First);
        var (second, hasSecond) = BatchColumns.ScaledValues(batch, analysis.Second);
        for (var row = 0; row < first.Length; row++)
        {
            if (!hasFirst[row] || !hasSecond[row]) continue;
            var difference = (Int128)first[row] - second[row];
            if (difference < long.MinValue || difference > long.MaxValue)
            {
                throw new Primitives.CollabException(
                    StatisticsErrors.ValueTooLarge, $"Row {batch.NumberOf(row)}: the difference of the two columns does not fit 64 bits.");
            }

            SampleTotals.Add(sums, 0, (long)difference);
        }
    }

    public override IReadOnlyList<JoinedCell> Joined
    {
        get
        {
            RowFactor x = new RowFactor.Power(analysis.First, 1), y = new RowFactor.Power(analysis.Second, 1);
            return
            [
                new(RowProduct.One,
                [
                    RowProduct.One,
                    new RowTotal((1, x), (-1, y)),
                    new RowTotal((1, new RowFactor.Power(analysis.First, 2)), (-2, new RowProduct(x, y)), (1, new RowFactor.Power(analysis.Second, 2))),
                ]),
            ];
        }
    }

    public override IReadOnlyList<Finding> Finish(IReadOnlyList<BigInteger[]> cells) =>
        [MeanTests.OneSample(SampleTotals.Read(cells[0], analysis.First.Scale), 0)];
}

/// <summary>A sample's totals in a cell: n, Σx, Σx².</summary>
internal static class SampleTotals
{
    public static void Add(CellSums sums, int cell, long value)
    {
        sums.Counts[cell]++;
        sums.Add(cell, 0, 1);
        sums.Add(cell, 1, value);
        sums.Add(cell, 2, (Int128)value * value);
    }

    public static Sample Read(BigInteger[] totals, int scale) => new(totals[0], totals[1], totals[2], scale);
}
