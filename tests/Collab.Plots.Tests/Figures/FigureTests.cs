using Collab.Plots.Figures;
using Collab.Statistics.Inference;

namespace Collab.Plots.Tests.Figures;

/// <summary>Figures say what the SVG pictures of the same findings say.</summary>
public class FigureTests
{
    [Fact]
    public void A_suppressed_bin_is_a_bar_without_a_value_and_is_said_to_be_one()
    {
        var subject = Subject("a histogram of age in 3 bins", "age", new Finding("Histogram",
            [new("x <= 30", "count", 136, 64), new("30 < x <= 40", "suppressed", 1, 64), new("x > 40", "count", 17, 64)]));
        var figure = Figure.Of(subject, PlotLanguage.English)!;
        Assert.Equal((FigureShape.Bars, "Histogram of age in 3 bins"), (figure.Shape, figure.Title));
        Assert.Equal([136.0, null, 17], figure.Series[0].Points.Select(point => point.Y));
        Assert.Equal("30 < x ≤ 40: suppressed", figure.Series[0].Points[1].Tip);
        Assert.Equal(["30 < x ≤ 40", "suppressed"], figure.Table[2]);
        Assert.Single(figure.Notes);
        Assert.Equal(Picture.Of(subject.Asked, ["age"], [.. subject.Findings]).Description, figure.Description);
        Assert.Empty(Figure.Of(Subject("a histogram", "age", new Finding("Histogram", [new("x <= 30", "count", 1, 64)])), PlotLanguage.English)!.Notes);
    }

    [Fact]
    public void A_survival_curve_begins_whole_and_its_table_has_who_is_at_risk()
    {
        Quantity[] Step(string time, double risk, double share) =>
            [new(time, "n.risk", risk, 64), new(time, "estimate", share, 64), new(time, "conf.low", share - 0.1, 64), new(time, "conf.high", share + 0.05, 64)];
        var figure = Figure.Of(Subject("survival by days", "days", new Finding("Kaplan-Meier estimate", [.. Step("100", 40, 0.9), .. Step("250", 12, 0.5)])), PlotLanguage.Chinese)!;
        Assert.Equal(FigureShape.Steps, figure.Shape);
        var points = Assert.Single(figure.Series).Points;
        Assert.Equal([(0.0, 1.0), (100, 0.9), (250, 0.5)], points.Select(point => (point.X!.Value, point.Y!.Value)));
        Assert.Equal((0.4, 0.55), (Math.Round(points[2].Low!.Value, 9), Math.Round(points[2].High!.Value, 9)));
        Assert.Equal("12", figure.Table[2][2]);
        Assert.Equal("风险人数", figure.Table[0][2]);
    }

    [Fact]
    public void A_ratio_that_is_not_defined_has_no_place_and_stays_in_the_table()
    {
        Quantity[] Term(string name, double estimate, double low, double high) => [new(name, "estimate", estimate, 64), new(name, "conf.low", low, 64), new(name, "conf.high", high, 64)];
        var figure = Figure.Of(Subject("a Cox regression", "days", new Finding("Cox regression", [.. Term("age", 0, -0.2, 0.2), .. Term("arm", double.NaN, double.NaN, double.NaN)])), PlotLanguage.English)!;
        Assert.Equal((FigureShape.Intervals, true), (figure.Shape, figure.IsLogarithmic));
        Assert.Equal([1.0, null], figure.Series[0].Points.Select(point => point.X));
        Assert.InRange(Math.Exp(-0.2), figure.AcrossRange![0], 1);
        Assert.Contains(1.0, figure.AcrossTicks);
        Assert.Equal("not defined", figure.Table[2][1]);
    }

    [Fact]
    public void Importance_is_in_order_and_none_makes_no_figure()
    {
        var figure = Figure.OfImportance([("b", 0.2), ("a", 0.7), ("c", 0.1)], PlotLanguage.English)!;
        Assert.Equal(["a", "b", "c"], figure.Series[0].Points.Select(point => point.Name));
        Assert.Null(Figure.OfImportance([], PlotLanguage.English));
    }

    private static PlotSubject Subject(string asked, string column, Finding finding) => new(asked, [column], [finding]);
}
