using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Disclosure;
using Collab.Statistics.Privacy;

namespace Collab.Statistics;

/// <summary>A checked question with its parties: what all of them compute, in the order in which all of them compute it.</summary>
public sealed record StatisticsPlan
{
    /// <summary>The most cells of one plan; it bounds the memory of every party.</summary>
    public const int MaximumCells = 1 << 16;

    /// <summary>The most owners of one plan; totals of the gate and of the ring have room for far more.</summary>
    public const int MaximumOwners = 256;

    private StatisticsPlan(StatisticsQuestion question, IReadOnlyList<PartyId> owners, PartyId receiver)
    {
        Question = question;
        Owners = owners;
        Receiver = receiver;
        PlannedCell[] groups = [.. question.Levels.SelectMany(level => question.Measures.Select(measure => new PlannedCell(level, measure)))];
        Cells = question.Total ? [.. groups, .. question.Measures.Select(measure => new PlannedCell("", measure))] : groups;
        Totals = TotalsFor(question);
        Noise = question.Privacy is { } choice ? new NoisePlan(choice, question.Measures.Count, question.TellsSquares) : null;
        Dominance = question.Dominance is { } rule ? new DominanceForm(rule, question.TellsSquares) : null;
    }

    /// <summary>The question.</summary>
    public StatisticsQuestion Question { get; }

    /// <summary>The parties that hold rows, in the order of their names.</summary>
    public IReadOnlyList<PartyId> Owners { get; }

    /// <summary>The party that gets the result.</summary>
    public PartyId Receiver { get; }

    /// <summary>One cell per level and measure: level by level, in each the measures in the order of the question; then the totals of the measures, if they are asked for.</summary>
    public IReadOnlyList<PlannedCell> Cells { get; }

    /// <summary>Which totals of a releasable cell the receiver opens; no other total is shared at all.</summary>
    public IReadOnlyList<Total> Totals { get; }

    /// <summary>The noise that each owner adds to its totals; null for an exact answer.</summary>
    public NoisePlan? Noise { get; }

    /// <summary>Whether the smallest value is among what is asked.</summary>
    public bool AsksMinimum => Question.Statistics.Contains(Statistic.Minimum);

    /// <summary>Whether the largest value is among what is asked.</summary>
    public bool AsksMaximum => Question.Statistics.Contains(Statistic.Maximum);

    /// <summary>What the protocol of totals needs of it.</summary>
    internal GatePlan Gate => new(
        Owners, Receiver, GateMinimum, AsksMinimum, AsksMaximum, [.. Enumerable.Repeat(Totals.Count, Cells.Count)], Dominance) { Rests = CoversGroups ? Question.Measures.Count : 0 };

    // With noise nothing is hidden in a difference: the total is made of the noisy groups, and decided as one of them.
    private bool CoversGroups => Question.Total && Noise is null;

    /// <summary>The rule of dominance as the gate decides it: where Σx² is told, a row contributes its square.</summary>
    internal DominanceForm? Dominance { get; }

    // Counts with noise may be below 0: each owner's goes into the gate with 2^39 added.
    private long GateMinimum => Question.MinimumGroupSize + (Noise is null ? 0 : Owners.Count * NoisePlan.LargestCount);

    /// <summary>The columns an owner reads: the grouping, if there is one, then the measures, then the contributor's, if there is one.</summary>
    public IReadOnlyList<string> Columns =>
        [.. new[] { Question.GroupBy?.Column }.OfType<string>(), .. Question.Measures.Select(m => m.Column), .. new[] { Question.Contributor }.OfType<string>()];

    /// <summary>Checks question and parties.</summary>
    /// <exception cref="CollabException">
    /// <see cref="StatisticsErrors.QuestionUnfit"/> or <see cref="StatisticsErrors.ReceiverIsOwnerOfTwo"/>.
    /// </exception>
    public static StatisticsPlan Create(StatisticsQuestion question, IReadOnlyCollection<PartyId> owners, PartyId receiver)
    {
        var measures = question.Measures.Select(m => m.Column).ToList();
        Require(measures.Count > 0, "at least one measure");
        Require(AllDiffer(measures), "each measure once");
        Require(
            question.Measures.All(m => m.Scale is >= 0 and <= ColumnSchema.MaximumScale), $"scales of 0 to {ColumnSchema.MaximumScale}");
        Require(question.Levels.Count > 0 && AllDiffer(question.Levels), "at least one level, and each once");
        Require((long)question.Levels.Count * measures.Count <= MaximumCells, $"at most {MaximumCells} cells");
        Require(question.GroupBy is not { } by || !measures.Contains(by.Column), "a grouping column that is no measure");
        Require(question.Statistics.Count > 0 && AllDiffer(question.Statistics), "at least one statistic, and each once");
        Require(question.Statistics.All(Enum.IsDefined), "known statistics");
        Require(question.MinimumGroupSize >= 1, "a minimum group size of 1 or more");
        Require(!question.Total || question.FitsTotal, "for a total: groups with names, and neither minimum nor maximum");
        Require(
            question.Privacy?.Fits(question.Measures, question.Statistics) != false,
            "for privacy: neither minimum nor maximum, a mean with its count, a variance or standard deviation with count and mean, a range for each measure if more than counts are asked for, epsilon above 0 and, of Gaussian noise alone, delta");
        Require(
            question.Dominance is not { } rule || (rule.IsSound && question.TellsSums && question.Privacy is null),
            "a rule of dominance only where sums are told without noise, and one that has numbers");
        Require(question.Contributor is null || question.FitsContributor, "as contributor's column one that is no measure and does not group, and no noise");
        RequireParties(owners, receiver);
        return new StatisticsPlan(question, [.. owners.Order()], receiver);
    }

