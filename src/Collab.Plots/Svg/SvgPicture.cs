using System.Globalization;
using System.Text;
using System.Xml;

namespace Collab.Plots.Svg;

/// <summary>A picture in SVG 1.1, mark by mark. The same marks give the same text; nothing is fetched or run when it is shown.</summary>
/// <param name="width">In pixels.</param>
/// <param name="height">In pixels.</param>
/// <param name="title">What it shows, for who cannot see it.</param>
/// <param name="description">What it tells, for who cannot see it.</param>
/// <param name="light">Whether it stays on light paper whatever its reader prefers, as where the page about it does.</param>
internal sealed class SvgPicture(double width, double height, string title, string description, bool light = false)
{
    private const string Fonts = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', 'DejaVu Sans', sans-serif";

    private readonly List<Action<XmlWriter>> _marks = [];
    private readonly SortedDictionary<string, Style> _styles = new(StringComparer.Ordinal) { [Style.Paper.Name] = Style.Paper };

    public void Rectangle(double x, double y, double across, double down, Style style, string? tip = null) =>
        Mark("rect", style, tip, ("x", Number(x)), ("y", Number(y)), ("width", Number(across)), ("height", Number(down)));

    public void Line(double x1, double y1, double x2, double y2, Style style, string? tip = null) =>
        Mark("line", style, tip, ("x1", Number(x1)), ("y1", Number(y1)), ("x2", Number(x2)), ("y2", Number(y2)));

    public void Circle(double x, double y, double radius, Style style, string? tip = null) =>
        Mark("circle", style, tip, ("cx", Number(x)), ("cy", Number(y)), ("r", Number(radius)));

    public void Path(PathText path, Style style, string? tip = null) => Mark("path", style, tip, ("d", path.ToString()), ("stroke-linejoin", "round"));

    /// <summary>A line of text.</summary>
    /// <param name="x">Where its anchor is.</param>
    /// <param name="y">Where its letters stand.</param>
    /// <param name="text">The text.</param>
    /// <param name="style">Ink, softer or a heading.</param>
    /// <param name="anchor"><c>start</c>, <c>middle</c> or <c>end</c>.</param>
    /// <param name="size">In pixels.</param>
    /// <param name="turned">Whether it runs upwards.</param>
    /// <param name="tip">The whole of it, if it is cut.</param>
    public void Text(double x, double y, string text, Style style, string anchor = "start", double size = 12, bool turned = false, string? tip = null)
    {
        _styles[style.Name] = style;
        _marks.Add(xml =>
        {
            xml.WriteStartElement("text");
            Attributes(xml, style, [("x", Number(x)), ("y", Number(y)), ("text-anchor", anchor), ("font-size", Number(size))]);
            if (ReferenceEquals(style, Style.Heading)) xml.WriteAttributeString("font-weight", "600");
            if (turned) xml.WriteAttributeString("transform", $"rotate(-90 {Number(x)} {Number(y)})");
            if (tip is not null && tip != text) xml.WriteElementString("title", Clean(tip));
            xml.WriteString(Clean(text));
            xml.WriteEndElement();
        });
    }

    /// <summary>The marks until the group is disposed belong together under a name.</summary>
    public IDisposable Group(string name)
    {
        _marks.Add(xml =>
        {
            xml.WriteStartElement("g");
            xml.WriteAttributeString("class", name);
        });
        return new GroupEnd(this);
    }

    /// <summary>The whole document.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, NewLineChars = "\n", OmitXmlDeclaration = true }))
        {
            xml.WriteStartElement("svg", "http://www.w3.org/2000/svg");
            foreach (var (name, value) in new[]
            {
                ("viewBox", $"0 0 {Number(width)} {Number(height)}"), ("width", Number(width)), ("height", Number(height)), ("role", "img"),
                ("aria-label", Clean(title)), ("font-family", Fonts),
            }) xml.WriteAttributeString(name, value);
            xml.WriteElementString("title", Clean(title));
            xml.WriteElementString("desc", Clean(description));
            WriteStyles(xml);
            xml.WriteStartElement("rect");
            Attributes(xml, Style.Paper, [("width", "100%"), ("height", "100%")]);
            xml.WriteEndElement();
            foreach (var mark in _marks) mark(xml);
            xml.WriteEndElement();
        }

        return text.Append('\n').ToString();
    }

    /// <summary>A number of pixels, to a hundredth.</summary>
    public static string Number(double value) => (Math.Round(value, 2) + 0.0).ToString("0.##", CultureInfo.InvariantCulture); // + 0.0: no "-0"

    private void WriteStyles(XmlWriter xml)
    {
        var hatched = _styles.ContainsKey(Style.Withheld.Name);
        if (hatched) _styles[Style.HatchLine.Name] = Style.HatchLine;
        var dark = string.Concat(_styles.Values.Select(style => style.DarkRule));
        if (!light) xml.WriteElementString("style", $"@media (prefers-color-scheme: dark) {{ {dark} }}");
        if (!hatched) return;
        xml.WriteStartElement("defs");
        xml.WriteStartElement("pattern");
        foreach (var (name, value) in new[] { ("id", "hatch"), ("width", "7"), ("height", "7"), ("patternUnits", "userSpaceOnUse"), ("patternTransform", "rotate(45)") })
            xml.WriteAttributeString(name, value);
        xml.WriteStartElement("line");
        Attributes(xml, Style.HatchLine, [("x1", "0"), ("y1", "0"), ("x2", "0"), ("y2", "7")]);
        xml.WriteEndElement();
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private void Mark(string element, Style style, string? tip, params (string Name, string Value)[] attributes)
    {
        _styles[style.Name] = style;
        _marks.Add(xml =>
        {
            xml.WriteStartElement(element);
            Attributes(xml, style, attributes);
            if (tip is not null) xml.WriteElementString("title", Clean(tip));
            xml.WriteEndElement();
        });
    }

    private static void Attributes(XmlWriter xml, Style style, (string Name, string Value)[] attributes)
    {
        foreach (var (name, value) in style.Attributes.Concat(attributes)) xml.WriteAttributeString(name, value);
    }

    // Levels come from data: what XML cannot hold is shown as the mark for it.
    internal static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i])) clean.Append(text[i++]).Append(text[i]);
            else clean.Append(XmlConvert.IsXmlChar(text[i]) ? text[i] : '\uFFFD');
        }

        return clean.ToString();
    }

    private sealed class GroupEnd(SvgPicture picture) : IDisposable
    {
        public void Dispose() => picture._marks.Add(xml => xml.WriteEndElement());
    }
}
