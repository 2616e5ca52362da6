namespace Collab.Statistics.Disclosure;

/// <summary>Groups that were withheld, and totals that would give them: whoever knows the total of nearly the same rows takes the told groups from it.</summary>
/// <remarks>The owner's form of secondary suppression, over all its answers: the total is not told where groups are withheld, nor groups where the total is told. Source: specs/disclosure.md.</remarks>
public static class WithheldGroups
{
    /// <summary>What the gate's word on joint statistics means for one owner, before anything is opened.</summary>
    /// <param name="plan">The statistics.</param>
    /// <param name="released">Whether each cell of it will be told.</param>
    /// <param name="own">The sets of this owner's rows that it rests on.</param>
    /// <param name="answered">All sets answered before, and perhaps these.</param>
    /// <param name="withheld">Of wholes answered before, those of which groups with rows of this owner were withheld: nobody was told these totals.</param>
    /// <param name="threshold">Fewer rows do not hide anybody.</param>
    /// <returns>The wholes of which groups are withheld now; null if with an earlier answer some groups would be given away.</returns>
    public static IReadOnlyList<AnsweredSet>? Settle(
        StatisticsPlan plan, IReadOnlyList<bool> released, IReadOnlyList<AnsweredSet> own, IReadOnlyList<AnsweredSet> answered, IReadOnlyList<AnsweredSet> withheld, int threshold)
    {
        var now = new List<AnsweredSet>();
        foreach (var measure in plan.Question.Measures)
        {
            AnsweredSet[] sets = [.. own.Where(set => set.MeasuredColumns.Contains(measure.Column))];
            if (sets.FirstOrDefault(set => set.IsWhole) is not { } whole) continue; // no row of this owner has a value
            string[] lost = [.. plan.Cells.Where((cell, i) => cell.Measure == measure && !released[i]).Select(cell => AnsweredSet.LabelOf(plan.Question.GroupBy, cell.Level))];
            if (!sets.Any(set => lost.Contains(set.Label)))
            {
                if (IsGivenBy(whole, withheld, threshold)) return null; // all of this owner's rows are in what is told now, and their total is its sum
                continue;
            }

            if (plan.Question.GroupBy is not null && answered.Any(total =>
                total.IsWhole && !total.IsSame(whole) && !withheld.Any(total.IsSame) && whole.IsCompletedBy(total, threshold))) return null;
            if (!withheld.Any(whole.IsSame)) now.Add(whole);
        }

        return now;
    }

    /// <summary>Whether a total gives groups that were withheld.</summary>
    public static bool IsGivenBy(AnsweredSet total, IReadOnlyList<AnsweredSet> withheld, int threshold) =>
        total.IsWhole && withheld.Any(whole => whole.IsCompletedBy(total, threshold));
}
