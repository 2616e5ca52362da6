using System.Diagnostics;
using Collab.Cli.Bench.Cases;
using Collab.Cli.Bench.Parties;
using Collab.Primitives;
using Collab.Psi.Unbalanced;
using Collab.Psi.Vole;

namespace Collab.Cli.Bench;

/// <summary>What is measured of an unbalanced intersection beside the time of a query.</summary>
/// <param name="Parameters">The parameters, as found for the sizes.</param>
/// <param name="Digest">Their digest.</param>
/// <param name="SenderSeconds">What the sender computed for a query: the median.</param>
/// <param name="PreparationSeconds">Making the database.</param>
/// <param name="PreparationCpuSeconds">The same in processor time of all threads.</param>
/// <param name="UpdateSeconds">An update of one item in a hundred, half of those gone, half new, where the whole set is given anew.</param>
/// <param name="UpdateCpuSeconds">The same in processor time of all threads.</param>
/// <param name="ChangeSeconds">As many items gone and new, where they alone are given.</param>
/// <param name="ChangeCpuSeconds">The same in processor time of all threads.</param>
/// <param name="DatabaseBytes">What the prepared database added to the resident memory of the process.</param>
/// <param name="PolynomialBytes">What of it are polynomials.</param>
/// <param name="FalsePositiveLog2">log₂ of the bound on the chance of a false match in a query.</param>
/// <param name="PlacementFailure">The bound on the chance that the items have no placement under one salt.</param>
/// <param name="NoiseBits">Bits of noise budget that are left by the heuristic bound.</param>
/// <param name="NonMembers">Items asked that the sender has not.</param>
/// <param name="FalseMatches">How many of them came out as matches.</param>
public sealed record UnbalancedFigures(
    string Parameters, string Digest, double SenderSeconds, double PreparationSeconds, double PreparationCpuSeconds, double UpdateSeconds, double UpdateCpuSeconds,
    double ChangeSeconds, double ChangeCpuSeconds, long DatabaseBytes, long PolynomialBytes, double FalsePositiveLog2, double PlacementFailure, double NoiseBits, long NonMembers, long FalseMatches);

/// <summary>Measures queries against a prepared database, both parties in this process over memory; half of the items asked are there.</summary>
/// <remarks><c>query</c>: as many queries as runs. <c>nonmembers</c>: a query after another of items that are not there, until --size of them were asked.
/// <c>search</c>: the parameters alone. Every label is compared with the one given.</remarks>
public static class UnbalancedBench
{
    private static readonly PartyId Sender = PartyId.Parse("sender"), Receiver = PartyId.Parse("receiver");

