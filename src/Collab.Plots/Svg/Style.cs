using System.Globalization;
using System.Text;

namespace Collab.Plots.Svg;

/// <summary>How a mark looks: attributes on paper that is light, and a rule for readers who prefer dark.</summary>
/// <param name="Name">The class of the marks, by which they are found too.</param>
/// <param name="Fill">On light paper; <c>none</c> by default.</param>
/// <param name="Stroke">On light paper; none by default.</param>
/// <param name="DarkFill">On dark paper; the same when null.</param>
/// <param name="DarkStroke">On dark paper; the same when null.</param>
/// <param name="Width">Of the stroke, in pixels.</param>
/// <param name="Dashes">Of the stroke; a solid line when null.</param>
/// <param name="Opacity">Of the fill.</param>
internal sealed record Style(
    string Name, string? Fill = null, string? Stroke = null, string? DarkFill = null, string? DarkStroke = null, double Width = 1, string? Dashes = null, double Opacity = 1)
{
    public static readonly Style Paper = new("paper", "#ffffff", DarkFill: "#15171b");
    public static readonly Style Ink = new("ink", "#1c1e21", DarkFill: "#eceef1");
    public static readonly Style Heading = new("heading", "#1c1e21", DarkFill: "#eceef1");
    public static readonly Style Soft = new("soft", "#555b63", DarkFill: "#a9afb7");
    public static readonly Style Grid = new("grid", Stroke: "#e4e6e9", DarkStroke: "#2d3138");
    public static readonly Style Axis = new("axis", Stroke: "#555b63", DarkStroke: "#a9afb7");
    public static readonly Style Reference = new("reference", Stroke: "#555b63", DarkStroke: "#a9afb7", Dashes: "4 3");
    public static readonly Style Bar = new("bar", Colours[0].Light, DarkFill: Colours[0].Dark);
    public static readonly Style Withheld = new("withheld", "url(#hatch)", "#8b919a", DarkStroke: "#6d737c");
    public static readonly Style HatchLine = new("hatch", Stroke: "#8b919a", DarkStroke: "#6d737c", Width: 1.5);
    public static readonly Style Whisker = new("whisker", Stroke: Colours[0].Light, DarkStroke: Colours[0].Dark, Width: 2);
    public static readonly Style Estimate = new("estimate", Colours[0].Light, DarkFill: Colours[0].Dark);

    // Okabe and Ito's colours (jfly.uni-koeln.de/color, 2008), told apart with any kind of colour blindness; two are lightened for dark paper. Dashes tell them apart without colour.
    private static (string Light, string Dark)[] Colours =>
        [("#0072b2", "#4ea5d9"), ("#d55e00", "#f08032"), ("#009e73", "#2cc295"), ("#cc79a7", "#dd93bb"), ("#8a6d00", "#e6c13a"), ("#2f86b8", "#7cc6f0")];

    private static readonly string?[] SeriesDashes = [null, "7 3", "2 2.5", "9 3 2 3"];

    /// <summary>The line of a series.</summary>
    public static Style Series(int number) => new(
        string.Create(CultureInfo.InvariantCulture, $"series-{number}"), Stroke: Colour(number).Light, DarkStroke: Colour(number).Dark, Width: 2, Dashes: SeriesDashes[number % SeriesDashes.Length]);

    /// <summary>The interval about the line of a series, fainter the more series there are.</summary>
    public static Style Band(int number, int of) => new(
        string.Create(CultureInfo.InvariantCulture, $"band-{number}"), Colour(number).Light, DarkFill: Colour(number).Dark, Opacity: of <= 2 ? 0.2 : of == 3 ? 0.15 : 0.1);

    /// <summary>The points on the line of a series.</summary>
    public static Style Point(int number) => new(string.Create(CultureInfo.InvariantCulture, $"point-{number}"), Colour(number).Light, DarkFill: Colour(number).Dark);

    /// <summary>The attributes of a mark.</summary>
    public IEnumerable<(string Name, string Value)> Attributes
    {
        get
        {
            yield return ("class", Name);
            yield return ("fill", Fill ?? "none");
            if (Opacity < 1) yield return ("fill-opacity", Opacity.ToString(CultureInfo.InvariantCulture));
            if (Stroke is null) yield break;
            yield return ("stroke", Stroke);
            yield return ("stroke-width", Width.ToString(CultureInfo.InvariantCulture));
            if (Dashes is not null) yield return ("stroke-dasharray", Dashes);
        }
    }

    /// <summary>The rule for dark paper; empty when nothing changes.</summary>
    public string DarkRule
    {
        get
        {
            var rule = new StringBuilder();
            if (DarkFill is not null) rule.Append(CultureInfo.InvariantCulture, $"fill:{DarkFill};");
            if (DarkStroke is not null) rule.Append(CultureInfo.InvariantCulture, $"stroke:{DarkStroke};");
            return rule.Length == 0 ? "" : $".{Name}{{{rule}}}";
        }
    }

    private static (string Light, string Dark) Colour(int number) => Colours[number % Colours.Length];
}
