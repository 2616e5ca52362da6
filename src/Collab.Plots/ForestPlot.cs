using Collab.Plots.Figures;
using Collab.Plots.Svg;
using Collab.Statistics.Inference;

namespace Collab.Plots;

/// <summary>Estimates with their intervals, a line each; ratios in logarithms.</summary>
internal sealed class ForestPlot
{
    private const double RowHeight = 30, NumbersWidth = 205, MostRatio = 100;

    private readonly PlotSubject _subject;
    private readonly PlotWords _words;
    private readonly string _measure;
    private readonly bool _isRatio;
    private readonly Row[] _rows;

    private ForestPlot(PlotSubject subject, PlotWords words, string measure, bool isRatio, Row[] rows) =>
        (_subject, _words, _measure, _isRatio, _rows) = (subject, words, measure, isRatio, rows);

    /// <summary>The picture, if the subject has ratios or coefficients with intervals.</summary>
    public static ForestPlot? Of(PlotSubject subject, PlotWords words)
    {
        if (subject.Findings.Count == 0) return null;
        if (subject.Findings[0].Method.StartsWith("Odds ratio", StringComparison.Ordinal))
        {
            Row[] ratios = [.. subject.Findings.SelectMany(finding => Read(finding, finding.Method.StartsWith("Odds ratio", StringComparison.Ordinal) ? words.OddsRatio : words.RelativeRisk, value => value))];
            return ratios.Length == 0 ? null : new ForestPlot(subject, words, $"{words.OddsRatio}, {words.RelativeRisk}", true, ratios);
        }

        foreach (var finding in subject.Findings)
        {
            (string Measure, bool IsRatio, Func<double, double> Of)? kind = finding.Method.Split(',')[0] switch
            {
                "Linear regression" => (words.Coefficient, false, value => value),
                "Logistic regression" => (words.OddsRatio, true, Math.Exp),
                "Poisson regression" => (words.RateRatio, true, Math.Exp),
                "Cox regression" => (words.HazardRatio, true, Math.Exp),
                "Fisher's exact test" => (words.OddsRatio, true, value => value),
                _ => null,
            };
            if (kind is not { } known) continue;
            Row[] rows = [.. Read(finding, known.Measure, known.Of)];
            if (rows.Length > 0) return new ForestPlot(subject, words, known.Measure, known.IsRatio, rows);
        }

        return null;
    }

    public Figure ToFigure() => new(FigureShape.Intervals, PlotText.Heading(_subject.Asked), Description)
    {
        Across = _isRatio ? $"{_measure}, {_words.LogScale}" : _measure, IsLogarithmic = _isRatio, AcrossRange = Range(), AcrossTicks = Scale(0, 1).Ticks,
        Lines = [new("", [_isRatio ? 1 : 0, null], [_isRatio ? 1 : 0, null])],
        Series = [new("", [.. _rows.Select(row => new FigurePoint($"{row.Name}: {TextOf(row)}")
        {
            Name = row.Name, X = FigurePoint.Number(row.Estimate), Low = FigurePoint.Number(row.Low), High = FigurePoint.Number(row.High),
        })])],
        Table = [["", $"{_measure} ({_words.Interval})"], .. _rows.Select(row => new[] { row.Name, TextOf(row) })],
    };

    private string Description => string.Join("; ", _rows.Select(row => $"{row.Name}: {TextOf(row)}"));

    public string Draw()
    {
        double top = 76, bottom = top + (_rows.Length * RowHeight) + 8, height = bottom + 62;
        var left = Math.Clamp(_rows.Max(row => PlotText.WidthOf(row.Name, 13)) + PlotFrame.Edge + 22, 90, 240);
        var right = PlotFrame.Width - PlotFrame.Edge - NumbersWidth;
        var axis = Scale(left, right);
        var picture = new SvgPicture(PlotFrame.Width, height, PlotText.Heading(_subject.Asked), Description);
        PlotFrame.Heading(picture, _subject.Asked);
        picture.Text(PlotFrame.Width - PlotFrame.Edge, top - 12, $"{_measure} ({_words.Interval})", Style.Soft, "end");
        using (picture.Group("grid"))
        {
            foreach (var tick in axis.Ticks) picture.Line(axis.Of(tick), top - 4, axis.Of(tick), bottom, Style.Grid);
        }

        var nothing = _isRatio ? 1 : 0;
        if (axis.Has(nothing)) picture.Line(axis.Of(nothing), top - 4, axis.Of(nothing), bottom, Style.Reference);
        PlotFrame.Bottom(picture, axis.Ticks.Select(tick => (axis.Of(tick), PlotText.Tick(tick))), left, right, bottom);
        picture.Text((left + right) / 2, bottom + 40, _isRatio ? $"{_measure}, {_words.LogScale}" : _measure, Style.Ink, "middle");
        using (picture.Group("estimates"))
        {
            for (var i = 0; i < _rows.Length; i++) Draw(picture, _rows[i], axis, top + ((i + 0.5) * RowHeight), left);
        }

        return picture.ToString();
    }

