using System.Numerics;
using Collab.Statistics.Inference;
using Collab.Statistics.Inference.Tables;
using Collab.Statistics.Results;

namespace Collab.Statistics.Tests.Inference;

public partial class AgainstR
{
    private static readonly Fraction ThirteenPercent = new(13, 100);

    [Fact]
    public void Independence_is_tested_as_in_R()
    {
        var denials = TableOf("deny", "afam");
        RVectors.Check("chi-squared-2x2", denials.ChiSquared());
        RVectors.Check("chi-squared-2x2-plain", denials.ChiSquared(correct: false));
        RVectors.Check("chi-squared-2x6", TableOf("deny", "chist").ChiSquared());
    }

    [Theory, MemberData(nameof(Alternatives))]
    public void Fishers_test_is_that_of_R(Alternative alternative, string name)
    {
        RVectors.Check($"fisher-hmda-{name}", FisherExact.TwoByTwo(TableOf("deny", "afam"), alternative));
        RVectors.Check($"fisher-few-{name}", FisherExact.TwoByTwo(new ContingencyTable(new BigInteger[,] { { 3, 2 }, { 1, 7 } }), alternative));
    }

    [Fact]
    public void Fishers_test_of_more_cells_and_of_a_zero_is_that_of_R()
    {
        RVectors.Check("fisher-zero", FisherExact.TwoByTwo(new ContingencyTable(new BigInteger[,] { { 0, 5 }, { 6, 2 } })));
        RVectors.Check("fisher-3x4", FisherExact.Test(new ContingencyTable(new BigInteger[,] { { 3, 4, 1, 2 }, { 1, 0, 5, 3 }, { 2, 6, 2, 4 } })));
        Assert.Throws<InvalidOperationException>(() => FisherExact.Test(TableOf("chist", "mhist")));
    }

    [Fact]
    public void Ratios_and_stability_are_those_of_R()
    {
        var table = TableOf("afam", "deny"); // no before yes, so the last row and column come first
        var cells = new TwoByTwo(table[1, 1], table[1, 0], table[0, 1], table[0, 0]);
        RVectors.Check("odds-ratio", cells.OddsRatio());
        RVectors.Check("relative-risk", cells.RelativeRisk());
        Assert.Equal(double.NaN, (cells with { OtherEvents = 0 }).OddsRatio()["estimate"]);
        RVectors.Check("psi", PopulationStability.Index([120, 340, 400, 90, 50], [100, 300, 420, 130, 70]));
        Assert.Equal(double.PositiveInfinity, PopulationStability.Index([1, 0], [1, 1])["estimate"]);
    }

    [Theory, MemberData(nameof(Alternatives))]
    public void A_proportion_is_tested_exactly_as_in_R(Alternative alternative, string name) =>
        RVectors.Check($"binomial-{name}", Proportions.Binomial(285, 2380, 0.13, alternative));

    [Fact]
    public void Proportions_are_tested_as_in_R()
    {
        RVectors.Check("binomial-none", Proportions.Binomial(0, 12, 0.3));
        RVectors.Check("proportion-one", Proportions.One(285, 2380, ThirteenPercent));
        RVectors.Check("proportion-one-plain", Proportions.One(285, 2380, ThirteenPercent, correct: false));
        RVectors.Check("proportion-two", Proportions.Two((96, 339), (189, 2041)));
        RVectors.Check("proportion-two-plain", Proportions.Two((96, 339), (189, 2041), correct: false));
    }

    [Fact]
    public void An_empty_row_leaves_the_test_undefined() =>
        Assert.Equal(double.NaN, new ContingencyTable(new BigInteger[,] { { 0, 0 }, { 3, 4 } }).ChiSquared()["p.value"]);

    private static ContingencyTable TableOf(string rows, string columns)
    {
        var (above, beside) = (RVectors.Column(Columns.Hmda, rows), RVectors.Column(Columns.Hmda, columns));
        var (levels, others) = (above.Distinct().Order().ToList(), beside.Distinct().Order().ToList());
        var counts = new BigInteger[levels.Count, others.Count];
        for (var i = 0; i < above.Length; i++) counts[levels.IndexOf(above[i]), others.IndexOf(beside[i])]++;
        return new ContingencyTable(counts);
    }
}
