using System.Text.Json;
using Collab.FederatedLearning.Evaluation;
using Collab.Primitives;

namespace Collab.FederatedLearning.Tests.Evaluation;

/// <summary>The evaluation in clear against scikit-learn and against counting over all pairs, and its bytes.</summary>
public sealed class PlainEvaluationTests
{
    private const double Close = 1e-12;

    [Fact]
    public void Classes_are_as_scikit_learn_says() => ForEach("classification", (expected, labels, scores, fraction) =>
    {
        var cutOffs = expected.GetProperty("cutOffs").EnumerateArray().ToArray();
        var settings = new EvaluationSettings { Format = new(14, fraction), MinimumGroup = 1, CutOffs = [.. cutOffs.Select(cut => cut.GetProperty("cutOff").GetInt64())] };
        var result = PlainEvaluation.Run(settings, labels, scores);
        var figures = new ClassificationFigures(result);
        Assert.Equal(expected.GetProperty("auc").GetDouble(), figures.Auc, Close);
        Assert.Equal(expected.GetProperty("ks").GetDouble(), figures.KolmogorovSmirnov, Close);
        Assert.Equal((2 * figures.Auc) - 1, figures.Gini, Close);
        foreach (var (boundary, cut) in result.Boundaries.Zip(cutOffs))
        {
            var at = figures.At(boundary)!.Value;
            var point = Numbers(cut, "rocPoint");
            Assert.Equal(Numbers(cut, "confusion"), new double[] { at.TruePositives, at.FalsePositives, at.FalseNegatives, at.TrueNegatives });
            Assert.Equal(cut.GetProperty("precision").GetDouble(), at.Precision, Close);
            Assert.Equal(cut.GetProperty("recall").GetDouble(), at.Recall, Close);
            Assert.Equal(cut.GetProperty("accuracy").GetDouble(), at.Accuracy, Close);
            Assert.Equal(cut.GetProperty("f1").GetDouble(), at.F1, Close);
            Assert.Equal(point, new[] { at.FalsePositiveRate, at.Recall });
            Assert.Contains((point[0], point[1]), figures.Roc);
            Assert.Equal(at.Precision / figures.BaseRate, at.Lift, Close);
            Assert.Contains((at.Depth, at.Recall), figures.Gains);
        }

        Assert.Equal((0.0, 0.0), figures.Roc[0]);
        Assert.Equal((1.0, 1.0), figures.Roc[^1]);
    });

    [Fact]
    public void Calibration_is_as_scikit_learn_says() => ForEach("calibration", (expected, labels, scores, fraction) =>
    {
        var bins = expected.GetProperty("bins").GetInt32();
        var settings = new EvaluationSettings { Format = new(16, fraction), MinimumGroup = 1, CutOffs = [.. Enumerable.Range(1, bins - 1).Select(k => (long)(Math.ScaleB(k, fraction) / bins) + 1)] };
        var figures = new ClassificationFigures(PlainEvaluation.Run(settings, labels, scores));
        Assert.Equal(Numbers(expected, "predicted"), figures.Bins.Select(bin => bin.MeanScore), (a, b) => Math.Abs(a - b) < Close);
        Assert.Equal(Numbers(expected, "actual"), figures.Bins.Select(bin => bin.MeanLabel), (a, b) => Math.Abs(a - b) < Close);
        Assert.Equal(labels.Length, figures.Bins.Sum(bin => bin.Rows));
    });

