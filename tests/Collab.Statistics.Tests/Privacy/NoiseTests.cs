using System.Numerics;
using Collab.Primitives;
using Collab.Statistics.Privacy;
using Collab.Testing;
using MathNet.Numerics.Distributions;

namespace Collab.Statistics.Tests.Privacy;

/// <summary>χ² of what is drawn against the exact chances. The seeds are fixed, so each is one number and not a chance.</summary>
public sealed class NoiseTests
{
    private const int Draws = 20_000;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 2)]
    [InlineData(2, 3)]
    [InlineData(10, 1)]
    public void Laplace_is_as_its_chances_say_and_not_as_those_of_another_scale(int numerator, int denominator)
    {
        var random = RandomSource.Seeded(numerator * 100 + denominator);
        var noise = DiscreteLaplace.WithScale(numerator, denominator);
        var drawn = Draw(() => noise.DrawVariableTime(random));
        var scale = (double)numerator / denominator;
        Assert.True(Fits(drawn, z => Math.Exp(-Math.Abs(z) / scale)));
        Assert.False(Fits(drawn, z => Math.Exp(-Math.Abs(z) / (1.1 * scale))));
        Assert.False(Fits(drawn, z => Math.Exp(-Math.Abs(z - 0.2 * scale) / scale)));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(7, 2)]
    [InlineData(100, 1)]
    public void Gaussian_is_as_its_chances_say_and_not_as_those_of_another_variance(int numerator, int denominator)
    {
        var random = RandomSource.Seeded(numerator * 100 + denominator);
        var noise = DiscreteGaussian.WithVariance(numerator, denominator);
        var drawn = Draw(() => noise.DrawVariableTime(random));
        var variance = (double)numerator / denominator;
        Assert.True(Fits(drawn, z => Math.Exp(-z * z / (2 * variance))));
        Assert.False(Fits(drawn, z => Math.Exp(-z * z / (2.2 * variance))));
        Assert.False(Fits(drawn, z => Math.Exp(-(z - 0.1 * Math.Sqrt(variance)) * (z - 0.1 * Math.Sqrt(variance)) / (2 * variance))));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 7)]
    [InlineData(1, 1)]
    [InlineData(5, 2)]
    public void A_coin_of_chance_e_to_the_minus_gamma_has_it(int numerator, int denominator)
    {
        var random = RandomSource.Seeded(numerator);
        var heads = Enumerable.Range(0, Draws).Count(_ => ExactChance.ExponentialVariableTime(numerator, denominator, random));
        var chance = Math.Exp(-(double)numerator / denominator);
        Assert.InRange(heads - Draws * chance, -3.3 * Math.Sqrt(Draws * chance * (1 - chance)), 3.3 * Math.Sqrt(Draws * chance * (1 - chance)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(256)]
    [InlineData(257)]
    public void Integers_below_a_bound_are_uniform(int bound)
    {
        var random = RandomSource.Seeded(bound);
        var counts = new int[bound];
        for (var i = 0; i < Draws; i++) counts[(int)ExactChance.BelowVariableTime(bound, random)]++;
        if (bound > 1) Assert.True(Statistic(counts, [.. counts.Select(_ => (double)Draws / bound)]) < Limit(bound - 1));
    }

    [Fact]
    public void Scale_and_variance_follow_from_the_privacy_asked_for()
    {
        // Δ = 6, ε = 3/2: b = 4. Δ = 6, ρ = 1/2: σ² = 36. Same bytes in, same noise out.
        Same(DiscreteLaplace.ForPrivacy(6, 3, 2).DrawVariableTime, DiscreteLaplace.WithScale(4, 1).DrawVariableTime);
        Same(DiscreteGaussian.ForPrivacy(6, 1, 2).DrawVariableTime, DiscreteGaussian.WithVariance(36, 1).DrawVariableTime);

        static void Same(Func<RandomSource, BigInteger> one, Func<RandomSource, BigInteger> other)
        {
            var (a, b) = (RandomSource.Seeded(1), RandomSource.Seeded(1));
            for (var i = 0; i < 100; i++) Assert.Equal(other(b), one(a));
        }
    }

    [Fact]
    public void Noise_wider_than_any_machine_word_is_drawn_too()
    {
        var random = RandomSource.Seeded(1);
        var wide = BigInteger.One << 200;
        var laplace = Enumerable.Range(0, 50).Select(_ => BigInteger.Abs(DiscreteLaplace.WithScale(wide, 1).DrawVariableTime(random))).Order().ToList();
        var gaussian = Enumerable.Range(0, 50).Select(_ => BigInteger.Abs(DiscreteGaussian.WithVariance(wide * wide, 1).DrawVariableTime(random))).Order().ToList();
        Assert.InRange(laplace[25], wide / 4, 2 * wide);
        Assert.InRange(gaussian[25], wide / 4, 2 * wide);
    }

    [Fact]
    public void Square_roots_are_whole_ones_from_below()
    {
        for (var x = 0; x < 1_000; x++) Assert.Equal((int)Math.Sqrt(x), (int)DiscreteGaussian.SquareRoot(x));
        var large = (BigInteger.One << 300) + 12_345;
        Assert.Equal(large - 1, DiscreteGaussian.SquareRoot(large * large - 1));
        Assert.Equal(large, DiscreteGaussian.SquareRoot(large * large));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(-1, 1)]
    [InlineData(1, -1)]
    public void Parameters_that_are_not_above_zero_are_refused(int numerator, int denominator)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => DiscreteLaplace.WithScale(numerator, denominator));
        Assert.Throws<ArgumentOutOfRangeException>(() => DiscreteGaussian.WithVariance(numerator, denominator));
        Assert.Throws<ArgumentOutOfRangeException>(() => DiscreteLaplace.ForPrivacy(1, numerator, denominator));
        Assert.Throws<ArgumentOutOfRangeException>(() => DiscreteGaussian.ForPrivacy(1, numerator, denominator));
        Assert.Throws<ArgumentOutOfRangeException>(() => DiscreteLaplace.ForPrivacy(0, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => DiscreteGaussian.ForPrivacy(-2, 1, 1));
    }

    private static List<int> Draw(Func<BigInteger> draw) => [.. Enumerable.Range(0, Draws).Select(_ => (int)draw())];

    // Values at which 10 are expected stand alone, all others together.
    private static bool Fits(List<int> drawn, Func<double, double> weight)
    {
        const int Widest = 500;
        var all = Enumerable.Range(-Widest, 2 * Widest + 1).ToList();
        var sum = all.Sum(z => weight(z));
        var alone = all.Where(z => Draws * weight(z) / sum >= 10).ToHashSet();
        List<double> expected = [.. all.Where(alone.Contains).Select(z => Draws * weight(z) / sum)];
        List<int> seen = [.. all.Where(alone.Contains).Select(z => drawn.Count(d => d == z))];
        expected.Add(Draws - expected.Sum());
        seen.Add(drawn.Count(d => !alone.Contains(d)));
        return Statistic([.. seen], [.. expected]) < Limit(seen.Count - 1);
    }

    private static double Statistic(int[] seen, double[] expected) => seen.Zip(expected, (s, e) => (s - e) * (s - e) / e).Sum();

    private static double Limit(int degrees) => ChiSquared.InvCDF(degrees, 0.999);
}
