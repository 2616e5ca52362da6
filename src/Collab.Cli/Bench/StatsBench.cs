using System.Diagnostics;
using System.Numerics;
using Collab.Cli.Bench.Parties;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics;
using Collab.Statistics.Analyses;
using Collab.Statistics.Results;

namespace Collab.Cli.Bench;

/// <summary>Measures joint statistics over rows that three owners hold side by side and a fourth party receives: <c>variance</c> of one column, <c>correlation</c> of two.</summary>
/// <remarks>
/// Four parties as threads of this process, over memory or over gRPC with mutual TLS on loopback. Rows lie in memory before the clock starts, as a source
/// gives them: in batches of 65,536. The clock covers everything after reading: the owners' own sums, shares, gate, opening, formulas. Values are near
/// 10^12 with a spread of 2^20, where sums in doubles lose everything; results are compared with plain sums in whole numbers. Bytes are the first owner's.
/// </remarks>
public static class StatsBench
{
    private const int BatchRows = 1 << 16;

    private static readonly PartyId[] Owners = [PartyId.Parse("first"), PartyId.Parse("second"), PartyId.Parse("third")];
    private static readonly PartyId Receiver = PartyId.Parse("receiver");
    private static readonly ColumnSchema[] Schemas = [new("x", ColumnType.Integer, 0), new("y", ColumnType.Integer, 0)];

    /// <summary>Runs the benchmark.</summary>
    /// <exception cref="ArgumentException">There is no such operation, or a number is out of range.</exception>
    public static async Task<BenchReport> RunAsync(BenchOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        var operation = BenchParties.Of(options.Operation ?? "variance", "operation", "variance", "correlation");
        var transport = BenchParties.Of(options.Transport ?? "memory", "transport", "memory", "grpc");
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Runs, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Size, 1 << 28, nameof(options));
        var size = options.Size > 0 ? (int)options.Size : 1_000_000;
        var rows = Enumerable.Range(0, Owners.Length).Select(owner => new Rows(owner, size, operation == "correlation" ? 2 : 1)).ToArray();
        IWork work = operation == "variance" ? new VarianceWork(rows) : new CorrelationWork(rows);

        await using var mesh = await BenchMesh.OpenAsync([.. Owners, Receiver], transport, cancellation);
        var (seconds, cpu, correct) = (new double[options.Runs + 1], TimeSpan.Zero, true);
        var (before, after) = (mesh.UsageOf(Owners[0]), mesh.UsageOf(Owners[0]));
        for (var run = 0; run < seconds.Length; run++)
        {
            before = mesh.UsageOf(Owners[0]);
            var (processor, clock) = (Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
            var found = await mesh.RunAsync(
                (place, stop) => place < Owners.Length ? work.ContributeAsync(mesh, Owners[place], rows[place], stop) : work.ReceiveAsync(mesh, stop), cancellation);
            seconds[run] = clock.Elapsed.TotalSeconds;
            if (run > 0) cpu += Environment.CpuUsage.TotalTime - processor;
            after = mesh.UsageOf(Owners[0]);
            correct &= found[^1];
        }

        await mesh.CloseAsync(cancellation);
        var spread = BenchSeconds.Of(seconds[1..]); // the first one warms up
        return new BenchReport(
            "stats", operation, size, options.Runs, 1, transport, "semi-honest", spread,
            new BenchBytes(after.BytesSent - before.BytesSent, after.BytesReceived - before.BytesReceived),
            new BenchPeakBytes(Process.GetCurrentProcess().PeakWorkingSet64, 0), size / spread.Median, correct, BenchReport.ThisMachine, seconds[1..])
        {
            PeakOf = "all four parties in one process, with the rows",
            FirstSeconds = seconds[0],
            CpuSeconds = new BenchCpuSeconds(cpu.TotalSeconds / options.Runs, 0),
        };
    }

    /// <summary>An owner's rows: a third of all, by arithmetic.</summary>
    private sealed class Rows
    {
        private readonly long[][] _columns;
        private readonly bool[] _present = new bool[BatchRows];

        public Rows(int owner, int size, int columns)
        {
            Array.Fill(_present, true);
            var count = (size / Owners.Length) + (owner < size % Owners.Length ? 1 : 0);
            _columns = [.. Enumerable.Range(0, columns).Select(_ => new long[count])];
            for (var row = 0; row < count; row++)
            {
                var mixed = unchecked(((ulong)row * (ulong)Owners.Length + (ulong)owner + 1) * 0x9E37_79B9_7F4A_7C15);
                _columns[0][row] = 1_000_000_000_000 + (long)(mixed >> 44);
                if (columns > 1) _columns[1][row] = _columns[0][row] - (long)(unchecked(mixed * mixed) >> 44);
            }
        }

