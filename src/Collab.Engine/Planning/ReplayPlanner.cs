using Collab.Engine.Replays;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Planning;

/// <summary>Which jobs may ask that each party's side can be recomputed (protocols/specs/replay.md, "Jobs").</summary>
internal static class ReplayPlanner
{
    // Of these, what a party sends is a function of its rows, its seed and what it received; tests replay each. Others keep state between runs or draw beside each other.
    private static readonly HashSet<string> Replayable =
    [
        Planner.StatisticsProtocol, AnalysisPlanner.Protocol, ComputationPlanner.Protocol,
        IntersectionProtocol.EcdhName, IntersectionProtocol.CardinalityName, IntersectionProtocol.VoleName, IntersectionProtocol.StreamedVoleName,
        IntersectionProtocol.CircuitName, IntersectionProtocol.MultiPartyName, IntersectionProtocol.ThresholdName, IntersectionProtocol.UnbalancedName,
    ];

    /// <exception cref="CollabException"><see cref="ReplayErrors.NotForThisJob"/>.</exception>
    public static void Require(Plan plan)
    {
        if (!plan.Replay) return;
        if (!Replayable.Contains(plan.Protocol)) throw Refused($"A run by {plan.Protocol} cannot be recomputed from a seed");
        if (plan.Consent != ConsentRule.None) throw Refused("A run with consent reads a register, which is no part of what a party opens");
        if (plan.Question.IsStanding) throw Refused("A standing job keeps state from run to run, which is no part of what a party opens");

        CollabException Refused(string why) => new(ReplayErrors.NotForThisJob, $"{why}: 'replay: kept' is not for this job.", plan.Requester);
    }
}
