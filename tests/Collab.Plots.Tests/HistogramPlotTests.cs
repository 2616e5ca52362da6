using Collab.Statistics.Inference;

namespace Collab.Plots.Tests;

public class HistogramPlotTests
{
    private static readonly (string Term, double? Count)[] Ages =
        [("x <= -0.5", 136), ("-0.5 < x <= 30", 4542), ("30 < x <= 40", null), ("40 < x <= 65.25", 17), ("x > 65.25", null)];

    [Fact]
    public void Every_bar_is_as_high_as_its_count_and_a_suppressed_bin_has_none()
    {
        var picture = Picture.Of("a histogram of age in 5 bins", ["age"], Histogram(Ages));
        Assert.Equal("Histogram of age in 5 bins", picture.Title);
        var value = picture.Scale("y-axis");
        var bars = picture.Marks("rect", "bar");
        Assert.Equal([136, 4542, 17], bars.Select(bar => Math.Round(value(Picture.Number(bar, "y")) - value(Picture.Number(bar, "y") + Picture.Number(bar, "height")))));
        Assert.All(bars, bar => Assert.Equal(0, value(Picture.Number(bar, "y") + Picture.Number(bar, "height")), 1e-6));
        Assert.Equal(["-0.5 and less: 136", "-0.5 < x ≤ 30: 4,542", "40 < x ≤ 65.25: 17"], bars.Select(Picture.TipOf));

        var hidden = picture.Marks("rect", "withheld");
        Assert.Equal(["30 < x ≤ 40: suppressed", "above 65.25: suppressed"], hidden.Select(Picture.TipOf));
        Assert.All(hidden, bin => Assert.Equal("url(#hatch)", bin.Attribute("fill")!.Value));
        Assert.Single(hidden.Select(bin => bin.Attribute("height")!.Value).Distinct()); // of one height, whatever they hold
        Assert.Single(picture.All, e => e.Name.LocalName == "pattern" && (string?)e.Attribute("id") == "hatch");
        Assert.Equal("-0.5 and less: 136; -0.5 < x ≤ 30: 4,542; 30 < x ≤ 40: suppressed; 40 < x ≤ 65.25: 17; above 65.25: suppressed", picture.Description);
    }

    [Fact]
    public void Bins_stand_side_by_side_in_order_and_the_scale_names_where_they_meet()
    {
        var picture = Picture.Of("a histogram", ["age"], Histogram(Ages));
        var bins = picture.Marks("rect", "bar").Concat(picture.Marks("rect", "withheld")).Select(bin => (X: Picture.Number(bin, "x"), Across: Picture.Number(bin, "width"))).OrderBy(bin => bin.X).ToList();
        Assert.Single(bins.Select(bin => Math.Round(bin.Across, 1)).Distinct());
        var edges = picture.TextsOf("x-axis");
        Assert.Equal(["-0.5", "30", "40", "65.25"], edges.Select(Picture.TextOf));
        for (var i = 0; i < edges.Count; i++) Assert.InRange(Picture.Number(edges[i], "x"), bins[i].X + bins[i].Across, bins[i + 1].X);
    }

    [Fact]
    public void All_suppressed_a_single_row_a_thousand_bins_and_bins_of_other_names_are_drawn()
    {
        Assert.Empty(Picture.Of("a histogram", ["x"], Histogram([("x <= 1", null), ("x > 1", null)])).Marks("rect", "bar"));
        var one = Picture.Of("a histogram", ["x"], Histogram([("x <= 1", 1), ("x > 1", 0)]));
        Assert.Equal(["0", "1"], one.Texts("y-axis"));
        var many = Picture.Of("a histogram", ["x"], Histogram([("x <= 1", 5), .. Enumerable.Range(1, 998).Select(i => ($"{i} < x <= {i + 1}", (double?)i)), ("x > 999", null)]));
        Assert.Equal(999, many.Marks("rect", "bar").Count);
        Assert.InRange(many.TextsOf("x-axis").Count, 5, 30); // as many as have room
        Assert.Equal(["none"], Picture.Of("a histogram", [], Histogram([("none", 12)])).Texts("x-axis"));
    }

    private static Finding Histogram((string Term, double? Count)[] bins) =>
        new("Histogram", [.. bins.Select(bin => new Quantity(bin.Term, bin.Count is null ? "suppressed" : "count", bin.Count ?? double.NaN, 53))]);
}