    private void Draw(SvgPicture picture, Row row, Axis axis, double y, double left)
    {
        picture.Text(PlotFrame.Edge, y + 4, PlotText.Cut(row.Name, 13, left - PlotFrame.Edge - 12), Style.Ink, size: 13, tip: row.Name);
        picture.Text(PlotFrame.Width - PlotFrame.Edge, y + 4, TextOf(row), Style.Ink, "end");
        if (double.IsNaN(row.Estimate) || double.IsNaN(row.Low) || double.IsNaN(row.High)) return;
        picture.Line(axis.Of(row.Low), y, axis.Of(row.High), y, Style.Whisker, $"{row.Name}: {TextOf(row)}");
        foreach (var (end, into) in new[] { (row.Low, 5), (row.High, -5) })
        {
            var x = axis.Of(end);
            if (axis.Has(end)) picture.Line(x, y - 4, x, y + 4, Style.Whisker);
            else picture.Path(new PathText().MoveTo(x + into, y - 4).LineTo(x, y).LineTo(x + into, y + 4), Style.Whisker); // it goes on
        }

        if (axis.Has(row.Estimate)) picture.Rectangle(axis.Of(row.Estimate) - 4.5, y - 4.5, 9, 9, Style.Estimate, $"{row.Name}: {TextOf(row)}");
    }

    /// <summary>A scale that holds all intervals and the value of no effect, except what is far off.</summary>
    private Axis Scale(double left, double right) => Range() is var range && _isRatio
        ? Axis.Logarithmic(range[0], range[1], left, right)
        : Axis.Linear(range[0], range[1], left, right, 6);

    private double[] Range()
    {
        double[] ends = [.. _rows.SelectMany(row => new[] { row.Estimate, row.Low, row.High }).Where(double.IsFinite)];
        if (_isRatio)
        {
            double[] near = [.. ends.Where(end => end > 0).Select(end => Math.Clamp(end, 1 / MostRatio, MostRatio)), 1];
            var (low, high) = (near.Min(), near.Max());
            var margin = Math.Max(1.15, Math.Pow(high / low, 0.06));
            return [low / margin, high * margin];
        }

        var (least, most) = (Math.Min(0, ends.DefaultIfEmpty(0).Min()), Math.Max(0, ends.DefaultIfEmpty(0).Max()));
        var room = most > least ? (most - least) * 0.06 : 1;
        return [least - room, most + room];
    }

    private string TextOf(Row row) =>
        double.IsNaN(row.Estimate) ? _words.NotDefined : $"{PlotText.Rounded(row.Estimate)} ({PlotText.Rounded(row.Low)} {_words.To} {PlotText.Rounded(row.High)})";

    /// <summary>A row for each term with an interval; the intercept is no effect and has none.</summary>
    private static IEnumerable<Row> Read(Finding finding, string whole, Func<double, double> of) =>
        from term in finding.Quantities.GroupBy(q => q.Term)
        where term.Key != "(Intercept)" && term.Any(q => q.Name == "estimate") && term.Any(q => q.Name == "conf.low")
        select new Row(term.Key.Length == 0 ? whole : term.Key, of(Of(term, "estimate")), of(Of(term, "conf.low")), of(Of(term, "conf.high")));

    private static double Of(IEnumerable<Quantity> numbers, string name) => numbers.FirstOrDefault(q => q.Name == name)?.Value ?? double.NaN;

    /// <summary>An estimate with its interval.</summary>
    private sealed record Row(string Name, double Estimate, double Low, double High);
}
