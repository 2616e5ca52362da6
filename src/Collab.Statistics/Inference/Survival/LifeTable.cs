namespace Collab.Statistics.Inference.Survival;

/// <summary>Who left when, in one group: all that a survival curve needs.</summary>
public sealed class LifeTable
{
    /// <summary>Takes times in ascending order.</summary>
    /// <param name="times">The times of follow-up that occur, ascending.</param>
    /// <param name="events">At each, how many had the event.</param>
    /// <param name="censored">At each, how many left without.</param>
    /// <param name="followedOn">How many were followed beyond the last time.</param>
    /// <exception cref="ArgumentException">Lengths differ, times do not ascend, or a number is negative.</exception>
    public LifeTable(IReadOnlyList<double> times, IReadOnlyList<long> events, IReadOnlyList<long> censored, long followedOn = 0)
    {
        if (times.Count != events.Count || times.Count != censored.Count) throw new ArgumentException("Lengths differ.");
        for (var i = 1; i < times.Count; i++)
            if (!(times[i] > times[i - 1])) throw new ArgumentException("Times do not ascend.", nameof(times));
        if (events.Any(n => n < 0) || censored.Any(n => n < 0) || followedOn < 0) throw new ArgumentException("A number is negative.");
        Times = [.. times];
        Events = [.. events];
        Censored = [.. censored];
        var atRisk = new long[times.Count];
        var left = followedOn;
        for (var i = times.Count - 1; i >= 0; i--) atRisk[i] = left += events[i] + censored[i];
        AtRisk = atRisk;
    }

    /// <summary>The times, ascending.</summary>
    public IReadOnlyList<double> Times { get; }

    /// <summary>Events at each time.</summary>
    public IReadOnlyList<long> Events { get; }

    /// <summary>Censored at each time, after its events.</summary>
    public IReadOnlyList<long> Censored { get; }

    /// <summary>Still followed just before each time.</summary>
    public IReadOnlyList<long> AtRisk { get; }
}
