using System.Globalization;
using System.Xml.Linq;
using Collab.Statistics.Inference;
using Collab.Statistics.Inference.Survival;

namespace Collab.Plots.Tests;

/// <summary>What holds of every picture: within its frame, readable by machines, nothing that is fetched or run, whatever levels are called.</summary>
public class EveryPictureTests
{
    private const string Hostile = "<script>alert('x')</script> & \u0001\uD800 ]]> 甲乙丙丁 \"and a name that is very much longer than there is room for in any picture\"";

    public static TheoryData<string, string> Kinds => new MatrixTheoryData<string, string>(["histogram", "survival", "forest"], ["plain", Hostile]);

    [Theory, MemberData(nameof(Kinds))]
    public void A_picture_is_xml_within_its_frame_with_a_title_and_no_script_or_address(string kind, string name)
    {
        foreach (var language in new[] { PlotLanguage.English, PlotLanguage.Chinese })
        {
            var text = FindingPlot.Draw(new PlotSubject($"a {kind} of {name}", [name], FindingsOf(kind, name)), language)!;
            var picture = Picture.Read(text);
            Assert.NotEmpty(picture.Title);
            Assert.NotEmpty(picture.Description);
            Assert.DoesNotContain(picture.All, e => e.Name.LocalName is "script" or "image" or "use" or "foreignObject" or "a" or "animate");
            Assert.DoesNotContain(picture.All.SelectMany(e => e.Attributes()), a => a.Name.LocalName is "href" || a.Name.LocalName.StartsWith("on", StringComparison.Ordinal) || a.Value.Contains("//", StringComparison.Ordinal));
            foreach (var mark in picture.All.Where(e => e.Parent?.Name.LocalName is not ("pattern" or "defs")))
            {
                Assert.All(new[] { "x", "x1", "x2", "cx" }.Where(n => mark.Attribute(n) is not null), n => Assert.InRange(Picture.Number(mark, n), 0, picture.Width));
                Assert.All(new[] { "y", "y1", "y2", "cy" }.Where(n => mark.Attribute(n) is not null), n => Assert.InRange(Picture.Number(mark, n), 0, picture.Height));
                Assert.All(new[] { "height", "r" }.Where(n => mark.Attribute(n) is { Value: not "100%" }), n => Assert.True(Picture.Number(mark, n) >= 0));
                Assert.DoesNotContain("NaN", mark.Attribute("d")?.Value ?? "", StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Every_class_that_changes_on_dark_paper_is_used_and_ink_stands_out_on_both()
    {
        var picture = Picture.Read(FindingPlot.Draw(new PlotSubject("a histogram", ["x"], FindingsOf("histogram", "x")), PlotLanguage.English)!);
        var style = picture.All.Single(e => e.Name.LocalName == "style").Value;
        var used = picture.All.Select(e => (string?)e.Attribute("class")).OfType<string>().ToHashSet();
        var rules = style.Split('.').Skip(1).Select(rule => rule.Split('{', '}')).ToDictionary(rule => rule[0], rule => rule[1]);
        Assert.Empty(rules.Keys.Except(used));
        foreach (var name in new[] { "ink", "soft", "heading" })
        {
            var mark = picture.All.First(e => (string?)e.Attribute("class") == name);
            Assert.InRange(Contrast(mark.Attribute("fill")!.Value, "#ffffff"), 4.5, 21); // WCAG 2.1, 1.4.3
            Assert.InRange(Contrast(rules[name][5..12], rules["paper"][5..12]), 4.5, 21);
        }

        var bar = picture.All.First(e => (string?)e.Attribute("class") == "bar");
        Assert.InRange(Contrast(bar.Attribute("fill")!.Value, "#ffffff"), 3, 21); // 1.4.11
        Assert.InRange(Contrast(rules["bar"][5..12], rules["paper"][5..12]), 3, 21);
    }

    private static Finding[] FindingsOf(string kind, string name) => kind switch
    {
        "histogram" => [new("Histogram", [new("x <= 1", "count", 5, 53), new($"1 < x <= 2{(name == "plain" ? "" : name)}", "count", 2000000000, 53), new("x > 2", "suppressed", double.NaN, 44)])],
        "survival" =>
        [
            .. Enumerable.Range(0, 7).Select(g => KaplanMeier.Test(new LifeTable([1, 500.5, 90000], [3, 4, 5 + g], [1, 1, 1], g)) with { Method = $"Kaplan-Meier estimate, {name} = {g}" }),
            new("Log-rank test", [new("", "p.value", 0, 32)]),
        ],
        _ => [new("Cox regression, Efron ties", [new(name, "estimate", 0.5, 32), new(name, "conf.low", -900, 32), new(name, "conf.high", 900, 32)])],
    };

    private static double Contrast(string one, string other)
    {
        var (a, b) = (Luminance(one), Luminance(other));
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    private static double Luminance(string colour)
    {
        double Part(int start)
        {
            var part = int.Parse(colour.AsSpan(start, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return part <= 0.03928 ? part / 12.92 : Math.Pow((part + 0.055) / 1.055, 2.4);
        }

        return (0.2126 * Part(1)) + (0.7152 * Part(3)) + (0.0722 * Part(5));
    }
}
