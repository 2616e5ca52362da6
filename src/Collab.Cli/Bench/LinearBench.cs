using System.Diagnostics;
using Collab.Channels;
using Collab.Cli.Bench.Parties;
using Collab.FederatedLearning.Linear;
using Collab.Primitives;
using Collab.SecretSharing;
using Collab.SecretSharing.TwoPartyRing;

namespace Collab.Cli.Bench;

/// <summary>What is measured of the training of a linear model beside its time.</summary>
/// <param name="Columns">Columns of all parties.</param>
/// <param name="Parties">Parties, without a dealer.</param>
/// <param name="Epochs">Passes over the rows.</param>
/// <param name="Batch">Rows of a step.</param>
/// <param name="ClearSeconds">The same training in clear, on all columns together, one thread, in floating point: the median.</param>
/// <param name="Ratio">The joint training's median over that.</param>
/// <param name="LargestDifference">Of a weight, or of the intercept, to that of clear training.</param>
public sealed record LinearFigures(int Columns, int Parties, int Epochs, int Batch, double ClearSeconds, double Ratio, double LargestDifference);

/// <summary>Measures descent on shares among two or three parties: <c>logistic</c> with the sigmoid of three pieces or, as its mode says, the smooth one, and <c>linear</c>.</summary>
/// <remarks>
/// The parties as threads of this process, over memory or over gRPC with mutual TLS on loopback. Columns are standardized before the clock starts; it covers the opening of the engine, its set-up of
/// transfers or triples, sharing, training and the opening of each party's part. Every weight is compared with clear training to 10^-4. Bytes are those of the first party, which has the labels.
/// </remarks>
internal static class LinearBench
{
    private const double Close = 1e-4;

    private static readonly PartyId Dealing = PartyId.Parse("dealer");

    /// <summary>Runs the benchmark.</summary>
    /// <param name="options">The options, of which <see cref="ModelBench"/> has checked those that all models have.</param>
    /// <param name="model">The model.</param>
    /// <param name="transport">The transport.</param>
    /// <param name="names">The parties.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ArgumentException">There is no such security, or a number is out of range.</exception>
    public static async Task<BenchReport> RunAsync(BenchOptions options, string model, string transport, PartyId[] names, CancellationToken cancellation)
    {
        var security = BenchParties.Of(options.Security ?? "semi-honest", "security", "semi-honest", "malicious");
        if (names.Length == 3 && options.Dealer) throw new ArgumentException("A dealer deals to two parties.", nameof(options));
        if (names.Length == 2 && security == "malicious") throw new ArgumentException("Two parties are semi-honest.", nameof(options));
        var mode = BenchParties.Of(options.Mode ?? "pieces", "mode", "pieces", "smooth");
        var settings = new LinearSettings
        {
            Family = model == "linear" ? LinearFamily.Regression : mode == "smooth" ? LinearFamily.Logistic : LinearFamily.LogisticThreePieces, Epochs = options.Epochs, Batch = options.Batch,
        };
        settings.Check();
        var work = new Work(settings, names, options, security == "malicious" ? SecurityModel.Malicious : SecurityModel.SemiHonest);

        var clear = new double[options.Runs];
        var expected = PlainLinearTraining.Train(settings, work.All); // this first one warms up
        for (var run = 0; run < clear.Length; run++)
        {
            var clock = Stopwatch.StartNew();
            PlainLinearTraining.Train(settings, work.All);
            clear[run] = clock.Elapsed.TotalSeconds;
        }

        await using var mesh = await BenchMesh.OpenAsync(options.Dealer ? [.. names, Dealing] : names, transport, cancellation);
        var (seconds, cpu, difference) = (new double[options.Runs + 1], TimeSpan.Zero, 0.0);
        var (before, after) = (mesh.UsageOf(names[0]), mesh.UsageOf(names[0]));
        for (var run = 0; run < seconds.Length; run++)
        {
            before = mesh.UsageOf(names[0]);
            var (processor, clock, number) = (Environment.CpuUsage.TotalTime, Stopwatch.StartNew(), run);
            var parts = await mesh.RunAsync((place, stop) => work.RunAsync(place, mesh.ChannelsOf(mesh.Parties[place]), number, stop), cancellation);
            seconds[run] = clock.Elapsed.TotalSeconds;
            if (run > 0) cpu += Environment.CpuUsage.TotalTime - processor;
            after = mesh.UsageOf(names[0]);
            difference = Math.Max(difference, Difference(expected, parts.OfType<LinearPart>()));
        }

        await mesh.CloseAsync(cancellation);
        var (spread, plain) = (BenchSeconds.Of(seconds[1..]), BenchSeconds.Of(clear));
        return new BenchReport(
            "model", model + (settings.Family == LinearFamily.Logistic ? " with the smooth sigmoid" : "") + (names.Length == 3 ? "" : options.Dealer ? " of two with a dealer" : " of two"), work.All.Rows, options.Runs, 1, transport, security, spread,
            new BenchBytes(after.BytesSent - before.BytesSent, after.BytesReceived - before.BytesReceived),
            new BenchPeakBytes(Process.GetCurrentProcess().PeakWorkingSet64, 0), work.All.Rows * (double)settings.Epochs / spread.Median, difference <= Close,
            BenchReport.ThisMachine, seconds[1..])
        {
            PeakOf = "all parties in one process, with the rows",
            FirstSeconds = seconds[0],
            CpuSeconds = new BenchCpuSeconds(cpu.TotalSeconds / options.Runs, 0),
            Linear = new(options.Columns, names.Length, settings.Epochs, settings.Batch, plain.Median, spread.Median / plain.Median, difference),
        };
    }

