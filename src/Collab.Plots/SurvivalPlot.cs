using System.Globalization;
using Collab.Plots.Figures;
using Collab.Plots.Svg;
using Collab.Statistics.Inference;

namespace Collab.Plots;

/// <summary>Kaplan and Meier's curves with their pointwise intervals, how many are at risk, and the log-rank test.</summary>
internal sealed class SurvivalPlot
{
    private const double CurvesHeight = 290, RowHeight = 17, MostPoints = 40, MostTicks = 24, TickWidth = 44;
    private const string Estimate = "Kaplan-Meier estimate", MedianOf = "Median survival";

    private readonly PlotSubject _subject;
    private readonly PlotWords _words;
    private readonly Curve[] _curves;
    private readonly double? _p;

    private SurvivalPlot(PlotSubject subject, PlotWords words, Curve[] curves, double? p) => (_subject, _words, _curves, _p) = (subject, words, curves, p);

    /// <summary>The picture, if the subject has survival curves.</summary>
    public static SurvivalPlot? Of(PlotSubject subject, PlotWords words)
    {
        Curve[] curves = [.. subject.Findings.Where(finding => finding.Method.StartsWith(Estimate, StringComparison.Ordinal)).Select(finding => Curve.Read(finding, subject, words))];
        var test = subject.Findings.FirstOrDefault(finding => finding.Method == "Log-rank test");
        return curves.Length == 0 || curves.Any(curve => curve.Steps.Length == 0) ? null : new SurvivalPlot(subject, words, curves, test?["p.value"]);
    }

    public Figure ToFigure() => new(FigureShape.Steps, PlotText.Heading(_subject.Asked), Description())
    {
        Across = _subject.Columns.FirstOrDefault() ?? "", Up = _words.Survival, UpRange = [0, 1],
        Notes = [.. _p is { } p ? [$"{_words.LogRank} {PlotText.PValue(p)}"] : Array.Empty<string>(), .. _curves.Where(curve => curve.Median is not null).Select(MedianOfCurve), _words.Band],
        Series = [.. _curves.Select(curve => new FigureSeries(curve.Name, [Beginning(curve), .. curve.Steps.Select(step => PointOf(curve, step))]))],
        Table = [[_words.Group, _subject.Columns.FirstOrDefault() ?? "", _words.AtRisk, _words.Survival, _words.Interval], .. _curves.SelectMany(curve => curve.Steps.Select(step => RowOf(curve, step)))],
    };

    private FigurePoint Beginning(Curve curve) => new(curve.Name) { X = Math.Min(0, curve.Steps[0].Time), Y = 1, Low = 1, High = 1 };

    private FigurePoint PointOf(Curve curve, Step step) => new(curve.Tip(step, _words))
    {
        X = step.Time, Y = step.Survival, Low = FigurePoint.Number(step.Low), High = FigurePoint.Number(step.High),
    };

    private string[] RowOf(Curve curve, Step step) =>
        [curve.Name, PlotText.Tick(step.Time), PlotText.Whole(step.AtRisk), PlotText.Rounded(step.Survival), $"{PlotText.Rounded(step.Low)} {_words.To} {PlotText.Rounded(step.High)}"];

    private string MedianOfCurve(Curve curve) => $"{curve.Name}: {_words.Median} {(double.IsNaN(curve.Median!.Value) ? _words.NotReached : PlotText.Tick(curve.Median.Value))}";

    public string Draw()
    {
        double top = 58 + (_curves.Length * 18) + 12, bottom = top + CurvesHeight;
        var height = bottom + 76 + (_curves.Length * RowHeight) + 28;
        var picture = new SvgPicture(PlotFrame.Width, height, PlotText.Heading(_subject.Asked), Description());
        PlotFrame.Heading(picture, _subject.Asked);

        var share = Axis.Linear(0, 1, bottom, top, 5);
        var left = Math.Clamp(_curves.Max(curve => PlotText.WidthOf(curve.Name, 12)) + PlotFrame.Edge + 50, 90, 212);
        var right = PlotFrame.Width - PlotFrame.Edge - 14;
        var time = Times(left, right);
        PlotFrame.Left(picture, share, left, right, _words.Survival, top, bottom, PlotText.Tick);
        PlotFrame.Bottom(picture, time.Ticks.Select(tick => (time.Of(tick), PlotText.Tick(tick))), left, right, bottom);
        for (var i = 0; i < _curves.Length; i++) DrawBand(picture, i, time, share);
        for (var i = 0; i < _curves.Length; i++) DrawCurve(picture, i, time, share);
        DrawLegend(picture);
        if (_p is { } p) picture.Text(left + 12, bottom - 14, $"{_words.LogRank} {PlotText.PValue(p)}", Style.Ink, size: 13);
        picture.Text((left + right) / 2, bottom + 38, _subject.Columns.FirstOrDefault() ?? "", Style.Ink, "middle");
        DrawAtRisk(picture, time, bottom + 62);
        picture.Text(PlotFrame.Edge, height - 14, _words.Band, Style.Soft, size: 11);
        return picture.ToString();
    }

    /// <summary>The scale of time. Its ticks are the times told, if they are few, so that numbers at risk stand below them.</summary>
    private Axis Times(double left, double right)
    {
        var all = _curves.SelectMany(curve => curve.Steps).Select(step => step.Time).Distinct().Order().ToList();
        var from = Math.Min(0, all[0]);
        var axis = Axis.Linear(from, all[^1] > from ? all[^1] : from + 1, left, right, 8);
        if (all.Count > MostTicks) return axis;
        var ticks = new List<double> { from };
        foreach (var told in all.Where(told => axis.Of(told) - axis.Of(ticks[^1]) >= TickWidth)) ticks.Add(told);
        return Axis.LinearWith(ticks, from, all[^1] > from ? all[^1] : from + 1, left, right);
    }