    [Fact]
    public void Numbers_are_as_scikit_learn_says() => ForEach("regression", (expected, labels, scores, fraction) =>
    {
        var result = PlainEvaluation.Run(new() { Task = EvaluationTask.Regression, Format = new(16, fraction), Groups = 5 }, labels, scores);
        var figures = new RegressionFigures(result);
        Assert.Equal(expected.GetProperty("meanError").GetDouble(), figures.MeanError, Close);
        Assert.Equal(expected.GetProperty("meanAbsoluteError").GetDouble(), figures.MeanAbsoluteError, Close);
        Assert.Equal(expected.GetProperty("rootMeanSquaredError").GetDouble(), figures.RootMeanSquaredError, Close);
        Assert.Equal(expected.GetProperty("determination").GetDouble(), figures.Determination, Close);
        Assert.Equal(5, figures.Bins.Count);
        Assert.Equal(Math.ScaleB(labels.Sum(), -fraction), figures.Bins.Sum(bin => bin.Rows * bin.MeanLabel), 1e-9);
        Assert.Equal(Math.ScaleB(scores.Sum(), -fraction), figures.Bins.Sum(bin => bin.Rows * bin.MeanScore), 1e-9);
    });

    [Theory, InlineData(1, 100), InlineData(2, 7), InlineData(3, 2), InlineData(4, 1)]
    public void Ranks_and_groups_are_as_counting_over_pairs_says(int seed, int distinct)
    {
        var run = EvaluationRun.Of(new() { MinimumGroup = 1, Groups = 10 }, 150, distinct, allCount: true, seed);
        var result = run.Plain();
        var figures = new ClassificationFigures(result);
        var pairs = from one in run.Scores.Zip(run.Labels) where one.Second == 1 from zero in run.Scores.Zip(run.Labels) where zero.Second == 0 select one.First.CompareTo(zero.First);
        Assert.Equal(pairs.Average(order => (order + 1) / 2.0), figures.Auc, Close);
        Assert.Equal(
            run.Scores.Max(cut => Math.Abs(run.Scores.Zip(run.Labels).Sum(row => row.First < cut ? 0 : row.Second == 1 ? 1.0 / figures.Positives : -1.0 / figures.Negatives))), figures.KolmogorovSmirnov, Close);
        for (var k = 1; k < 10; k++)
        {
            if (result.Boundaries[k - 1].Above is not { } above) continue;
            double Place(long score) => (run.Scores.Count(other => other < score) + (run.Scores.Count(other => other == score) / 2.0)) / run.Scores.Length;
            Assert.Equal(run.Scores.Count(score => Place(score) > k / 10.0), above[0] + above[1]);
        }
    }

