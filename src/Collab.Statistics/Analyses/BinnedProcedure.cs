using System.Globalization;
using System.Numerics;
using Collab.Jobs;
using Collab.Statistics.Analyses.Joined;
using Collab.Statistics.Disclosure;
using Collab.Statistics.Inference;
using Collab.Statistics.Inference.Ranks;
using Collab.Statistics.Inference.Tables;

namespace Collab.Statistics.Analyses;

/// <summary>Histogram, stability index and rank tests over declared bins: a cell for each bin, group by group, with its count.</summary>
internal sealed class BinnedProcedure(Analysis.Binned analysis) : TotalsProcedure
{
    private readonly Dictionary<string, int> _groups = BatchColumns.NumbersOf(analysis.Groups?.Levels ?? [""]);
    private readonly long[] _breaks = [.. analysis.Breaks];

    private int Bins => _breaks.Length + 1;

    public override IReadOnlyList<int> TotalsOfCells => [.. Enumerable.Repeat(1, _groups.Count * Bins)];

    public override void Add(ColumnBatch batch, CellSums sums)
    {
        var groups = BatchColumns.LevelOfEachRow(batch, analysis.Groups, _groups);
        var (values, present) = BatchColumns.ScaledValues(batch, analysis.Value);
        for (var row = 0; row < values.Length; row++)
        {
            if (!present[row] || groups[row] < 0) continue;
            var bin = Array.BinarySearch(_breaks, values[row]) is var found && found >= 0 ? found : ~found;
            var cell = (groups[row] * Bins) + bin;
            sums.Counts[cell]++;
            sums.Add(cell, 0, 1);
        }
    }

    public override IReadOnlyList<string>? LabelsOfCells =>
        analysis.Test == BinnedTest.Histogram ? [.. Enumerable.Range(0, Bins).Select(bin => AnsweredSet.LabelOf(analysis.Value, bin))] : null;

    /// <summary>A histogram tells its bins one by one, but for the <see cref="CoveringCell"/>.</summary>
    public override bool[] Opened(IReadOnlyList<bool> passed)
    {
        if (analysis.Test != BinnedTest.Histogram) return base.Opened(passed);
        bool[] opened = [.. passed];
        if (CoveringCell.Of(opened) is { } cover) opened[cover] = false;
        return opened;
    }

    /// <summary>A gate a bin for a histogram, one for all else.</summary>
    public override IReadOnlyList<JoinedCell> Joined =>
    [
        .. Enumerable.Range(0, _groups.Count).SelectMany(_ => Enumerable.Range(0, Bins), (group, bin) =>
        {
            RowProduct inBin = new RowFactor.Interval(analysis.Value, analysis.Breaks, bin);
            return JoinedCell.Count(analysis.Groups is { } groups ? new RowFactor.Level(groups, group) * inBin : inBin) with { Gate = analysis.Test == BinnedTest.Histogram ? bin : 0 };
        }),
    ];

    public override IReadOnlyList<Finding> Finish(IReadOnlyList<BigInteger[]> cells)
    {
        if (cells.Any(totals => totals.Length > 0 && totals[0].Sign < 0)) throw new ArgumentException("A count is negative.", nameof(cells));
        return [analysis.Test switch
        {
            BinnedTest.Histogram => Histogram(cells),
            BinnedTest.Stability => PopulationStability.Index(CountsOf(cells, 0), CountsOf(cells, 1)),
            BinnedTest.MannWhitney => new MannWhitney(
                Sum(CountsOf(cells, 0)), Sum(CountsOf(cells, 1)), TwiceRankSum(CountsOf(cells, 0), InBins(cells)), Ties(InBins(cells))).Test(),
            BinnedTest.KruskalWallis => new KruskalWallis(
                [.. Enumerable.Range(0, _groups.Count).Select(g => (Sum(CountsOf(cells, g)), TwiceRankSum(CountsOf(cells, g), InBins(cells))))], Ties(InBins(cells))).Test(),
            _ => KolmogorovSmirnov.Test([.. CountsOf(cells, 0).Zip(CountsOf(cells, 1), (first, second) => ((long)first, (long)second))]),
        }];
    }

    private Finding Histogram(IReadOnlyList<BigInteger[]> cells)
    {
        var histogram = new FindingBuilder("Histogram");
        for (var bin = 0; bin < Bins; bin++)
        {
            if (cells[bin].Length > 0) histogram.Exact("count", cells[bin][0], NameOf(bin));
            else histogram.Near("suppressed", double.NaN, NameOf(bin));
        }

        return histogram.Build();
    }

    private string NameOf(int bin)
    {
        string Edge(int number) => (_breaks[number] / (decimal)BigInteger.Pow(10, analysis.Value.Scale)).ToString("0.##################", CultureInfo.InvariantCulture);
        return bin == 0 ? $"x <= {Edge(0)}" : bin == _breaks.Length ? $"x > {Edge(bin - 1)}" : $"{Edge(bin - 1)} < x <= {Edge(bin)}";
    }

    private BigInteger[] CountsOf(IReadOnlyList<BigInteger[]> cells, int group) => [.. cells.Skip(group * Bins).Take(Bins).Select(totals => totals[0])];

    private BigInteger[] InBins(IReadOnlyList<BigInteger[]> cells) =>
        [.. Enumerable.Range(0, Bins).Select(bin => Sum(Enumerable.Range(0, _groups.Count).Select(g => cells[(g * Bins) + bin][0])))];

    /// <summary>Twice the sum of a sample's ranks: each of a bin has twice those below, and the bin's own number and one.</summary>
    private static BigInteger TwiceRankSum(BigInteger[] sample, BigInteger[] all)
    {
        BigInteger sum = 0, below = 0;
        for (var bin = 0; bin < all.Length; bin++)
        {
            sum += sample[bin] * ((2 * below) + all[bin] + 1);
            below += all[bin];
        }

        return sum;
    }

    private static BigInteger Ties(BigInteger[] all) => Sum(all.Select(count => (count * count * count) - count));

    private static BigInteger Sum(IEnumerable<BigInteger> numbers) => numbers.Aggregate(BigInteger.Zero, BigInteger.Add);
}
