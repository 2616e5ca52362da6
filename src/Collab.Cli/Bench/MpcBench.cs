using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Collab.Channels;
using Collab.Cli.Bench.Parties;
using Collab.Primitives;
using Collab.SecretSharing;
using Collab.SecretSharing.TwoPartyRing;
using Collab.SecretSharing.Vectors;

namespace Collab.Cli.Bench;

/// <summary>Measures operations on shared vectors among two or three parties, two by transfers or with a dealer: <c>multiply</c>, <c>compare</c>, <c>inner</c>, <c>sort</c>, <c>shuffle</c>, <c>divide</c>; of two also <c>columns</c>, the inner product of theirs.</summary>
/// <remarks>
/// The parties as threads of this process, over memory or over gRPC with mutual TLS on loopback. Inputs are shared before the clock starts, checks of products end before it stops, and results are opened and compared with
/// plain arithmetic after it has stopped; the connections stand. Bytes are those the first party sends and receives within the clock. The mode is
/// the width of the words that are compared or sorted, in bits.
/// </remarks>
public static class MpcBench
{
    private static readonly PartyId[] Names = [PartyId.Parse("first"), PartyId.Parse("second"), PartyId.Parse("third")];

    /// <summary>Runs the benchmark.</summary>
    /// <exception cref="ArgumentException">There is no such operation, width or security, or a number is out of range.</exception>
    public static async Task<BenchReport> RunAsync(BenchOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        var operation = BenchParties.Of(options.Operation ?? "multiply", "operation", "multiply", "compare", "inner", "sort", "shuffle", "divide", "columns");
        var security = BenchParties.Of(options.Security ?? "semi-honest", "security", "semi-honest", "malicious");
        var transport = BenchParties.Of(options.Transport ?? "memory", "transport", "memory", "grpc");
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Runs, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Size, 1 << 24, nameof(options));
        var size = options.Size > 0 ? (int)options.Size : operation is "sort" or "shuffle" or "divide" ? 100_000 : 1_000_000;
        if (!int.TryParse(options.Mode ?? "32", CultureInfo.InvariantCulture, out var bits) || bits is < 1 or > 63)
            throw new ArgumentException("The mode is the width of the words, 1 to 63 bits.", nameof(options));

