namespace Collab.Statistics.Analyses;

public static partial class JointAnalyses
{
    /// <summary>What the run of a plan costs each party, for <c>explain</c>. Exact but for memory; what each learns stands with the analyses.</summary>
    /// <param name="plan">The plan.</param>
    public static IReadOnlyList<PartyOutlook> Describe(AnalysisPlan plan)
    {
        var gate = DisclosureGate.For(plan.Gate);
        return [.. plan.Gate.Parties.Select(party => new PartyOutlook(party, GatedTotals.Sends(plan.Gate, gate, party), gate.MemorySize, [], []))];
    }
}
