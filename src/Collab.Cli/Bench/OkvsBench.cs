using System.Diagnostics;
using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Cryptography.KeyValueStore;
using Collab.Primitives;

namespace Collab.Cli.Bench;

/// <summary>Measures the oblivious key-value store, which is local: <c>encode</c> random keys to random values, or <c>decode</c> them.</summary>
/// <remarks>Either includes the sorting of the keys. Every run has new keys; every value is compared with what was encoded.</remarks>
public static class OkvsBench
{
    private const string Encode = "encode";
    private const string Decode = "decode";

    /// <summary>Runs the benchmark.</summary>
    /// <exception cref="ArgumentException">The operation is none of the topic's, or a number is out of range.</exception>
    public static Task<BenchReport> RunAsync(BenchOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        var operation = options.Operation ?? Encode;
        if (operation is not (Encode or Decode)) throw new ArgumentException("The operation is encode or decode.", nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Runs, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Size, 1 << 26, nameof(options));
        return Task.Run(() => Run(operation, options, cancellation), cancellation);
    }

    private static BenchReport Run(string operation, BenchOptions options, CancellationToken cancellation)
    {
        var size = options.Size > 0 ? (int)options.Size : 1 << 20;
        var parameters = OkvsParameters.Create(size);
        using var keys = NativeBuffer<Gf128>.Allocate(size);
        using var values = NativeBuffer<Gf128>.Allocate(size);
        using var decoded = NativeBuffer<Gf128>.Allocate(size);
        using var store = NativeBuffer<Gf128>.Allocate((int)parameters.Size);

        var (correct, cpu) = (true, TimeSpan.Zero);
        var all = new double[options.Runs + 1];
        for (var run = 0; run < all.Length; run++)
        {
            cancellation.ThrowIfCancellationRequested();
            RandomSource.System.Fill(MemoryMarshal.AsBytes(keys.Span));
            RandomSource.System.Fill(MemoryMarshal.AsBytes(values.Span));
            var seed = new Gf128(RandomSource.System.NextUInt64(), RandomSource.System.NextUInt64());
            var encoding = Measured(() => correct &= Okvs.TryEncode(parameters, seed, keys.Span, values.Span, RandomSource.System, store.Span, options.Threads));
            var decoding = Measured(() => Okvs.Decode(parameters, seed, keys.Span, store.Span, decoded.Span, options.Threads));
            correct &= decoded.Span.SequenceEqual(values.Span);
            var (seconds, processor) = operation == Encode ? encoding : decoding;
            all[run] = seconds;
            if (run > 0) cpu += processor;
        }

        var spread = BenchSeconds.Of(all[1..]); // the first one warms up
        return new BenchReport(
            "okvs", operation, size, options.Runs, options.Threads, "memory", "40 bits of failure", spread, new BenchBytes(0, 0),
            new BenchPeakBytes(Process.GetCurrentProcess().PeakWorkingSet64, 0), size / spread.Median, correct, BenchReport.ThisMachine, all[1..])
        {
            PeakOf = "keys, values twice and store, with what the operation needs",
            FirstSeconds = all[0],
            CpuSeconds = new BenchCpuSeconds(cpu.TotalSeconds / options.Runs, 0),
        };
    }

    private static (double Seconds, TimeSpan Processor) Measured(Action work)
    {
        var before = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        work();
        return (clock.Elapsed.TotalSeconds, Environment.CpuUsage.TotalTime - before);
    }
}