        ArgumentOutOfRangeException.ThrowIfLessThan(options.Parties, 2, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Parties, Names.Length, nameof(options));
        var names = Names[..options.Parties];
        var dealer = options.Dealer ? PartyId.Parse("dealer") : null;
        if (names.Length == 3 && dealer is not null) throw new ArgumentException("A dealer deals to two parties.", nameof(options));
        if (names.Length == 2 && security == "malicious") throw new ArgumentException("Two parties are semi-honest.", nameof(options));
        if (names.Length == 3 && operation == "columns") throw new ArgumentException("Columns are those of two parties.", nameof(options));
        if (operation == "shuffle" && (dealer is not null || security == "malicious")) throw new ArgumentException("There is a shuffle of two by transfers and of three, semi-honest.", nameof(options));
        var model = security == "malicious" ? SecurityModel.Malicious : SecurityModel.SemiHonest;
        var work = new Work(operation, size, bits);
        await using var mesh = await BenchMesh.OpenAsync(dealer is null ? names : [.. names, dealer], transport, cancellation);
        using var meeting = new Barrier(names.Length);
        var parties = await mesh.RunAsync(
            (place, stop) => place < names.Length ? PartyAsync(mesh, names, dealer, place, work, model, options.Runs, meeting, stop) : DealAsync(mesh.ChannelsOf(dealer!), stop), cancellation);
        await mesh.CloseAsync(cancellation);
        var first = parties[0];
        var spread = BenchSeconds.Of(first.Seconds[1..]);
        return new BenchReport(
            "mpc", (operation is "compare" or "sort" ? $"{operation}/{bits}" : operation) + (names.Length == 2 ? dealer is null ? " of two" : " of two with a dealer" : ""), size, options.Runs, 1, transport, security, spread,
            new BenchBytes(first.Sent, first.Received), new BenchPeakBytes(Process.GetCurrentProcess().PeakWorkingSet64, 0), size / spread.Median,
            parties.All(party => party.Correct), BenchReport.ThisMachine, first.Seconds[1..])
        {
            PeakOf = "all parties in one process, with inputs",
            FirstSeconds = first.Seconds[0],
            CpuSeconds = new BenchCpuSeconds(first.Cpu.TotalSeconds / options.Runs, 0),
        };
    }

    private static async Task<Findings> DealAsync(IReadOnlyDictionary<PartyId, IChannel> channels, CancellationToken cancellation)
    {
        await Dealer.ServeAsync(channels[Names[0]], channels[Names[1]], RandomSource.System, cancellation);
        return new Findings([]);
    }

    private static async Task<Findings> PartyAsync(
        BenchMesh mesh, PartyId[] names, PartyId? dealer, int index, Work work, SecurityModel security, int runs, Barrier meeting, CancellationToken cancellation)
    {
        var self = names[index];
        await using var joint = await JointEngine.OpenAsync(
            names, self, dealer, mesh.ChannelsOf(self), RandomSource.System, security, Digest.Of("collab.bench.mpc", []), null, cancellation);
        var engine = joint.Engine;
        using SharedVector x = await engine.InputAsync(names[0], index == 0 ? work.X : default, work.X.Length, cancellation);
        using SharedVector y = await engine.InputAsync(names[1], index == 1 ? work.Y : default, work.Y.Length, cancellation);
        using var keys = await engine.InputBitsAsync(names[^1], index == names.Length - 1 ? work.X : default, work.X.Length, work.Bits, cancellation);
        var findings = new Findings(new double[runs + 1]);
        for (var run = 0; run <= runs; run++)
        {
            meeting.SignalAndWait(cancellation);
            var (before, clock, usage) = (Environment.CpuUsage.TotalTime, Stopwatch.StartNew(), mesh.UsageOf(self));
            var result = await work.RunAsync(engine, x, y, keys, cancellation);
            await engine.CheckAsync(cancellation);
            findings.Seconds[run] = clock.Elapsed.TotalSeconds;
            var spent = mesh.UsageOf(self);
            meeting.SignalAndWait(cancellation);                                                    // the processor time is that of all parties
            if (run > 0) findings.Cpu += Environment.CpuUsage.TotalTime - before;
            (findings.Sent, findings.Received) = (spent.BytesSent - usage.BytesSent, spent.BytesReceived - usage.BytesReceived);
            findings.Correct &= work.IsRight(await result(cancellation));
        }

        await joint.EndAsync(cancellation);
        return findings;
    }

    private sealed record Findings(double[] Seconds)
    {
        public TimeSpan Cpu { get; set; }

        public long Sent { get; set; }

        public long Received { get; set; }

        public bool Correct { get; set; } = true;
    }

    /// <summary>The inputs, the operation and the plain answer.</summary>
    private sealed class Work
    {
        private readonly string _operation;

        public Work(string operation, int size, int bits)
        {
            (_operation, Bits, X, Y) = (operation, bits, new ulong[size], new ulong[size]);
            RandomSource.System.Fill(MemoryMarshal.AsBytes(X.AsSpan()));
            RandomSource.System.Fill(MemoryMarshal.AsBytes(Y.AsSpan()));
            var kept = operation == "divide" ? 20 : operation is "compare" or "sort" ? bits : 64;
            for (var i = 0; i < size; i++) (X[i], Y[i]) = (X[i] >> (64 - kept), Y[i] >> (64 - kept));
        }

        public int Bits { get; }

        public ulong[] X { get; }

        public ulong[] Y { get; }

        /// <summary>Runs the operation; what is returned opens the result.</summary>
        public async Task<Func<CancellationToken, Task<ulong[]>>> RunAsync(
            IVectorEngine engine, SharedVector x, SharedVector y, SharedBitVector keys, CancellationToken cancellation)
        {
            switch (_operation)
            {
                case "multiply":
                    return Opened(engine, (await engine.MultiplyAsync([(x, y)], cancellation))[0]);
                case "columns":
                    var own = engine.Index == 0 ? X : Y;
                    return Opened(engine, await ((TwoPartyEngine)engine).InnerProductOfColumnsAsync(own, own.Length, engine.Parties[1], 64, cancellation));
                case "inner":
                    return Opened(engine, await engine.InnerProductsAsync([(x, y)], cancellation));
                case "compare":
                    using (var less = await VectorComparisons.LessThanAsync(engine, x, y, Bits, cancellation))
                        return Opened(engine, await engine.ToWordsAsync(less, cancellation));
                case "sort":
                    return Opened(engine, (await VectorSorting.SortAsync(engine, keys, [x], cancellation))[0]);
                case "shuffle":
                    return Opened(engine, (await engine.ShuffleAsync([x], [], cancellation)).Vectors[0]);
                default:
                    return Opened(engine, await FixedPoint.DivideAsync(engine, x, y, 20, 20, 16, cancellation));
            }
        }

        public bool IsRight(ulong[] result)
        {
            switch (_operation)
            {
                case "inner" or "columns":
                    var sum = 0UL;
                    for (var i = 0; i < X.Length; i++) sum = unchecked(sum + (X[i] * Y[i]));
                    return result.Length == 1 && result[0] == sum;
                case "sort":
                    var sorted = (ulong[])X.Clone();
                    Array.Sort(sorted);
                    return result.AsSpan().SequenceEqual(sorted);
                case "shuffle":
                    Array.Sort(result);
                    goto case "sort";
                default:
                    var right = result.Length == X.Length;
                    for (var i = 0; i < X.Length; i++) right &= IsRight(result[i], X[i], Y[i]);
                    return right;
            }
        }

        private bool IsRight(ulong result, ulong x, ulong y)
        {
            if (_operation == "multiply") return result == unchecked(x * y);
            if (_operation == "compare") return result == (x < y ? 1UL : 0);
            var exact = y == 0 ? 0 : x * 65536.0 / y;
            return Math.Abs(result - exact) <= (exact * Math.Pow(2, -26)) + 2;
        }

        private static Func<CancellationToken, Task<ulong[]>> Opened(IVectorEngine engine, SharedVector result) => async cancellation =>
        {
            using (result) return (await engine.OpenAsync(result, engine.Parties, cancellation))!;
        };
    }
}