    [Fact]
    public void Between_any_two_boundaries_that_are_told_are_enough_rows_of_each_class()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var result = EvaluationRun.Of(new() { MinimumGroup = 12, CutOffs = [0, 1L << 20, -(1L << 19), 1 << 10], Groups = 12 }, 300, 60, allCount: seed % 2 == 0, seed).Plain();
            long[][] told = [[0, 0, 0], [.. result.Totals], .. result.Boundaries.Select(boundary => boundary.Above?.ToArray()).OfType<long[]>()];
            Assert.InRange(told.Length, 3, 15);
            Assert.All(told.Index(), one => Assert.All(told.Take(one.Index), other => Assert.All([0, 1], c => Assert.True(Math.Abs(one.Item[c] - other[c]) >= 12))));
        }
    }

    [Fact]
    public void Bytes_are_read_back_and_those_that_no_rows_have_are_refused()
    {
        foreach (var task in Enum.GetValues<EvaluationTask>())
        {
            var result = EvaluationRun.Of(new() { Task = task, MinimumGroup = 5, CutOffs = [0, 3], Groups = 4 }, 200, 50, allCount: true).Plain();
            var bytes = result.Encode();
            Assert.Equal(bytes, EvaluationResult.Decode(bytes).Encode());
            for (var length = 0; length < bytes.Length; length++) Assert.Throws<MalformedException>(() => EvaluationResult.Decode(bytes.AsSpan(0, length)));
            Assert.Throws<MalformedException>(() => EvaluationResult.Decode([.. bytes, 0]));
            Assert.Throws<MalformedException>(() => EvaluationResult.Decode((result with { Totals = [4, .. result.Totals.Skip(1)] }).Encode()));
            Assert.Throws<MalformedException>(() => EvaluationResult.Decode((result with { Statistics = [-1, .. result.Statistics.Skip(1)] }).Encode()));
            Assert.Throws<MalformedException>(() => EvaluationResult.Decode((result with { Boundaries = [.. result.Boundaries.Skip(1)] }).Encode()));
            Assert.Throws<MalformedException>(() => EvaluationResult.Decode(
                (result with { Boundaries = [.. result.Boundaries.Select(boundary => boundary with { Above = [.. result.Totals.Select(total => total - 1)] })] }).Encode()));
        }
    }

    [Fact]
    public void Unfit_labels_scores_and_settings_are_refused()
    {
        var settings = new EvaluationSettings { Format = new(8, 0), MinimumGroup = 1 };
        static ErrorCode CodeOf(Action action) => Assert.Throws<CollabException>(action).Code;
        Assert.Equal(EvaluationErrors.LabelUnfit, CodeOf(() => PlainEvaluation.Run(settings, [0, 2], [1, 2])));
        Assert.Equal(EvaluationErrors.LabelUnfit, CodeOf(() => PlainEvaluation.Run(settings with { Task = EvaluationTask.Regression }, [0, 128], [1, 2])));
        Assert.Equal(EvaluationErrors.ScoreOverRange, CodeOf(() => PlainEvaluation.Run(settings, [0, 1], [1, -128])));
        Assert.Equal(EvaluationErrors.GroupTooSmall, CodeOf(() => PlainEvaluation.Run(settings, [1, 1], [1, 2])));
        Assert.Equal(EvaluationErrors.GroupTooSmall, CodeOf(() => PlainEvaluation.Run(settings with { MinimumGroup = int.MaxValue }, [1, 0], [1, 2])));
        foreach (var score in new[] { double.NaN, double.PositiveInfinity, 43, -43 }) Assert.Equal(EvaluationErrors.ScoreOverRange, CodeOf(() => settings.Format.Words([1, score], parts: 3)));
        Assert.Equal([42, -42, 0], settings.Format.Words([42.4, -42, -0.5], parts: 3));
        Assert.Throws<ArgumentException>(() => PlainEvaluation.Run(settings, [0], [1, 2]));
        EvaluationSettings[] unfit =
        [
            settings with { Format = new(41, 0) }, settings with { Format = new(8, 7) }, settings with { MinimumGroup = 0 }, settings with { CutOffs = [1, 1] }, settings with { CutOffs = [128] },
            settings with { Groups = 0 }, settings with { Groups = 65 }, settings with { Task = 0 }, settings with { CutOffs = [.. Enumerable.Range(0, 65).Select(i => (long)i)] },
        ];
        Assert.All(unfit, wrong => Assert.Throws<ArgumentException>(wrong.Check));
        Assert.All(unfit, wrong => Assert.Throws<MalformedException>(() => EvaluationSettings.Decode(wrong.Encode())));
        Assert.Equal(settings.Id, EvaluationSettings.Decode(settings.Encode()).Id);
    }

    [Fact]
    public void Equal_labels_have_no_determination() =>
        Assert.Equal(double.NaN, new RegressionFigures(PlainEvaluation.Run(new() { Task = EvaluationTask.Regression, MinimumGroup = 1 }, [5, 5, 5], [1, 2, 3])).Determination);

    private static void ForEach(string task, Action<JsonElement, long[], long[], int> test)
    {
        using var vectors = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", "evaluation.json")));
        var cases = vectors.RootElement.GetProperty("cases").EnumerateArray().Where(one => one.GetProperty("task").GetString() == task).ToArray();
        Assert.NotEmpty(cases);
        foreach (var one in cases) test(one, Array.ConvertAll(Numbers(one, "labels"), x => (long)x), Array.ConvertAll(Numbers(one, "scores"), x => (long)x), one.GetProperty("fraction").GetInt32());
    }

    private static double[] Numbers(JsonElement of, string name) => [.. of.GetProperty(name).EnumerateArray().Select(x => x.GetDouble())];
}
