using System.Globalization;
using System.Text;
using System.Xml;
using Collab.FederatedLearning.Evaluation;
using Collab.Plots.Svg;
using Collab.Primitives;

namespace Collab.Plots.Models;

/// <summary>One page about a model for people: figures, tables and pictures of its evaluation, as an HTML file that stands by itself.</summary>
/// <remarks>
/// No script, no font, no address; a policy in the page forbids its reader's browser to fetch any. Legible on light and dark paper and printed. The same result gives the same text: no time is in
/// it. All text that comes from outside is escaped. Shows what the evaluation tells and nothing else.
/// </remarks>
public static class ModelReport
{
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'";

    private const string Look = """
        :root { color-scheme: light dark; --paper: #ffffff; --ink: #1c1e21; --soft: #555b63; --line: #d5d8dc; --band: #f4f5f7 }
        @media (prefers-color-scheme: dark) { :root { --paper: #15171b; --ink: #eceef1; --soft: #a9afb7; --line: #2d3138; --band: #1c1f24 } }
        body { margin: 2rem auto; padding: 0 1.2rem; max-width: 46rem; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif }
        h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .3rem; overflow-wrap: anywhere } h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem }
        p, figcaption { color: var(--soft); margin: .3rem 0 .8rem } .wide { overflow-x: auto }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums } caption { text-align: left; color: var(--soft); padding-bottom: .4rem }
        th, td { border-bottom: 1px solid var(--line); padding: .35rem .6rem; text-align: right } th { font-weight: 600 } th[scope=row], thead th:first-child { text-align: left; overflow-wrap: anywhere }
        tbody tr:nth-child(even) { background: var(--band) } td.withheld { color: var(--soft); text-align: center } .digest { font: .8rem/1.4 ui-monospace, monospace; overflow-wrap: anywhere }
        td.text, thead th.text { text-align: left; overflow-wrap: anywhere } figure { margin: 1.2rem 0 } svg { max-width: 100%; height: auto; border: 1px solid var(--line); border-radius: 6px }
        @media print { body { margin: 0; max-width: none } figure, tr { break-inside: avoid } }
        """;

    /// <summary>The page.</summary>
    /// <param name="subject">The model.</param>
    /// <param name="language">The language of its words.</param>
    /// <returns>An HTML document in UTF-8.</returns>
    public static string Write(ModelSubject subject, PlotLanguage language)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var words = ReportWords.In(language);
        var page = new StringBuilder("<!DOCTYPE html>\n");
        using (var xml = XmlWriter.Create(page, new XmlWriterSettings { ConformanceLevel = ConformanceLevel.Fragment, OmitXmlDeclaration = true, NewLineChars = "\n" }))
        {
            xml.WriteStartElement("html");
            xml.WriteAttributeString("lang", ModelWords.In(language).LanguageTag);
            Head(xml, subject, words);
            xml.WriteStartElement("body");
            Text(xml, "h1", SvgPicture.Clean(subject.Name));
            Text(xml, "p", subject.IsClassification ? words.OfClasses : words.OfNumbers);
            Facts(xml, subject, words);
            Text(xml, "h2", words.Figures);
            Table(xml, [words.Figure, words.Value, words.Meaning], ReportTables.Figures(subject, words), textFrom: 2);
            if (subject.Result.Settings.CutOffs.Count > 0)
            {
                Text(xml, "h2", words.CutOffs);
                Table(xml, ReportTables.CutOffColumns(subject, words), ReportTables.CutOffs(subject, words), withheld: words.Withheld);
            }

            if (subject.Bins.Count > 1)
            {
                Text(xml, "h2", words.Bins);
                Text(xml, "p", words.BinsMean);
                Table(xml, ReportTables.BinColumns(subject, words), ReportTables.Bins(subject));
            }

            Pictures(xml, subject, language, words);
            Text(xml, "h2", words.Disclosure);
            Text(xml, "p", string.Format(CultureInfo.InvariantCulture, words.DisclosureText, subject.Result.Settings.MinimumGroup));
            Text(xml, "p", $"{words.ResultDigest}: {Digest.Of("collab-evaluation-report-1", subject.Result.Encode())}", "digest");
            xml.WriteFullEndElement();
            xml.WriteFullEndElement();
        }

