using Collab.Statistics.Inference;

namespace Collab.Statistics.Tests.Inference;

public class TailTests
{
    [Fact]
    public void Tails_and_quantiles_are_those_of_R()
    {
        var finding = new FindingBuilder("");
        void Add(string name, params double[] values)
        {
            for (var i = 0; i < values.Length; i++) finding.Special(name, values[i], $"{i + 1}");
        }

        Add("normal", Tail.Normal(-3), Tail.Normal(0.3), Tail.Normal(5), Tail.Normal(20));
        Add("student", Tail.Student(-1.2, 4), Tail.Student(2.5, 7), Tail.Student(12, 17547.25), Tail.Student(40, 2000));
        Add("chi-squared", Tail.ChiSquared(3.2, 1), Tail.ChiSquared(200, 200), Tail.ChiSquared(900, 20));
        Add("fisher", Tail.Fisher(3.1, 4, 995), Tail.Fisher(60, 3, 17000));
        Add("normal-quantile", Tail.NormalQuantile(0.005), Tail.NormalQuantile(0.025));
        Add("student-quantile", Tail.StudentQuantile(0.025, 7), Tail.StudentQuantile(0.0005, 3), Tail.StudentQuantile(0.025, 17547.25));
        Add("beta-quantile", Tail.BetaQuantile(0.025, 5, 17.2), Tail.BetaQuantile(0.005, 285, 2096));
        RVectors.Check("tails", finding.Build(), Math.Pow(2, -36));
    }

    [Fact]
    public void At_the_ends_tails_are_0_and_1()
    {
        Assert.Equal(0, Tail.Student(double.PositiveInfinity, 3));
        Assert.Equal(1, Tail.Student(double.NegativeInfinity, 3));
        Assert.Equal(1, Tail.ChiSquared(0, 2));
        Assert.Equal(0, Tail.Fisher(double.PositiveInfinity, 2, 3));
        Assert.Equal(1, Tail.PValue(0, Alternative.TwoSided, Tail.Normal));
    }
}
