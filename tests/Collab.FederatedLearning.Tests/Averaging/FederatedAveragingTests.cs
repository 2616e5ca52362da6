using Collab.Channels;
using Collab.FederatedLearning.Aggregation;
using Collab.FederatedLearning.Averaging;
using Collab.FederatedLearning.Tests.Aggregation;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.FederatedLearning.Tests.Averaging;

/// <summary>Averaging against the same rounds in the clear, with clients that go in every round, and what is refused.</summary>
public sealed partial class FederatedAveragingTests
{
    private static readonly AveragingSettings Settings = new(Parties.RunContext, Inputs: 3, Hidden: 4, Rounds: 4, LocalPasses: 2, Batch: 16, LearningRate: 0.3);

    [Fact]
    public async Task Every_party_gets_the_network_of_the_same_rounds_in_the_clear()
    {
        var run = await RunAsync(Settings, 4, (_, channel) => channel);
        Assert.All(run.Ends.Values, Assert.Null);
        Assert.All(run.Contributors, contributors => Assert.Equal(4, contributors.Count));
        AssertNear(Plain(Settings, run), run.Average!.Parameters);
        Assert.All(run.Networks.Values, network => Assert.Equal(run.Average.Parameters, network.Parameters));

        // It has learnt: the label is the sign of a product, which no straight line tells.
        var longer = await RunAsync(Settings with { Rounds = 30, LocalPasses = 5 }, 3, (_, channel) => channel);
        var (rows, labels) = RowsOf(99, 400);
        Assert.InRange(rows.Zip(labels).Count(pair => longer.Average!.Predict(pair.First) > 0.5 == (pair.Second == 1)), 360, 400);
    }

    [Fact]
    public async Task A_client_that_goes_in_each_round_leaves_the_average_of_the_others_right()
    {
        // Of seven clients the third, the first and the seventh go in rounds 0, 1 and 2: before its vector, in its answer, before its shares. Messages of a round: keys, shares, vector, answer.
        var goesAt = new Dictionary<int, int> { [2] = 2, [0] = 4 + 3, [6] = 8 + 1 };
        var run = await RunAsync(Settings, 7, (number, channel) => goesAt.TryGetValue(number, out var at) ? new ChangedChannel(channel, (sent, message) => sent == at ? null : message) : channel);
        Assert.Equal([6, 6, 4, 4], run.Contributors.Select(contributors => contributors.Count));
        Assert.Equal(3, run.Ends.Values.Count(end => end is ChannelException));
        AssertNear(Plain(Settings, run), run.Average!.Parameters);
        Assert.Equal(4, run.Networks.Count);
        Assert.All(run.Networks.Values, network => Assert.Equal(run.Average.Parameters, network.Parameters));
    }

    [Fact]
    public async Task A_client_with_unfit_rows_goes_and_the_others_go_on()
    {
        var run = await RunAsync(Settings, 5, (_, channel) => channel, (number, rows) =>
        {
            if (number == 1) rows[3][0] = double.NaN;
            if (number == 4) Array.Resize(ref rows[7], 2);
        });
        Assert.Equal(AveragingErrors.RowUnfit.Name, (run.Ends[run.Clients[1]] as CollabException)?.Code.Name);
        Assert.Equal(AveragingErrors.RowUnfit.Name, (run.Ends[run.Clients[4]] as CollabException)?.Code.Name);
        Assert.All(run.Contributors, contributors => Assert.Equal([run.Clients[0], run.Clients[2], run.Clients[3]], contributors));
        AssertNear(Plain(Settings, run), run.Average!.Parameters);
    }

    [Fact]
    public async Task Training_that_runs_away_ends_with_its_reason()
    {
        var run = await RunAsync(Settings with { LearningRate = 1e4 }, 3, (_, channel) => channel);
        Assert.Equal(AggregationErrors.TooFew.Name, run.Refused?.Code.Name);
        Assert.Contains("changed by more than 8 in one round", run.Refused?.Message, StringComparison.Ordinal);
        Assert.All(run.Ends, end => Assert.Equal((AveragingErrors.Diverged.Name, end.Key), ((end.Value as CollabException)?.Code.Name, (end.Value as CollabException)?.Party)));
    }

    [Fact]
    public async Task Without_three_clients_there_is_no_average()
    {
        var run = await RunAsync(Settings, 3, (number, channel) => number == 1 ? new ChangedChannel(channel, (sent, message) => sent == 6 ? null : message) : channel);
        Assert.Equal(AggregationErrors.TooFew.Name, run.Refused?.Code.Name);
        Assert.Equal(2, run.Contributors.Count); // of the round in which it went the two others are a sum still
        Assert.Empty(run.Networks);
    }

    public static TheoryData<string> Lies => ["another round", "a parameter less", "no number", "without this client", "two clients", "clients in the end"];

    [Theory, MemberData(nameof(Lies))]
    public async Task A_client_does_not_train_for_an_averaging_party_that_lies(string what)
    {
        var run = await RunAsync(Settings, 3, (_, channel) => channel, around: channel => new ChangedChannel(channel, (_, message) => (what, message) switch
        {
            ("another round", ModelMessage model) => model with { Round = model.Round + 1 },
            ("a parameter less", ModelMessage model) => model with { Parameters = model.Parameters[1..] },
            ("no number", ModelMessage model) => model with { Parameters = [double.PositiveInfinity, .. model.Parameters[1..]] },
            ("without this client", ModelMessage model) => model with { Clients = [.. Parties.Named(9)[6..]] },
            ("two clients", ModelMessage model) => model with { Clients = model.Clients[..2] },
            ("clients in the end", ModelMessage { Round: 4 } model) => model with { Clients = [.. Parties.Named(3)] },
            _ => message,
        }));
        Assert.All(run.Ends.Values, end => Assert.True(end is PeerFaultException { Party.Name: "summing" }));
        Assert.Empty(run.Networks);
    }