    /// <summary>Runs the benchmark.</summary>
    /// <exception cref="ArgumentException">The operation is none of the topic's, or there are no parameters for the sizes.</exception>
    public static Task<BenchReport> RunAsync(BenchOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Runs, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1, nameof(options));
        var operation = options.Operation ?? "query";
        if (operation is not ("query" or "nonmembers" or "search")) throw new ArgumentException("The operation is query, nonmembers or search.", nameof(options));
        return Task.Run(() => RunAsync(operation, options, cancellation), cancellation);
    }

    private static async Task<BenchReport> RunAsync(string operation, BenchOptions options, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var parameters = UnbalancedSearch.Find(options.ReceiverItems, options.SenderItems, options.LabelBytes);
        var (figures, cost) = (FiguresOf(parameters), UnbalancedCost.Of(parameters));
        if (operation == "search")
        {
            double[] searching = [clock.Elapsed.TotalSeconds];
            return Report(operation, options, searching, searching[0], new(cost.ToReceiver, cost.ToSender), true, figures);
        }

        // 1  The database; then one item in a hundred of it is changed, half of them gone: by the whole set, and once more by the changes alone.
        var (n, m, changed) = (options.SenderItems, options.ReceiverItems, options.SenderItems / 200);
        var process = Process.GetCurrentProcess();
        GC.Collect();
        var resident = Environment.WorkingSet;
        var (preparing, processor) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        using var database = SenderDatabase.Create(parameters, new GeneratedItems(0, n - changed), Labels(0, n - changed, options.LabelBytes), RandomSource.System, options.Threads);
        figures = figures with { PreparationSeconds = preparing.Elapsed.TotalSeconds, PreparationCpuSeconds = (Environment.CpuUsage.TotalTime - processor).TotalSeconds };
        GC.Collect();
        figures = figures with { DatabaseBytes = Environment.WorkingSet - resident };
        var (items, labels) = (new GeneratedItems(changed, n - changed), Labels(changed, n - changed, options.LabelBytes));
        (preparing, processor) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        database.Update(items, labels, RandomSource.System, options.Threads);
        figures = figures with { UpdateSeconds = preparing.Elapsed.TotalSeconds, UpdateCpuSeconds = (Environment.CpuUsage.TotalTime - processor).TotalSeconds };
        var removed = new GeneratedItems(changed, changed);
        (items, labels) = (new GeneratedItems(0, changed), Labels(0, changed, options.LabelBytes));
        (preparing, processor) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        database.Change(items, labels, removed, RandomSource.System, options.Threads);
        figures = figures with { ChangeSeconds = preparing.Elapsed.TotalSeconds, ChangeCpuSeconds = (Environment.CpuUsage.TotalTime - processor).TotalSeconds };

        // 2  Queries.
        var (correct, bytes, all, computing) = (true, new BenchBytes(0, 0), new List<double>(), new List<double>());
        var runs = operation == "query" ? options.Runs + 1 : (int)(((options.Size > 0 ? options.Size : 1_000_000) + m - 1) / m);
        for (var run = 0; run < runs; run++)
        {
            var present = operation == "query" ? (m + 1) / 2 : 0;
            var asked = new GeneratedItems(n - present, m);
            if (operation == "nonmembers") asked = new GeneratedItems(n + 1L + ((long)run * m), m);
            var mesh = await BenchMesh.OpenAsync([Sender, Receiver], "memory", cancellation).ConfigureAwait(false);
            await using (mesh.ConfigureAwait(false))
            {
                var query = Stopwatch.StartNew();
                AnsweredQuery? answered = null;
                LabelledMatches? matches = null;
                await mesh.RunAsync(
                    async (place, stop) =>
                    {
                        var settings = new UnbalancedPsiOptions { Parallelism = options.Threads };
                        if (place == 0) answered = await UnbalancedPsi.AnswerAsync(mesh.ChannelsOf(Sender)[Receiver], database, settings, stop).ConfigureAwait(false);
                        else matches = await UnbalancedPsi.QueryAsync(mesh.ChannelsOf(Receiver)[Sender], parameters, asked, RandomSource.System, settings, stop).ConfigureAwait(false);
                        return true;
                    },
                    cancellation).ConfigureAwait(false);
                await mesh.CloseAsync(cancellation).ConfigureAwait(false);
                all.Add(query.Elapsed.TotalSeconds);
                computing.Add(answered!.Computing.TotalSeconds);
                bytes = new(mesh.UsageOf(Sender).BytesSent, mesh.UsageOf(Receiver).BytesSent);
                var found = Math.Min(present, n - (2 * changed));
                correct &= matches!.Rows.SequenceEqual(Enumerable.Range(present - found, found)) && matches.Labels.Span.SequenceEqual(Labels(n - found, found, options.LabelBytes).Span);
                figures = figures with { NonMembers = figures.NonMembers + m - present, FalseMatches = figures.FalseMatches + Math.Max(0, matches.Rows.Count - found) };
            }
        }

        var counted = all.Count > 1 ? all[1..] : all;
        figures = figures with { SenderSeconds = BenchSeconds.Of(computing.Count > 1 ? computing[1..] : computing).Median };
        return Report(operation, options, counted, all[0], bytes, correct, figures);
    }

    private static BenchReport Report(
        string operation, BenchOptions options, IReadOnlyList<double> all, double first, BenchBytes bytes, bool correct, UnbalancedFigures figures)
    {
        var spread = BenchSeconds.Of(all);
        return new BenchReport(
            "upsi", operation, options.SenderItems, all.Count, options.Threads, "memory", "sender malicious for privacy, receiver malicious; 128 bits", spread, bytes,
            new BenchPeakBytes(Process.GetCurrentProcess().PeakWorkingSet64, 0), options.ReceiverItems / spread.Median, correct, BenchReport.ThisMachine, all)
        {
            PeakOf = "both parties, items and the preparation",
            FirstSeconds = first,
            Unbalanced = figures,
        };
    }

    private static UnbalancedFigures FiguresOf(UnbalancedParameters parameters) => new(
        parameters.ToString(), parameters.Id.ToString(), 0, 0, 0, 0, 0, 0, 0, 0, UnbalancedCost.Of(parameters).ResidentBytes, parameters.FalsePositiveLog2,
        parameters.PlacementFailure, parameters.Noise.LikelyBits, 0, 0);

    // The label of an item follows of its number.
    private static ReadOnlyMemory<byte> Labels(long first, int count, int size)
    {
        var labels = new byte[(long)count * size];
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < size; j++) labels[(i * size) + j] = unchecked((byte)(((first + i) * 0x9E37_79B9) >> (j % 29)));
        }

        return labels;
    }
}
