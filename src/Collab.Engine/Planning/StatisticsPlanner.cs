using System.Numerics;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Planning;

/// <summary>Settles joint statistics with the owners' offers: the scales of measures, and the ranges of a private answer (protocols/specs/statistics.md).</summary>
internal static class StatisticsPlanner
{
    /// <summary>Every measure at the largest scale that an owner's column or its range has.</summary>
    public static StatisticsQuestion QuestionOf(JobKind.JointStatistics kind, IReadOnlyList<DatasetOffer> offers)
    {
        var ranges = kind.Privacy?.Ranges ?? [];
        var stray = ranges.FirstOrDefault(range => !kind.Columns.Contains(range.Column))?.Column;
        if (stray is not null) throw new CollabException(Planner.ColumnUnknown, $"A range is given for '{stray}', which is not described{NearestName.Hint(stray, kind.Columns)}");
        List<Measure> measures =
        [
            .. kind.Columns.Select(name => new Measure(name, Math.Max(Planner.ScaleOf(name, offers), ranges.FirstOrDefault(r => r.Column == name)?.Scale ?? 0))),
        ];
        return new StatisticsQuestion(measures, kind.GroupBy, kind.Statistics, kind.MinimumGroupSize, kind.Dominance)
        {
            Total = kind.Total,
            Contributor = kind.Contributor,
            Privacy = kind.Privacy is not { } choice ? null : choice with
            {
                Ranges = [.. measures.SelectMany(measure => ranges.Where(range => range.Column == measure.Column).Select(range => Raised(range, measure.Scale)))],
            },
        };
    }

    private static ValueRange Raised(ValueRange range, int scale)
    {
        var factor = BigInteger.Pow(10, scale - range.Scale);
        var (low, high) = (range.Low * factor, range.High * factor);
        return low >= long.MinValue && high <= long.MaxValue
            ? range with { Scale = scale, Low = (long)low, High = (long)high }
            : throw new CollabException(Planner.ColumnUnsuited, $"The range of '{range.Column}' does not fit 64 bits with {scale} decimals.");
    }
}
