using Collab.Primitives;

namespace Collab.Evidence.Trails;

/// <summary>What somebody looks for; a job is shown whole when all that is given fits it.</summary>
/// <param name="Job">The first digits of the job.</param>
/// <param name="From">It has an event at this moment or later.</param>
/// <param name="To">It has an event before this moment.</param>
/// <param name="Party">A party that asked, owns, receives, or did anything on it.</param>
/// <param name="Dataset">A part of a dataset's name, or the first digits of its id.</param>
/// <param name="Purpose">The purpose.</param>
/// <param name="Kind">It has an event of this kind (<see cref="TrailEvent.Kind"/>).</param>
public sealed record TrailFilter(
    string? Job = null, DateTimeOffset? From = null, DateTimeOffset? To = null, PartyId? Party = null, string? Dataset = null, string? Purpose = null, string? Kind = null)
{
    /// <summary>Whether a job is one of those.</summary>
    public bool Fits(TrailJob job) =>
        (Job is null || job.Job.ToString().StartsWith(Job, StringComparison.OrdinalIgnoreCase))
        && (Dataset is null || job.Datasets.Any(d => d.Name?.Contains(Dataset, StringComparison.OrdinalIgnoreCase) == true || d.Id.ToString().StartsWith(Dataset, StringComparison.OrdinalIgnoreCase)))
        && (Purpose is null || string.Equals(Purpose, job.Purpose, StringComparison.OrdinalIgnoreCase))
        && (Party is null || job.Requester == Party || job.Datasets.Any(d => d.Owner == Party) || job.Receivers.Contains(Party) || job.Events.Any(e => e.Party == Party))
        && (Kind is null || job.Events.Any(e => e.Kind == Kind))
        && job.Events.Any(IsWithin);

    /// <summary>Whether an event that is of no job is one of those.</summary>
    public bool Fits(TrailEvent e) =>
        Job is null && Dataset is null && Purpose is null && (Party is null || e.Party == Party) && (Kind is null || e.Kind == Kind) && IsWithin(e);

    private bool IsWithin(TrailEvent e) => (From is null || e.Time >= From) && (To is null || e.Time < To);
}
