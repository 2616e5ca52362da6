using System.Globalization;
using Collab.Plots.Figures;
using Collab.Plots.Svg;

namespace Collab.Plots.Models;

/// <summary>How much each feature counts: a bar each, the longest first.</summary>
internal static class ImportancePlot
{
    private const double RowHeight = 24, Top = 58, NumberWidth = 56;
    private const int MostRows = 30;

    public static Figure? ToFigure(IReadOnlyList<(string Feature, double Share)> importance, ModelWords words)
    {
        var features = InOrder(importance);
        return features.Length == 0 ? null : new Figure(FigureShape.Ranking, words.Importance, string.Join("; ", features.Take(MostRows).Select(Tip)))
        {
            Across = words.ImportanceName, Notes = features.Length > MostRows ? [string.Format(CultureInfo.InvariantCulture, words.MoreFeatures, features.Length - MostRows)] : [],
            Series = [new("", [.. features.Take(MostRows).Select(one => new FigurePoint(Tip(one)) { Name = one.Feature, Y = one.Share })])],
            Table = [["", words.ImportanceName], .. features.Select(one => new[] { one.Feature, ClassPlots.Decimals(one.Share) })],
        };
    }

    private static string Tip((string Feature, double Share) one) => $"{one.Feature}: {ClassPlots.Decimals(one.Share)}";

    private static (string Feature, double Share)[] InOrder(IReadOnlyList<(string Feature, double Share)> importance) =>
        [.. importance.Where(one => double.IsFinite(one.Share) && one.Share >= 0).OrderByDescending(one => one.Share).ThenBy(one => one.Feature, StringComparer.Ordinal)];

    public static string? Draw(ModelSubject subject, ModelWords words)
    {
        var features = InOrder(subject.Importance);
        if (features.Length == 0) return null;
        var shown = features.Take(MostRows).ToArray();
        var more = features.Length - shown.Length;
        double bottom = Top + (shown.Length * RowHeight) + 6, height = bottom + 56 + (more > 0 ? 16 : 0);
        var picture = new SvgPicture(PlotFrame.Width, height, words.Importance, string.Join("; ", shown.Select(one => $"{one.Feature}: {ClassPlots.Decimals(one.Share)}")));
        PlotFrame.Heading(picture, words.Importance);
        var left = Math.Clamp(shown.Max(one => PlotText.WidthOf(one.Feature, 13)) + PlotFrame.Edge + 22, 90, 280);
        var right = PlotFrame.Width - PlotFrame.Edge - NumberWidth;
        var axis = Axis.Linear(0, Math.Max(1e-6, shown[0].Share), left, right, 5);
        using (picture.Group("grid"))
        {
            foreach (var tick in axis.Ticks) picture.Line(axis.Of(tick), Top - 4, axis.Of(tick), bottom, Style.Grid);
        }

        using (picture.Group("features"))
        {
            for (var i = 0; i < shown.Length; i++)
            {
                var y = Top + (i * RowHeight);
                picture.Text(PlotFrame.Edge, y + 15, PlotText.Cut(shown[i].Feature, 13, left - PlotFrame.Edge - 12), Style.Ink, size: 13, tip: shown[i].Feature);
                picture.Rectangle(left, y + 3, axis.Of(shown[i].Share) - left, RowHeight - 8, Style.Bar, $"{shown[i].Feature}: {ClassPlots.Decimals(shown[i].Share)}");
                picture.Text(axis.Of(shown[i].Share) + 6, y + 15, ClassPlots.Decimals(shown[i].Share), Style.Ink);
            }
        }

        PlotFrame.Bottom(picture, axis.Ticks.Select(tick => (axis.Of(tick), PlotText.Tick(tick))), left, right, bottom);
        picture.Text((left + right) / 2, bottom + 38, words.ImportanceName, Style.Ink, "middle");
        if (more > 0) picture.Text(PlotFrame.Edge, bottom + 56, string.Format(CultureInfo.InvariantCulture, words.MoreFeatures, more), Style.Soft, size: 11);
        return picture.ToString();
    }
}
