using System.Diagnostics;
using Collab.Channels;
using Collab.Cli.Bench.Parties;
using Collab.FederatedLearning.Trees;
using Collab.FederatedLearning.Trees.Secret;
using Collab.Primitives;
using Collab.SecretSharing;
using Collab.SecretSharing.TwoPartyRing;

namespace Collab.Cli.Bench;

/// <summary>Measures boosted trees on shares among two or three parties, of which nothing is opened.</summary>
/// <remarks>
/// The parties as threads of this process, over memory or over gRPC with mutual TLS on loopback. Columns are binned before the clock starts; it covers the opening of the engine, its set-up of
/// transfers or triples, sharing and training. Then the model is opened, and compared with that of the plain twin number by number. Bytes are those of the first party, which has the labels.
/// </remarks>
internal static class SecretTreesBench
{
    private static readonly PartyId Dealing = PartyId.Parse("dealer");

    /// <summary>Runs the benchmark.</summary>
    /// <param name="options">The options, of which <see cref="ModelBench"/> has checked those that all models have.</param>
    /// <param name="settings">What is trained.</param>
    /// <param name="data">The rows.</param>
    /// <param name="transport">The transport.</param>
    /// <param name="names">The parties.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ArgumentException">There is no such security, or a number is out of range.</exception>
    public static async Task<BenchReport> RunAsync(BenchOptions options, TreeSettings settings, ModelBench.ModelRows data, string transport, PartyId[] names, CancellationToken cancellation)
    {
        var security = BenchParties.Of(options.Security ?? "semi-honest", "security", "semi-honest", "malicious");
        if (names.Length == 3 && options.Dealer) throw new ArgumentException("A dealer deals to two parties.", nameof(options));
        if (names.Length == 2 && security == "malicious") throw new ArgumentException("Two parties are semi-honest.", nameof(options));

        var clear = new double[options.Runs];
        var expected = PlainSecretTrees.Train(settings, data.Columns, data.Labels); // this first one warms up
        for (var run = 0; run < clear.Length; run++)
        {
            var clock = Stopwatch.StartNew();
            PlainSecretTrees.Train(settings, data.Columns, data.Labels);
            clear[run] = clock.Elapsed.TotalSeconds;
        }

        await using var mesh = await BenchMesh.OpenAsync(options.Dealer ? [.. names, Dealing] : names, transport, cancellation);
        var (seconds, cpu, correct) = (new double[options.Runs + 1], TimeSpan.Zero, true);
        var (before, after) = (mesh.UsageOf(names[0]), mesh.UsageOf(names[0]));
        for (var run = 0; run < seconds.Length; run++)
        {
            before = mesh.UsageOf(names[0]);
            var (processor, clock, number) = (Environment.CpuUsage.TotalTime, Stopwatch.StartNew(), run);
            var strength = security == "malicious" ? SecurityModel.Malicious : SecurityModel.SemiHonest;
            var parties = names.Select((_, place) => new Party(names, place, options.Dealer ? Dealing : null, strength, mesh.ChannelsOf(names[place]), run)).ToArray();
            var dealing = options.Dealer ? DealAsync(mesh.ChannelsOf(Dealing), names, number, cancellation) : Task.CompletedTask;
            await Task.WhenAll(parties.Select(party => Task.Run(() => party.TrainAsync(settings, data, cancellation), cancellation)));
            seconds[run] = clock.Elapsed.TotalSeconds;
            if (run > 0) cpu += Environment.CpuUsage.TotalTime - processor;
            after = mesh.UsageOf(names[0]);
            foreach (var trees in await Task.WhenAll(parties.Select(party => Task.Run(() => party.EndAsync(cancellation), cancellation)))) correct &= trees.IsSameAs(expected);
            await dealing;
        }

        await mesh.CloseAsync(cancellation);
        var (spread, plain) = (BenchSeconds.Of(seconds[1..]), BenchSeconds.Of(clear));
        return new BenchReport(
            "model", "secret-gbdt" + (names.Length == 3 ? "" : options.Dealer ? " of two with a dealer" : " of two"), data.Labels.Length, options.Runs, 1, transport, security, spread,
            new BenchBytes(after.BytesSent - before.BytesSent, after.BytesReceived - before.BytesReceived),
            new BenchPeakBytes(Process.GetCurrentProcess().PeakWorkingSet64, 0), data.Labels.Length / spread.Median, correct, BenchReport.ThisMachine, seconds[1..])
        {
            PeakOf = "all parties in one process, with the rows",
            FirstSeconds = seconds[0],
            CpuSeconds = new BenchCpuSeconds(cpu.TotalSeconds / options.Runs, 0),
            Model = new(
                options.Columns, names.Length, settings.Trees, settings.Depth, options.Bins, plain.Median, spread.Median / plain.Median,
                data.AreaOf(PlainSecretTrees.Predict(settings, expected, data.Columns))),
        };
    }

    private static async Task DealAsync(IReadOnlyDictionary<PartyId, IChannel> channels, PartyId[] names, int run, CancellationToken cancellation)
    {
        await using IChannel first = channels[names[0]].Fork($"run-{run}"), second = channels[names[1]].Fork($"run-{run}");
        await Dealer.ServeAsync(first, second, RandomSource.System, cancellation);
    }

    /// <summary>One party of one run: its engine stays open until the model has been compared.</summary>
    private sealed class Party(PartyId[] names, int place, PartyId? dealer, SecurityModel security, IReadOnlyDictionary<PartyId, IChannel> channels, int run)
    {
        private readonly Dictionary<PartyId, IChannel> _forks = channels.ToDictionary(channel => channel.Key, channel => channel.Value.Fork($"run-{run}"));
        private JointEngine? _joint;
        private SecretTreePart? _part;

        public async Task TrainAsync(TreeSettings settings, ModelBench.ModelRows data, CancellationToken cancellation)
        {
            _joint = await JointEngine.OpenAsync(
                names, names[place], dealer, _forks, RandomSource.System, security, Digest.Of("collab.bench.model", BitConverter.GetBytes(run)), cancellation: cancellation);
            var features = names.Select((_, party) => data.Of(party, names.Length).Select(column => new FeatureShape(column.Bins.ValueBins, column.Bins.IsCategory)).ToArray()).ToArray();
            _part = await SecretTrees.TrainAsync(
                _joint.Engine, settings, features, names[0], data.Of(place, names.Length), place == 0 ? data.Labels : null, data.Labels.Length, progress: null, cancellation);
        }

        public async Task<PlainTrees> EndAsync(CancellationToken cancellation)
        {
            await using (_joint)
            {
                using var part = _part!;
                var trees = await SecretTrees.RevealAsync(_joint!.Engine, part, names, cancellation);
                await _joint.EndAsync(cancellation);
                foreach (var fork in _forks.Values) await fork.DisposeAsync();
                return trees!;
            }
        }
    }
}
