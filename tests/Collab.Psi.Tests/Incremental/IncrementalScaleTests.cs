using System.Diagnostics;
using System.Globalization;
using Collab.Primitives;
using Collab.Psi.Incremental;
using Collab.Testing;

namespace Collab.Psi.Tests.Incremental;

public class IncrementalScaleTests(ITestOutputHelper output)
{
    /// <summary>
    /// Measures an update of 10,000 additions at either party against stored sets of COLLAB_PSI_STORED rows at each (100,000,000 by default). The stored masks
    /// are drawn and not computed, for a mask is a uniform value and the first run over them would take hours; the update is real. Needs 80 bytes
    /// of disk a row, in COLLAB_PSI_FOLDER or the temporary folder.
    /// </summary>
    [Fact(Explicit = true)]
    public async Task An_update_of_ten_thousand_rows_against_a_large_state()
    {
        var stored = int.Parse(Environment.GetEnvironmentVariable("COLLAB_PSI_STORED") ?? "100000000", CultureInfo.InvariantCulture);
        var folder = Path.Combine(Environment.GetEnvironmentVariable("COLLAB_PSI_FOLDER") ?? Path.GetTempPath(), "collab-psi-scale-" + Guid.NewGuid());
        try
        {
            Directory.CreateDirectory(folder);
            using var key = SecretBytes.Random(32, RandomSource.System);
            var random = new Random(1);
            var step = UInt128.MaxValue / (uint)stored;
            string[] names = ["by-id", "by-mask", "sender"];
            foreach (var name in names)
            {
                using var writer = new SortedRunWriter(folder, name, name == "sender" ? 0 : 16);
                // Ascending uniform masks; identifiers from 2^64 on, so that they are none of the update's.
                for (var i = 0; i < stored; i++)
                {
                    var mask = step * (uint)i + (UInt128)(ulong)random.NextInt64();
                    writer.Append(name == "by-id" ? (UInt128.One << 64) + (uint)i : mask, name == "by-id" ? mask : (UInt128.One << 64) + (uint)i);
                }

                writer.Finish();
            }

            IReadOnlyList<Segment>[] stores = [.. names.Select(name => (IReadOnlyList<Segment>)[new Segment(name, null, stored, 0)])];
            using var receiver = IncrementalState.Create(folder, true, IncrementalPair.Context, key, RandomSource.System, stores[0], stores[1], stores[2]);
            using var sender = IncrementalState.Create(folder + "/of-sender", false, IncrementalPair.Context, key, RandomSource.System);
            for (var day = 1; day <= 3; day++)
            {
                var (clock, before) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
                var first = day * 10_000;
                var run = await TwoParty.RunAsync(
                    channel => IncrementalPsi.SendAsync(
                        channel, sender, IncrementalPair.Items(Enumerable.Range(first, 10_000)), [], RandomSource.System, IncrementalPair.Named(day)),
                    channel => IncrementalPsi.ReceiveAsync(
                        channel, receiver, IncrementalPair.Rows(Enumerable.Range(first + 5_000, 10_000)), [], IncrementalPair.Named(day)));
                var cpu = Process.GetCurrentProcess().TotalProcessorTime - before;
                output.WriteLine($"{stored} stored, day {day}: {clock.Elapsed.TotalSeconds:F2} s, both parties {cpu.TotalSeconds:F2} s of CPU, {run.Usage.BytesSent + run.Usage.BytesReceived} bytes");
                Assert.Equal(day == 1 ? 5_000 : 10_000, run.Receiver.Added.Count); // half of the sender's day, and what the receiver had added the day before
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
