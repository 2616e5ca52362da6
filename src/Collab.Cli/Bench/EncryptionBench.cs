using System.Diagnostics;
using Collab.HomomorphicEncryption;
using Collab.Primitives;

namespace Collab.Cli.Bench;

/// <summary>Measures homomorphic encryption, which is local: one operation on ciphertexts of random numbers, again and again within a run.</summary>
/// <remarks>The size is the degree N of a named set. The time of a run is that of <see cref="Repetitions"/> operations; <c>perSecond</c> counts operations.
/// After each run a result is decrypted and compared with the same computation in the clear.</remarks>
public static class EncryptionBench
{
    private const int Repetitions = 20;

    private static readonly string[] Operations =
        ["multiply", "relinearize", "rotate", "multiply-plain", "add", "switch", "encode", "encrypt", "encrypt-secret", "decrypt", "galois-key", "ntt", "base-conversion"];

    /// <summary>Runs the benchmark.</summary>
    /// <exception cref="ArgumentException">The operation is none of the topic's, or the size none of the named sets.</exception>
    public static Task<BenchReport> RunAsync(BenchOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        var operation = options.Operation ?? Operations[0];
        if (!Operations.Contains(operation)) throw new ArgumentException($"The operation is {string.Join(", ", Operations)}.", nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Runs, 1, nameof(options));
        var parameters = options.Size switch
        {
            4096 => BfvParameters.N4096,
            <= 0 or 8192 => BfvParameters.N8192,
            16384 => BfvParameters.N16384,
            32768 => BfvParameters.N32768,
            _ => throw new ArgumentException("The size is the degree of a named set: 4096, 8192, 16384, 32768.", nameof(options)),
        };
        return Task.Run(() => Run(operation, parameters, options, cancellation), cancellation);
    }

    private static BenchReport Run(string operation, BfvParameters parameters, BenchOptions options, CancellationToken cancellation)
    {
        using var subject = new EncryptionSubject(parameters);
        var (correct, cpu) = (true, TimeSpan.Zero);
        var all = new double[options.Runs + 1];
        for (var run = 0; run < all.Length; run++)
        {
            cancellation.ThrowIfCancellationRequested();
            var before = Environment.CpuUsage.TotalTime;
            var clock = Stopwatch.StartNew();
            for (var i = 0; i < Repetitions; i++) subject.Do(operation)?.Dispose();
            all[run] = clock.Elapsed.TotalSeconds;
            if (run > 0) cpu += Environment.CpuUsage.TotalTime - before;
            correct &= subject.Check(operation);
        }

        var spread = BenchSeconds.Of(all[1..]); // the first one warms up
        return new BenchReport(
            "he", operation, parameters.RingDegree, options.Runs, 1, "memory", $"{parameters}, 128 bits classical by the 2018 standard", spread,
            new BenchBytes(0, 0), new BenchPeakBytes(Process.GetCurrentProcess().PeakWorkingSet64, 0), Repetitions / spread.Median, correct,
            BenchReport.ThisMachine, all[1..])
        {
            PeakOf = "keys, tables and operands",
            FirstSeconds = all[0],
            CpuSeconds = new BenchCpuSeconds(cpu.TotalSeconds / options.Runs, 0),
        };
    }
}
