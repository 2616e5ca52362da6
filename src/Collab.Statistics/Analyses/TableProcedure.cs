using System.Numerics;
using Collab.Jobs;
using Collab.Statistics.Analyses.Joined;
using Collab.Statistics.Inference;
using Collab.Statistics.Inference.Tables;

namespace Collab.Statistics.Analyses;

/// <summary>Tests of a contingency table: a cell for each of its cells, with its count, row by row.</summary>
internal sealed class TableProcedure(Analysis.Table analysis) : TotalsProcedure
{
    private readonly Dictionary<string, int> _rows = BatchColumns.NumbersOf(analysis.Rows.Levels);
    private readonly Dictionary<string, int> _columns = BatchColumns.NumbersOf(analysis.Across.Levels);

    public override IReadOnlyList<int> TotalsOfCells => [.. Enumerable.Repeat(1, _rows.Count * _columns.Count)];

    public override void Add(ColumnBatch batch, CellSums sums)
    {
        var rows = BatchColumns.LevelOfEachRow(batch, analysis.Rows, _rows);
        var columns = BatchColumns.LevelOfEachRow(batch, analysis.Across, _columns);
        for (var row = 0; row < rows.Length; row++)
        {
            if (rows[row] < 0 || columns[row] < 0) continue;
            var cell = (rows[row] * _columns.Count) + columns[row];
            sums.Counts[cell]++;
            sums.Add(cell, 0, 1);
        }
    }

    public override IReadOnlyList<JoinedCell> Joined =>
    [
        .. Enumerable.Range(0, _rows.Count).SelectMany(
            _ => Enumerable.Range(0, _columns.Count), (row, column) => JoinedCell.Count(new RowProduct(new RowFactor.Level(analysis.Rows, row), new RowFactor.Level(analysis.Across, column)))),
    ];

    public override IReadOnlyList<Finding> Finish(IReadOnlyList<BigInteger[]> cells)
    {
        var counts = new BigInteger[_rows.Count, _columns.Count];
        for (var cell = 0; cell < cells.Count; cell++) counts[cell / _columns.Count, cell % _columns.Count] = cells[cell][0];
        var table = new ContingencyTable(counts);
        return analysis.Test switch
        {
            TableTest.ChiSquared => [table.ChiSquared()],
            TableTest.ChiSquaredPlain => [table.ChiSquared(correct: false)],
            TableTest.Fisher => [_rows.Count == 2 && _columns.Count == 2 ? FisherExact.TwoByTwo(table) : FisherExact.Test(table)],
            TableTest.Proportions => [Proportions.Two((counts[0, 1], counts[0, 0] + counts[0, 1]), (counts[1, 1], counts[1, 0] + counts[1, 1]))],
            _ => Ratios(new TwoByTwo(counts[1, 1], counts[1, 0], counts[0, 1], counts[0, 0])),
        };
    }

    private static Finding[] Ratios(TwoByTwo cells) => [cells.OddsRatio(), cells.RelativeRisk()];
}