    /// <summary>Which cells are opened, given those that passed and the rests that did: where a group is withheld, one that passed covers it, or else its total is not told.</summary>
    /// <param name="passed">Of each group whether it passed; then of each measure whether the rest did, that is what its total gives beyond the groups that are told then.</param>
    /// <remarks>Source: specs/statistics.md, Total.</remarks>
    internal bool[] Opened(bool[] passed)
    {
        bool[] opened = [.. passed];
        for (var measure = 0; CoversGroups && measure < Question.Measures.Count; measure++)
        {
            var (groups, total) = (GroupsOf(measure, passed), passed.Length - Question.Measures.Count + measure);
            var cover = CoveringCell.Of(groups);
            opened[total] = !groups.Contains(false) || (cover is not null && passed[total]);
            if (cover is { } level && passed[total]) opened[(level * Question.Measures.Count) + measure] = false;
        }

        return opened;
    }

    /// <summary>The levels of one measure that its total would give together, given which groups passed: those that did not, and the one that covers them; all where all are told, or none.</summary>
    internal IEnumerable<int> RestOf(int measure, bool[] passed)
    {
        var groups = GroupsOf(measure, passed);
        var cover = CoveringCell.Of(groups);
        return Enumerable.Range(0, groups.Length).Where(level => cover is null || !groups[level] || level == cover);
    }

    private bool[] GroupsOf(int measure, bool[] cells) => [.. Enumerable.Range(0, Question.Levels.Count).Select(level => cells[(level * Question.Measures.Count) + measure])];

    /// <summary>What the gate's word means for the sets of one owner.</summary>
    /// <param name="measure">The place of the measure in the question.</param>
    /// <param name="cells">The owner's sets of it.</param>
    /// <param name="passed">Whether each cell of the plan passed, as its totals are decided.</param>
    public IReadOnlyList<JudgedSet> Judge(int measure, IReadOnlyList<AnsweredCell> cells, bool[] passed)
    {
        return WithheldGroups.Judge(
            cells, [.. Question.Levels.Select(level => AnsweredSet.LabelOf(Question.GroupBy, level))], GroupsOf(measure, passed), GroupsOf(measure, Opened(passed)));
    }

    /// <summary>Checks who takes part: two or more owners, and of two neither is the receiver.</summary>
    internal static void RequireParties(IReadOnlyCollection<PartyId> owners, PartyId receiver)
    {
        Require(owners.Count is >= 2 and <= MaximumOwners && AllDiffer(owners), $"2 to {MaximumOwners} owners, and each once");
        if (owners.Count == 2 && owners.Contains(receiver))
        {
            throw new CollabException(
                StatisticsErrors.ReceiverIsOwnerOfTwo,
                "The receiver is one of two owners: it would take its own part from each total and hold the other owner's.", receiver);
        }
    }

    /// <summary>The ends that values of a measure are brought to for a private answer; null for an exact one.</summary>
    internal ValueRange? RangeOf(int measure) => Question.Privacy is not { } choice ? null
        : choice.Ranges.Count > 0 ? choice.Ranges[measure]
        : new ValueRange(Question.Measures[measure].Column, Question.Measures[measure].Scale, long.MinValue, long.MaxValue);

    private static IReadOnlyList<Total> TotalsFor(StatisticsQuestion question)
    {
        var totals = new List<Total>();
        if (question.TellsSquares || question.Statistics.Any(s => s is Statistic.Mean or Statistic.Count)) totals.Add(Total.Count);
        if (question.TellsSums) totals.Add(Total.Sum);
        if (question.TellsSquares) totals.Add(Total.SumOfSquares);
        return totals;
    }

    private static bool AllDiffer<T>(IReadOnlyCollection<T> items) => items.Distinct().Count() == items.Count;

    private static void Require(bool holds, string rule)
    {
        if (!holds) throw new CollabException(StatisticsErrors.QuestionUnfit, $"A statistics question needs {rule}.");
    }
}

/// <summary>One cell of the table that is asked for.</summary>
/// <param name="Level">The level of the grouping; empty when there is none.</param>
/// <param name="Measure">The measure described.</param>
public sealed record PlannedCell(string Level, Measure Measure);

/// <summary>A total over all owners that the receiver may open.</summary>
public enum Total
{
    /// <summary>n: rows with a value.</summary>
    Count = 1,

    /// <summary>Σx.</summary>
    Sum = 2,

    /// <summary>Σx².</summary>
    SumOfSquares = 3,
}
