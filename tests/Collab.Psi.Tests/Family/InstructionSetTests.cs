using System.Diagnostics;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.Psi.Ecdh;
using Collab.Psi.Vole;
using Collab.Testing;

namespace Collab.Psi.Tests.Family;

/// <summary>Whole runs in processes of their own, in each of which the runtime may use fewer instructions: every message and every result is the same.</summary>
public class InstructionSetTests
{
    private const string Report = "COLLAB_TEST_REPORT";
    private static readonly Digest Context = Digest.Of("collab.test.instructions", []);

    /// <summary>The widest vectors that are left, and whether AES is: the child says it, so that a switch the runtime no longer knows is noticed.</summary>
    private static string Instructions =>
        $"{(Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0)} {System.Runtime.Intrinsics.X86.Aes.IsSupported}";

    [Fact]
    public async Task Transcripts_and_results_are_those_of_every_other_instruction_set()
    {
        var all = await ChildAsync();
        var narrow = await ChildAsync("DOTNET_EnableAVX512");
        var old = await ChildAsync("DOTNET_EnableAVX512", "DOTNET_EnableAVX2");
        var plain = await ChildAsync("DOTNET_EnableHWIntrinsic");
        Assert.Equal(Instructions, all[0]);
        Assert.DoesNotContain("512", narrow[0], StringComparison.Ordinal);
        Assert.DoesNotContain("256", old[0], StringComparison.Ordinal);
        Assert.Equal("0 False", plain[0]);
        Assert.Equal(4, all.Length);
        foreach (var other in new[] { narrow, old, plain }) Assert.Equal(all[1..], other[1..]);
    }

    /// <summary>What a child of the test above does; without a report to write to, it does nothing.</summary>
    [Fact(Explicit = true)]
    public async Task Child()
    {
        if (Environment.GetEnvironmentVariable(Report) is not { } path) return;
        var sets = new FamilySets(1, new CountedNumbers(0, 1500, 7), new CountedNumbers(700, 1300, 11), new CountedNumbers(0, 1, 1));
        await File.WriteAllLinesAsync(path, [Instructions, await Rr22Async(sets), await CircuitAsync(sets), await EcdhAsync(sets)]);
    }

    private static async Task<string> Rr22Async(FamilySets sets)
    {
        var options = new VolePsiOptions(Context) { BothLearn = true };
        var run = await TwoParty.RunAsync(
            channel => VolePsi.SendAsync(channel, sets.Sender.Items, new OrderlessSource(1), options),
            channel => VolePsi.ReceiveAsync(channel, sets.Receiver.Items, new OrderlessSource(2), options));
        Assert.Equal(sets.SenderRows, run.Sender);
        Assert.Equal(sets.ReceiverRows, run.Receiver);
        return $"rr22 {RootsOf(run.SenderTranscript)} {string.Join(',', run.Receiver)}";
    }

    private static async Task<string> CircuitAsync(FamilySets sets)
    {
        var options = new CircuitPsiOptions(Context, new CircuitPlan { Values = CircuitValues.OfReceiver, Squares = true, Output = CircuitOutput.Both });
        var values = Enumerable.Range(0, sets.Receiver.Count).Select(row => (row * 1_000_003L) - 500_000_000).ToArray();
        var run = await TwoParty.RunAsync(
            channel => CircuitTotals.SendAsync(channel, sets.Sender.Items, default, new OrderlessSource(1), options),
            channel => CircuitTotals.ReceiveAsync(channel, sets.Receiver.Items, values, new OrderlessSource(2), options));
        Assert.Equal(sets.ReceiverRows.Sum(row => values[row]), run.Sender!.Sum);
        Assert.Equal(run.Sender, run.Receiver);
        return $"circuit {RootsOf(run.SenderTranscript)} {run.Receiver}";
    }

    private static async Task<string> EcdhAsync(FamilySets sets)
    {
        var options = new EcdhPsiOptions(Context);
        var run = await TwoParty.RunAsync(
            channel => EcdhPsi.SendAsync(channel, sets.Sender.Items, new OrderlessSource(1), options),
            channel => EcdhPsi.ReceiveAsync(channel, sets.Receiver.Items, new OrderlessSource(2), options));
        Assert.Equal(sets.ReceiverRows, run.Receiver);
        return $"ecdh {RootsOf(run.SenderTranscript)} {string.Join(',', run.Receiver)}";
    }

    private static string RootsOf(Transcript transcript) => $"{transcript.Root(Direction.Sent)} {transcript.Root(Direction.Received)}";

    private static async Task<string[]> ChildAsync(params string[] without)
    {
        var report = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Collab.Psi.Tests"))
            {
                ArgumentList = { "-explicit", "only", "-method", $"*.{nameof(InstructionSetTests)}.{nameof(Child)}" }, RedirectStandardOutput = true,
            };
            start.Environment[Report] = report;
            foreach (var name in without) start.Environment[name] = "0";
            using var process = Process.Start(start)!;
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, output);
            return await File.ReadAllLinesAsync(report);
        }
        finally
        {
            File.Delete(report);
        }
    }

    /// <summary>
    /// The same bytes for each request of a length, so that concurrent requests may come in any order; the highest bits are 0, for a scalar that is not
    /// below the order of its group is drawn again. Of no security at all.
    /// </summary>
    private sealed class OrderlessSource(byte seed) : RandomSource
    {
        public override void Fill(Span<byte> destination)
        {
            for (var at = 0; at < destination.Length; at += SHA256.HashSizeInBytes)
            {
                var block = SHA256.HashData([seed, .. BitConverter.GetBytes(destination.Length), .. BitConverter.GetBytes(at)]);
                block.AsSpan(0, Math.Min(block.Length, destination.Length - at)).CopyTo(destination[at..]);
            }

            destination[^1] &= 15;
        }
    }
}
