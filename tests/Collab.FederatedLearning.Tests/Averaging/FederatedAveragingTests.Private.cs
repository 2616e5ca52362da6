using Collab.FederatedLearning.Aggregation;
using Collab.FederatedLearning.Averaging;
using Collab.FederatedLearning.Privacy;
using Collab.FederatedLearning.Tests.Aggregation;
using Collab.Primitives;

namespace Collab.FederatedLearning.Tests.Averaging;

/// <summary>Differentially private training through the secure sums: clipped steps and noise, whoever goes; what is refused.</summary>
public sealed partial class FederatedAveragingTests
{
    private static readonly AveragingSettings PrivateRows = Settings with
    {
        Rounds = 4, LocalPasses = 1, Batch = 1, LearningRate = 0.5, Privacy = new(PrivacyUnit.Row, Clip: 0.4, Noise: 0.05, HonestClients: 2) { Rows = 300 },
    };

    private static readonly AveragingSettings PrivateClients = Settings with { Privacy = new(PrivacyUnit.Client, Clip: 0.2, Noise: 0.05, HonestClients: 2) };

    [Fact]
    public async Task Private_training_is_that_of_clipped_steps_but_for_its_noise()
    {
        foreach (var settings in new[] { PrivateRows, PrivateClients })
        {
            var run = await RunAsync(settings, 4, (_, channel) => channel);
            Assert.All(run.Ends.Values, Assert.Null);
            Assert.All(run.Networks.Values, network => Assert.Equal(run.Average!.Parameters, network.Parameters));
            AssertNoisy(PlainPrivate(settings, run), run.Average!.Parameters, settings);
        }
    }

    [Fact]
    public async Task Clients_that_go_leave_private_steps_of_the_others_right()
    {
        var goesAt = new Dictionary<int, int> { [2] = 2, [0] = 4 + 3, [6] = 8 + 1 };
        foreach (var settings in new[] { PrivateRows, PrivateClients })
        {
            var run = await RunAsync(settings, 7, (number, channel) => goesAt.TryGetValue(number, out var at) ? new ChangedChannel(channel, (sent, message) => sent == at ? null : message) : channel);
            Assert.Equal([6, 6, 4, 4], run.Contributors.Select(contributors => contributors.Count));
            AssertNoisy(PlainPrivate(settings, run), run.Average!.Parameters, settings);
        }
    }

    [Fact]
    public async Task No_row_ends_private_training()
    {
        var run = await RunAsync(PrivateRows, 3, (_, channel) => channel, (number, rows) =>
        {
            if (number == 1) (rows[3][0], rows[4][1], rows[5][2]) = (double.NaN, double.PositiveInfinity, 1e308);
            if (number == 2) Array.ForEach(rows, row => row[0] = double.NaN);
        });
        Assert.All(run.Ends.Values, Assert.Null);
        Assert.All(run.Average!.Parameters.ToArray(), x => Assert.True(double.IsFinite(x)));
    }

    [Fact]
    public async Task With_too_few_clients_left_for_the_noise_there_is_no_further_round()
    {
        var settings = PrivateRows with { Privacy = PrivateRows.Privacy! with { HonestClients = 3 } };
        var run = await RunAsync(settings, 4, (number, channel) => number == 1 ? new ChangedChannel(channel, (sent, message) => sent == 6 ? null : message) : channel);
        Assert.Equal(AggregationErrors.TooFew.Name, run.Refused?.Code.Name);
        Assert.Contains("too few for the noise", run.Refused?.Message, StringComparison.Ordinal);
        Assert.Equal([4, 3], run.Contributors.Select(contributors => contributors.Count));
        Assert.Empty(run.Networks);
    }

    [Fact]
    public async Task A_client_adds_nothing_for_an_averaging_party_that_names_too_few_clients()
    {
        var settings = PrivateRows with { Privacy = PrivateRows.Privacy! with { HonestClients = 3 } };
        // Three of the four, the one that is told among them.
        var run = await RunAsync(settings, 4, (_, channel) => channel, around: channel => new ChangedChannel(channel, (_, message) =>
            message is ModelMessage model ? model with { Clients = [.. model.Clients.Where(client => client != model.Clients.First(other => other != channel.Peer))] } : message));
        Assert.All(run.Ends.Values, end => Assert.True(end is PeerFaultException { Party.Name: "summing" } fault && fault.Message.Contains("as many clients as the noise", StringComparison.Ordinal), end?.Message));
    }

    [Fact]
    public async Task Private_training_that_runs_away_ends_with_its_reason_and_no_network()
    {
        var run = await RunAsync(PrivateRows with { LearningRate = 1e7 }, 3, (_, channel) => channel);
        Assert.Equal(AveragingErrors.Diverged.Name, run.Refused?.Code.Name);
        Assert.Contains("beyond 1024", run.Refused?.Message, StringComparison.Ordinal);
        Assert.Empty(run.Networks);
    }

    // The same rounds without noise, steps clipped in doubles.
    private static double[] PlainPrivate(AveragingSettings settings, Outcome run)
    {
        var privacy = settings.Privacy!;
        var parameters = Network.Begin(settings.Inputs, settings.Hidden, settings.Context).Parameters.ToArray();
        foreach (var contributors in run.Contributors)
        {
            var sum = new double[parameters.Length];
            foreach (var number in contributors.Select(party => Array.IndexOf(run.Clients, party)))
            {
                var (rows, labels) = RowsOf(number, 40 + (10 * number));
                double[] Change(double[][] of, double[] theirs, int batch, double rate, int passes)
                {
                    var network = new Network(settings.Inputs, settings.Hidden, [.. parameters]);
                    for (var pass = 0; pass < passes; pass++) network.Train(of, theirs, batch, rate);
                    return [.. network.Parameters.ToArray().Zip(parameters, (after, before) => after - before)];
                }

                var changes = privacy.Unit == PrivacyUnit.Client ? [Change(rows, labels, settings.Batch, settings.LearningRate, settings.LocalPasses)]
                    : rows.Zip(labels, (row, label) => Change([row], [label], 1, 1, 1));
                foreach (var change in changes)
                {
                    var factor = Math.Min(1, privacy.Clip / Math.Sqrt(change.Sum(x => x * x)));
                    for (var k = 0; k < sum.Length; k++) sum[k] += factor * change[k];
                }
            }

            var step = privacy.Unit == PrivacyUnit.Client ? 1.0 / contributors.Count : settings.LearningRate / privacy.Rows;
            for (var k = 0; k < sum.Length; k++) parameters[k] += step * sum[k];
        }

        return parameters;
    }

    // Noise is there, and of its size: 30 deviations of all rounds' together are far beyond chance, and training on from moved parameters adds less than that.
    private static void AssertNoisy(double[] expected, ReadOnlySpan<double> actual, AveragingSettings settings)
    {
        var privacy = settings.Privacy!;
        var deviation = privacy.Noise * privacy.Clip * Math.Sqrt(7.0 / 2 * settings.Rounds) * (privacy.Unit == PrivacyUnit.Client ? 0.25 : settings.LearningRate / privacy.Rows);
        var largest = 0.0;
        for (var k = 0; k < expected.Length; k++) largest = Math.Max(largest, Math.Abs(expected[k] - actual[k]));
        Assert.InRange(largest, deviation / 100, 30 * deviation);
    }
}
