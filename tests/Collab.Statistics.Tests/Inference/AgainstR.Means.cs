using System.Numerics;
using Collab.Statistics.Inference;
using Collab.Statistics.Inference.Means;
using Collab.Statistics.Results;

namespace Collab.Statistics.Tests.Inference;

public partial class AgainstR
{
    private static readonly BigInteger?[] Ratios = Columns.Units(Columns.Hmda, "pirat");
    private static readonly string?[] Denied = RVectors.Column(Columns.Hmda, "deny");

    public static TheoryData<Alternative, string> Alternatives =>
        new() { { Alternative.TwoSided, "two.sided" }, { Alternative.Less, "less" }, { Alternative.Greater, "greater" } };

    [Theory, MemberData(nameof(Alternatives))]
    public void A_mean_is_tested_as_in_R(Alternative alternative, string name)
    {
        RVectors.Check($"one-sample-{name}", MeanTests.OneSample(Columns.Sample(Ratios), new Fraction(33, 100), alternative));
        RVectors.Check($"welch-{name}", MeanTests.Welch(RatiosOf("yes"), RatiosOf("no"), alternative));
    }

    [Fact]
    public void Means_of_two_samples_are_tested_as_in_R()
    {
        RVectors.Check("equal-variances", MeanTests.EqualVariances(RatiosOf("yes"), RatiosOf("no")));
        var differences = Ratios.Zip(Columns.Units(Columns.Hmda, "hirat"), (a, b) => a - b);
        RVectors.Check("paired", MeanTests.OneSample(Columns.Sample(differences), 0, confidence: 0.99));
    }

    [Fact]
    public void Variance_between_samples_is_analysed_as_in_R()
    {
        var levels = RVectors.Column(Columns.Hmda, "chist");
        RVectors.Check("anova", MeanTests.AnalysisOfVariance(
            [.. levels.Distinct().Order().Select(level => Columns.Sample(Ratios.Where((_, i) => levels[i] == level)))]));
    }

    [Fact]
    public void Skewness_and_kurtosis_are_those_of_R()
    {
        var values = Columns.Units(Columns.Nafld, "bmi").Where(v => v is not null).Select(v => v!.Value).ToList();
        BigInteger Power(int k) => Columns.Sum(values.Select(v => BigInteger.Pow(v, k)));
        RVectors.Check("shape", new PowerSums(values.Count, Power(1), Power(2), Power(3), Power(4)).Shape());
    }

    [Fact]
    public void Constant_samples_have_no_test()
    {
        var constant = new Sample(5, 50, 500, 0);
        Assert.Equal(double.NaN, MeanTests.OneSample(constant, 3)["p.value"]);
        Assert.Equal(double.NaN, MeanTests.Welch(constant, constant)["statistic"]);
        Assert.Equal(double.NaN, MeanTests.AnalysisOfVariance([constant, constant])["p.value"]);
        Assert.Equal(double.NaN, new PowerSums(3, 3, 3, 3, 3).Shape()["skewness"]);
        Assert.Throws<InvalidOperationException>(() => MeanTests.OneSample(new Sample(1, 5, 25, 0), 0));
        Assert.Throws<InvalidOperationException>(() => MeanTests.AnalysisOfVariance([new Sample(1, 5, 25, 0), new Sample(1, 6, 36, 0)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MeanTests.OneSample(new Sample(-1, 5, 25, 0), 0));
    }

    private static Sample RatiosOf(string denied) => Columns.Sample(Ratios.Where((_, i) => Denied[i] == denied));
}
