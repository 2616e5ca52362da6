using System.Diagnostics;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Cli.Bench.Parties;

/// <summary>Measures a protocol of two parties: as threads of this process over memory, or as two processes over gRPC with mutual TLS 1.3.</summary>
/// <remarks>
/// A run is all of it: hello, keys, base transfers, the protocol, the comparison of the transcripts. Time is that of the party that sends;
/// in memory both begin at once. Bytes are those of messages, without what frames and TLS add. Inputs exist before the clock starts.
/// </remarks>
internal static class TwoPartyBench
{
    /// <summary>Runs the benchmark.</summary>
    /// <exception cref="ArgumentException">The topic has no such protocol, mode or security, or a number is out of range.</exception>
    public static async Task<BenchReport> RunAsync(BenchOptions asked, CancellationToken cancellation)
    {
        var options = BenchParties.Complete(asked);
        var nonce = new Digest(RandomSource.System.Bytes(Digest.Size));
        var apart = options.Transport == "grpc";
        var (a, b) = apart
            ? await PartyProcess.RunBothAsync(options, nonce, cancellation)
            : await RunHereAsync(options, nonce, cancellation);

        var seconds = BenchSeconds.Of(a.Seconds);
        return new BenchReport(
            options.Topic, VariantOf(options), options.Size, options.Runs, options.Threads, options.Transport!, options.Security!, seconds,
            new BenchBytes(a.BytesSent, a.BytesReceived),
            apart ? new BenchPeakBytes(a.PeakBytes, b.PeakBytes) : new BenchPeakBytes(a.PeakBytes, 0),
            options.Size / seconds.Median, a.Correct && b.Correct, BenchReport.ThisMachine, a.Seconds)
        {
            PeakOf = apart ? "each party's process" : "both parties in one process, as a",
            StartBytes = apart ? new BenchPeakBytes(a.StartBytes, b.StartBytes) : new BenchPeakBytes(Math.Min(a.StartBytes, b.StartBytes), 0),
            FirstSeconds = a.First,
            CpuSeconds = apart
                ? new BenchCpuSeconds(a.CpuSeconds / options.Runs, b.CpuSeconds / options.Runs)
                : new BenchCpuSeconds(a.CpuSeconds / options.Runs, 0),
        };
    }

    private static string VariantOf(BenchOptions options) =>
        options.Streamed ? $"{options.Operation}/streamed" : options.Mode is null or "intersect" ? options.Operation! : $"{options.Operation}/{options.Mode}";

    private static async Task<(PartyFindings A, PartyFindings B)> RunHereAsync(BenchOptions options, Digest nonce, CancellationToken cancellation)
    {
        using var a = BenchParties.Create(options, BenchRole.A);
        using var b = BenchParties.Create(options, BenchRole.B);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var meeting = new MemoryLines();
        var both = new[] { (Party: a, Role: BenchRole.A), (Party: b, Role: BenchRole.B) }.Select(p => Task.Run(
            async () =>
            {
                try
                {
                    return await PartyLoop.RunAsync(p.Party, p.Role, options.Runs, nonce, (context, _) => meeting.TakeAsync(context, p.Role), stop.Token);
                }
                catch
                {
                    await stop.CancelAsync(); // the other may be waiting for a line that will never come
                    throw;
                }
            },
            cancellation)).ToArray();
        await Task.WhenAll(both);
        return (await both[0], await both[1]);
    }

    /// <summary>Pairs of ends in memory: whoever asks first waits, so that the clocks of both start together.</summary>
    private sealed class MemoryLines
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<Digest, (TaskCompletionSource<IFrameTransport> Waiting, BenchRole Role)> _places = [];

        public Task<IFrameTransport> TakeAsync(Digest context, BenchRole role)
        {
            lock (_gate)
            {
                if (_places.Remove(context, out var place))
                {
                    Debug.Assert(place.Role != role, "Each party asks once.");
                    var (near, far) = MemoryTransport.CreatePair();
                    place.Waiting.SetResult(far);
                    return Task.FromResult<IFrameTransport>(near);
                }

                var waiting = new TaskCompletionSource<IFrameTransport>(TaskCreationOptions.RunContinuationsAsynchronously);
                _places.Add(context, (waiting, role));
                return waiting.Task;
            }
        }
    }
}
