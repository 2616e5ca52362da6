using System.Buffers.Binary;
using System.Diagnostics;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Ecdh;

namespace Collab.Cli.Bench;

/// <summary>Measures intersections: both parties in this process, over memory, half of the items in common.</summary>
/// <remarks>
/// <c>ecdh</c>: <see cref="EcdhPsi"/> from opening the connection to comparing the transcripts, keys new in each run. Every run's result is
/// compared with the plain intersection. Each party may use <see cref="BenchOptions.Threads"/> threads for own and as many for received
/// items; for one core per party or for both, bind the process to as many cores.
/// </remarks>
public static class PsiBench
{
    private static readonly PartyId SenderParty = PartyId.Parse("sender");
    private static readonly PartyId ReceiverParty = PartyId.Parse("receiver");

    /// <summary>Runs the benchmark.</summary>
    /// <exception cref="ArgumentException">The operation or transport is none of the topic's, or a number is out of range.</exception>
    public static async Task<BenchReport> RunAsync(BenchOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        var operation = options.Operation ?? "ecdh";
        if (operation != "ecdh") throw new ArgumentException("The operation is ecdh.", nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Runs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Size, 1L << 26);
        var size = options.Size > 0 ? (int)options.Size : 1 << 16;
        var (sender, receiver) = (Items(0, size), Items(size / 2, size));

        var correct = true;
        var bytes = new BenchBytes(0, 0);
        var all = new List<double>();
        for (var i = 0; i <= options.Runs; i++)
        {
            var clock = Stopwatch.StartNew();
            var (indices, usage) = await RunOnceAsync(sender, receiver, options.Threads, i, cancellation);
            if (i > 0) all.Add(clock.Elapsed.TotalSeconds); // the first one warms up
            correct &= indices.AsSpan().SequenceEqual(Enumerable.Range(0, size - size / 2).ToArray());
            bytes = new BenchBytes(usage.BytesSent, usage.BytesReceived);
        }

        var seconds = BenchSeconds.Of(all);
        var peak = Process.GetCurrentProcess().PeakWorkingSet64; // both parties share the process
        return new BenchReport(
            "psi", operation, size, options.Runs, options.Threads, "memory", "curve25519", seconds, bytes,
            new BenchPeakBytes(peak, peak), size / seconds.Median, correct, BenchReport.ThisMachine, all);
    }

    private static async Task<(int[] Indices, ChannelUsage Usage)> RunOnceAsync(
        ReadOnlyMemory<byte>[] sender, ReadOnlyMemory<byte>[] receiver, int threads, int run, CancellationToken cancellation)
    {
        var context = Digest.Of("collab.bench.psi", BitConverter.GetBytes(run));
        var options = new EcdhPsiOptions(context) { Parallelism = threads };
        var (first, second) = MemoryTransport.CreatePair();
        var sending = Task.Run(
            async () =>
            {
                await using var connection = await ChannelConnection.OpenAsync(
                    first, SenderParty, ReceiverParty, context, ChannelOptions.Default, cancellation);
                await EcdhPsi.SendAsync(connection.Root, sender, RandomSource.System, options, cancellation);
                await connection.CloseAsync(cancellation);
                return connection.Usage;
            },
            cancellation);
        await using var ours = await ChannelConnection.OpenAsync(
            second, ReceiverParty, SenderParty, context, ChannelOptions.Default, cancellation);
        var indices = await EcdhPsi.ReceiveAsync(ours.Root, receiver, RandomSource.System, options, cancellation);
        await ours.CloseAsync(cancellation);
        return (indices, await sending);
    }

    /// <summary>Items of 16 bytes, the size of a hashed key.</summary>
    private static ReadOnlyMemory<byte>[] Items(int first, int count)
    {
        var items = new ReadOnlyMemory<byte>[count];
        for (var i = 0; i < count; i++)
        {
            var item = new byte[16];
            BinaryPrimitives.WriteInt64LittleEndian(item, first + i);
            items[i] = item;
        }

        return items;
    }
}