    private static double Difference(LinearPart expected, IEnumerable<LinearPart> parts) =>
        expected.Weights.Zip(parts.SelectMany(part => part.Weights), (x, y) => Math.Abs(x - y)).Append(Math.Abs(expected.Intercept - parts.Sum(part => part.Intercept))).Max();

    /// <summary>The rows, and each party's part of the training.</summary>
    private sealed class Work
    {
        private readonly LinearSettings _settings;
        private readonly PartyId[] _names;
        private readonly PartyId? _dealer;
        private readonly SecurityModel _security;
        private readonly LinearRows[] _own;

        public Work(LinearSettings settings, PartyId[] names, BenchOptions options, SecurityModel security)
        {
            (_settings, _names, _dealer, _security) = (settings, names, options.Dealer ? Dealing : null, security);
            var rows = options.Size > 0 ? (int)options.Size : 10_000;
            var columns = Enumerable.Range(0, options.Columns).Select(c => BenchNumbers.Column(rows, c)).ToArray();
            var noise = BenchNumbers.Column(rows, options.Columns);
            double[] sums = [.. Enumerable.Range(0, rows).Select(row => columns[0][row] + (columns[^1][row] / 2) - columns[columns.Length / 2][row] + noise[row] - 0.5)];
            double[] labels = settings.Family == LinearFamily.Regression ? sums : [.. sums.Select(sum => sum > 0.25 ? 1.0 : 0)];
            All = LinearRows.Of(settings.Family, rows, columns, labels);
            _own = [.. names.Select((_, place) => LinearRows.Of(settings.Family, rows, columns[Range(columns.Length, place)], place == 0 ? labels : null))];
        }

        /// <summary>All columns at one party.</summary>
        public LinearRows All { get; }

        public async Task<object?> RunAsync(int place, IReadOnlyDictionary<PartyId, IChannel> channels, int run, CancellationToken cancellation)
        {
            var forks = channels.ToDictionary(channel => channel.Key, channel => channel.Value.Fork($"run-{run}"));
            try
            {
                return await TrainAsync(place, forks, run, cancellation);
            }
            finally
            {
                foreach (var fork in forks.Values) await fork.DisposeAsync();
            }
        }

        private async Task<object?> TrainAsync(int place, Dictionary<PartyId, IChannel> channels, int run, CancellationToken cancellation)
        {
            if (place == _names.Length)
            {
                await Dealer.ServeAsync(channels[_names[0]], channels[_names[1]], RandomSource.System, cancellation);
                return null;
            }

            await using var joint = await JointEngine.OpenAsync(
                _names, _names[place], _dealer, channels, RandomSource.System, _security, Digest.Of("collab.bench.model", BitConverter.GetBytes(run)), cancellation: cancellation);
            var part = await LinearTraining.RunAsync(
                joint.Engine, _settings, [.. _own.Select(own => own.Columns.Count)], _names[0], _own[place], progress: null, cancellation: cancellation);
            await joint.EndAsync(cancellation);
            return part;
        }

        private Range Range(int columns, int place) => (columns * place / _names.Length)..(columns * (place + 1) / _names.Length);
    }
}
