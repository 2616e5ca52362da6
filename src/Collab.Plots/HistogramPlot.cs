using System.Globalization;
using System.Text.RegularExpressions;
using Collab.Plots.Figures;
using Collab.Plots.Svg;

namespace Collab.Plots;

/// <summary>Counts by bin: a bar each, bins that are suppressed hatched over the whole height.</summary>
/// <remarks>All bars are equally wide, also where bins are not: the height is a count, not a density. The outermost bins are open.</remarks>
internal sealed partial class HistogramPlot
{
    private const double Height = 420, MostLabelled = 30;

    private readonly PlotSubject _subject;
    private readonly PlotWords _words;
    private readonly Bin[] _bins;

    private HistogramPlot(PlotSubject subject, PlotWords words, Bin[] bins) => (_subject, _words, _bins) = (subject, words, bins);

    /// <summary>The picture, if the subject is a histogram.</summary>
    public static HistogramPlot? Of(PlotSubject subject, PlotWords words)
    {
        var histogram = subject.Findings.FirstOrDefault(finding => finding.Method == "Histogram");
        return histogram is null || histogram.Quantities.Count == 0
            ? null
            : new HistogramPlot(subject, words, [.. histogram.Quantities.Select(q => Bin.Read(q.Term, q.Name == "count" ? q.Value : null, words))]);
    }

    public Figure ToFigure() => new(FigureShape.Bars, PlotText.Heading(_subject.Asked), Description)
    {
        Across = _subject.Columns.FirstOrDefault() ?? "", Up = _words.Rows, Notes = _bins.Any(bin => bin.Count is null) ? [_words.SuppressedMeans] : [],
        Series = [new("", [.. _bins.Select(bin => new FigurePoint(bin.Tip(_words)) { Name = bin.Name, Y = bin.Count })])],
        Table = [[_subject.Columns.FirstOrDefault() ?? "", _words.Rows], .. _bins.Select(bin => new[] { bin.Name, bin.Count is { } count ? PlotText.Whole(count) : _words.Suppressed })],
    };

    private string Description => string.Join("; ", _bins.Select(bin => bin.Tip(_words)));

    public string Draw()
    {
        var picture = new SvgPicture(PlotFrame.Width, Height, PlotText.Heading(_subject.Asked), Description);
        var suppressed = _bins.Any(bin => bin.Count is null);
        PlotFrame.Heading(picture, _subject.Asked, suppressed ? _words.SuppressedMeans : null);

        double top = suppressed ? 84 : 66, bottom = Height - 62, right = PlotFrame.Width - PlotFrame.Edge;
        var counts = Axis.Counts(Math.Max(1, _bins.Max(bin => bin.Count ?? 0)), bottom, top);
        var left = PlotFrame.LeftMargin(counts, PlotText.Whole);
        PlotFrame.Left(picture, counts, left, right, _words.Rows, top, bottom, PlotText.Whole);
        var slot = (right - left) / _bins.Length;
        var gap = Math.Min(2, slot / 8);
        using (picture.Group("bins"))
        {
            for (var i = 0; i < _bins.Length; i++) Draw(picture, _bins[i], left + (i * slot) + gap, slot - (2 * gap), counts, top, bottom);
        }

        PlotFrame.Bottom(picture, Ticks(left, slot), left, right, bottom);
        picture.Text((left + right) / 2, Height - 18, _subject.Columns.FirstOrDefault() ?? "", Style.Ink, "middle");
        return picture.ToString();
    }

    private void Draw(SvgPicture picture, Bin bin, double x, double across, Axis counts, double top, double bottom)
    {
        if (bin.Count is not { } count)
        {
            picture.Rectangle(x, top, across, bottom - top, Style.Withheld, bin.Tip(_words));
            if (across < 16) return;
            picture.Rectangle(x + (across / 2) - 10, ((top + bottom) / 2) - 46, 20, 92, Style.Paper);
            picture.Text(x + (across / 2) + 4, (top + bottom) / 2, _words.Suppressed, Style.Ink, "middle", turned: true);
            return;
        }

        picture.Rectangle(x, counts.Of(count), across, bottom - counts.Of(count), Style.Bar, bin.Tip(_words));
        var text = PlotText.Whole(count);
        if (_bins.Length <= MostLabelled && PlotText.WidthOf(text, 11) <= across + 4)
            picture.Text(x + (across / 2), counts.Of(count) - 5, text, Style.Ink, "middle", 11);
    }

    /// <summary>Where bins meet, each or every so-manieth so that there is room; in the middle of a bin whose edges are not known, its name.</summary>
    private IEnumerable<(double X, string Text)> Ticks(double left, double slot)
    {
        var widest = _bins.Max(bin => PlotText.WidthOf(bin.Edge ?? "", PlotFrame.TickSize)) + 8;
        var every = (int)Math.Ceiling(widest / slot);
        for (var i = 0; i < _bins.Length; i++)
        {
            if (_bins[i].Edge is not null && (i + 1) % every != 0) continue;
            if (_bins[i].Edge is { } edge) yield return (left + ((i + 1) * slot), edge);
            else if (!_bins[i].IsLast) yield return (left + ((i + 0.5) * slot), _bins[i].Term);
        }
    }

    [GeneratedRegex(@"^(?:x|(?<from>-?[0-9.]+) < x) <= (?<to>-?[0-9.]+)$|^x > (?<from>-?[0-9.]+)$")]
    private static partial Regex Bounds { get; }

    /// <summary>A bin.</summary>
    /// <param name="Term">As the finding names it.</param>
    /// <param name="Name">As a person reads it.</param>
    /// <param name="Edge">Its upper edge; null if it has none.</param>
    /// <param name="IsLast">Whether it is open above.</param>
    /// <param name="Count">How many rows; null when suppressed.</param>
    private sealed record Bin(string Term, string Name, string? Edge, bool IsLast, double? Count)
    {
        public static Bin Read(string term, double? count, PlotWords words)
        {
            var bounds = Bounds.Match(term);
            if (!bounds.Success) return new Bin(term, term, null, false, count);
            var (from, to) = (bounds.Groups["from"], bounds.Groups["to"]);
            var name = !from.Success ? string.Format(CultureInfo.InvariantCulture, words.Below, to.Value)
                : !to.Success ? string.Format(CultureInfo.InvariantCulture, words.Above, from.Value)
                : $"{from.Value} < x ≤ {to.Value}";
            return new Bin(term, name, to.Success ? to.Value : null, !to.Success, count);
        }

        public string Tip(PlotWords words) => $"{Name}: {(Count is { } count ? PlotText.Whole(count) : words.Suppressed)}";
    }
}
