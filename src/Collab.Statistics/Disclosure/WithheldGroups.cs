namespace Collab.Statistics.Disclosure;

/// <summary>Groups that were withheld, and answers that put together would give them.</summary>
/// <remarks>
/// The owner's form of secondary suppression, over all its answers. What is told of a column are sums over sets of rows: a group follows from them exactly if it is a linear combination of the sets.
/// Whatever holds over all owners' rows holds over each one's own, so an owner that has rows of the group sees it alone. Source: specs/disclosure.md.
/// </remarks>
public static class WithheldGroups
{
    /// <summary>The most sets of rows of one version among which combinations are looked for, for each eight numbers of their sketches' image.</summary>
    private const int SetsOfEight = 7;

    /// <summary>What the gate's word means for the sets of one owner, of one measure or analysis.</summary>
    /// <param name="cells">Its sets, the whole first; none if it has no rows.</param>
    /// <param name="labels">For each cell of the gate, which set it decides on; null where all are told or none.</param>
    /// <param name="passed">Whether each cell of the gate may be told.</param>
    /// <param name="opened">Whether it will be.</param>
    public static IReadOnlyList<JudgedSet> Judge(IReadOnlyList<AnsweredCell> cells, IReadOnlyList<string>? labels, IReadOnlyList<bool> passed, IReadOnlyList<bool> opened)
    {
        if (cells.Count == 0) return [];
        var states = new Dictionary<string, AnswerState>();
        foreach (var (place, label) in labels?.Index() ?? [])
        {
            var state = opened[place] ? AnswerState.Told : passed[place] ? AnswerState.Untold : AnswerState.Withheld;
            states[label] = states.TryGetValue(label, out var known) && known < state ? known : state; // the most that one of its cells tells
        }

        var isCovered = states.ContainsValue(AnswerState.Untold);
        return [.. cells.SelectMany(cell => With(cell, StateOf(cell.Set)))];

        // Nothing is decided on the whole of several groups. It is told with the last of them; with a group that covers others it may be told, and counts as told.
        AnswerState StateOf(AnsweredSet set) =>
            labels is null ? (opened.Contains(true) ? AnswerState.Told : AnswerState.Untold)
            : states.TryGetValue(set.Label, out var state) ? state
            : isCovered || !cells.Any(cell => states.GetValueOrDefault(cell.Set.Label) == AnswerState.Withheld) ? AnswerState.Told : AnswerState.Completing;

        static IEnumerable<JudgedSet> With(AnsweredCell cell, AnswerState state) =>
            cell.Implied.Where(_ => state == AnswerState.Told).Select(set => new JudgedSet(set, AnswerState.Implied)).Prepend(new JudgedSet(cell.Set, state));
    }

    /// <summary>Whether a combination of withheld groups follows from what was told, or nearly does: a total of nearly all rows of an answer less its told groups.</summary>
    /// <param name="sets">All sets of one owner, of earlier answers and of the one about to be told.</param>
    /// <param name="threshold">Fewer rows do not hide anybody.</param>
    public static bool AreGiven(IReadOnlyList<JudgedSet> sets, int threshold)
    {
        foreach (var version in sets.Where(set => set.State == AnswerState.Withheld).Select(set => set.Set.Version).Distinct())
        {
            JudgedSet[] known = [.. sets.Where(set => set.Set.Version == version)];
            AnsweredSet[] told = [.. known.Where(set => set.IsTold).Select(set => set.Set)], withheld = Of(AnswerState.Withheld);
            if (Of(AnswerState.Completing).Any(whole => told.Any(total => total.IsWhole && whole.IsCompletedBy(total, threshold)))) return true;

            if (Follow(withheld, told)) return true; // their numbers of rows, whatever the columns
            foreach (var column in withheld.SelectMany(set => set.MeasuredColumns).Distinct())
                if (Follow([.. withheld.Where(set => set.MeasuredColumns.Contains(column))], [.. told.Where(set => set.Columns.Contains(column))])) return true;

            AnsweredSet[] Of(AnswerState state) => [.. known.Where(set => set.State == state).Select(set => set.Set)];
        }

        return false;
    }

    // Whether the spaces of both have more in common than 0. A group that was told itself, to a question with a smaller minimum, is none that has to be hidden.
    private static bool Follow(AnsweredSet[] withheld, AnsweredSet[] told)
    {
        if (withheld.Concat(told).Select(set => (string.Join(';', set.Columns), set.Grouping)).Distinct().Count() == 1 && !told.Any(set => set.IsWhole)) return false; // groups of one answer share no row
        var width = withheld.Concat(told).Min(set => set.Rows.Width);
        if (withheld.Length + told.Length > SetsOfEight * width) return true; // more than can be looked through: it errs towards refusing
        var images = told.Select(set => set.Rows.ImageOf(width)).ToArray();
        var hidden = withheld.Where(group => !Array.Exists(told, group.IsSameGroup)).Select(set => set.Rows.ImageOf(width)).ToArray();
        var (alone, all) = (new Linear(8 * width), new Linear(8 * width));
        foreach (var image in images) all.Add(image);
        return Array.Exists(hidden, image => alone.Add([.. image]) && !all.Add(image));
    }
}
