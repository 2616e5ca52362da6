using System.Numerics;
using Collab.Jobs;
using Collab.Statistics.Privacy;

namespace Collab.Statistics.Tests.Privacy;

public sealed class PrivacyAccountTests
{
    private const long Delta = 1_000_000_000_000; // 10^-6

    private static PrivacyChoice Laplace(long epsilon) => new(NoiseMechanism.Laplace, epsilon, 0, []);

    private static PrivacyChoice Gaussian(long epsilon, long delta = Delta) => new(NoiseMechanism.Gaussian, epsilon, delta, []);

    private static PrivacyAccount Of(params PrivacyChoice[] answers) => answers.Aggregate(PrivacyAccount.Empty, (account, answer) => account.With(answer));

    [Fact]
    public void Pure_losses_add_up_to_the_budget_and_no_further()
    {
        var budget = new PrivacyBudget(1_000_000, 0, false);
        Assert.True(Of(Laplace(400_000), Laplace(600_000)).IsWithin(budget));
        Assert.False(Of(Laplace(400_000), Laplace(600_001)).IsWithin(budget));
        Assert.False(Of(Gaussian(1)).IsWithin(budget)); // without delta no Gaussian noise
        Assert.Equal((600_000, 0), ((int)Of(Laplace(400_000)).LaplaceLeft(budget), (int)Of(Laplace(400_000)).GaussianLeft(budget)));
        Assert.Equal(0, Of(Laplace(2_000_000)).LaplaceLeft(budget));
    }

    [Fact]
    public void Many_small_answers_are_cheaper_together_than_their_sum()
    {
        var budget = new PrivacyBudget(1_000_000, Delta, false);
        var one = Gaussian(100_000);
        var account = PrivacyAccount.Empty;
        var count = 0;
        while (account.With(one).IsWithin(budget)) (account, count) = (account.With(one), count + 1);
        Assert.InRange(count, 80, 100); // about 10², as rho grows with the square of epsilon; ten by the sum of epsilon

        // Each added rho is what the formula gives, and all together give (1, 10^-6).
        Assert.Equal(count * ConcentratedPrivacy.RhoOf(100_000, Delta), account.Rho);
        Assert.InRange(ConcentratedPrivacy.EpsilonOf(account.Rho, Delta), 900_000, 1_000_000);
    }

    [Fact]
    public void Laplace_answers_count_by_their_sum_as_long_as_they_are_alone_and_then_by_rho()
    {
        var budget = new PrivacyBudget(1_000_000, Delta, false);
        Assert.True(Of(Laplace(1_000_000)).IsWithin(budget));
        Assert.False(Of(Laplace(1_000_000), Gaussian(1)).IsWithin(budget));
        Assert.False(Of(Laplace(1_000_001)).IsWithin(budget));
        var mixed = Of(Laplace(50_000), Gaussian(50_000));
        Assert.Equal(ConcentratedPrivacy.RhoOf(50_000, Delta) + BigInteger.Pow(10, 18) / 800, mixed.Rho); // 0.05²/2 = 1/800
        Assert.True(mixed.IsWithin(budget));
        Assert.True(Of([.. Enumerable.Repeat(Laplace(10_000), 300)]).IsWithin(budget)); // 3 by their sum, 0.015 by rho
    }

    [Theory]
    [InlineData(1_000_000)]
    [InlineData(3_000_000)]
    [InlineData(50_000)]
    public void What_is_left_can_be_spent_and_nothing_above_it(long epsilon)
    {
        var budget = new PrivacyBudget(epsilon, Delta, false);
        foreach (var spent in new[] { PrivacyAccount.Empty, Of(Laplace(10_000)), Of(Gaussian(20_000)), Of(Laplace(30_000), Gaussian(5_000, 1)) })
        {
            var (laplace, gaussian) = ((long)spent.LaplaceLeft(budget), (long)spent.GaussianLeft(budget));
            if (laplace > 0) Assert.True(spent.With(Laplace(laplace)).IsWithin(budget));
            Assert.False(spent.With(Laplace(laplace + 1)).IsWithin(budget));
            if (gaussian > 0) Assert.True(spent.With(Gaussian(gaussian)).IsWithin(budget));
            Assert.False(spent.With(Gaussian(gaussian + 2)).IsWithin(budget));
        }
    }
}
