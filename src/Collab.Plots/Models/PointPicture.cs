using Collab.Plots.Figures;
using Collab.Plots.Svg;

namespace Collab.Plots.Models;

/// <summary>One series of points.</summary>
/// <param name="Name">As the legend has it; empty for none.</param>
/// <param name="Points">From left to right.</param>
/// <param name="Tips">What each point says.</param>
/// <param name="IsJoined">Whether a line joins them.</param>
internal sealed record PointSeries(string Name, IReadOnlyList<(double X, double Y)> Points, IReadOnlyList<string> Tips, bool IsJoined = true);

/// <summary>A straight line for comparison, and what it means.</summary>
internal sealed record ComparisonLine(string Name, (double X, double Y) From, (double X, double Y) To);

/// <summary>A picture of points in two scales: what the pictures of models have in common.</summary>
internal sealed record PointPicture(string Heading, string Across, string Up)
{
    private const double PlotHeight = 360, LegendLine = 18, LegendTop = 58;

    public required (double From, double To) AcrossRange { get; init; }

    public required (double From, double To) UpRange { get; init; }

    public required IReadOnlyList<PointSeries> Series { get; init; }

    public required ComparisonLine Comparison { get; init; }

    /// <summary>A stretch that is marked, and what is said of it.</summary>
    public ComparisonLine? Marked { get; init; }

    /// <summary>Figures beside the picture's name.</summary>
    public string Figures { get; init; } = "";

    /// <summary>Lines below.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    public Figure ToFigure() => new(FigureShape.Points, Heading, Description())
    {
        Across = Across, Up = Up, AcrossRange = [AcrossRange.From, AcrossRange.To], UpRange = [UpRange.From, UpRange.To],
        Lines = [.. new[] { Comparison, Marked }.OfType<ComparisonLine>().Select(line => new FigureLine(line.Name, [line.From.X, line.From.Y], [line.To.X, line.To.Y]))],
        Notes = Figures.Length > 0 ? [Figures, .. Notes] : Notes,
        Series = [.. Series.Select(series => new FigureSeries(series.Name, [.. series.Points.Zip(series.Tips, (point, tip) => new FigurePoint(tip) { X = FigurePoint.Number(point.X), Y = FigurePoint.Number(point.Y) })]))],
        Table = [[.. Series.Count > 1 ? [""] : Array.Empty<string>(), Across, Up], .. Series.SelectMany(series => series.Points.Select(point =>
            (string[])[.. Series.Count > 1 ? [series.Name] : Array.Empty<string>(), ClassPlots.Decimals(point.X), ClassPlots.Decimals(point.Y)]))],
    };

    public string Draw()
    {
        PointSeries[] named = [.. Series.Where(series => series.Name.Length > 0)];
        double top = LegendTop + ((named.Length + 1) * LegendLine) + 8, bottom = top + PlotHeight, height = bottom + 56 + (Notes.Count * 16);
        var picture = new SvgPicture(PlotFrame.Width, height, Heading, Description());
        PlotFrame.Heading(picture, Heading);
        var up = Axis.Linear(UpRange.From, UpRange.To, bottom, top, 5);
        var left = PlotFrame.LeftMargin(up, PlotText.Tick);
        var right = PlotFrame.Width - PlotFrame.Edge - 8;
        var across = Axis.Linear(AcrossRange.From, AcrossRange.To, left, right, 8);
        PlotFrame.Left(picture, up, left, right, Up, top, bottom, PlotText.Tick);
        PlotFrame.Bottom(picture, across.Ticks.Select(tick => (across.Of(tick), PlotText.Tick(tick))), left, right, bottom);
        picture.Text((left + right) / 2, bottom + 38, Across, Style.Ink, "middle");

        void Draw(ComparisonLine line, Style style) => picture.Line(across.Of(line.From.X), up.Of(line.From.Y), across.Of(line.To.X), up.Of(line.To.Y), style, line.Name);
        Draw(Comparison, Style.Reference);
        if (Marked is not null) Draw(Marked, Style.Axis);
        using (picture.Group("series"))
        {
            for (var s = 0; s < Series.Count; s++)
            {
                if (Series[s].IsJoined) picture.Path(Joined(Series[s], across, up), Style.Series(s), Series[s].Name);
                foreach (var (point, tip) in Series[s].Points.Zip(Series[s].Tips)) picture.Circle(across.Of(point.X), up.Of(point.Y), 4, Style.Point(s), tip);
            }
        }

        Legend(picture);
        for (var i = 0; i < Notes.Count; i++) picture.Text(PlotFrame.Edge, bottom + 58 + (i * 16), PlotText.Cut(Notes[i], 11, PlotFrame.Width - (2 * PlotFrame.Edge)), Style.Soft, size: 11, tip: Notes[i]);
        return picture.ToString();
    }

    private static PathText Joined(PointSeries series, Axis across, Axis up)
    {
        var path = new PathText().MoveTo(across.Of(series.Points[0].X), up.Of(series.Points[0].Y));
        foreach (var (x, y) in series.Points.Skip(1)) path.LineTo(across.Of(x), up.Of(y));
        return path;
    }

    private void Legend(SvgPicture picture)
    {
        using (picture.Group("legend"))
        {
            var y = LegendTop;
            foreach (var (number, series) in Series.Index().Where(one => one.Item.Name.Length > 0))
            {
                if (series.IsJoined) picture.Line(PlotFrame.Edge, y - 4, PlotFrame.Edge + 30, y - 4, Style.Series(number));
                picture.Circle(PlotFrame.Edge + 15, y - 4, 4, Style.Point(number));
                picture.Text(PlotFrame.Edge + 38, y, PlotText.Cut(series.Name, 12, 300), Style.Ink, tip: series.Name);
                y += LegendLine;
            }

            picture.Line(PlotFrame.Edge, y - 4, PlotFrame.Edge + 30, y - 4, Style.Reference);
            picture.Text(PlotFrame.Edge + 38, y, Comparison.Name, Style.Ink);
            if (Figures.Length > 0) picture.Text(PlotFrame.Width - PlotFrame.Edge - 8, LegendTop, Figures, Style.Ink, "end", 13);
        }
    }

    private string Description() => string.Join(" ", Series.Select(series => (series.Name.Length > 0 ? series.Name + ": " : "") + string.Join("; ", series.Tips) + ".").Prepend(Figures.Length > 0 ? Figures + "." : "")).Trim();
}
