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
    /// <param name="question">What is sought, the same with every party.</param>
    /// <param name="own">This owner's rows.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task ContributeAsync(
        ProcedureRounds rounds, RankQuestion question, SortedValues own, CancellationToken cancellation)
    {
        var gate = GateFor(rounds.Plan, question);
        IChannel?[] garblers = [.. DisclosureGate.Garblers(rounds.Plan.Gate).Select(garbler => garbler == rounds.Self ? null : rounds.Peers[garbler])];
        var search = new RankSearch(question.Targets, question.Low, question.High);
        while (!search.IsOver)
        {
            rounds.Progress?.Report(Narrow);
            var words = Words(rounds, question, search, own); // 1
            search.Take(await JointGarbling.GarbleAsync(gate, garblers, rounds.Peers[rounds.Plan.Receiver], words, rounds.Random, cancellation)); // 2
        }
    }

    /// <summary>The part of the receiver.</summary>
    /// <param name="rounds">The other parties.</param>
    /// <param name="question">What is sought, the same with every party.</param>
    /// <param name="own">The receiver's own rows if it is an owner too; null if it holds none.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>The values, in the order of the targets.</returns>
    public static async Task<long[]> ReceiveAsync(
        ProcedureRounds rounds, RankQuestion question, SortedValues? own, CancellationToken cancellation)
    {
        var gate = GateFor(rounds.Plan, question);
        IChannel[] garblers = [.. DisclosureGate.Garblers(rounds.Plan.Gate).Select(garbler => rounds.Peers[garbler])];
        var search = new RankSearch(question.Targets, question.Low, question.High);
        while (!search.IsOver)
        {
            rounds.Progress?.Report(Narrow);
            var words = own is null ? null : Words(rounds, question, search, own); // 1
            search.Take(await JointGarbling.EvaluateAsync(gate, garblers, words, own is null ? null : rounds.Random, cancellation)); // 2
        }

        return search.Values; // 3
    }

    /// <summary>What a search makes one party send another. Exact.</summary>
    public static PlannedTraffic Sends(AnalysisPlan plan, RankQuestion question, PartyId from, PartyId to)
    {
        var round = GatedTotals.GateTraffic(plan.Gate, GateFor(plan, question), from, to);
        var count = RankSearch.RoundsFor(question.Low, question.High);
        return new PlannedTraffic(to, count * round.Messages, count * round.Bytes, 0);
    }

    private static JointCircuit GateFor(AnalysisPlan plan, RankQuestion question) => RankGate.For(
        plan.Owners.Count, plan.Owners.Contains(plan.Receiver), RankGate.WidthFor(question.Targets, plan.Owners.Count), question.Targets.Count * RankSearch.Candidates);

    private static bool[][] Words(ProcedureRounds rounds, RankQuestion question, RankSearch search, SortedValues own)
    {
        var width = RankGate.WidthFor(question.Targets, rounds.Plan.Owners.Count);
        var isFirst = rounds.Self == rounds.Plan.Owners[0];
        return [.. question.Targets.SelectMany((target, t) => Enumerable.Range(0, RankSearch.Candidates).Select(number =>
        {
            var term = target.Term(own.CountAtOrBelow(target.Group, search.Candidate(t, number)), own.Count(target.Group));
            return RankGate.Word(isFirst ? term + target.Constant : term, width);
        }))];
    }
}

/// <summary>What a search seeks.</summary>
/// <param name="Targets">The values, in the order of <see cref="RankSearch"/>.</param>
/// <param name="Low">The smallest value that a row has.</param>
/// <param name="High">The largest.</param>
internal sealed record RankQuestion(IReadOnlyList<RankTarget> Targets, long Low, long High);
