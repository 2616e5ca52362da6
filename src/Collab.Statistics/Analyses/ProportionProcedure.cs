using System.Numerics;
using Collab.Jobs;
using Collab.Statistics.Analyses.Joined;
using Collab.Statistics.Inference;
using Collab.Statistics.Inference.Tables;
using Collab.Statistics.Results;

namespace Collab.Statistics.Analyses;

/// <summary>Tests of one proportion: a cell for those without the property and one for those with it, each with its count.</summary>
internal sealed class ProportionProcedure(Analysis.Proportion analysis) : TotalsProcedure
{
    private const int MostWeighed = 1_000_000; // the exact test weighs every outcome there could be; beyond, the other is as good

    private readonly Dictionary<string, int> _levels = BatchColumns.NumbersOf(analysis.Property.Levels);

    public override IReadOnlyList<int> TotalsOfCells => [1, 1];

    public override void Add(ColumnBatch batch, CellSums sums)
    {
        foreach (var level in BatchColumns.LevelOfEachRow(batch, analysis.Property, _levels))
        {
            if (level < 0) continue;
            sums.Counts[level]++;
            sums.Add(level, 0, 1);
        }
    }

    public override IReadOnlyList<JoinedCell> Joined => [.. analysis.Property.Levels.Select((_, level) => JoinedCell.Count(new RowFactor.Level(analysis.Property, level)))];

    public override IReadOnlyList<Finding> Finish(IReadOnlyList<BigInteger[]> cells)
    {
        var (without, with) = (cells[0][0], cells[1][0]);
        if (without.Sign < 0 || with.Sign < 0) throw new ArgumentException("A count is negative.", nameof(cells));
        var share = new Fraction(analysis.Null, BigInteger.Pow(10, analysis.Scale));
        var score = Proportions.One(with, without + with, share);
        return without + with <= MostWeighed ? [score, Proportions.Binomial((int)with, (int)(without + with), share.ToNearestDouble())] : [score];
    }
}
