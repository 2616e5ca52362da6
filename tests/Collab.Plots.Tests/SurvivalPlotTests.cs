using System.Globalization;
using System.Text.RegularExpressions;
using Collab.Statistics.Inference;
using Collab.Statistics.Inference.Survival;

namespace Collab.Plots.Tests;

public partial class SurvivalPlotTests
{
    private static readonly double[] Times = [100, 250, 400, 1000];

    // The last of the first group have the event: its curve ends at 0, where an interval is not defined.
    private static readonly LifeTable[] Groups =
        [new(Times, [20, 10, 15, 40], [5, 5, 5, 0]), new(Times, [2, 4, 3, 1], [10, 10, 10, 10], followedOn: 40)];

    [Fact]
    public void Curves_step_where_the_estimate_does_by_as_much_and_bands_by_its_interval()
    {
        var picture = Picture.Of("survival by days, compared by arm", ["days", "died", "arm"], Findings());
        Assert.Equal("Survival by days, compared by arm", picture.Title);
        var (time, share) = (picture.Scale("x-axis"), picture.Scale("y-axis"));
        for (var group = 0; group < Groups.Length; group++)
        {
            var curve = KaplanMeier.Curve(Groups[group]);
            var corners = CornersOf(picture.Marks("path", $"series-{group}").Single().Attribute("d")!.Value);
            Assert.Equal((0, 1), (time(corners[0].X), share(corners[0].Y)));
            Assert.Equal(2 * curve.Count, corners.Count - 1); // across to the time, then down
            for (var i = 0; i < curve.Count; i++)
            {
                Near(curve[i].Time, time(corners[(2 * i) + 1].X), 2);
                Near(i == 0 ? 1 : curve[i - 1].Survival, share(corners[(2 * i) + 1].Y), 1e-4);
                Near(curve[i].Survival, share(corners[(2 * i) + 2].Y), 1e-4);
            }

            var points = picture.Marks("circle", $"point-{group}");
            Assert.Equal(curve.Count, points.Count);
            Assert.StartsWith("250: ", Picture.TipOf(points[1]), StringComparison.Ordinal);

            var band = CornersOf(picture.Marks("path", $"band-{group}").Single().Attribute("d")!.Value);
            var defined = curve.TakeWhile(step => !double.IsNaN(step.Low)).ToList();
            foreach (var step in defined)
            {
                var ends = band.Where(corner => Math.Abs(time(corner.X) - step.Time) < 2).Select(corner => share(corner.Y)).ToList();
                Assert.Contains(ends, end => Math.Abs(end - step.Low) < 1e-4);
                Assert.Contains(ends, end => Math.Abs(end - step.High) < 1e-4);
            }

            Assert.DoesNotContain(band, corner => time(corner.X) > defined[^1].Time + 2);
        }
    }

    [Fact]
    public void Below_the_scale_stand_those_at_risk_and_above_names_and_medians_and_the_test()
    {
        var picture = Picture.Of("survival by days, compared by arm", ["days", "died", "arm"], Findings());
        Assert.Equal(["0", "100", "250", "400", "1,000"], picture.Texts("x-axis"));
        Assert.Equal(["at risk", "arm = old", "100", "100", "75", "60", "40", "arm = new", "90", "90", "78", "64", "51"], picture.Texts("at-risk"));
        var ticks = picture.TextsOf("x-axis").Select(tick => tick.Attribute("x")!.Value);
        Assert.Equal(ticks, picture.TextsOf("at-risk").Skip(2).Take(5).Select(number => number.Attribute("x")!.Value));
        Assert.Equal(["arm = old · median 1,000", "arm = new · median not reached"], picture.Texts("legend"));
        var p = LogRank.Test(Groups)["p.value"];
        Assert.InRange(p, 1e-30, 1e-3);
        var said = picture.All.Select(Picture.TextOf).Single(text => text.StartsWith("log-rank p = ", StringComparison.Ordinal));
        var parts = Power.Match(said);
        Near(p, double.Parse(parts.Groups[1].Value, CultureInfo.InvariantCulture) * Math.Pow(10, -int.Parse(string.Concat(parts.Groups[2].Value.Select(c => "⁰¹²³⁴⁵⁶⁷⁸⁹".IndexOf(c, StringComparison.Ordinal))), CultureInfo.InvariantCulture)), p / 10);
        Assert.Contains("arm = new: 100: 0.978", picture.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void One_curve_many_times_and_times_that_lie_close_are_drawn()
    {
        double[] days = [.. Enumerable.Range(1, 3000).Select(i => i * 1.5)];
        var many = Picture.Of("survival by days", ["days"], KaplanMeier.Test(new LifeTable(days, [.. days.Select(_ => 1L)], [.. days.Select(_ => 1L)], 100)));
        Assert.Empty(many.Marks("circle", "point-0"));
        Assert.Equal(["all"], many.Texts("legend"));
        Assert.Equal("6,100", many.Texts("at-risk")[2]); // at 0
        Assert.Equal("4,768", many.Texts("at-risk")[3]); // at 1,000: 666 of the times are earlier
        var close = Picture.Of("survival by days", ["days"], KaplanMeier.Test(new LifeTable([1, 2, 3, 1000], [1, 1, 1, 1], [1, 1, 1, 1], 9)));
        Assert.Equal(["0", "1,000"], close.Texts("x-axis"));
        Assert.Single(Picture.Of("survival", ["days"], KaplanMeier.Test(new LifeTable([0], [1], [0], 9))).Marks("circle", "point-0"));
    }

    [GeneratedRegex(@"p = ([0-9.]+) × 10⁻([⁰¹²³⁴⁵⁶⁷⁸⁹]+)$")]
    private static partial Regex Power { get; }

    [GeneratedRegex("([MHVLZ])([0-9. ]*)")]
    private static partial Regex Steps { get; }

    private static Finding[] Findings()
    {
        Finding Named(Finding finding, int group) => finding with { Method = $"{finding.Method}, arm = {(group == 0 ? "old" : "new")}" };
        return [.. Groups.SelectMany((table, group) => new[] { Named(KaplanMeier.Test(table), group), Named(KaplanMeier.Median(table), group) }), LogRank.Test(Groups)];
    }

    private static List<(double X, double Y)> CornersOf(string path)
    {
        var corners = new List<(double X, double Y)>();
        foreach (Match step in Steps.Matches(path))
        {
            double[] numbers = [.. step.Groups[2].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => double.Parse(n, CultureInfo.InvariantCulture))];
            if (step.Groups[1].Value == "Z") continue;
            corners.Add(step.Groups[1].Value switch { "H" => (numbers[0], corners[^1].Y), "V" => (corners[^1].X, numbers[0]), _ => (numbers[0], numbers[1]) });
        }

        return corners;
    }

    private static void Near(double expected, double found, double within) => Assert.InRange(found, expected - within, expected + within);
}
