using System.Globalization;
using Collab.FederatedLearning.Evaluation;

namespace Collab.Plots.Models;

/// <summary>Pictures of an evaluation of two classes, from the boundaries that are told.</summary>
internal static class ClassPlots
{
    public static PointPicture Roc(ModelSubject subject, ModelWords words)
    {
        var figures = new ClassificationFigures(subject.Result);
        return new(words.Roc, words.FalsePositiveRate, words.TruePositiveRate)
        {
            AcrossRange = (0, 1), UpRange = (0, 1), Comparison = new(words.Chance, (0, 0), (1, 1)), Figures = $"AUC {Decimals(figures.Auc)}", Notes = [words.PointsTold, .. Withheld(subject, words)],
            Series = [new("", figures.Roc, [.. figures.Roc.Select(point => $"{words.FalsePositiveRate} {Decimals(point.FalsePositiveRate)}, {words.TruePositiveRate} {Decimals(point.TruePositiveRate)}")])],
        };
    }

    public static PointPicture Distance(ModelSubject subject, ModelWords words)
    {
        var figures = new ClassificationFigures(subject.Result);
        var (depths, roc) = (figures.Gains, figures.Roc);
        PointSeries Of(string name, Func<int, double> share) => new(
            name, [.. depths.Select((point, i) => (point.Depth, share(i)))], [.. depths.Select((point, i) => $"{Decimals(point.Depth)}: {Decimals(share(i))}")]);
        var largest = Enumerable.Range(0, roc.Count).MaxBy(i => Math.Abs(roc[i].TruePositiveRate - roc[i].FalsePositiveRate));
        var gap = Math.Abs(roc[largest].TruePositiveRate - roc[largest].FalsePositiveRate);
        return new(words.Distance, words.Depth, words.ShareAbove)
        {
            AcrossRange = (0, 1), UpRange = (0, 1), Comparison = new(words.Chance, (0, 0), (1, 1)), Figures = $"KS {Decimals(figures.KolmogorovSmirnov)}", Notes = [words.PointsTold, .. Withheld(subject, words)],
            Series = [Of(words.ClassOne, i => roc[i].TruePositiveRate), Of(words.ClassZero, i => roc[i].FalsePositiveRate)],
            Marked = gap == 0 ? null : new($"{words.Largest}: {Decimals(gap)}", (depths[largest].Depth, roc[largest].FalsePositiveRate), (depths[largest].Depth, roc[largest].TruePositiveRate)),
        };
    }

    public static PointPicture? Lift(ModelSubject subject, ModelWords words)
    {
        var figures = new ClassificationFigures(subject.Result);
        (double Depth, double Lift)[] points = [.. figures.Gains.Skip(1).Select(point => (point.Depth, point.Recall / point.Depth))];
        if (points.Length < 2) return null;
        return new(words.Lift, words.Depth, words.LiftName)
        {
            AcrossRange = (0, 1), UpRange = (0, Ceiling(points.Max(point => point.Lift))), Comparison = new($"{words.BaseRate} {Decimals(figures.BaseRate)}", (0, 1), (1, 1)), Notes = [.. Withheld(subject, words)],
            Series = [new("", points, [.. points.Select(point => $"{Decimals(point.Depth)}: {Decimals(point.Lift)}")])],
        };
    }

    /// <summary>A sentence where boundaries are withheld.</summary>
    public static IEnumerable<string> Withheld(ModelSubject subject, ModelWords words)
    {
        var (all, withheld) = (subject.Result.Boundaries.Count, subject.Result.Boundaries.Count(boundary => boundary.Above is null));
        if (withheld > 0) yield return string.Format(CultureInfo.InvariantCulture, words.SomeWithheld, withheld, all);
    }

    public static string Decimals(double value) => double.IsNaN(value) ? "–" : value.ToString("0.000", CultureInfo.InvariantCulture).Replace('-', '−');

    private static double Ceiling(double value) => Math.Max(1.2, Math.Ceiling(value * 5) / 5);
}
