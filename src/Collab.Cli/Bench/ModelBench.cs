using System.Diagnostics;
using Collab.Cli.Bench.Parties;
using Collab.FederatedLearning.Trees;
using Collab.FederatedLearning.Trees.ColumnWise;
using Collab.Primitives;

namespace Collab.Cli.Bench;

/// <summary>What is measured of a training beside its time.</summary>
/// <param name="Columns">Columns of all parties.</param>
/// <param name="Parties">Parties.</param>
/// <param name="Trees">Trees.</param>
/// <param name="Depth">Splits from a root to a leaf, at most.</param>
/// <param name="Bins">Bins of values a column, at most.</param>
/// <param name="ClearSeconds">The same training in clear, on all columns together, one thread: the median.</param>
/// <param name="Ratio">The joint training's median over that.</param>
/// <param name="Area">The model's area under the curve on the rows it was trained on.</param>
public sealed record ModelFigures(int Columns, int Parties, int Trees, int Depth, int Bins, double ClearSeconds, double Ratio, double Area);

/// <summary>Measures joint training among two or three parties: <c>gbdt</c>, boosted trees over their columns with gradients encrypted; <c>secret-gbdt</c> by <see cref="SecretTreesBench"/>, the others by <see cref="LinearBench"/>.</summary>
/// <remarks>
/// The parties as threads of this process, over memory or over gRPC with mutual TLS on loopback. Columns are binned before the clock starts; it covers all of a training, keys included.
/// The trees are compared byte for byte with those of training in clear. Bytes are those of the first party, which has the labels.
/// </remarks>
public static class ModelBench
{
    private static readonly PartyId[] Names = [PartyId.Parse("first"), PartyId.Parse("second"), PartyId.Parse("third")];

    /// <summary>Runs the benchmark.</summary>
    /// <exception cref="ArgumentException">There is no such model, or a number is out of range.</exception>
    public static async Task<BenchReport> RunAsync(BenchOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        var model = BenchParties.Of(options.Operation ?? "gbdt", "model", "gbdt", "secret-gbdt", "logistic", "linear");
        var transport = BenchParties.Of(options.Transport ?? "memory", "transport", "memory", "grpc");
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Runs, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Size, 1 << 24, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Parties, 2, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Parties, Names.Length, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Columns, options.Parties, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Columns, 10_000, nameof(options));
        var names = Names[..options.Parties];
        if (model is "logistic" or "linear") return await LinearBench.RunAsync(options, model, transport, names, cancellation);

        ArgumentOutOfRangeException.ThrowIfLessThan(options.Bins, 2, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Bins, FeatureBins.MostBins - 1, nameof(options));
        var size = options.Size > 0 ? (int)options.Size : 10_000;
        var settings = new TreeSettings { Trees = options.Trees, Depth = options.Depth };
        settings.Check();
        var data = new ModelRows(size, options.Columns, options.Bins);
        if (model == "secret-gbdt") return await SecretTreesBench.RunAsync(options, settings, data, transport, names, cancellation);
        var mode = BenchParties.Of(options.Mode ?? "columns", "mode", "columns");

        var clear = new double[options.Runs];
        var expected = TreeTraining.Train(settings, data.Columns, data.Labels); // this first one warms up
        for (var run = 0; run < clear.Length; run++)
        {
            var clock = Stopwatch.StartNew();
            TreeTraining.Train(settings, data.Columns, data.Labels);
            clear[run] = clock.Elapsed.TotalSeconds;
        }

        await using var mesh = await BenchMesh.OpenAsync(names, transport, cancellation);
        var training = new ColumnWiseOptions { Parallelism = options.Threads };
        var (seconds, cpu, correct) = (new double[options.Runs + 1], TimeSpan.Zero, true);
        var (before, after) = (mesh.UsageOf(names[0]), mesh.UsageOf(names[0]));
        for (var run = 0; run < seconds.Length; run++)
        {
            before = mesh.UsageOf(names[0]);
            var (processor, clock) = (Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
            var parts = await mesh.RunAsync<object>(
                async (place, stop) =>
                {
                    var (channels, own) = (mesh.ChannelsOf(names[place]), data.Of(place, names.Length));
                    return place == 0
                        ? await ColumnWiseTrees.TrainAsync([.. names[1..].Select(name => channels[name])], settings, own, data.Labels, RandomSource.System, training, stop)
                        : await ColumnWiseTrees.AssistAsync(channels[names[0]], settings, own, RandomSource.System, training, stop);
                },
                cancellation);
            seconds[run] = clock.Elapsed.TotalSeconds;
            if (run > 0) cpu += Environment.CpuUsage.TotalTime - processor;
            after = mesh.UsageOf(names[0]);
            correct &= ((LabelPart)parts[0]).Join([.. parts.OfType<FeaturePart>()]).Encode().AsSpan().SequenceEqual(expected.Encode());
        }

        await mesh.CloseAsync(cancellation);
        var (spread, plain) = (BenchSeconds.Of(seconds[1..]), BenchSeconds.Of(clear));
        return new BenchReport(
            "model", $"{model}/{mode}", size, options.Runs, options.Threads, transport, "semi-honest", spread,
            new BenchBytes(after.BytesSent - before.BytesSent, after.BytesReceived - before.BytesReceived),
            new BenchPeakBytes(Process.GetCurrentProcess().PeakWorkingSet64, 0), size / spread.Median, correct, BenchReport.ThisMachine, seconds[1..])
        {
            PeakOf = "all parties in one process, with the rows",
            FirstSeconds = seconds[0],
            CpuSeconds = new BenchCpuSeconds(cpu.TotalSeconds / options.Runs, 0),
            Model = new(
                options.Columns, names.Length, settings.Trees, settings.Depth, options.Bins, plain.Median, spread.Median / plain.Median, data.AreaOf(expected.Predict(data.Columns))),
        };
    }

    /// <summary>Rows by arithmetic: numbers spread evenly, and labels that some of the columns tell, not wholly.</summary>
    internal sealed class ModelRows
    {
        public ModelRows(int rows, int columns, int bins)
        {
            var values = Enumerable.Range(0, columns).Select(c => BenchNumbers.Column(rows, c)).ToArray();
            Columns = [.. values.Select((v, c) => BinnedColumn.Of(FeatureBins.EqualFrequency($"c{c}", v, bins), v))];
            Labels = [.. Enumerable.Range(0, rows).Select(row =>
                values[0][row] + (values[columns / 2][row] * values[columns - 1][row]) + (BenchNumbers.Mixed(ulong.MaxValue - (ulong)row) / 2) > 1 ? 1.0 : 0)];
        }

        public BinnedColumn[] Columns { get; }

        public double[] Labels { get; }

        /// <summary>A party's columns: as many as each other's, up to one.</summary>
        public BinnedColumn[] Of(int place, int parties) => Columns[(Columns.Length * place / parties)..(Columns.Length * (place + 1) / parties)];

        /// <summary>Of pairs of unlike labels, the share in order; ties count half.</summary>
        public double AreaOf(double[] chances)
        {
            var (below, zeros, pairs) = (0.0, 0.0, 0.0);
            foreach (var tie in chances.Zip(Labels).GroupBy(p => p.First).OrderBy(g => g.Key))
            {
                double ones = tie.Count(p => p.Second == 1), here = tie.Count() - ones;
                (below, zeros, pairs) = (below + (ones * (zeros + (here / 2))), zeros + here, pairs + ones);
            }

            return below / (zeros * pairs);
        }
    }
}
