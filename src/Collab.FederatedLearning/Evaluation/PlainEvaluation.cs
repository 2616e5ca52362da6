using Collab.Primitives;

namespace Collab.FederatedLearning.Evaluation;

/// <summary>The evaluation with all labels and scores at one party: what every joint evaluation gives too, to the last bit.</summary>
/// <remarks>O(rows · (log rows + boundaries)). Timing depends on the values: for who may see them.</remarks>
public static class PlainEvaluation
{
    /// <summary>Evaluates.</summary>
    /// <param name="settings">What is asked.</param>
    /// <param name="labels">0 or 1, or for regression whole numbers in the format of scores; shape [rows].</param>
    /// <param name="scores">Whole numbers in the format, shape [rows].</param>
    /// <param name="counts">Which rows count; all when empty.</param>
    /// <exception cref="ArgumentException">Settings or lengths do not fit.</exception>
    /// <exception cref="CollabException">A label or score is unfit, or a class is too small: <see cref="EvaluationErrors"/>.</exception>
    public static EvaluationResult Run(EvaluationSettings settings, ReadOnlySpan<long> labels, ReadOnlySpan<long> scores, ReadOnlySpan<bool> counts = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.Check();
        if (labels.Length != scores.Length || (!counts.IsEmpty && counts.Length != scores.Length)) throw new ArgumentException("A label for each score.", nameof(labels));
        EvaluationRows.RequireLabels(settings, labels);
        EvaluationRows.RequireScores(settings, scores);
        var rows = new List<(long Score, long Label)>();
        for (var i = 0; i < scores.Length; i++)
        {
            if (counts.IsEmpty || counts[i]) rows.Add((scores[i], labels[i]));
        }

        var classification = settings.Task == EvaluationTask.Classification;
        (long Score, long Label)[] sorted = [.. rows.OrderBy(row => row.Score)];
        var ranks = DoubledRanks([.. sorted.Select(row => row.Score)]);
        long[] Above(Func<int, bool> isAbove)
        {
            var above = Enumerable.Range(0, sorted.Length).Where(isAbove).Select(i => sorted[i]).ToArray();
            return classification
                ? [above.Count(row => row.Label == 1), above.Count(row => row.Label == 0), above.Sum(row => row.Score)]
                : [above.Length, above.Sum(row => row.Score), above.Sum(row => row.Label)];
        }

        var totals = Above(_ => true);
        var disclosure = new List<long[]> { new long[EvaluationResult.TotalCount] };
        if (!MayTell(settings, disclosure, totals)) throw TooSmall();
        disclosure.Add(totals);
        var statistics = classification ? OfClasses(sorted, ranks, totals) : OfErrors(sorted);
        var boundaries = new List<long[]?>();
        foreach (var cutOff in settings.CutOffs) Tell(Above(i => sorted[i].Score >= cutOff));
        for (var k = 1; k < settings.Groups; k++) Tell(Above(i => settings.Groups * (ranks[i] - 1) > 2L * k * sorted.Length));
        return EvaluationResult.Of(settings, totals, statistics, boundaries);

        void Tell(long[] above)
        {
            var told = MayTell(settings, disclosure, above);
            if (told) disclosure.Add(above);
            boundaries.Add(told ? above : null);
        }
    }

    internal static CollabException TooSmall() => new(EvaluationErrors.GroupTooSmall, "A class has fewer rows than the smallest group.");

    /// <summary>Whether between a boundary and each that is told there are enough rows of each class.</summary>
    private static bool MayTell(EvaluationSettings settings, List<long[]> told, long[] above) => told.TrueForAll(other =>
        Enumerable.Range(0, EvaluationResult.ClassCount(settings.Task)).All(c => Math.Abs(above[c] - other[c]) >= settings.MinimumGroup));

    private static long[] DoubledRanks(long[] ascending)
    {
        var ranks = new long[ascending.Length];
        for (int first = 0, next; first < ranks.Length; first = next)
        {
            next = first + 1;
            while (next < ranks.Length && ascending[next] == ascending[first]) next++;
            Array.Fill(ranks, first + next + 1L, first, next - first); // the ranks first + 1 to next: twice their mean
        }

        return ranks;
    }

    private static long[] OfClasses((long Score, long Label)[] sorted, long[] ranks, long[] totals)
    {
        long sum = 0, ones = 0, zeros = 0, distance = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            if (sorted[i].Label == 1) (ones, sum) = (ones + 1, sum + ranks[i]);
            else zeros++;
            if (i + 1 == sorted.Length || sorted[i + 1].Score != sorted[i].Score) distance = Math.Max(distance, Math.Abs((ones * totals[1]) - (zeros * totals[0])));
        }

        return [sum, distance];
    }

    private static long[] OfErrors((long Score, long Label)[] rows) =>
    [
        rows.Sum(row => Math.Abs(row.Score - row.Label)), rows.Sum(row => (row.Score - row.Label) * (row.Score - row.Label)), rows.Sum(row => row.Label * row.Label),
    ];
}
