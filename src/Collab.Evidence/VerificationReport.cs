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
}

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
