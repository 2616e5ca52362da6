using Collab.Primitives;

namespace Collab.Engine.Replays;

/// <summary>What a replay says of one party's side of a run.</summary>
/// <param name="Run">The run.</param>
/// <param name="Party">The party.</param>
/// <param name="Findings">What does not hold, the first thing found first; empty when everything holds.</param>
/// <param name="Checked">What was checked and held, one line each.</param>
/// <param name="NotChecked">What a replay cannot show. Always said.</param>
/// <param name="Messages">Messages that were recomputed and compared.</param>
/// <param name="Bytes">Their bytes.</param>
public sealed record ReplayVerdict(
    Digest? Run, PartyId? Party, IReadOnlyList<ReplayFinding> Findings, IReadOnlyList<string> Checked, IReadOnlyList<string> NotChecked, long Messages, long Bytes)
{
    /// <summary>Whether the party's side of the run is what its seed, its rows and what it received give.</summary>
    public bool Holds => Findings.Count == 0;
}

/// <summary>One thing that does not hold.</summary>
/// <param name="Code">The stable code.</param>
/// <param name="Message">One sentence.</param>
public sealed record ReplayFinding(ErrorCode Code, string Message);
