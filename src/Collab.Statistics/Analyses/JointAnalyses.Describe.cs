namespace Collab.Statistics.Analyses;

public static partial class JointAnalyses
{
    /// <summary>What the run of a plan costs each party, for <c>explain</c>. Exact but for memory, and an upper bound where an analysis goes on in rounds; what each learns stands with the analyses.</summary>
    /// <param name="plan">The plan.</param>
    public static IReadOnlyList<PartyOutlook> Describe(AnalysisPlan plan)
    {
        var gate = DisclosureGate.For(plan.Gate);
        return [.. plan.Gate.Parties.Select(party => new PartyOutlook(
            party, [.. GatedTotals.Sends(plan.Gate, gate, party).Select(traffic => WithRounds(plan, party, traffic))], gate.MemorySize, [], []))];
    }

    private static PlannedTraffic WithRounds(AnalysisPlan plan, Primitives.PartyId from, PlannedTraffic gated) =>
        plan.Procedures.OfType<RoundsProcedure>().Select(procedure => procedure.Sends(plan, from, gated.To))
            .Aggregate(gated, (sum, rounds) => sum.Plus(rounds.Messages, rounds.Bytes));
}