    [Fact]
    public void Gradients_are_those_of_differences()
    {
        var (rows, labels) = RowsOf(5, 6);
        var begin = Network.Begin(3, 4, Parties.RunContext);
        var moved = new Network(3, 4, [.. begin.Parameters]);
        moved.Train(rows, labels, 6, 1e-3);
        double Loss(double[] parameters) => rows.Zip(labels).Average(pair => new Network(3, 4, parameters).Predict(pair.First) is var p && pair.Second == 1 ? -Math.Log(p) : -Math.Log(1 - p));
        for (var k = 0; k < begin.Parameters.Length; k++)
        {
            double[] up = [.. begin.Parameters], down = [.. begin.Parameters];
            (up[k], down[k]) = (up[k] + 1e-6, down[k] - 1e-6);
            Assert.Equal((Loss(up) - Loss(down)) / 2e-6, (begin.Parameters[k] - moved.Parameters[k]) / 1e-3, 1e-6);
        }

        Assert.Throws<ArgumentException>(() => new Network(3, 4, new double[20]));
        Assert.Throws<ArgumentException>(() => new Network(3, 4, [.. Enumerable.Repeat(double.NaN, Network.CountOf(3, 4))]));
        Assert.Throws<ArgumentException>(() => begin.Predict([1.0]));
    }

    private sealed record Outcome(PartyId[] Clients, List<IReadOnlyList<PartyId>> Contributors, Dictionary<PartyId, Exception?> Ends, Dictionary<PartyId, Network> Networks)
    {
        public Network? Average { get; set; }

        public CollabException? Refused { get; set; }
    }

    private static async Task<Outcome> RunAsync(
        AveragingSettings settings, int count, Func<int, IChannel, IChannel> client, Action<int, double[][]>? spoil = null, Func<IChannel, IChannel>? around = null)
    {
        var outcome = new Outcome([.. Parties.Named(count).Order()], [], [], []);
        await using var lines = await Lines.OpenAsync(outcome.Clients);
        var running = outcome.Clients.Select(async (self, number) =>
        {
            var (rows, labels) = RowsOf(number, 40 + (10 * number));
            spoil?.Invoke(number, rows);
            try
            {
                var network = await FederatedAveraging.TrainAsync(settings, self, client(number, lines.Of(self)), rows, labels, RandomSource.System);
                lock (outcome) (outcome.Networks[self], outcome.Ends[self]) = (network, null);
            }
            catch (CollabException end)
            {
                lock (outcome) outcome.Ends[self] = end;
                await lines.LeaveAsync(self, end);
            }
        }).ToList();
        try
        {
            outcome.Average = await FederatedAveraging.AverageAsync(
                settings, outcome.Clients.ToDictionary(other => other, other => around?.Invoke(lines.To(other)) ?? lines.To(other)), TimeSpan.FromMinutes(5), new Told(outcome.Contributors));
            await Task.WhenAll(running);
        }
        catch (CollabException refused)
        {
            outcome.Refused = refused;
            await lines.EndAsync();
            await Task.WhenAll(running);
        }

        return outcome;
    }

    // Mean changes by rows, of those who contributed, in float64.
    private static double[] Plain(AveragingSettings settings, Outcome run)
    {
        var parameters = Network.Begin(settings.Inputs, settings.Hidden, settings.Context).Parameters.ToArray();
        foreach (var contributors in run.Contributors)
        {
            var (change, count) = (new double[parameters.Length], 0);
            foreach (var number in contributors.Select(party => Array.IndexOf(run.Clients, party)))
            {
                var (rows, labels) = RowsOf(number, 40 + (10 * number));
                var network = new Network(settings.Inputs, settings.Hidden, [.. parameters]);
                for (var pass = 0; pass < settings.LocalPasses; pass++) network.Train(rows, labels, settings.Batch, settings.LearningRate);
                for (var k = 0; k < change.Length; k++) change[k] += rows.Length * (network.Parameters[k] - parameters[k]);
                count += rows.Length;
            }

            for (var k = 0; k < parameters.Length; k++) parameters[k] += change[k] / count;
        }

        return parameters;
    }

    private static void AssertNear(double[] expected, ReadOnlySpan<double> actual)
    {
        for (var k = 0; k < expected.Length; k++) Assert.Equal(expected[k], actual[k], 1e-8); // changes are rounded to 2^-36
    }

    private static (double[][] Rows, double[] Labels) RowsOf(int number, int count)
    {
        var random = RandomSource.Seeded(number);
        double Uniform() => ((random.NextUInt64() >> 11) * Math.ScaleB(1, -52)) - 1;
        double[][] rows = [.. Enumerable.Range(0, count).Select(_ => new[] { 2 * Uniform(), 2 * Uniform(), Uniform() })];
        return (rows, [.. rows.Select(row => row[0] * row[1] > 0 ? 1.0 : 0.0)]);
    }

    private sealed class Told(List<IReadOnlyList<PartyId>> contributors) : IProgress<AggregationResult>
    {
        public void Report(AggregationResult value) => contributors.Add(value.Contributors);
    }
}
