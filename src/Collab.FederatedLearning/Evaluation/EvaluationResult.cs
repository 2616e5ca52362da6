using Collab.Primitives;

namespace Collab.FederatedLearning.Evaluation;

/// <summary>What an evaluation tells: whole numbers, exactly as they were opened. Figures made of them: <see cref="ClassificationFigures"/> and <see cref="RegressionFigures"/>.</summary>
/// <param name="Settings">What was asked.</param>
/// <param name="Totals">Over all rows. Classification: rows of class 1, rows of class 0, Σ score. Regression: rows, Σ score, Σ label.</param>
/// <param name="Statistics">
/// Classification: twice the sum of the ranks of class 1 among all rows by score, tied rows with their mean; P · N · D, D the greatest distance of the classes' distributions.
/// Regression, of the errors e = score − label: Σ |e|, Σ e², then Σ label².
/// </param>
/// <param name="Boundaries">Cut-offs in the order asked, then boundaries between groups from the lowest.</param>
public sealed record EvaluationResult(EvaluationSettings Settings, IReadOnlyList<long> Totals, IReadOnlyList<long> Statistics, IReadOnlyList<EvaluationBoundary> Boundaries)
{
    private const string Domain = "collab-evaluation-1";

    /// <summary>The canonical bytes. Layout: specs/evaluate.md, section Messages.</summary>
    public byte[] Encode() => new CanonicalWriter().Text(Domain).Bytes(Settings.Encode())
        .List(Totals, (w, total) => w.Int64(total)).List(Statistics, (w, statistic) => w.Int64(statistic))
        .List(Boundaries, (w, boundary) =>
        {
            w.Boolean(boundary.Above is not null);
            foreach (var total in boundary.Above ?? []) w.Int64(total);
        }).ToArray();

    /// <summary>Reads the canonical bytes, strictly.</summary>
    /// <exception cref="MalformedException">They are not exactly a result, or its numbers contradict each other.</exception>
    public static EvaluationResult Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        if (reader.Text() != Domain) throw new MalformedException("an evaluation of this version");
        var settings = EvaluationSettings.Decode(reader.Bytes());
        long[] totals = reader.List((ref CanonicalReader r) => r.Int64()), statistics = reader.List((ref CanonicalReader r) => r.Int64());
        var above = reader.List((ref CanonicalReader r) =>
        {
            if (!r.Boolean()) return null;
            var values = new long[totals.Length];
            for (var i = 0; i < values.Length; i++) values[i] = r.Int64();
            return values;
        });
        reader.End();
        if (totals.Length != TotalCount || statistics.Length != StatisticCount(settings.Task) || above.Length != settings.BoundaryCount) throw new MalformedException("numbers as many as were asked for");
        var result = Of(settings, totals, statistics, above);
        if (!result.IsPossible) throw new MalformedException("numbers that rows can have");
        return result;
    }

    /// <summary>How many totals there are of all rows and above each boundary.</summary>
    internal const int TotalCount = 3;

    /// <summary>How many statistics there are.</summary>
    internal static int StatisticCount(EvaluationTask task) => task == EvaluationTask.Classification ? 2 : 3;

    /// <summary>How many of the totals count rows.</summary>
    internal static int ClassCount(EvaluationTask task) => task == EvaluationTask.Classification ? 2 : 1;

    /// <summary>What lies above each boundary that is told, from above all rows to beneath them; each once.</summary>
    internal IReadOnlyList<IReadOnlyList<long>> Descending() =>
        [.. Boundaries.Select(boundary => boundary.Above).OfType<IReadOnlyList<long>>().Prepend(new long[TotalCount]).Append(Totals).OrderBy(above => above[0])];

    /// <summary>The rows between neighbours, from the lowest scores.</summary>
    internal IReadOnlyList<ScoreBin> BinsOf(Func<long[], (long Rows, long Score, long Label)> read, double labelUnit)
    {
        var told = Descending();
        var bins = new List<ScoreBin>();
        for (var i = told.Count - 1; i > 0; i--)
        {
            var (rows, score, label) = read([.. told[i].Zip(told[i - 1], (upper, lower) => upper - lower)]);
            bins.Add(new(rows, Settings.Format.Number(score) / rows, label * labelUnit / rows));
        }

        return bins;
    }

    internal static EvaluationResult Of(EvaluationSettings settings, long[] totals, long[] statistics, IReadOnlyList<long[]?> above) => new(
        settings, totals, statistics, [.. above.Select((values, i) => new EvaluationBoundary(i < settings.CutOffs.Count ? settings.CutOffs[i] : null, Math.Max(0, i - settings.CutOffs.Count + 1), values))]);

    /// <summary>Whether rows can have these numbers, as far as the numbers alone tell; among it that boundaries keep their distance.</summary>
    internal bool IsPossible
    {
        get
        {
            var classes = ClassCount(Settings.Task);
            const long most = 1L << 20;
            if (Totals.Take(classes).Any(count => count < Settings.MinimumGroup || count > most)) return false;
            IReadOnlyList<long>[] told = [[0, 0, 0], Totals, .. Boundaries.Select(boundary => boundary.Above).OfType<IReadOnlyList<long>>()];
            for (var i = 0; i < told.Length; i++)
            {
                for (var c = 0; c < classes; c++)
                {
                    if (told[i][c] < 0 || told[i][c] > Totals[c]) return false;
                    for (var j = 0; j < i; j++)
                    {
                        // Any two, in the one order or the other for all classes, lie apart.
                        if (Math.Abs(told[i][c] - told[j][c]) < Settings.MinimumGroup || (told[i][c] < told[j][c]) != (told[i][0] < told[j][0])) return false;
                    }
                }
            }

            if (Settings.Task == EvaluationTask.Regression) return Statistics.All(statistic => statistic >= 0);
            long p = Totals[0], n = Totals[1];
            return Statistics[0] >= p * (p + 1) && Statistics[0] <= (p * (p + 1)) + (2 * p * n) && Statistics[1] >= 0 && Statistics[1] <= p * n;
        }
    }
}
