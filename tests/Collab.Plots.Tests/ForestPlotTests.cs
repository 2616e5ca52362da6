using Collab.Statistics.Inference;
using Collab.Statistics.Inference.Tables;

namespace Collab.Plots.Tests;

public class ForestPlotTests
{
    [Fact]
    public void Ratios_and_their_intervals_lie_where_the_logarithmic_scale_says()
    {
        var table = new TwoByTwo(96, 243, 189, 1852);
        Finding[] ratios = [table.OddsRatio(), table.RelativeRisk()];
        var picture = Picture.Of("odds ratio and relative risk of deny by afam", ["afam", "deny"], ratios);
        var value = picture.Scale("x-axis", logarithmic: true);
        AssertIntervals(picture, value, [.. ratios.Select(r => (r["estimate"], r["conf.low"], r["conf.high"]))]);
        Assert.Equal(1, value(Picture.Number(picture.Marks("line", "reference").Single(), "x1")), 1e-3);
        Assert.Equal(["odds ratio", "3.87 (2.93 to 5.12)", "relative risk", "3.06 (2.46 to 3.80)"], picture.Texts("estimates"));
    }

    [Theory]
    [InlineData("Logistic regression", true, "odds ratio")]
    [InlineData("Poisson regression", true, "rate ratio")]
    [InlineData("Cox regression, Efron ties", true, "hazard ratio")]
    [InlineData("Linear regression", false, "coefficient")]
    public void Coefficients_are_drawn_without_the_intercept_and_as_ratios_where_they_are_logarithms(string method, bool isRatio, string measure)
    {
        (string Term, double Estimate, double Low, double High)[] terms = [("(Intercept)", -9, -10, -8), ("age", 0.02, 0.01, 0.03), ("male", -0.7, -1.1, -0.3)];
        var picture = Picture.Of("a regression", ["died", "age", "male"], Of(method, terms));
        (double, double, double)[] expected = [.. terms.Skip(1).Select(t => isRatio ? (Math.Exp(t.Estimate), Math.Exp(t.Low), Math.Exp(t.High)) : (t.Estimate, t.Low, t.High))];
        var value = picture.Scale("x-axis", isRatio);
        AssertIntervals(picture, value, expected);
        Assert.Equal(isRatio ? 1 : 0, value(Picture.Number(picture.Marks("line", "reference").Single(), "x1")), 2e-3);
        Assert.Contains(picture.All.Select(Picture.TextOf), text => text == $"{measure} (95% interval)");
    }

    [Fact]
    public void What_is_not_defined_or_goes_on_without_end_is_said_and_does_not_spoil_the_rest()
    {
        var picture = Picture.Of(
            "a logistic regression", ["died"],
            Of("Logistic regression", [("fine", 0.1, -0.1, 0.3), ("endless", 0.4, -0.2, double.PositiveInfinity), ("far", 0.2, -20, 30), ("none", double.NaN, double.NaN, double.NaN)]));
        var value = picture.Scale("x-axis", logarithmic: true);
        var whiskers = picture.Marks("line", "whisker").Where(line => line.HasElements).ToList();
        Assert.Equal(3, whiskers.Count);
        Assert.Equal(Math.Exp(0.3), value(Picture.Number(whiskers[0], "x2")), 0.1);
        Assert.Equal(3, picture.Marks("path", "whisker").Count); // arrows: one of endless, both of far
        Assert.Equal("1.49 (0.819 to ∞)", picture.Texts("estimates")[3]);
        Assert.Equal("not defined", picture.Texts("estimates")[^1]);
    }

    [Fact]
    public void Fishers_odds_ratio_has_a_picture_and_a_test_without_an_interval_has_none()
    {
        var counts = new System.Numerics.BigInteger[,] { { 1852, 189 }, { 243, 96 } };
        var fisher = FisherExact.TwoByTwo(new ContingencyTable(counts));
        Assert.Single(Picture.Of("Fisher's test", ["a", "b"], fisher).Marks("rect", "estimate"));
        Assert.Null(FindingPlot.Draw(new PlotSubject("a test", ["a"], [new ContingencyTable(counts).ChiSquared()]), PlotLanguage.English));
        Assert.Null(FindingPlot.Draw(new PlotSubject("a test", ["a"], []), PlotLanguage.English));
    }

    private static void AssertIntervals(Picture picture, Func<double, double> value, (double Estimate, double Low, double High)[] expected)
    {
        var whiskers = picture.Marks("line", "whisker").Where(line => line.HasElements).ToList();
        var estimates = picture.Marks("rect", "estimate");
        Assert.Equal((expected.Length, expected.Length), (whiskers.Count, estimates.Count));
        for (var i = 0; i < expected.Length; i++)
        {
            Near(expected[i].Low, value(Picture.Number(whiskers[i], "x1")));
            Near(expected[i].High, value(Picture.Number(whiskers[i], "x2")));
            Near(expected[i].Estimate, value(Picture.Number(estimates[i], "x") + (Picture.Number(estimates[i], "width") / 2)));
        }

        void Near(double wanted, double found) => Assert.InRange(found, wanted - Math.Max(1e-4, Math.Abs(wanted) * 2e-3), wanted + Math.Max(1e-4, Math.Abs(wanted) * 2e-3));
    }

    private static Finding Of(string method, (string Term, double Estimate, double Low, double High)[] terms) => new(method,
        [.. terms.SelectMany(t => new[] { new Quantity(t.Term, "estimate", t.Estimate, 32), new Quantity(t.Term, "conf.low", t.Low, 32), new Quantity(t.Term, "conf.high", t.High, 32) }), new Quantity("", "deviance", 3, 32)]);
}