    private void DrawBand(SvgPicture picture, int number, Axis time, Axis share)
    {
        Step[] steps = [.. _curves[number].Steps.TakeWhile(step => !double.IsNaN(step.Low) && !double.IsNaN(step.High))];
        if (steps.Length < 2) return;
        var band = new PathText().MoveTo(time.Of(steps[0].Time), share.Of(steps[0].High));
        for (var i = 1; i < steps.Length; i++) band.AcrossTo(time.Of(steps[i].Time)).DownTo(share.Of(steps[i].High));
        band.DownTo(share.Of(steps[^1].Low));
        for (var i = steps.Length - 1; i >= 1; i--) band.DownTo(share.Of(steps[i - 1].Low)).AcrossTo(time.Of(steps[i - 1].Time));
        picture.Path(band.Close(), Style.Band(number, _curves.Length));
    }

    private void DrawCurve(SvgPicture picture, int number, Axis time, Axis share)
    {
        var curve = _curves[number];
        var line = new PathText().MoveTo(time.Of(Math.Min(0, curve.Steps[0].Time)), share.Of(1));
        foreach (var step in curve.Steps) line.AcrossTo(time.Of(step.Time)).DownTo(share.Of(step.Survival));
        picture.Path(line, Style.Series(number), curve.Name);
        if (curve.Steps.Length > MostPoints) return;
        foreach (var step in curve.Steps) picture.Circle(time.Of(step.Time), share.Of(step.Survival), 2.5, Style.Point(number), curve.Tip(step, _words));
    }

    private void DrawLegend(SvgPicture picture)
    {
        using (picture.Group("legend"))
        {
            for (var i = 0; i < _curves.Length; i++)
            {
                var y = 58 + (i * 18);
                picture.Line(PlotFrame.Edge, y - 4, PlotFrame.Edge + 30, y - 4, Style.Series(i));
                var median = _curves[i].Median is not { } value ? "" : $" · {_words.Median} {(double.IsNaN(value) ? _words.NotReached : PlotText.Tick(value))}";
                picture.Text(PlotFrame.Edge + 38, y, PlotText.Cut(_curves[i].Name, 12, 400) + median, Style.Ink, tip: _curves[i].Name);
            }
        }
    }

    /// <summary>Below each tick how many are at risk just before it: of the first time told that is not earlier.</summary>
    private void DrawAtRisk(SvgPicture picture, Axis time, double y)
    {
        using (picture.Group("at-risk"))
        {
            picture.Text(PlotFrame.Edge, y, _words.AtRisk, Style.Soft);
            for (var i = 0; i < _curves.Length; i++)
            {
                var line = y + ((i + 1) * RowHeight);
                picture.Line(PlotFrame.Edge, line - 4, PlotFrame.Edge + 16, line - 4, Style.Series(i));
                picture.Text(PlotFrame.Edge + 22, line, PlotText.Cut(_curves[i].Name, 12, 150), Style.Ink, tip: _curves[i].Name);
                foreach (var tick in time.Ticks)
                {
                    var next = Array.FindIndex(_curves[i].Steps, step => step.Time >= tick);
                    if (next >= 0) picture.Text(time.Of(tick), line, PlotText.Whole(_curves[i].Steps[next].AtRisk), Style.Ink, "middle", 11);
                }
            }
        }
    }

    private string Description()
    {
        var curves = _curves.Select(curve => $"{curve.Name}: {string.Join("; ", curve.Steps.Select(step => curve.Tip(step, _words)))}.");
        return string.Join(" ", _p is { } p ? curves.Append($"{_words.LogRank} {PlotText.PValue(p)}") : curves);
    }

    /// <summary>The curve of a group.</summary>
    private sealed record Curve(string Name, Step[] Steps, double? Median)
    {
        public static Curve Read(Finding finding, PlotSubject subject, PlotWords words)
        {
            var of = finding.Method[Estimate.Length..]; // ", column = level", or nothing
            var median = subject.Findings.FirstOrDefault(other => other.Method == MedianOf + of)?.Quantities.FirstOrDefault(q => q.Name == "estimate")?.Value;
            return new Curve(
                of.Length == 0 ? words.All : of[2..],
                [.. finding.Quantities.GroupBy(q => q.Term).Select(Step.Read).OfType<Step>().OrderBy(step => step.Time)], median);
        }

        public string Tip(Step step, PlotWords words) =>
            $"{PlotText.Tick(step.Time)}: {PlotText.Rounded(step.Survival)} ({PlotText.Rounded(step.Low)} {words.To} {PlotText.Rounded(step.High)}), {words.AtRisk} {PlotText.Whole(step.AtRisk)}";
    }

    /// <summary>One step of a curve.</summary>
    private sealed record Step(double Time, double AtRisk, double Survival, double Low, double High)
    {
        public static Step? Read(IGrouping<string, Quantity> numbers)
        {
            double Number(string name) => numbers.FirstOrDefault(q => q.Name == name)?.Value ?? double.NaN;
            return double.TryParse(numbers.Key, NumberStyles.Float, CultureInfo.InvariantCulture, out var time) && !double.IsNaN(Number("estimate"))
                ? new Step(time, Number("n.risk"), Number("estimate"), Number("conf.low"), Number("conf.high"))
                : null;
        }
    }
}
