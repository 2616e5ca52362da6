using System.Globalization;
using System.Numerics;
using Collab.Jobs;
using Collab.Statistics.Analyses.Joined;
using Collab.Statistics.Inference;
using Collab.Statistics.Inference.Survival;

namespace Collab.Statistics.Analyses;

/// <summary>
/// Survival curves and the log-rank test: a cell for each group and interval of time, group by group. It rests on those at risk in the interval; its totals are the
/// events and the censored of it, and before them in a group's first cell all its rows.
/// </summary>
internal sealed class SurvivalProcedure(Analysis.Survival analysis) : TotalsProcedure
{
    private readonly Dictionary<string, int> _groups = BatchColumns.NumbersOf(analysis.Groups?.Levels ?? [""]);
    private readonly Dictionary<string, int> _events = BatchColumns.NumbersOf(analysis.Event.Levels);
    private readonly long[] _ends = [.. analysis.Ends];

    public override IReadOnlyList<int> TotalsOfCells => [.. _groups.SelectMany(_ => _ends.Select((_, i) => i == 0 ? 3 : 2))];

    public override void Add(ColumnBatch batch, CellSums sums)
    {
        var groups = BatchColumns.LevelOfEachRow(batch, analysis.Groups, _groups);
        var events = BatchColumns.LevelOfEachRow(batch, analysis.Event, _events);
        var (times, present) = BatchColumns.ScaledValues(batch, analysis.Time);
        for (var row = 0; row < times.Length; row++)
        {
            if (!present[row] || groups[row] < 0 || events[row] < 0) continue;
            var first = groups[row] * _ends.Length;
            var interval = Array.BinarySearch(_ends, times[row]) is var found && found >= 0 ? found : ~found;
            sums.Add(first, 0, 1);
            for (var i = 0; i <= Math.Min(interval, _ends.Length - 1); i++) sums.Counts[first + i]++;
            if (interval < _ends.Length) sums.Add(first + interval, (interval == 0 ? 1 : 0) + (events[row] == 1 ? 0 : 1), 1);
        }
    }

    /// <summary>From the first interval on, as long as in every group enough are at risk.</summary>
    public override bool[] Opened(IReadOnlyList<bool> passed)
    {
        var told = Enumerable.Range(0, _ends.Length).TakeWhile(i => Enumerable.Range(0, _groups.Count).All(g => passed[(g * _ends.Length) + i])).Count();
        return [.. Enumerable.Range(0, passed.Count).Select(cell => cell % _ends.Length < told)];
    }

    /// <summary>At risk in an interval are the rows of the group less those that left before, so the totals of the intervals before count them. A gate an interval.</summary>
    public override IReadOnlyList<JoinedCell> Joined =>
    [
        .. Enumerable.Range(0, _groups.Count).SelectMany(_ => Enumerable.Range(0, _ends.Length), (group, interval) =>
        {
            RowProduct of = analysis.Groups is { } groups ? new RowFactor.Level(groups, group) : RowProduct.One;
            RowProduct Left(int at, int withEvent) => of * new RowFactor.Interval(analysis.Time, analysis.Ends, at) * new RowFactor.Level(analysis.Event, withEvent);
            RowTotal atRisk = new([(1, of), .. Enumerable.Range(0, interval).SelectMany(_ => new[] { 1, 0 }, (at, withEvent) => (-1, Left(at, withEvent)))]);
            return new JoinedCell(atRisk, [.. interval == 0 ? [of] : Array.Empty<RowTotal>(), Left(interval, 1), Left(interval, 0)]) { Gate = interval };
        }),
    ];

    public override IReadOnlyList<Finding> Finish(IReadOnlyList<BigInteger[]> cells)
    {
        var told = cells.Take(_ends.Length).Count(totals => totals.Length > 0);
        var unit = Math.Pow(10, analysis.Time.Scale);
        double[] times = [.. _ends.Take(told).Select(end => end / unit)];
        LifeTable[] tables = [.. Enumerable.Range(0, _groups.Count).Select(group => TableOf(cells.Skip(group * _ends.Length).Take(told).ToList(), times))];
        var curves = tables.SelectMany((table, group) => new[] { Named(KaplanMeier.Test(table), group), Named(KaplanMeier.Median(table), group) });
        return tables.Length == 1 ? [.. curves] : [.. curves, LogRank.Test(tables)];
    }

    private static LifeTable TableOf(List<BigInteger[]> cells, double[] times)
    {
        long[] events = [.. cells.Select(totals => (long)totals[^2])], censored = [.. cells.Select(totals => (long)totals[^1])];
        return new LifeTable(times, events, censored, (long)cells[0][0] - events.Sum() - censored.Sum());
    }

    private Finding Named(Finding finding, int group) => analysis.Groups is { } groups
        ? finding with { Method = string.Create(CultureInfo.InvariantCulture, $"{finding.Method}, {groups.Column} = {groups.Levels[group]}") }
        : finding;
}
