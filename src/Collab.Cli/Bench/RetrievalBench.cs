using System.Diagnostics;
using Collab.Cli.Bench.Cases;
using Collab.Cli.Bench.Parties;
using Collab.Pir.Index;
using Collab.Primitives;

namespace Collab.Cli.Bench;

/// <summary>Measures private retrieval: <c>query</c> is one record end to end between two parties; what the server does alone is
/// <c>prepare</c>, the table with its hint, <c>scan</c>, the pass over it for one query, and <c>update</c>, a change of one record in a hundred.</summary>
/// <remarks>The size is the table's records, the message size the bytes of a value. Of <c>scan</c>, <c>perSecond</c> counts bytes of the table, else records.</remarks>
internal static class RetrievalBench
{
    private const string Scan = "scan", Prepare = "prepare", Update = "update";

    /// <summary>Runs the benchmark.</summary>
    /// <exception cref="ArgumentException">The operation or kind is none of the topic's, or a number is out of range.</exception>
    public static Task<BenchReport> RunAsync(BenchOptions options, CancellationToken cancellation) =>
        options.Operation is Scan or Prepare or Update
            ? Task.Run(() => RunServer(options.Operation, RetrievalCase.Complete(options with { Operation = null, Mode = options.Mode ?? RetrievalCase.Index }), cancellation), cancellation)
            : TwoPartyBench.RunAsync(options, cancellation);

    private static BenchReport RunServer(string operation, BenchOptions options, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Runs, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1, nameof(options));
        if (options.Mode != RetrievalCase.Index) throw new ArgumentException($"{operation} is of the kind index.", nameof(options));
        var subject = new IndexSubject((int)options.Size, options.MessageBytes, options.Threads);
        using (subject)
        {
            var (correct, cpu) = (true, TimeSpan.Zero);
            var all = new double[options.Runs + 1];
            for (var run = 0; run < all.Length; run++)
            {
                cancellation.ThrowIfCancellationRequested();
                subject.Ready(run);
                var before = Environment.CpuUsage.TotalTime;
                var clock = Stopwatch.StartNew();
                if (operation == Scan) subject.Scan();
                else if (operation == Prepare) subject.Prepare();
                else subject.Update();
                all[run] = clock.Elapsed.TotalSeconds;
                if (run > 0) cpu += Environment.CpuUsage.TotalTime - before;
                correct &= subject.Check();
            }

            var (spread, shape) = (BenchSeconds.Of(all[1..]), subject.Shape); // the first one warms up
            var items = operation switch { Scan => shape.TableBytes, Update => IndexSubject.Changed(shape.Records), _ => shape.Records };
            return new BenchReport(
                "pir", $"{operation}/{options.Mode}", shape.Records, options.Runs, options.Threads, "memory", options.Security!, spread,
                new BenchBytes(shape.QueryBytes, shape.AnswerBytes), new BenchPeakBytes(Process.GetCurrentProcess().PeakWorkingSet64, 0),
                items / spread.Median, correct, BenchReport.ThisMachine, all[1..])
            {
                PeakOf = $"table of {shape.TableBytes} bytes, hint of {shape.HintBytes}, and a client's copy of it",
                FirstSeconds = all[0],
                CpuSeconds = new BenchCpuSeconds(cpu.TotalSeconds / options.Runs, 0),
            };
        }
    }
}
