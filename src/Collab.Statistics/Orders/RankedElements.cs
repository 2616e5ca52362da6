using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Garbling;
using Collab.Statistics.Analyses;

namespace Collab.Statistics.Orders;

/// <summary>Finds values by their rank among the rows of n ≥ 2 owners, after Aggarwal, Mishra and Pinkas (Eurocrypt 2004): a search over the range of values, a garbled gate in each round.</summary>
/// <remarks>
/// Every party learns the values found, and nothing else, while the receiver and an owner do not collude; the receiver may deviate. Nobody learns how many rows there are, nor any rank:
/// the gate compares sums (<see cref="RankTarget"/>). Numbered as in specs/rank-element.md.
/// </remarks>
internal static class RankedElements
{
    /// <summary>A round of the search: the next digit of every value.</summary>
    public static readonly StepId Narrow = new("rank-element.2");

    /// <summary>The part of an owner that is not the receiver.</summary>
    /// <param name="rounds">The other parties.</param>
    /// <param name="targets">What is sought, the same with every party, in the order of <see cref="RankSearch"/>.</param>
    /// <param name="own">This owner's rows.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task ContributeAsync(
        ProcedureRounds rounds, IReadOnlyList<RankTarget> targets, SortedValues own, CancellationToken cancellation)
    {
        var gate = GateFor(rounds.Plan, targets);
        IChannel?[] garblers = [.. DisclosureGate.Garblers(rounds.Plan.Gate).Select(garbler => garbler == rounds.Self ? null : rounds.Peers[garbler])];
        var search = new RankSearch(targets);
        while (!search.IsOver)
        {
            rounds.Progress?.Report(Narrow);
            var words = Words(rounds, targets, search, own); // 1
            search.Take(await JointGarbling.GarbleAsync(gate, garblers, rounds.Peers[rounds.Plan.Receiver], words, rounds.Random, cancellation)); // 2
        }
    }

    /// <summary>The part of the receiver.</summary>
    /// <param name="rounds">The other parties.</param>
    /// <param name="targets">What is sought, the same with every party, in the order of <see cref="RankSearch"/>.</param>
    /// <param name="own">The receiver's own rows if it is an owner too; null if it holds none.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>The values, in the order of the targets.</returns>
    public static async Task<long[]> ReceiveAsync(
        ProcedureRounds rounds, IReadOnlyList<RankTarget> targets, SortedValues? own, CancellationToken cancellation)
    {
        var gate = GateFor(rounds.Plan, targets);
        IChannel[] garblers = [.. DisclosureGate.Garblers(rounds.Plan.Gate).Select(garbler => rounds.Peers[garbler])];
        var search = new RankSearch(targets);
        while (!search.IsOver)
        {
            rounds.Progress?.Report(Narrow);
            var words = own is null ? null : Words(rounds, targets, search, own); // 1
            search.Take(await JointGarbling.EvaluateAsync(gate, garblers, words, own is null ? null : rounds.Random, cancellation)); // 2
        }

        return search.Values; // 3
    }

    /// <summary>What a search makes one party send another. Exact.</summary>
    public static PlannedTraffic Sends(AnalysisPlan plan, IReadOnlyList<RankTarget> targets, PartyId from, PartyId to)
    {
        var round = GatedTotals.GateTraffic(plan.Gate, GateFor(plan, targets), from, to);
        return new PlannedTraffic(to, RankSearch.Rounds * round.Messages, RankSearch.Rounds * round.Bytes, 0);
    }

    private static JointCircuit GateFor(AnalysisPlan plan, IReadOnlyList<RankTarget> targets) => RankGate.For(
        plan.Owners.Count, plan.Owners.Contains(plan.Receiver), RankGate.WidthFor(targets, plan.Owners.Count), targets.Count * RankSearch.Candidates);

    private static bool[][] Words(ProcedureRounds rounds, IReadOnlyList<RankTarget> targets, RankSearch search, SortedValues own)
    {
        var width = RankGate.WidthFor(targets, rounds.Plan.Owners.Count);
        var isFirst = rounds.Self == rounds.Plan.Owners[0];
        return [.. targets.SelectMany((target, t) => Enumerable.Range(0, RankSearch.Candidates).Select(number =>
        {
            var term = target.Term(own.CountAtOrBelow(target.Group, search.Candidate(t, number)), own.Count(target.Group));
            return RankGate.Word(isFirst ? term + target.Constant : term, width);
        }))];
    }
}
