using System.Globalization;
using System.Xml.Linq;
using Collab.Statistics.Inference;

namespace Collab.Plots.Tests;

/// <summary>A drawn picture as its reader has it: marks by class, and the value of a pixel by the ticks of a scale.</summary>
internal sealed class Picture
{
    private readonly XElement _root;

    private Picture(string text) => _root = XDocument.Parse(text).Root!;

    public string Title => Child(_root, "title");

    public string Description => Child(_root, "desc");

    public double Width => Number(_root, "width");

    public double Height => Number(_root, "height");

    public IEnumerable<XElement> All => _root.Descendants();

    /// <summary>Draws, twice, since the same findings must give the same text.</summary>
    public static Picture Of(string asked, IReadOnlyList<string> columns, params Finding[] findings)
    {
        var text = FindingPlot.Draw(new PlotSubject(asked, columns, findings), PlotLanguage.English);
        Assert.Equal(text, FindingPlot.Draw(new PlotSubject(asked, columns, findings), PlotLanguage.English));
        return new Picture(text!);
    }

    public static Picture Read(string text) => new(text);

    /// <summary>The marks of a class, in their order; the lines of text within a group with the group's name.</summary>
    public List<XElement> Marks(string element, string style) => [.. _root.Descendants().Where(e => e.Name.LocalName == element && (string?)e.Attribute("class") == style && e.Parent?.Name.LocalName != "pattern")];

    public List<string> Texts(string group) => [.. TextsOf(group).Select(TextOf)];

    public List<XElement> TextsOf(string group) => [.. Group(group).Elements().Where(e => e.Name.LocalName == "text")];

    public XElement Group(string name) => _root.Descendants().Single(e => e.Name.LocalName == "g" && (string?)e.Attribute("class") == name);

    /// <summary>From a pixel to the value: by two ticks of a scale, as a person with a ruler would; in logarithms if asked.</summary>
    public Func<double, double> Scale(string group, bool logarithmic = false)
    {
        var place = group == "x-axis" ? "x" : "y";
        var ticks = TextsOf(group).ConvertAll(e => (Pixel: Number(e, place), Value: double.Parse(TextOf(e), NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture)));
        var (first, last) = (ticks[0], ticks[^1]);
        var shift = place == "y" ? -4 : 0; // letters stand a third of their size below the line that they name
        return pixel =>
        {
            var share = (pixel - first.Pixel - shift) / (last.Pixel - first.Pixel);
            return logarithmic ? first.Value * Math.Pow(last.Value / first.Value, share) : first.Value + ((last.Value - first.Value) * share);
        };
    }

    public static double Number(XElement mark, string attribute) => double.Parse(mark.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);

    public static string TextOf(XElement mark) => string.Concat(mark.Nodes().OfType<XText>().Select(t => t.Value)).Trim();

    public static string TipOf(XElement mark) => Child(mark, "title");

    private static string Child(XElement of, string name) => of.Elements().Single(e => e.Name.LocalName == name).Value;
}
