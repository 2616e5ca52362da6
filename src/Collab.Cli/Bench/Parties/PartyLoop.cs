using System.Diagnostics;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Cli.Bench.Parties;

/// <summary>One party's runs, each over a connection of its own and followed by its check over another; the same loop in one process and in two.</summary>
internal static class PartyLoop
{
    private static readonly PartyId Sender = PartyId.Parse("sender");
    private static readonly PartyId Receiver = PartyId.Parse("receiver");

    /// <summary>The party's name.</summary>
    public static PartyId NameOf(BenchRole role) => role == BenchRole.A ? Sender : Receiver;

    /// <summary>The name of the party at the other end.</summary>
    public static PartyId PeerOf(BenchRole role) => role == BenchRole.A ? Receiver : Sender;

    /// <summary>Runs once without counting, and then <paramref name="runs"/> times.</summary>
    /// <param name="party">What runs.</param>
    /// <param name="role">Which party it is.</param>
    /// <param name="runs">Counted runs.</param>
    /// <param name="nonce">Never used before; the same at both parties.</param>
    /// <param name="line">Gives the transport of a run; what that costs is not measured.</param>
    /// <param name="cancellation">Ends the benchmark.</param>
    public static async Task<PartyFindings> RunAsync(
        IBenchParty party, BenchRole role, int runs, Digest nonce, Func<Digest, CancellationToken, Task<IFrameTransport>> line, CancellationToken cancellation)
    {
        var seconds = new double[runs];
        var start = Environment.WorkingSet;
        var (first, correct, usage, cpu) = (0.0, true, default(ChannelUsage), TimeSpan.Zero);
        for (var run = 0; run <= runs; run++)
        {
            var context = ContextOf("run", nonce, run);
            var transport = await line(context, cancellation);
            var before = Environment.CpuUsage.TotalTime;
            var clock = Stopwatch.StartNew();
            var connection = await OpenAsync(transport, context);
            await using (connection)
            {
                await party.RunAsync(connection.Root, context, cancellation);
                await connection.CloseAsync(cancellation);
                var elapsed = clock.Elapsed.TotalSeconds;
                usage = connection.Usage;
                if (run == 0) first = elapsed;
                else (seconds[run - 1], cpu) = (elapsed, cpu + (Environment.CpuUsage.TotalTime - before));
            }

            var check = ContextOf("check", nonce, run);
            await using var aside = await OpenAsync(await line(check, cancellation), check);
            correct &= await party.CheckAsync(aside.Root, cancellation);
            await aside.CloseAsync(cancellation);
        }

        return new PartyFindings(
            first, seconds, usage.BytesSent, usage.BytesReceived, cpu.TotalSeconds, Process.GetCurrentProcess().PeakWorkingSet64, start, correct);

        Task<ChannelConnection> OpenAsync(IFrameTransport transport, Digest context) =>
            ChannelConnection.OpenAsync(transport, NameOf(role), PeerOf(role), context, ChannelOptions.Default, cancellation);
    }

    private static Digest ContextOf(string what, Digest nonce, int run) =>
        Digest.Of($"collab.bench.{what}", [.. nonce.ToArray(), .. BitConverter.GetBytes(run)]);
}
