using Collab.FederatedLearning.Averaging;
using Collab.FederatedLearning.Privacy;
using Collab.FederatedLearning.Tests.Trees;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.FederatedLearning.Tests.Privacy;

/// <summary>What a client brings into a private sum: whole numbers of bounded length, and noise of the variance that is said.</summary>
public sealed class PrivateTrainingTests
{
    private static readonly UInt128 Most = UInt128.One << 40;                              // squares of a clipped vector, in squared units
    private static readonly PrivateTraining Rows = new(PrivacyUnit.Row, 1, 1, 1) { Rows = 100 };
    private static readonly AveragingSettings Settings = new(Parties.RunContext, Inputs: 2, Hidden: 3, Rounds: 2, LocalPasses: 1, Batch: 1, LearningRate: 0.1) { Privacy = Rows };

    [Fact]
    public void Whatever_a_vector_is_it_changes_the_sum_by_no_more_than_the_clip()
    {
        var random = RandomSource.Seeded(7);
        double Uniform() => ((random.NextUInt64() >> 11) * Math.ScaleB(1, -52)) - 1;
        for (var i = 0; i < 3000; i++)
        {
            var scale = Math.ScaleB(1, (i % 41) - 20);
            double[] vector = [.. Enumerable.Range(0, 1 + (i % 30)).Select(k => scale * (k % 5 == i % 5 ? 100 : 1) * Uniform())];
            var sum = new long[vector.Length];
            PrivateTraining.AddClipped(vector, 0.5, sum);
            Assert.True(Squares(sum) <= Most);
            // The direction stays, and the length if it was short enough: each number is cut off by less than a unit.
            var (norm, unit) = (Math.Sqrt(vector.Sum(x => x * x)), 0.5 / PrivateTraining.ClipUnits);
            for (var k = 0; k < sum.Length; k++) Assert.InRange(Math.Abs((sum[k] * unit) - (vector[k] * Math.Min(1, 0.5 / norm))), 0, 1.01 * unit);
        }
    }

    [Fact]
    public void Vectors_over_any_range_are_shortened_and_those_that_are_no_numbers_are_nothing()
    {
        foreach (var vector in new double[][] { [double.NaN, 1], [double.PositiveInfinity, 1], [0, 0], [double.Epsilon, 0], [double.NegativeInfinity, double.NaN] })
        {
            var sum = new long[2];
            PrivateTraining.AddClipped(vector, 1, sum);
            Assert.Equal([0, 0], sum);
        }

        foreach (var vector in new double[][] { [1e300, -1e300], [double.MaxValue, double.MaxValue], [1, 1e-300], [1e5, 3] })
        {
            var sum = new long[2];
            PrivateTraining.AddClipped(vector, 1, sum);
            Assert.True(Squares(sum) <= Most);
            Assert.True((double)Squares(sum) > 0.999 * (double)Most || vector[0] == double.MaxValue); // its norm is no double; it counts as nothing
        }
    }

    [Theory, InlineData(1.0, 1), InlineData(0.5, 4), InlineData(3.0, 7)]
    public void The_noise_of_enough_clients_together_has_the_variance_that_is_said(double noise, int clients)
    {
        var settings = Settings with { Privacy = Rows with { Noise = noise, HonestClients = clients } };
        var parameters = Network.Begin(2, 3, Parties.RunContext).Parameters.ToArray();
        var (random, sum, squares, count) = (RandomSource.Seeded(11), 0.0, 0.0, 0);
        for (var i = 0; i < 200; i++)
        {
            var words = new ulong[parameters.Length];
            for (var client = 0; client < clients; client++)
                foreach (var (k, word) in settings.Privacy!.VectorOf(settings, parameters, [], [], random).Index()) words[k] = unchecked(words[k] + word);
            foreach (var word in words)
            {
                var value = unchecked((long)word) / (double)PrivateTraining.ClipUnits;
                (sum, squares, count) = (sum + value, squares + (value * value), count + 1);
            }
        }

        // Of 2,600 numbers the mean is within 5 standard errors, and so is the variance.
        Assert.InRange(sum / count, -5 * noise / Math.Sqrt(count), 5 * noise / Math.Sqrt(count));
        Assert.InRange(squares / count / (noise * noise), 1 - (5 * Math.Sqrt(2.0 / count)), 1 + (5 * Math.Sqrt(2.0 / count)));
    }

    [Fact]
    public void Of_all_clients_in_a_sum_those_that_are_enough_have_at_least_the_noise_that_is_said()
    {
        foreach (var (noise, clients) in new[] { (1.0, 1), (0.3, 3), (1000.0, 499), (0.05, 500) })
            Assert.True((double)((Rows with { Noise = noise, HonestClients = clients }).Variance * clients) / Math.ScaleB(noise * noise, 40) is >= 1 and < 1.001);
        Assert.True((Rows with { HonestClients = 2 }).HasNoiseOf(3));
        Assert.False((Rows with { HonestClients = 3 }).HasNoiseOf(3));
        Assert.True((Rows with { HonestClients = 3 }).HasNoiseOf(4));
    }

