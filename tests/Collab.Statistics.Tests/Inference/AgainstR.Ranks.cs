using System.Numerics;
using Collab.Statistics.Inference;
using Collab.Statistics.Inference.Ranks;

namespace Collab.Statistics.Tests.Inference;

public partial class AgainstR
{
    private static readonly string[] First = ["1.83", "0.50", "1.62", "2.48", "1.68", "1.88", "1.55", "3.06", "1.30"];
    private static readonly string[] Second = ["0.878", "0.647", "0.598", "2.05", "1.06", "1.29", "1.07", "3.14", "1.28"];

    [Theory, MemberData(nameof(Alternatives))]
    public void Few_ranks_are_tested_exactly_as_in_R(Alternative alternative, string name) =>
        RVectors.Check($"mann-whitney-exact-{name}", MannWhitneyOf(UnitsOf(First), UnitsOf(Second)).Test(alternative));

    [Fact]
    public void Many_ranks_are_tested_as_in_R()
    {
        var test = MannWhitneyOf(DeniedRatios("yes"), DeniedRatios("no"));
        RVectors.Check("mann-whitney-hmda", test.Test());
        RVectors.Check("mann-whitney-hmda-less", test.Test(Alternative.Less));
    }

    [Fact]
    public void Ranks_of_several_samples_are_tested_as_in_R()
    {
        var levels = RVectors.Column(Columns.Hmda, "chist");
        var (ranks, ties) = Columns.Ranks([.. Ratios.Select(v => v!.Value)]);
        RVectors.Check("kruskal-wallis", new KruskalWallis(
            [.. levels.Distinct().Order().Select(level => ranks.Where((_, i) => levels[i] == level).ToList())
                .Select(of => ((BigInteger)of.Count, Columns.Sum(of)))],
            ties).Test());
        var equal = new KruskalWallis([(2, 7), (1, 4)], 24); // three equal values
        Assert.Equal(double.NaN, equal.Test()["p.value"]);
    }

    [Fact]
    public void Distributions_are_compared_as_in_R()
    {
        RVectors.Check("kolmogorov-smirnov-hmda", KolmogorovSmirnov.Test(Counts(SingleRatios("yes"), SingleRatios("no"))));
        RVectors.Check("kolmogorov-smirnov-exact", KolmogorovSmirnov.Test(Counts(UnitsOf(First), UnitsOf(Second))));
        var ages = Columns.Units(Columns.Credit, "Age").Select(v => v!.Value).ToArray();
        RVectors.Check("kolmogorov-smirnov-ties", KolmogorovSmirnov.Test(Counts(ages[..40], ages[40..120])));
    }

    [Fact]
    public void Correlations_are_those_of_R()
    {
        var ratios = Columns.Correlation(Ratios, Columns.Units(Columns.Hmda, "lvrat"));
        RVectors.Check("pearson", ratios.Pearson());
        var unit = BigInteger.Pow(10, 2 * Columns.Scale);
        RVectors.Check("covariance", new FindingBuilder("").Exact("value", ratios.Covariance / unit).Build());
        var (duration, amount) = (Columns.Units(Columns.Credit, "Duration", 0), Columns.Units(Columns.Credit, "Amount", 0));
        RVectors.Check("pearson-greater", Columns.Correlation(duration, amount).Pearson(Alternative.Greater, 0.9));
        var ranks = (X: Columns.Ranks([.. duration.Select(v => v!.Value)]).TwiceRanks, Y: Columns.Ranks([.. amount.Select(v => v!.Value)]).TwiceRanks);
        RVectors.Check("spearman", Columns.Correlation([.. ranks.X.Select(v => (BigInteger?)v)], [.. ranks.Y.Select(v => (BigInteger?)v)]).Spearman());
        Assert.Equal(double.NaN, Columns.Correlation([1, 1, 1], [1, 2, 3]).Pearson()["estimate"]);
    }

    private static BigInteger[] UnitsOf(string[] values) => [.. values.Select(text => Columns.Units(text))];

    private static BigInteger[] DeniedRatios(string denied) => [.. Ratios.Where((_, i) => Denied[i] == denied).Select(v => v!.Value)];

    private static BigInteger[] SingleRatios(string single)
    {
        var singles = RVectors.Column(Columns.Hmda, "single");
        return [.. Ratios.Where((_, i) => singles[i] == single).Select(v => v!.Value)];
    }

    private static MannWhitney MannWhitneyOf(BigInteger[] first, BigInteger[] second)
    {
        var (ranks, ties) = Columns.Ranks([.. first, .. second]);
        return new MannWhitney(first.Length, second.Length, Columns.Sum(ranks.Take(first.Length)), ties);
    }

    private static List<(long, long)> Counts(BigInteger[] first, BigInteger[] second) =>
        [.. first.Concat(second).Distinct().Order().Select(value => (first.LongCount(v => v == value), second.LongCount(v => v == value)))];
}
