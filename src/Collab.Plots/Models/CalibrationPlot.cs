using Collab.Jobs;

namespace Collab.Plots.Models;

/// <summary>Predicted against actual means, bin by bin.</summary>
internal static class CalibrationPlot
{
    public static PointPicture? Of(ModelSubject subject, ModelWords words)
    {
        var bins = subject.Bins;
        if (bins.Count < 2 || (subject.IsClassification && subject.Meaning == ScoreMeaning.Number)) return null;
        (double X, double Y)[] points = [.. bins.Select(bin => (subject.IsClassification ? subject.Shown(bin.MeanScore) : bin.MeanScore, bin.MeanLabel))];
        var range = subject.IsClassification ? (From: 0.0, To: 1.0) : Range(points);
        return new(words.Calibration, words.Predicted, subject.IsClassification ? words.Actual : words.ActualNumber)
        {
            AcrossRange = range, UpRange = range, Comparison = new(words.Perfect, (range.From, range.From), (range.To, range.To)),
            Series = [new("", points, [.. points.Zip(bins, (point, bin) => $"{ClassPlots.Decimals(point.X)}: {ClassPlots.Decimals(point.Y)} ({PlotText.Whole(bin.Rows)} {words.Rows})")])],
            Notes = [.. subject is { IsClassification: true, Meaning: ScoreMeaning.Logit } ? [words.LogitNote] : Array.Empty<string>(), .. ClassPlots.Withheld(subject, words)],
        };
    }

    /// <summary>All means and a little more.</summary>
    private static (double From, double To) Range((double X, double Y)[] points)
    {
        var (least, most) = (points.Min(point => Math.Min(point.X, point.Y)), points.Max(point => Math.Max(point.X, point.Y)));
        var more = most > least ? (most - least) / 10 : Math.Max(1, Math.Abs(most)) / 10;
        return (least - more, most + more);
    }
}