        return page.Append('\n').ToString();
    }

    private static void Head(XmlWriter xml, ModelSubject subject, ReportWords words)
    {
        xml.WriteStartElement("head");
        Meta(xml, ("charset", "utf-8"));
        Meta(xml, ("http-equiv", "Content-Security-Policy"), ("content", Policy));
        Meta(xml, ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
        Meta(xml, ("name", "color-scheme"), ("content", "light dark"));
        Text(xml, "title", $"{SvgPicture.Clean(subject.Name)} – {words.Report}");
        xml.WriteStartElement("style");
        xml.WriteRaw(Look);
        xml.WriteFullEndElement();
        xml.WriteFullEndElement();
    }

    private static void Meta(XmlWriter xml, params (string Name, string Value)[] attributes)
    {
        xml.WriteStartElement("meta");
        foreach (var (name, value) in attributes) xml.WriteAttributeString(name, value);
        xml.WriteEndElement();
    }

    private static void Facts(XmlWriter xml, ModelSubject subject, ReportWords words)
    {
        if (subject.Facts.Count == 0) return;
        Text(xml, "h2", words.Model);
        Table(xml, [words.Fact, words.Value], [.. subject.Facts.Select(fact => (string[])[SvgPicture.Clean(fact.Term), SvgPicture.Clean(fact.Value)])], textFrom: 1);
    }

    private static void Pictures(XmlWriter xml, ModelSubject subject, PlotLanguage language, ReportWords words)
    {
        var isFirst = true;
        foreach (var kind in Enum.GetValues<ModelPlotKind>())
        {
            if (ModelPlot.Draw(kind, subject, language) is not { } svg) continue;
            if (isFirst) Text(xml, "h2", words.Pictures);
            isFirst = false;
            xml.WriteStartElement("figure");
            xml.WriteRaw(svg.TrimEnd());
            xml.WriteFullEndElement();
        }
    }

    /// <summary>A table; the first cell of a row is its head. A row of one cell is withheld.</summary>
    private static void Table(XmlWriter xml, IReadOnlyList<string> columns, IReadOnlyList<string[]> rows, int textFrom = int.MaxValue, string withheld = "")
    {
        xml.WriteStartElement("div");
        xml.WriteAttributeString("class", "wide");
        xml.WriteStartElement("table");
        xml.WriteStartElement("thead");
        xml.WriteStartElement("tr");
        foreach (var (c, column) in columns.Index()) Cell(xml, "th", column, c >= textFrom ? [("scope", "col"), ("class", "text")] : [("scope", "col")]);
        xml.WriteFullEndElement();
        xml.WriteFullEndElement();
        xml.WriteStartElement("tbody");
        foreach (var row in rows)
        {
            xml.WriteStartElement("tr");
            Cell(xml, "th", row[0], ("scope", "row"));
            if (row.Length == 1) Cell(xml, "td", withheld, ("class", "withheld"), ("colspan", (columns.Count - 1).ToString(CultureInfo.InvariantCulture)));
            for (var c = 1; c < row.Length; c++) Cell(xml, "td", row[c], c >= textFrom ? [("class", "text")] : []);
            xml.WriteFullEndElement();
        }

        for (var i = 0; i < 3; i++) xml.WriteFullEndElement();
    }

    private static void Cell(XmlWriter xml, string element, string text, params (string Name, string Value)[] attributes)
    {
        xml.WriteStartElement(element);
        foreach (var (name, value) in attributes) xml.WriteAttributeString(name, value);
        xml.WriteString(text);
        xml.WriteFullEndElement();
    }

    private static void Text(XmlWriter xml, string element, string text, string? style = null) => Cell(xml, element, text, style is null ? [] : [("class", style)]);
}
