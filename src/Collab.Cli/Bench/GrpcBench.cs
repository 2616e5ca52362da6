using System.Diagnostics;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Collab.Cli.Bench;

/// <summary>Measures the transport: two processes on this machine, mutual TLS 1.3 unless <c>plain</c> is asked for.</summary>
/// <remarks>
/// <c>bidi</c>: messages echoed on one stream, written and read at once. <c>roundtrip</c>: one message there and back before the next,
/// on one stream. <c>unary</c>: calls, <see cref="BenchOptions.InFlight"/> at once. Every reply is compared with what was sent.
/// </remarks>
public static class GrpcBench
{
    private const int PatternCount = 7;
    private const int FramePrefix = 5;

    /// <summary>Runs the benchmark.</summary>
    /// <exception cref="ArgumentException">The operation or security is none of the topic's, or a number is below 1.</exception>
    public static async Task<BenchReport> RunAsync(BenchOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        var operation = options.Operation ?? "bidi";
        var (run, ownSize, ownBytes) = operation switch
        {
            "bidi" => ((Operation)BidiAsync, 256L, 1024 * 1024),
            "roundtrip" => (RoundTripAsync, 20_000L, 64),
            "unary" => (UnaryAsync, 20_000L, 64),
            _ => throw new ArgumentException("The operation is bidi, unary or roundtrip.", nameof(options)),
        };
        var security = options.Security ?? "mtls";
        if (security is not ("mtls" or "plain")) throw new ArgumentException("The security is mtls or plain.", nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Runs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.InFlight, 1);

        var size = options.Size > 0 ? options.Size : ownSize;
        var work = new Work(Patterns(options.MessageBytes > 0 ? options.MessageBytes : ownBytes), size, options.InFlight);
        await using var peer = await GrpcBenchPeer.StartAsync(security == "mtls", cancellation);
        var invoker = peer.Channel.CreateCallInvoker();

        var correct = await run(invoker, work, cancellation);
        var all = new double[options.Runs];
        for (var i = 0; i < all.Length; i++)
        {
            var clock = Stopwatch.StartNew();
            correct &= await run(invoker, work, cancellation);
            all[i] = clock.Elapsed.TotalSeconds;
        }

        var seconds = BenchSeconds.Of(all);
        var bytes = work.Bytes;
        var serverPeak = await peer.StopAsync(cancellation);
        return new BenchReport(
            "grpc", operation, size, options.Runs, options.Threads, "grpc", security, seconds, new BenchBytes(bytes, bytes),
            new BenchPeakBytes(Process.GetCurrentProcess().PeakWorkingSet64, serverPeak), size / seconds.Median, correct, BenchReport.ThisMachine, all);
    }

    private delegate Task<bool> Operation(CallInvoker invoker, Work work, CancellationToken cancellation);

    private static async Task<bool> BidiAsync(CallInvoker invoker, Work work, CancellationToken cancellation)
    {
        using var call = invoker.AsyncDuplexStreamingCall(GrpcBenchProtocol.Stream, null, new CallOptions(cancellationToken: cancellation));
        var writing = WriteAsync(call.RequestStream, work);
        var correct = true;
        var received = 0L;
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            correct &= work.IsMessage(received, call.ResponseStream.Current);
            received++;
        }

        await writing;
        return correct && received == work.Count;
    }

    private static async Task WriteAsync(IClientStreamWriter<BytesValue> requests, Work work)
    {
        await Task.Yield();
        for (var i = 0L; i < work.Count; i++) await requests.WriteAsync(work.Message(i));
        await requests.CompleteAsync();
    }

    private static async Task<bool> RoundTripAsync(CallInvoker invoker, Work work, CancellationToken cancellation)
    {
        using var call = invoker.AsyncDuplexStreamingCall(GrpcBenchProtocol.Stream, null, new CallOptions(cancellationToken: cancellation));
        var correct = true;
        for (var i = 0L; i < work.Count; i++)
        {
            await call.RequestStream.WriteAsync(work.Message(i));
            correct &= await call.ResponseStream.MoveNext(CancellationToken.None) && work.IsMessage(i, call.ResponseStream.Current);
        }

        await call.RequestStream.CompleteAsync();
        return correct && !await call.ResponseStream.MoveNext(CancellationToken.None);
    }

    private static async Task<bool> UnaryAsync(CallInvoker invoker, Work work, CancellationToken cancellation)
    {
        var next = 0L;
        var callers = Enumerable.Range(0, work.InFlight).Select(_ => Task.Run(CallAsync, cancellation)).ToArray();
        return (await Task.WhenAll(callers)).All(correct => correct);

        async Task<bool> CallAsync()
        {
            var correct = true;
            while (Interlocked.Increment(ref next) is var number && number <= work.Count)
            {
                var options = new CallOptions(cancellationToken: cancellation);
                var reply = await invoker.AsyncUnaryCall(GrpcBenchProtocol.One, null, options, work.Message(number));
                correct &= work.IsMessage(number, reply);
            }

            return correct;
        }
    }

    // A few different contents, so that a reply out of order or to another call is noticed.
    private static BytesValue[] Patterns(int size)
    {
        var patterns = new BytesValue[PatternCount];
        for (var i = 0; i < PatternCount; i++)
        {
            var content = new byte[size];
            new Random(i).NextBytes(content);
            patterns[i] = new BytesValue { Value = UnsafeByteOperations.UnsafeWrap(content) };
        }

        return patterns;
    }

    private sealed record Work(BytesValue[] Patterns, long Count, int InFlight)
    {
        public long Bytes => Count * (FramePrefix + Patterns[0].CalculateSize());

        public BytesValue Message(long number) => Patterns[number % PatternCount];

        public bool IsMessage(long number, BytesValue received) => received.Value.Span.SequenceEqual(Message(number).Value.Span);
    }
}
