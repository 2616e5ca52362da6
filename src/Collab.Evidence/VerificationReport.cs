using Collab.Primitives;

namespace Collab.Evidence;

/// <summary>One thing that does not hold.</summary>
/// <param name="Code">The class and the stable code.</param>
/// <param name="Part">The part of the bundle.</param>
/// <param name="Entry">What in it: an entry's index, a party, a channel; null when it is the part as a whole.</param>
/// <param name="Message">One sentence.</param>
public sealed record Finding(ErrorCode Code, string Part, string? Entry, string Message);

/// <summary>What a verifier says of a bundle.</summary>
/// <param name="Findings">What does not hold, in the order of the checks; empty when everything holds.</param>
/// <param name="Checked">What was checked and held, one line each.</param>
/// <param name="NotChecked">What this bundle, or what was given with it, cannot show. Always said.</param>
/// <param name="Summary">What the bundle is about, as far as it could be read.</param>
public sealed record VerificationReport(
    IReadOnlyList<Finding> Findings, IReadOnlyList<string> Checked, IReadOnlyList<string> NotChecked, BundleSummary? Summary)
{
    /// <summary>Whether everything required holds.</summary>
    public bool Holds => Findings.Count == 0;

    /// <summary>What is odd and breaks no rule, such as a clock that was off.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>What an archive is about; null for the bundle of a run.</summary>
    public PeriodSummary? Period { get; init; }
}

/// <summary>What an archive of a period is about.</summary>
/// <param name="Consortium">The consortium.</param>
/// <param name="Exporter">Who exported it.</param>
/// <param name="Exported">When, by the exporter's clock.</param>
/// <param name="Period">The period in words.</param>
/// <param name="Logs">How much of each log.</param>
/// <param name="Entries">How many entries were verified.</param>
/// <param name="Jobs">How many jobs they name.</param>
/// <param name="PlansShown">Of how many of them the plan was in the archive.</param>
/// <param name="Committed">Runs that every party committed to.</param>
/// <param name="Aborted">Runs that were ended before.</param>
/// <param name="Open">Runs that had not ended under the archive's checkpoints.</param>
/// <param name="Refusals">Refusals of owners.</param>
/// <param name="Revocations">Revocations of owners.</param>
/// <param name="Consents">Versions of consent registers that were committed to.</param>
/// <param name="NotUnderstood">Entries of kinds this program does not know.</param>
/// <param name="NewestCheckpoint">The latest time at which witnesses vouched for a log.</param>
/// <param name="KeysFingerprint">The fingerprint of the parties' keys.</param>
public sealed record PeriodSummary(
    string Consortium, PartyId Exporter, DateTimeOffset Exported, string Period, IReadOnlyList<LogCoverage> Logs, int Entries, int Jobs, int PlansShown,
    int Committed, int Aborted, int Open, int Refusals, int Revocations, int Consents, int NotUnderstood, DateTimeOffset? NewestCheckpoint, Digest KeysFingerprint);

/// <summary>How much of one log an archive holds.</summary>
/// <param name="Party">Whose log.</param>
/// <param name="First">The index of the first entry of the window.</param>
/// <param name="End">The index after the last.</param>
/// <param name="Size">The size under the checkpoint.</param>
public sealed record LogCoverage(PartyId Party, long First, long End, long Size);

/// <summary>What a bundle is about.</summary>
/// <param name="Consortium">The consortium.</param>
/// <param name="Job">The plan's digest.</param>
/// <param name="Run">The run.</param>
/// <param name="Purpose">The purpose code.</param>
/// <param name="Requester">Who asked.</param>
/// <param name="Owners">Whose data.</param>
/// <param name="Receivers">Who got the result.</param>
/// <param name="Outcome"><c>committed</c> when every party of the plan has; <c>aborted</c> with the code; or <c>not ended</c>.</param>
/// <param name="Started">When the run was opened.</param>
/// <param name="NewestCheckpoint">The latest time at which witnesses vouched for the logs; nothing is shown beyond it.</param>
/// <param name="KeysFingerprint">The fingerprint of the parties' keys in the bundle.</param>
public sealed record BundleSummary(
    string Consortium,
    Digest Job,
    Digest Run,
    string Purpose,
    PartyId Requester,
    IReadOnlyList<PartyId> Owners,
    IReadOnlyList<PartyId> Receivers,
    string Outcome,
    DateTimeOffset Started,
    DateTimeOffset? NewestCheckpoint,
    Digest KeysFingerprint);
