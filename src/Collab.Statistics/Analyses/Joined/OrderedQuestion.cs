using Collab.Jobs;
using Collab.SecretSharing.Ranks;
using Collab.Statistics.Inference;

namespace Collab.Statistics.Analyses.Joined;

/// <summary>What the order of one column says of the rows in groups.</summary>
/// <param name="Value">The column.</param>
/// <param name="Groups">The groups; null for one.</param>
/// <param name="Statistic">What is opened beside the number of rows of each group.</param>
/// <param name="Targets">The values sought, where values are.</param>
/// <param name="Finish">The findings from counts and statistics.</param>
internal sealed record OrderedQuestion(
    Measure Value, GroupBy? Groups, OrderedStatistic Statistic, IReadOnlyList<OrderTarget> Targets, Func<IReadOnlyList<long>, IReadOnlyList<ulong>, IReadOnlyList<Finding>> Finish)
{
    /// <summary>The column that a correlation is with; else null.</summary>
    public Measure? Other { get; init; }

    /// <summary>The smallest value that a row may have, in units of the value's scale.</summary>
    public long Low { get; init; } = long.MinValue;

    /// <summary>The largest.</summary>
    public long High { get; init; } = long.MaxValue;
}
