using Collab.Jobs;

namespace Collab.Statistics.Disclosure;

/// <summary>Whether answers, put together, single out few rows: what a requester could subtract from what.</summary>
/// <remarks>
/// Over one version of a dataset, every difference X − Y of two answered sets that tell of a common column, and every X + Y − Z with Z the whole of an answer: with these a tracker works
/// (Denning, Denning, Schwartz, The tracker, 1979: an individual tracker is a difference of two, a general one pads with such a sum). Over different versions, every cell with the same cell of the same question.
/// A difference that consists of sets which were answered themselves tells nothing new. Whoever asks chooses a filter, and may know that it differs from another by one person at most: that the rows do
/// not differ then tells as much as that they do. So sets of different filters are too close also if they hold the same rows, and whether they are is decided by how many they differ in alone.
/// What this does not find: specs/disclosure.md.
/// </remarks>
public static class Differencing
{
    /// <summary>Looks for a combination of a new set with others that rests on 1 to <paramref name="threshold"/> − 1 rows.</summary>
    /// <param name="answered">The sets answered before.</param>
    /// <param name="asked">The sets of the new question.</param>
    /// <param name="threshold">Rows below which a difference is too small.</param>
    /// <returns>How many rows it would single out, and in which of the answered sets' terms; null if there is none.</returns>
    public static Conflict? Find(IReadOnlyList<AnsweredSet> answered, IReadOnlyList<AnsweredSet> asked, int threshold)
    {
        foreach (var set in asked)
        {
            foreach (var earlier in answered.Where(earlier => earlier.Version != set.Version && earlier.Label == set.Label && earlier.Grouping == set.Grouping && Equals(earlier.Filter, set.Filter) && earlier.Columns.SequenceEqual(set.Columns)))
            {
                for (var c = 0; c < set.Columns.Count; c++)
                {
                    if (Small(threshold, (1, set.Values[c]), (-1, earlier.Values[c])) is { Count: > 0 } changed && changed.Values.Sum(Math.Abs) < threshold)
                        return new Conflict(set, earlier);
                }
            }
        }

        AnsweredSet[] known = [.. answered.Where(set => asked.Any(other => other.Version == set.Version)), .. asked];
        var small = known.Where(set => set.Rows.Count < threshold).Select(set => set.Rows.Read(threshold)).OfType<Dictionary<ulong, long>>().Where(set => set.Count > 0).ToArray();
        var filters = new Dictionary<AnsweredSet, RowFilter?>(ReferenceEqualityComparer.Instance);
        foreach (var set in known) filters[set] = FilterOf(set);
        for (var i = 0; i < known.Length; i++)
        {
            for (var j = Math.Max(i + 1, known.Length - asked.Count); j < known.Length; j++)
            {
                if (AreCellsOfOneAnswer(known[i], known[j])) continue;
                if (known[i].Shares(known[j]) && !(AreChosen(known[i], known[j]) && known[i].IsApartFrom(known[j])) && SinglesOut(AreChosen(known[i], known[j]), (1, known[j]), (-1, known[i])))
                    return new Conflict(known[j], known[i]);
                foreach (var whole in known.Where(set => set.IsWhole && set.Shares(known[i]) && set.Shares(known[j])))
                {
                    if (AreCompleted(known[i], known[j], whole)) return new Conflict(known[j], known[i]);
                }
            }
        }

        // A new whole may complete two sets that were answered before.
        foreach (var whole in asked.Where(set => set.IsWhole))
        {
            for (var i = 0; i < answered.Count; i++)
            {
                for (var j = i + 1; j < answered.Count; j++)
                {
                    var fits = answered[i].Version == whole.Version && answered[j].Version == whole.Version && whole.Shares(answered[i]) && whole.Shares(answered[j]);
                    if (fits && AreCompleted(answered[i], answered[j], whole)) return new Conflict(whole, answered[i]);
                }
            }
        }

        return null;

        bool AreChosen(AnsweredSet x, AnsweredSet y) => !Equals(filters[x], filters[y]) && !x.IsSameSelection(y);

        // A filter that says what a group says which was told is no other choice.
        RowFilter? FilterOf(AnsweredSet set) => set.Filter is not null && known.Any(group => group.Filter is null && group.IsSameSelection(set)) ? null : set.Filter;

        // Of few rows of this owner every sum is a difference of two, which is looked for by itself.
        bool AreCompleted(AnsweredSet x, AnsweredSet y, AnsweredSet whole)
        {
            var areChosen = !(Equals(filters[x], filters[whole]) && Equals(filters[y], filters[whole]))
                && x.Rows.Count >= threshold && y.Rows.Count >= threshold
                && !x.IsSameSelection(y) && !x.IsSameSelection(whole) && !y.IsSameSelection(whole) && !x.IsApartFrom(whole) && !y.IsApartFrom(whole);
            return SinglesOut(areChosen, (1, x), (1, y), (-1, whole));
        }

        bool SinglesOut(bool areChosen, params ReadOnlySpan<(long Factor, AnsweredSet Set)> terms)
        {
            var sketches = new (long, RowSketch)[terms.Length];
            for (var i = 0; i < terms.Length; i++) sketches[i] = (terms[i].Factor, terms[i].Set.Rows);
            if (Small(threshold, sketches) is not { } rows || rows.Count >= threshold) return false;
            return areChosen || !IsKnown(rows.Where(row => row.Value > 0).ToDictionary(), small) || !IsKnown(rows.Where(row => row.Value < 0).ToDictionary(row => row.Key, row => -row.Value), small);
        }
    }

    // They share no row, so their difference is small only if both are, and then they are answered as they stand.
    private static bool AreCellsOfOneAnswer(AnsweredSet x, AnsweredSet y) =>
        !x.IsWhole && !y.IsWhole && x.Label != y.Label && x.Grouping == y.Grouping && x.Columns.SequenceEqual(y.Columns);

    private static Dictionary<ulong, long>? Small(int threshold, params ReadOnlySpan<(long Factor, RowSketch Sketch)> terms)
    {
        long count = 0;
        foreach (var (factor, sketch) in terms) count += factor * sketch.Count;
        return Math.Abs(count) > 2L * threshold ? null : RowSketch.Combine(terms).Read(threshold); // two parts of fewer than the threshold each
    }

    /// <summary>Whether rows are the disjoint union of sets that were answered.</summary>
    private static bool IsKnown(Dictionary<ulong, long> rows, Dictionary<ulong, long>[] small)
    {
        foreach (var set in small)
        {
            if (rows.Count == 0) break;
            if (!set.Keys.All(row => rows.GetValueOrDefault(row) > 0)) continue;
            foreach (var row in set.Keys)
                if (--rows[row] == 0) rows.Remove(row);
        }

        return rows.Count == 0;
    }
}

/// <summary>Two answers that together would single out few rows.</summary>
/// <param name="Asked">A set of the new question.</param>
/// <param name="Earlier">The one it stands too close to.</param>
public sealed record Conflict(AnsweredSet Asked, AnsweredSet Earlier);
