using System.Globalization;
using Collab.Plots.Svg;

namespace Collab.Plots;

/// <summary>One thing that happened, as a picture of time shows it.</summary>
/// <param name="Time">When.</param>
/// <param name="Lane">Whose line it stands on.</param>
/// <param name="Group">What it belongs to; things of one group have one colour.</param>
/// <param name="Against">Whether it stands in the way, as a refusal does; drawn as a ring.</param>
/// <param name="Tip">What it is, for who points at it and for who cannot see it.</param>
public sealed record TimelineMark(DateTimeOffset Time, string Lane, string Group, bool Against, string Tip);

/// <summary>Who did what when: a line for each, a mark for each thing. On light paper only: it is for pages that are printed.</summary>
public static class TimelinePlot
{
    private const double LaneHeight = 34, Top = 58, Bottom = 44, Radius = 5, RoomForTick = 24;
    private const int Ticks = 6, MostColours = 6, LongestDescription = 200;

    /// <summary>Draws it; null when nothing happened.</summary>
    /// <param name="heading">Above the picture.</param>
    /// <param name="marks">What happened, in any order.</param>
    /// <returns>An SVG document, the same for the same marks; it needs no script, font file or network.</returns>
    public static string? Draw(string heading, IReadOnlyList<TimelineMark> marks)
    {
        if (marks.Count == 0) return null;
        var lanes = marks.Select(m => m.Lane).Distinct().Order(StringComparer.Ordinal).ToList();
        var groups = marks.OrderBy(m => m.Time).Select(m => m.Group).Distinct().ToList();
        var height = Top + (lanes.Count * LaneHeight) + Bottom;
        var picture = new SvgPicture(
            PlotFrame.Width, height, heading, string.Join("; ", marks.OrderBy(m => m.Time).Take(LongestDescription).Select(m => m.Tip)), light: true);
        PlotFrame.Heading(picture, heading);

        var left = PlotFrame.Edge + 12 + lanes.Max(l => PlotText.WidthOf(PlotText.Cut(l, PlotFrame.TickSize, PlotFrame.Width / 4), PlotFrame.TickSize));
        var right = PlotFrame.Width - PlotFrame.Edge - RoomForTick;
        var (first, last) = (marks.Min(m => m.Time), marks.Max(m => m.Time));
        var span = Math.Max(1, (last - first).TotalMilliseconds);
        for (var i = 0; i < lanes.Count; i++)
        {
            picture.Line(left, YOf(i), right, YOf(i), Style.Grid);
            picture.Text(left - 10, YOf(i) + (PlotFrame.TickSize / 3), PlotText.Cut(lanes[i], PlotFrame.TickSize, PlotFrame.Width / 4), Style.Ink, "end", tip: lanes[i]);
        }

        using (picture.Group("marks"))
        {
            foreach (var mark in marks.OrderBy(m => m.Time))
            {
                var (x, y) = (XOf(mark.Time), YOf(lanes.IndexOf(mark.Lane)));
                var number = groups.IndexOf(mark.Group) % MostColours;
                if (mark.Against) picture.Circle(x, y, Radius + 1, Style.Series(number), mark.Tip);
                else picture.Circle(x, y, Radius, Style.Point(number), mark.Tip);
            }
        }

        var form = (last - first).TotalDays >= 2 ? "yyyy-MM-dd" : (last - first).TotalMinutes >= 10 ? "MM-dd HH:mm" : "HH:mm:ss";
        PlotFrame.Bottom(
            picture,
            Enumerable.Range(0, Ticks).Select(i => first + TimeSpan.FromMilliseconds(span * i / (Ticks - 1)))
                .Select(t => (XOf(t), t.UtcDateTime.ToString(form, CultureInfo.InvariantCulture))).DistinctBy(t => t.Item2),
            left, right, height - Bottom + 8);
        return picture.ToString();

        double XOf(DateTimeOffset time) => left + Radius + ((time - first).TotalMilliseconds / span * (right - left - Radius));
        double YOf(int lane) => Top + ((lane + 0.5) * LaneHeight);
    }
}
