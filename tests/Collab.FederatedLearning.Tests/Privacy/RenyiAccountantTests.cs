using System.Text.Json;
using Collab.FederatedLearning.Privacy;

namespace Collab.FederatedLearning.Tests.Privacy;

/// <summary>The accountant against numerical integration of the definitions, exact Gaussians, and what was published.</summary>
public sealed class RenyiAccountantTests
{
    private static readonly JsonElement Vectors = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "renyi.json"))).RootElement;

    [Fact]
    public void Divergences_are_those_of_the_definition_and_never_below()
    {
        foreach (var one in Vectors.GetProperty("divergences").EnumerateArray())
        {
            double Number(string name) => one.GetProperty(name).GetDouble();
            var bound = RenyiAccountant.Divergence(Number("noise"), Number("rate"), Number("order"));
            Assert.InRange(bound, Number("value") - 1e-14, (Number("value") * (1 + 1e-6)) + 1e-11);
        }
    }

    [Fact]
    public void Without_sampling_epsilon_is_a_little_above_that_of_exact_Gaussians()
    {
        foreach (var one in Vectors.GetProperty("exact").EnumerateArray())
        {
            double Number(string name) => one.GetProperty(name).GetDouble();
            Assert.InRange(RenyiAccountant.Epsilon(Number("noise"), 1, (int)Number("rounds"), Number("delta")), Number("epsilon"), (1.12 * Number("epsilon")) + 0.01);
        }
    }

    [Fact]
    public void Divergences_give_the_published_figure_by_the_published_conversion()
    {
        // Abadi et al., Deep learning with differential privacy, CCS 2016, section 3.2: q = 0.01, σ = 4, δ = 10^-5, 10,000 steps: ε ≈ 1.26.
        var published = Enumerable.Range(2, 255).Min(order => (10_000 * RenyiAccountant.Divergence(4, 0.01, order)) + (Math.Log(1e5) / (order - 1)));
        Assert.Equal(1.26, published, 0.005);
        Assert.InRange(RenyiAccountant.Epsilon(4, 0.01, 10_000, 1e-5), 1.0, 1.04); // the later conversion is better
    }

    [Fact]
    public void More_rounds_cost_more_and_more_noise_or_fewer_rows_less()
    {
        Assert.Equal(0, RenyiAccountant.Epsilon(1, 1, 0, 1e-5));
        var epsilon = RenyiAccountant.Epsilon(1, 0.1, 50, 1e-5);
        Assert.True(RenyiAccountant.Epsilon(1, 0.1, 51, 1e-5) > epsilon);
        Assert.True(RenyiAccountant.Epsilon(1.01, 0.1, 50, 1e-5) < epsilon);
        Assert.True(RenyiAccountant.Epsilon(1, 0.099, 50, 1e-5) < epsilon);
        Assert.True(RenyiAccountant.Epsilon(1, 0.1, 50, 1e-4) < epsilon);
        Assert.True(RenyiAccountant.Epsilon(1, 0.999, 50, 1e-5) <= RenyiAccountant.Epsilon(1, 1, 50, 1e-5));
    }

    [Theory, InlineData(1, 1.0, 30, 1e-5), InlineData(3, 0.05, 200, 1e-6), InlineData(0.2, 0.5, 10, 1e-9)]
    public void Noise_for_an_epsilon_is_the_least_that_keeps_it(double epsilon, double rate, int rounds, double delta)
    {
        var noise = RenyiAccountant.NoiseFor(epsilon, rate, rounds, delta);
        Assert.True(RenyiAccountant.Epsilon(noise, rate, rounds, delta) <= epsilon);
        Assert.True(RenyiAccountant.Epsilon(noise - (1.0 / 1024), rate, rounds, delta) > epsilon);
    }

    [Fact]
    public void Numbers_out_of_range_are_refused()
    {
        foreach (var (noise, rate, rounds, delta) in new (double, double, int, double)[] { (0, 1, 1, 0.1), (double.NaN, 1, 1, 0.1), (1, 0, 1, 0.1), (1, 1.1, 1, 0.1), (1, 1, -1, 0.1), (1, 1, 1, 0), (1, 1, 1, 1.0) })
            Assert.Throws<ArgumentOutOfRangeException>(() => RenyiAccountant.Epsilon(noise, rate, rounds, delta));
        Assert.Throws<ArgumentOutOfRangeException>(() => RenyiAccountant.Divergence(1, 0.5, 2.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => RenyiAccountant.Divergence(1, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => RenyiAccountant.NoiseFor(0, 1, 1, 1e-5));
        Assert.Throws<ArgumentOutOfRangeException>(() => RenyiAccountant.NoiseFor(1e-6, 1, 1000, 1e-9));
    }
}
