using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Collab.Statistics.Privacy;

namespace Collab.Statistics.Tests.Privacy;

public sealed class ConcentratedPrivacyTests
{
    private const long Delta = 1_000_000_000_000; // 10^-6

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1_000, Delta)]
    [InlineData(500_000, Delta)]
    [InlineData(1_000_000, 10_000_000)]
    [InlineData(100_000_000, 10_000_000_000_000_000)]
    public void Rho_and_epsilon_are_as_the_formulas_say_and_err_to_the_side_of_privacy(long epsilon, long delta)
    {
        var rho = ConcentratedPrivacy.RhoOf(epsilon, delta);
        var (e, log) = (epsilon / 1e6, -Math.Log(delta / 1e18));
        var root = e / (Math.Sqrt(e + log) + Math.Sqrt(log));
        Assert.InRange((double)rho / 1e18, root * root * (1 - 1e-9) - 1e-18, root * root * (1 + 1e-9));
        Assert.InRange(ConcentratedPrivacy.EpsilonOf(rho, delta), epsilon - 1, epsilon); // rounded up, and still no more than asked for
        Assert.True(ConcentratedPrivacy.EpsilonOf(rho + rho / 1_000 + 1, delta) >= epsilon);
    }

    [Fact]
    public void Rho_is_to_the_last_unit_what_the_notebook_derives()
    {
        var derived = JsonNode.Parse(File.ReadAllText(Path.Combine("vectors", "privacy-rho.json")))!;
        Assert.NotEmpty(derived["cases"]!.AsArray());
        foreach (var row in derived["cases"]!.AsArray())
        {
            var (epsilon, delta) = (decimal.Parse((string)row!["epsilon"]!, CultureInfo.InvariantCulture), decimal.Parse((string)row["delta"]!, CultureInfo.InvariantCulture));
            Assert.Equal(BigInteger.Parse((string)row["rho"]!, CultureInfo.InvariantCulture), ConcentratedPrivacy.RhoOf((BigInteger)(epsilon * 1_000_000), (long)(delta * 1_000_000_000_000_000_000)));
        }
    }

    [Fact]
    public void A_published_pair_holds()
    {
        // Bun, Steinke 2016, after proposition 1.3: rho + sqrt(4 rho ln(1/delta)). rho = 1/2, delta = 10^-6: 0.5 + sqrt(2 · 13.815510557964...) = 5.7565...
        var epsilon = ConcentratedPrivacy.EpsilonOf(BigInteger.Pow(10, 18) / 2, Delta);
        Assert.Equal(Math.Ceiling((0.5 + Math.Sqrt(2 * 6 * Math.Log(10))) * 1e6), (double)epsilon);
        Assert.Equal(BigInteger.Pow(10, 18) / 2, ConcentratedPrivacy.RhoOfPure(1_000_000)); // epsilon 1 is rho 1/2
        Assert.Equal(0, ConcentratedPrivacy.EpsilonOf(0, Delta));
    }

    [Fact]
    public void More_of_the_one_is_more_of_the_other()
    {
        for (long epsilon = 1_000; epsilon < 10_000_000; epsilon *= 3)
        {
            Assert.True(ConcentratedPrivacy.RhoOf(epsilon, Delta) < ConcentratedPrivacy.RhoOf(epsilon + 1, Delta));
            Assert.True(ConcentratedPrivacy.RhoOf(epsilon, Delta) < ConcentratedPrivacy.RhoOf(epsilon, 2 * Delta));
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 1)]
    [InlineData(1, 0)]
    [InlineData(1, -1)]
    [InlineData(1, 1_000_000_000_000_000_000)]
    public void What_has_no_meaning_is_refused(long epsilon, long delta) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ConcentratedPrivacy.RhoOf(epsilon, delta));
}
