using System.Globalization;
using Collab.FederatedLearning.Evaluation;
using Collab.Jobs;

namespace Collab.Node.Storage;

/// <summary>An evaluation as it is told outside: figures by name, all and above each boundary.</summary>
internal static class EvaluationText
{
    /// <summary>The document of a result.</summary>
    public static EvaluationDocument DocumentOf(EvaluationQuestion question, EvaluationResult result) => new(
        question.Of.Model.ToString(), question.Meaning.ToString().ToLowerInvariant(), Figures(result),
        [.. result.Boundaries.Select((boundary, i) => new BoundaryDocument(
            boundary.CutOff is null ? null : Text((double)question.CutOffs[i] / EvaluationQuestion.Unit), boundary.CutOff is null ? boundary.Group : null, Above(result, boundary)))],
        Convert.ToHexStringLower(result.Encode()));

    /// <summary>Lines of a table: cut-off, group, name, value.</summary>
    public static IEnumerable<string[]> Lines(EvaluationResult result)
    {
        foreach (var (name, value) in Figures(result)) yield return ["", "", name, value];
        foreach (var boundary in result.Boundaries)
        {
            var (cutOff, group) = boundary.CutOff is { } cut ? (Text(result.Settings.Format.Number(cut)), "") : ("", boundary.Group.ToString(CultureInfo.InvariantCulture));
            foreach (var (name, value) in Above(result, boundary) ?? new Dictionary<string, string> { ["withheld"] = "1" }) yield return [cutOff, group, name, value];
        }
    }

    private static Dictionary<string, string> Figures(EvaluationResult result)
    {
        if (result.Settings.Task == EvaluationTask.Classification)
        {
            var figures = new ClassificationFigures(result);
            return new()
            {
                ["positives"] = Text(figures.Positives), ["negatives"] = Text(figures.Negatives), ["auc"] = Text(figures.Auc), ["gini"] = Text(figures.Gini),
                ["ks"] = Text(figures.KolmogorovSmirnov), ["mean-score"] = Text(figures.MeanScore),
            };
        }

        var errors = new RegressionFigures(result);
        return new()
        {
            ["rows"] = Text(errors.Rows), ["mean-label"] = Text(errors.MeanLabel), ["mean-error"] = Text(errors.MeanError), ["mae"] = Text(errors.MeanAbsoluteError),
            ["rmse"] = Text(errors.RootMeanSquaredError), ["r2"] = Text(errors.Determination),
        };
    }

    private static Dictionary<string, string>? Above(EvaluationResult result, EvaluationBoundary boundary)
    {
        if (boundary.Above is not { } above) return null;
        if (result.Settings.Task == EvaluationTask.Regression)
        {
            return new()
            {
                ["rows"] = Text(above[0]), ["mean-score"] = Text(result.Settings.Format.Number(above[1]) / above[0]), ["mean-label"] = Text(result.Settings.Format.Number(above[2]) / above[0]),
            };
        }

        var at = new ClassificationFigures(result).At(boundary)!.Value;
        return new()
        {
            ["true-positives"] = Text(at.TruePositives), ["false-positives"] = Text(at.FalsePositives), ["false-negatives"] = Text(at.FalseNegatives), ["true-negatives"] = Text(at.TrueNegatives),
            ["precision"] = Text(at.Precision), ["recall"] = Text(at.Recall), ["f1"] = Text(at.F1), ["accuracy"] = Text(at.Accuracy), ["lift"] = Text(at.Lift),
        };
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}

/// <summary>An evaluation as it is told outside.</summary>
/// <param name="Model">The run that trained the model.</param>
/// <param name="Scores">What scores mean: <c>number</c>, in deviations of the training's labels (trees: in parts of the label bound), <c>chance</c> or <c>logit</c>.</param>
/// <param name="Figures">Over all rows, by name.</param>
/// <param name="Boundaries">Cut-offs, then boundaries between groups.</param>
/// <param name="Canonical">The canonical bytes in hexadecimal digits, of which a report is made.</param>
public sealed record EvaluationDocument(string Model, string Scores, IReadOnlyDictionary<string, string> Figures, IReadOnlyList<BoundaryDocument> Boundaries, string Canonical);

/// <summary>A boundary.</summary>
/// <param name="CutOff">A chance; null for one between groups.</param>
/// <param name="Group">The groups below it; null for a cut-off.</param>
/// <param name="Figures">Above it, by name; null where it is withheld.</param>
public sealed record BoundaryDocument(string? CutOff, int? Group, IReadOnlyDictionary<string, string>? Figures);
