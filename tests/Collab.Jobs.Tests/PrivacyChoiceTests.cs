using Collab.Primitives;

namespace Collab.Jobs.Tests;

/// <summary>What privacy was agreed on is part of the plan: every number of it changes the digest that owners grant and receipts name.</summary>
public sealed class PrivacyChoiceTests
{
    private static readonly PrivacyChoice Choice = new(NoiseMechanism.Gaussian, 500_000, 1_000_000_000_000, [new ValueRange("age", 1, 0, 1100)]);

    private static readonly StatisticsQuestion Question = new([new Measure("age", 1)], new GroupBy("city", ["Rome", "Oslo"]), [Statistic.Count, Statistic.Mean], 10) { Privacy = Choice };

    private static Plan With(PrivacyChoice? choice) => Fixture.Plan() with { Question = Question with { Privacy = choice } };

    [Fact]
    public void Each_number_of_it_is_bound_by_the_digest_of_the_plan()
    {
        PrivacyChoice?[] all =
        [
            Choice, null,
            Choice with { Epsilon = 500_001 }, Choice with { Delta = 1_000_000_000_001 }, Choice with { Mechanism = NoiseMechanism.Laplace, Delta = 0 },
            Choice with { Ranges = [Choice.Ranges[0] with { Low = -1 }] }, Choice with { Ranges = [Choice.Ranges[0] with { High = 1101 }] },
        ];
        Assert.Equal(all.Length, all.Select(choice => With(choice).Digest).Distinct().Count());
        Assert.All(all, choice => Assert.Equal(With(choice).Digest, Plan.Decode(With(choice).Encode()).Digest));
        var read = (StatisticsQuestion)Plan.Decode(With(Choice).Encode()).Question;
        Assert.Equal(Choice.Ranges, read.Privacy!.Ranges);
        Assert.Equal("epsilon 0.5, delta 0.000001", read.Privacy.Text);
        Assert.Equal("epsilon 100", (Choice with { Mechanism = NoiseMechanism.Laplace, Epsilon = 100_000_000 }).Text);
    }

    [Fact]
    public void A_choice_without_a_meaning_is_no_plan()
    {
        PrivacyChoice[] broken =
        [
            Choice with { Epsilon = 0 }, Choice with { Epsilon = -1 }, Choice with { Epsilon = PrivacyChoice.LargestEpsilon + 1 }, Choice with { Delta = 0 },
            Choice with { Delta = -1 }, Choice with { Delta = PrivacyChoice.LargestDelta + 1 }, Choice with { Mechanism = NoiseMechanism.Laplace }, Choice with { Mechanism = 0 },
            Choice with { Ranges = [] }, Choice with { Ranges = [Choice.Ranges[0] with { Low = 1101 }] }, Choice with { Ranges = [Choice.Ranges[0] with { Low = 0, High = 0 }] },
            Choice with { Ranges = [Choice.Ranges[0], Choice.Ranges[0]] },
        ];
        Assert.All(broken, choice => Assert.Throws<MalformedException>(() => Plan.Decode(With(choice).Encode())));
        foreach (var statistics in new Statistic[][] { [Statistic.Mean], [Statistic.Variance], [Statistic.Count], [Statistic.Sum, Statistic.Maximum] })
            Assert.Throws<MalformedException>(() => Plan.Decode((Fixture.Plan() with { Question = Question with { Statistics = statistics } }).Encode()));
    }

    [Fact]
    public void Every_truncation_and_every_flipped_bit_is_refused_or_another_plan()
    {
        var bytes = With(Choice).Encode();
        for (var length = 0; length < bytes.Length; length++) Assert.Throws<MalformedException>(() => Plan.Decode(bytes.AsSpan(0, length)));
        Assert.Throws<MalformedException>(() => Plan.Decode([.. bytes, 0]));
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var flipped = bytes.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                Assert.Equal(flipped, Plan.Decode(flipped).Encode());
            }
            catch (MalformedException)
            {
                // refused
            }
        }
    }
}