        public int Count => _columns[0].Length;

        public ReadOnlySpan<long> Column(int column) => _columns[column];

        public IEnumerable<ColumnBatch> Batches()
        {
            for (var first = 0; first < Count; first += BatchRows)
            {
                var (from, count) = (first, Math.Min(BatchRows, Count - first));
                yield return new ColumnBatch(first + 1, count, [.. _columns.Select((values, i) => new NumberColumn(Schemas[i], values.AsMemory(from, count), _present.AsMemory(0, count)))]);
            }
        }
    }

    /// <summary>What the parties do; true is what an owner returns, and the receiver if its result is right.</summary>
    private interface IWork
    {
        Task<bool> ContributeAsync(BenchMesh mesh, PartyId self, Rows rows, CancellationToken cancellation);

        Task<bool> ReceiveAsync(BenchMesh mesh, CancellationToken cancellation);
    }

    private sealed class VarianceWork(Rows[] all) : IWork
    {
        private readonly StatisticsPlan _plan = StatisticsPlan.Create(
            new StatisticsQuestion([new Measure("x", 0)], null, [Statistic.Count, Statistic.Mean, Statistic.Variance], 10), Owners, Receiver);

        private readonly Fraction _expected = Sums.Of(all, 0, 0).Covariance;

        public async Task<bool> ContributeAsync(BenchMesh mesh, PartyId self, Rows rows, CancellationToken cancellation)
        {
            var summary = new LocalSummary(_plan);
            foreach (var batch in rows.Batches()) summary.Add(batch);
            await JointStatistics.ContributeAsync(_plan, self, mesh.ChannelsOf(self), summary, RandomSource.System, cancellation: cancellation);
            return true;
        }

        public async Task<bool> ReceiveAsync(BenchMesh mesh, CancellationToken cancellation)
        {
            var result = await JointStatistics.ReceiveAsync(_plan, mesh.ChannelsOf(Receiver), null, cancellation);
            return result.Cells[0].Values is { } values && values.OfType<FractionValue>().Single(value => value.Statistic == Statistic.Variance).Fraction == _expected;
        }
    }

    private sealed class CorrelationWork(Rows[] all) : IWork
    {
        private readonly AnalysisPlan _plan = AnalysisPlan.Create(
            new AnalysisQuestion([new Analysis.Correlation(new Measure("x", 0), new Measure("y", 0))], 10), Owners, Receiver);

        private readonly double _expected = Math.Sqrt(
            (Sums.Of(all, 0, 1).Covariance * Sums.Of(all, 0, 1).Covariance / (Sums.Of(all, 0, 0).Covariance * Sums.Of(all, 1, 1).Covariance)).ToNearestDouble());

        public async Task<bool> ContributeAsync(BenchMesh mesh, PartyId self, Rows rows, CancellationToken cancellation)
        {
            var own = new LocalAnalysis(_plan);
            foreach (var batch in rows.Batches()) own.Add(batch);
            await JointAnalyses.ContributeAsync(_plan, self, mesh.ChannelsOf(self), own, RandomSource.System, cancellation: cancellation);
            return true;
        }

        // The correlation of these columns is positive, so the root of its square is it.
        public async Task<bool> ReceiveAsync(BenchMesh mesh, CancellationToken cancellation)
        {
            var result = await JointAnalyses.ReceiveAsync(_plan, mesh.ChannelsOf(Receiver), null, RandomSource.System, cancellation: cancellation);
            var found = result.Outcomes[0].Findings.SelectMany(finding => finding.Quantities).First(quantity => quantity.Name == "estimate").Value;
            return Math.Abs(found - _expected) <= 1e-12 * _expected;
        }
    }

    /// <summary>Plain sums over all owners' rows.</summary>
    private readonly record struct Sums(BigInteger Count, BigInteger X, BigInteger Y, BigInteger Products)
    {
        public Fraction Covariance => new((Count * Products) - (X * Y), Count * (Count - 1));

        public static Sums Of(Rows[] all, int first, int second)
        {
            var sums = new Sums(0, 0, 0, 0);
            foreach (var rows in all)
            {
                var x = rows.Column(first);
                var y = rows.Column(second);
                for (var from = 0; from < x.Length; from += BatchRows)
                {
                    Int128 sumX = 0, sumY = 0, products = 0;
                    for (var row = from; row < Math.Min(from + BatchRows, x.Length); row++)
                    {
                        sumX += x[row];
                        sumY += y[row];
                        products += (Int128)x[row] * y[row];
                    }

                    sums = sums with { X = sums.X + (BigInteger)sumX, Y = sums.Y + (BigInteger)sumY, Products = sums.Products + (BigInteger)products };
                }

                sums = sums with { Count = sums.Count + x.Length };
            }

            return sums;
        }
    }
}