    [Fact]
    public void A_row_more_moves_the_sum_by_the_clip_at_most_and_a_row_that_is_none_not_at_all()
    {
        // The noise is the same from the same seed: the difference is that of the rows alone.
        var parameters = Network.Begin(2, 3, Parties.RunContext).Parameters.ToArray();
        ulong[] Of(PrivateTraining privacy, int passes, double[][] rows, double[] labels) =>
            privacy.VectorOf(Settings with { Privacy = privacy, LocalPasses = passes }, parameters, rows, labels, RandomSource.Seeded(3));
        double[][] rows = [[1, 2], [-3, 1], [0.5, 0.25]];
        foreach (var more in new double[][] { [1e9, -1e9], [0, 0], [double.NaN, 1], [double.NegativeInfinity, 0], [1e308, 1e308] })
        {
            long[] difference = [.. Of(Rows, 1, [.. rows, more], [0, 1, 1, 1]).Zip(Of(Rows, 1, rows, [0, 1, 1]), (a, b) => unchecked((long)(a - b)))];
            Assert.True(Squares(difference) <= Most);
            if (!more.All(double.IsFinite)) Assert.All(difference, x => Assert.Equal(0, x));
        }

        // A whole client: its vector less its noise is no longer than the clip, however much it trains.
        var client = new PrivateTraining(PrivacyUnit.Client, 0.25, 1, 1);
        long[] change = [.. Of(client, 50, rows, [0, 1, 1]).Zip(Of(client, 50, [], []), (a, b) => unchecked((long)(a - b)))];
        Assert.True(Squares(change) <= Most && Squares(change) > Most / 2);
    }

    [Fact]
    public void Rows_take_part_by_chance()
    {
        double[][] rows = [.. Enumerable.Range(0, 4000).Select(_ => new double[] { 1, 0 })];
        var privacy = Rows with { SamplingRate = 0.25, Noise = 0.05 };
        var parameters = Network.Begin(2, 3, Parties.RunContext).Parameters.ToArray();
        double Last(PrivateTraining of) => unchecked((long)of.VectorOf(Settings with { Privacy = of }, parameters, rows, new double[4000], RandomSource.Seeded(5))[^1]);
        Assert.Equal(0.25, Last(privacy) / Last(privacy with { SamplingRate = 1 }), 0.03);  // 4 standard errors
    }

    [Fact]
    public void A_model_of_real_rows_learns_at_a_moderate_epsilon()
    {
        string[] names = ["Duration", "Amount", "InstallmentRatePercentage", "Age", "CheckingAccountStatus.lt.0", "CheckingAccountStatus.none", "CreditHistory.Critical", "SavingsAccountBonds.lt.100"];
        double[][] columns = [.. names.Select(name => CreditRows.German.Columns.Single(c => c.Name == name).Values).Select(values => Scaled(values))];
        double[][] rows = [.. Enumerable.Range(0, 1000).Select(i => columns.Select(column => column[i]).ToArray())];
        var (labels, random) = (CreditRows.German.Labels, RandomSource.Seeded(21));
        var privacy = new PrivateTraining(PrivacyUnit.Row, 1, RenyiAccountant.NoiseFor(3, 0.25, 50, 1e-5), 2) { SamplingRate = 0.25, Rows = 1000 };
        var settings = new AveragingSettings(Parties.RunContext, 8, 2, 50, 1, 1, 1.5) { Privacy = privacy };
        var parameters = Network.Begin(8, 2, Parties.RunContext).Parameters.ToArray();
        for (var round = 0; round < settings.Rounds; round++)
        {
            var sum = new ulong[parameters.Length];
            for (var client = 0; client < 3; client++)
            {
                double[][] own = [.. rows.Where((_, i) => i % 3 == client)];
                double[] theirs = [.. labels.Where((_, i) => i % 3 == client)];
                foreach (var (k, word) in privacy.VectorOf(settings, parameters, own, theirs, random).Index()) sum[k] = unchecked(sum[k] + word);
            }

            for (var k = 0; k < sum.Length; k++) parameters[k] += unchecked((long)sum[k]) * privacy.Step(settings, 3);
        }

        Assert.InRange(privacy.EpsilonAfter(50, 1e-5), 2.9, 3);
        var network = new Network(8, 2, parameters);
        Assert.InRange(CreditRows.Area([.. rows.Select(row => network.Predict(row))], labels), 0.72, 0.85);
    }

    private static double[] Scaled(double[] values)
    {
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Average(x => (x - mean) * (x - mean)));
        return [.. values.Select(x => (x - mean) / deviation)];
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        PrivateTraining[] wrong =
        [
            Rows with { Unit = 0 }, Rows with { Clip = 0 }, Rows with { Clip = double.NaN }, Rows with { Clip = double.PositiveInfinity }, Rows with { Noise = 0.01 }, Rows with { Noise = 1001 }, Rows with { Noise = double.NaN },
            Rows with { HonestClients = 0 }, Rows with { SamplingRate = 0 }, Rows with { SamplingRate = 1.5 }, Rows with { Rows = 0 }, Rows with { Rows = AveragingSettings.MostRows + 1 },
            Rows with { Unit = PrivacyUnit.Client }, new(PrivacyUnit.Client, 1, 1, 1) { SamplingRate = 0.5 },
        ];
        Assert.All(wrong, privacy => Assert.Throws<ArgumentOutOfRangeException>(() => (Settings with { Privacy = privacy }).Check()));
        Assert.Throws<ArgumentOutOfRangeException>(() => (Settings with { LocalPasses = 2 }).Check());
        Assert.Throws<ArgumentOutOfRangeException>(() => (Settings with { Batch = 2 }).Check());
        (Settings with { Privacy = new(PrivacyUnit.Client, 1, 1, 2), Batch = 7, LocalPasses = 3 }).Check();
    }

    private static UInt128 Squares(long[] vector) => vector.Aggregate(UInt128.Zero, (sum, x) => sum + (UInt128)((Int128)x * x));
}
