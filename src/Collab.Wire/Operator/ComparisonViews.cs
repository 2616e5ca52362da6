namespace Collab.Wire.Operator;

/// <summary>A request to compare a job with one that this party granted before.</summary>
/// <param name="Job">The job.</param>
/// <param name="With">The earlier job; the newest one granted to the same requester over the same dataset when null.</param>
public sealed record CompareJobRequest(string Job, string? With = null);

/// <summary>What an owner is asked for, beside what it granted before.</summary>
/// <param name="Job">The job.</param>
/// <param name="With">What it is compared with; null when this party granted the requester nothing over this dataset.</param>
/// <param name="Granted">What it can be compared with, the newest grant first.</param>
/// <param name="Changes">The fields that differ; empty when nothing but nonce and times does, or when there is nothing to compare with.</param>
public sealed record ComparisonView(string Job, string? With, IReadOnlyList<GrantedJobView> Granted, IReadOnlyList<PlanChangeView> Changes);

/// <summary>A job that this party granted.</summary>
/// <param name="Job">The plan's digest.</param>
/// <param name="Purpose">The purpose code.</param>
/// <param name="Kind">The kind.</param>
/// <param name="At">When it was granted.</param>
public sealed record GrantedJobView(string Job, string Purpose, string Kind, DateTimeOffset At);

/// <summary>One field in which two plans differ.</summary>
/// <param name="Field">Its path, as in plan.md.</param>
/// <param name="Name">In words.</param>
/// <param name="Owner">Whose input it is in; null elsewhere.</param>
/// <param name="Removed">What the earlier plan says and this one does not.</param>
/// <param name="Added">What this plan says and the earlier one does not.</param>
public sealed record PlanChangeView(string Field, TextView Name, string? Owner, IReadOnlyList<string> Removed, IReadOnlyList<string> Added);
