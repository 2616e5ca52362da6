using Collab.Jobs;

namespace Collab.Statistics.Analyses;

/// <summary>How rows leave the risk set of a Cox regression: in each interval of time with the event, or followed no longer (in the last: or beyond it).</summary>
/// <param name="Time">The time of follow-up.</param>
/// <param name="Event">Whether the event ended it: the first level is no, the second yes.</param>
/// <param name="Ends">The ends of the intervals, ascending, in units of the time's scale.</param>
internal sealed record Leaving(Measure Time, GroupBy Event, long[] Ends)
{
    /// <summary>With the event and without, in each interval.</summary>
    public int Count => 2 * Ends.Length;

    /// <summary>The interval twice, and 1 if without the event.</summary>
    /// <param name="time">A row's time.</param>
    /// <param name="level">The level of its event.</param>
    public int Of(long time, int level)
    {
        var interval = Array.BinarySearch(Ends, time) is var found && found >= 0 ? found : ~found;
        return interval == Ends.Length ? Count - 1 : (2 * interval) + (level == 1 ? 0 : 1);
    }
}
