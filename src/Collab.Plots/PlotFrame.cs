using Collab.Plots.Svg;

namespace Collab.Plots;

/// <summary>What stands around the marks of every picture: heading, scales, the names of the axes.</summary>
internal static class PlotFrame
{
    public const double Width = 720, Edge = 18, HeadingLine = 32, NoteLine = 52, TickSize = 12, TickGap = 7;

    /// <summary>The heading, and a softer line beneath it.</summary>
    public static void Heading(SvgPicture picture, string asked, string? note = null)
    {
        var heading = PlotText.Heading(asked);
        picture.Text(Edge, HeadingLine, PlotText.Cut(heading, 16, Width - (2 * Edge)), Style.Heading, size: 16, tip: heading);
        if (note is not null) picture.Text(Edge, NoteLine, note, Style.Soft);
    }

    /// <summary>The scale at the left with lines across.</summary>
    public static void Left(SvgPicture picture, Axis axis, double left, double right, string name, double top, double bottom, Func<double, string> text)
    {
        using (picture.Group("y-axis"))
        {
            foreach (var tick in axis.Ticks)
            {
                picture.Line(left, axis.Of(tick), right, axis.Of(tick), Style.Grid);
                picture.Text(left - TickGap, axis.Of(tick) + (TickSize / 3), text(tick), Style.Soft, "end");
            }
        }

        picture.Text(left - LeftMargin(axis, text) + Edge + 8, (top + bottom) / 2, name, Style.Ink, "middle", turned: true);
    }

    /// <summary>How much room the scale at the left needs.</summary>
    public static double LeftMargin(Axis axis, Func<double, string> text) =>
        Edge + 22 + TickGap + axis.Ticks.Select(tick => PlotText.WidthOf(text(tick), TickSize)).DefaultIfEmpty(0).Max();

    /// <summary>The line of the scale at the bottom, with those texts of its ticks that have room.</summary>
    public static void Bottom(SvgPicture picture, IEnumerable<(double X, string Text)> ticks, double left, double right, double y)
    {
        using (picture.Group("x-axis"))
        {
            picture.Line(left, y, right, y, Style.Axis);
            var free = double.NegativeInfinity;
            foreach (var (x, text) in ticks)
            {
                var half = PlotText.WidthOf(text, TickSize) / 2;
                if (x - half < free) continue;
                picture.Line(x, y, x, y + 4, Style.Axis);
                picture.Text(x, y + 4 + TickSize, text, Style.Soft, "middle");
                free = x + half + 6;
            }
        }
    }
}
