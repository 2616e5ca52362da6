using Collab.Statistics.Analyses.Joined;
using Collab.Statistics.Inference;

namespace Collab.Statistics.Tests.Analyses;

/// <summary>What rounding may move is told no larger and no smaller than it is: bounds against differences.</summary>
public sealed class JoinedPrecisionTests
{
    [Fact]
    public void A_tail_moves_by_no_more_than_its_bound()
    {
        foreach (var freedom in (int[])[1, 2, 3, 10])
        {
            foreach (var x in (double[])[1e-6, 0.01, 0.5, 1, 4, 30, 200])
            {
                var (p, error) = (Tail.ChiSquared(x, freedom), x * 1e-5);
                var moved = Math.Max(Tail.ChiSquared(x - error, freedom) - p, p - Tail.ChiSquared(x + error, freedom));
                Assert.InRange(moved, 0, JoinedPrecision.ErrorOfTail(x, error, p) * (1 + 1e-2)); // to first order
            }
        }
    }

    [Fact]
    public void A_form_moves_by_no_more_than_its_bound()
    {
        // With one coefficient it is z².
        foreach (var z in (double[])[0.1, 1, 7])
        {
            var precision = new JoinedPrecision(1e-6, 2e-6);
            var moved = Math.Pow((z + 1e-6) / (1 - 2e-6), 2) - (z * z);
            Assert.InRange(moved, 0.9 * precision.ErrorOfForm(z * z), 1.01 * precision.ErrorOfForm(z * z));
        }
    }

    [Fact]
    public void Every_number_has_the_bits_that_its_error_leaves()
    {
        var found = new FindingBuilder("x")
            .Special("estimate", 0.5, "a").Special("std.error", 0.25, "a").Special("statistic", 2, "a").Special("p.value", 0.0455, "a")
            .Special("conf.low", 0.01, "a").Special("conf.high", 0.99, "a").Special("exp.estimate", Math.Exp(0.5), "a").Special("exp.conf.low", Math.Exp(0.01), "a")
            .Special("loglik", -100).Special("loglik.null", -103).Exact("iterations", 5).Build();
        var bits = new JoinedPrecision(Math.ScaleB(1, -24), Math.ScaleB(1, -26)).Bound(found, name => name == "loglik" ? Math.ScaleB(1, -20) : null)
            .Quantities.ToDictionary(quantity => quantity.Name, quantity => quantity.SignificantBits);
        Assert.Equal((25, 26, 24, 21), (bits["estimate"], bits["std.error"], bits["statistic"], bits["p.value"])); // 0.5 / (0.25·2^-24); 2^-26; 2 / (1.5·2^-24); 1 / (3·1.5·2^-24)
        Assert.Equal((18, 25, 26, 25), (bits["conf.low"], bits["conf.high"], bits["exp.estimate"], bits["exp.conf.low"]));
        Assert.Equal((26, 32, 53), (bits["loglik"], bits["loglik.null"], bits["iterations"]));
    }

    [Fact]
    public void What_could_show_is_refused()
    {
        Assert.Equal(new JoinedPrecision(0.5e-7, 0.5e-7), JoinedPrecision.Require([0.25, 0.25], 1e-7, 4e-7));
        Assert.Throws<InvalidOperationException>(() => JoinedPrecision.Require([0.5, 0.6], 1e-7, 1e-9));
        Assert.Throws<InvalidOperationException>(() => JoinedPrecision.Require([0.5, 0.5], 1e-9, 2.1e-7));
        Assert.Throws<InvalidOperationException>(() => JoinedPrecision.Require([double.PositiveInfinity], 1e-20, 1e-20));
    }
}
