using System.Globalization;
using Collab.FederatedLearning.Evaluation;

namespace Collab.Plots.Models;

/// <summary>The cells of a report's tables.</summary>
internal static class ReportTables
{
    public static IReadOnlyList<string[]> Figures(ModelSubject subject, ReportWords words)
    {
        if (subject.IsClassification)
        {
            var figures = new ClassificationFigures(subject.Result);
            return
            [
                [words.ClassOne, PlotText.Whole(figures.Positives), words.ClassOneMeans], [words.ClassZero, PlotText.Whole(figures.Negatives), words.ClassZeroMeans],
                [words.BaseRate, Short(figures.BaseRate), words.BaseRateMeans], ["AUC", Long(figures.Auc), words.AucMeans], ["Gini", Long(figures.Gini), "2 · AUC − 1"], ["KS", Long(figures.KolmogorovSmirnov), words.KsMeans],
            ];
        }

        var errors = new RegressionFigures(subject.Result);
        return
        [
            [words.Rows, PlotText.Whole(errors.Rows), ""], [words.MeanLabel, Number(errors.MeanLabel), ""], [words.MeanError, Number(errors.MeanError), words.MeanErrorMeans],
            ["MAE", Number(errors.MeanAbsoluteError), words.MaeMeans], ["RMSE", Number(errors.RootMeanSquaredError), words.RmseMeans], ["R²", Long(errors.Determination), words.DeterminationMeans],
        ];
    }

    public static IReadOnlyList<string> CutOffColumns(ModelSubject subject, ReportWords words) => subject.IsClassification
        ? [words.CutOff, words.TruePositives, words.FalsePositives, words.FalseNegatives, words.TrueNegatives, words.Precision, words.Recall, "F1", words.Accuracy, words.Lift]
        : [words.CutOff, words.RowsAbove, words.MeanScore, words.MeanLabel];

    /// <summary>From the highest cut-off; one that is withheld has its head alone.</summary>
    public static IReadOnlyList<string[]> CutOffs(ModelSubject subject, ReportWords words)
    {
        var (result, figures) = (subject.Result, subject.IsClassification ? new ClassificationFigures(subject.Result) : null);
        return [.. result.Boundaries.Where(boundary => boundary.CutOff is not null).OrderByDescending(boundary => boundary.CutOff).Select(Cells)];

        string[] Cells(EvaluationBoundary boundary)
        {
            var head = Number(subject.Shown(result.Settings.Format.Number(boundary.CutOff!.Value)));
            if (boundary.Above is not { } above) return [head];
            if (figures is null)
                return [head, PlotText.Whole(above[0]), Number(result.Settings.Format.Number(above[1]) / above[0]), Number(result.Settings.Format.Number(above[2]) / above[0])];
            var at = figures.At(boundary)!.Value;
            return
            [
                head, PlotText.Whole(at.TruePositives), PlotText.Whole(at.FalsePositives), PlotText.Whole(at.FalseNegatives), PlotText.Whole(at.TrueNegatives),
                Short(at.Precision), Short(at.Recall), Short(at.F1), Short(at.Accuracy), at.Lift.ToString("0.00", CultureInfo.InvariantCulture),
            ];
        }
    }

    public static IReadOnlyList<string> BinColumns(ModelSubject subject, ReportWords words) =>
        [words.Bin, words.Rows, words.MeanScore, subject.IsClassification ? words.BaseRateOfBin : words.MeanLabel];

    public static IReadOnlyList<string[]> Bins(ModelSubject subject) => [.. subject.Bins.Index().Select(one => (string[])
    [
        (one.Index + 1).ToString(CultureInfo.InvariantCulture), PlotText.Whole(one.Item.Rows), subject.IsClassification ? Short(subject.Shown(one.Item.MeanScore)) : Number(one.Item.MeanScore),
        subject.IsClassification ? Short(one.Item.MeanLabel) : Number(one.Item.MeanLabel),
    ])];

    private static string Short(double value) => Decimals(value, "0.000");

    private static string Long(double value) => Decimals(value, "0.00000");

    private static string Number(double value) => Decimals(value, "#,0.####");

    private static string Decimals(double value, string format) => double.IsFinite(value) ? value.ToString(format, CultureInfo.InvariantCulture).Replace('-', '−') : "–";
}
