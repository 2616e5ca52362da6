using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Disclosure;

namespace Collab.Statistics.Analyses;

/// <summary>Checked analyses with their parties: the cells of all procedures, one after the other, behind one gate.</summary>
public sealed class AnalysisPlan
{
    private AnalysisPlan(AnalysisQuestion question, IReadOnlyList<PartyId> owners, PartyId receiver)
    {
        Question = question;
        Procedures = [.. question.Analyses.Select(Procedure.Of)];
        int[] totals = [.. Procedures.SelectMany(procedure => procedure.TotalsOfCells)];
        Gate = new GatePlan(owners, receiver, Procedures.Max(p => Enumerable.Range(0, p.TotalsOfCells.Count).Max(cell => p.MinimumOfCell(cell, question.MinimumGroupSize, owners.Count))), false, false, totals);
    }

    /// <summary>The question.</summary>
    public AnalysisQuestion Question { get; }

    /// <summary>The parties that hold rows, in the order of their names.</summary>
    public IReadOnlyList<PartyId> Owners => Gate.Owners;

    /// <summary>The party that gets the findings.</summary>
    public PartyId Receiver => Gate.Receiver;

    /// <summary>How many cells the gate decides on.</summary>
    public int CellCount => Gate.TotalsOfCells.Count;

    /// <summary>What an owner keeps of each row in memory, in bytes: 0 if totals settle all analyses.</summary>
    public int BytesPerRow => Procedures.OfType<RoundsProcedure>().Sum(procedure => procedure.BytesPerRow);

    /// <summary>How many rows an owner may have at most; null where it is not known.</summary>
    internal IReadOnlyDictionary<PartyId, long>? MostRows { get; private init; }

    internal IReadOnlyList<Procedure> Procedures { get; }

    internal GatePlan Gate { get; }

    /// <summary>Checks question and parties.</summary>
    /// <param name="question">The question.</param>
    /// <param name="owners">The parties that hold rows.</param>
    /// <param name="receiver">The party that gets the findings.</param>
    /// <param name="mostRows">How many rows each owner may have at most, for what is said of the cost.</param>
    /// <exception cref="CollabException"><see cref="StatisticsErrors.QuestionUnfit"/> or <see cref="StatisticsErrors.ReceiverIsOwnerOfTwo"/>.</exception>
    public static AnalysisPlan Create(
        AnalysisQuestion question, IReadOnlyCollection<PartyId> owners, PartyId receiver, IReadOnlyDictionary<PartyId, long>? mostRows = null)
    {
        StatisticsPlan.RequireParties(owners, receiver);
        if (owners.Count > 3 && question.Analyses.OfType<Analysis.Ranked>().Any())
            throw new CollabException(StatisticsErrors.QuestionUnfit, "Ranks of values are computed by two or three owners; more owners compare ranks over declared 'breaks'.");
        if (owners.Count != 2 && question.Analyses.OfType<Analysis.Ranked>().Any(ranked => ranked.IsDealt))
            throw new CollabException(StatisticsErrors.QuestionUnfit, "A dealer deals to two owners; of three each rank without one.");
        var plan = new AnalysisPlan(question, [.. owners.Order()], receiver) { MostRows = mostRows };
        return plan.CellCount <= StatisticsPlan.MaximumCells
            ? plan
            : throw new CollabException(StatisticsErrors.QuestionUnfit, $"The question has {plan.CellCount} cells; it must have at most {StatisticsPlan.MaximumCells}.");
    }

    /// <summary>What the gate's word means for the sets of one owner.</summary>
    /// <param name="analysis">The place of the analysis in the question.</param>
    /// <param name="cells">The owner's sets of it.</param>
    /// <param name="passed">Whether each cell of the plan may be told.</param>
    public IReadOnlyList<JudgedSet> Judge(int analysis, IReadOnlyList<AnsweredCell> cells, bool[] passed)
    {
        var (procedure, range) = Parts().ElementAt(analysis);
        return WithheldGroups.Judge(cells, procedure.LabelsOfCells, passed[range], procedure.Opened(passed[range]));
    }

    /// <summary>Per procedure, what its cells are among all.</summary>
    internal IEnumerable<(Procedure Procedure, Range Cells)> Parts()
    {
        var next = 0;
        foreach (var procedure in Procedures)
        {
            yield return (procedure, next..(next + procedure.TotalsOfCells.Count));
            next += procedure.TotalsOfCells.Count;
        }
    }

    /// <summary>Which cells are opened, given those that passed: procedure by procedure.</summary>
    internal bool[] Opened(bool[] passed) => [.. Parts().SelectMany(part => part.Procedure.Opened(passed[part.Cells]))];
}
