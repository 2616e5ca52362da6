using System.Diagnostics;
using System.Globalization;
using Collab.Primitives;

namespace Collab.Psi.Tests.Family;

/// <summary>Every protocol of the family against the plain intersection: on random sets, and once on large ones.</summary>
/// <remarks>
/// By default 25 draws of sets for each variant, of 0 to 1,000 items. COLLAB_PSI_FAMILY asks for more: <c>full</c> for the draws 1 to 1,000 of sets of 0 to
/// 100,000 items, <c>A-B</c> for the draws A to B of these, <c>scale</c> for one run of each variant on 10^7 items at every party (COLLAB_PSI_ITEMS for
/// another number). One variant is chosen by the name of its test. A failure names the draw, which is its seed. Progress goes to standard output,
/// which the test program shows when it is run itself:
/// <c>COLLAB_PSI_FAMILY=1-250 tests/Collab.Psi.Tests/bin/Release/net10.0/Collab.Psi.Tests -method "*.Labelled_join"</c>.
/// </remarks>
public class FamilyTests
{
    private static readonly string? Asked = Environment.GetEnvironmentVariable("COLLAB_PSI_FAMILY");

    [Fact]
    public Task Ecdh() => RunAsync(TwoPartyVariants.EcdhAsync);

    [Fact]
    public Task Ecdh_both_learn() => RunAsync(TwoPartyVariants.EcdhBothLearnAsync);

    [Fact]
    public Task Cardinality() => RunAsync(TwoPartyVariants.CardinalityAsync);

    [Fact]
    public Task Rr22_semi_honest() => RunAsync(sets => TwoPartyVariants.VoleAsync(sets, SecurityModel.SemiHonest, false));

    [Fact]
    public Task Rr22_malicious() => RunAsync(sets => TwoPartyVariants.VoleAsync(sets, SecurityModel.Malicious, false));

    [Fact]
    public Task Rr22_both_learn() => RunAsync(sets => TwoPartyVariants.VoleAsync(sets, SecurityModel.Malicious, true));

    [Fact]
    public Task Labelled_join() => RunAsync(TwoPartyVariants.LabelledAsync);

    [Fact]
    public Task Streamed() => RunAsync(StreamedVariant.RunAsync);

    [Fact]
    public Task Circuit_shares() => RunAsync(CircuitVariants.SharesAsync);

    [Fact]
    public Task Circuit_count_and_sums() => RunAsync(CircuitVariants.TotalsAsync);

    [Fact]
    public Task Incremental() => RunAsync(IncrementalVariant.RunAsync);

    [Fact]
    public Task Multi_party() => RunAsync(MultiPartyVariant.RunAsync);

    [Fact]
    public Task Threshold() => RunAsync(ThresholdVariant.RunAsync);

    [Fact]
    public Task Record_check() => RunAsync(RecordCheckVariant.RunAsync);

    private static Task RunAsync(Func<FamilySets, Task<FamilyOutcome>> variant) => Asked == "scale" ? RunLargeAsync(variant) : RunDrawsAsync(variant);

    private static async Task RunDrawsAsync(Func<FamilySets, Task<FamilyOutcome>> variant)
    {
        var name = TestContext.Current.TestMethod!.MethodName;
        int[] range = Asked is null ? [1, 25] : Asked == "full" ? [1, 1000] : [.. Asked.Split('-').Select(part => int.Parse(part, CultureInfo.InvariantCulture))];
        long items = 0, matches = 0;
        var clock = Stopwatch.StartNew();
        for (var seed = range[0]; seed <= range[^1]; seed++)
        {
            var sets = FamilySets.Draw(seed, Asked is null ? 3 : 5);
            FamilyOutcome? outcome = null;
            var failure = await Record.ExceptionAsync(async () => outcome = await variant(sets));
            if (failure is not null) Assert.Fail($"{name}, draw {seed} of sizes {sets.Sender.Count}, {sets.Receiver.Count}, {sets.Third.Count}: {failure}");
            items += sets.ItemCount;
            matches += outcome!.MatchCount;
            if (Asked is not null && seed % 50 == 0) Console.WriteLine($"{name}: draw {seed}, {clock.Elapsed.TotalSeconds:F0} s");
        }

        if (Asked is not null) Console.WriteLine($"{name}: {range[^1] - range[0] + 1} pairs from {range[0]} on, {items} items, {matches} matches, all right, {clock.Elapsed.TotalSeconds:F0} s");
    }

    private static async Task RunLargeAsync(Func<FamilySets, Task<FamilyOutcome>> variant)
    {
        var name = TestContext.Current.TestMethod!.MethodName;
        var count = int.Parse(Environment.GetEnvironmentVariable("COLLAB_PSI_ITEMS") ?? "10000000", CultureInfo.InvariantCulture);
        var process = Process.GetCurrentProcess();
        var (clock, before) = (Stopwatch.StartNew(), process.TotalProcessorTime);
        var outcome = await variant(FamilySets.Count(count));
        process.Refresh();
        Console.WriteLine(
            $"{name}: {count} items at each party, {outcome.MatchCount} matches, all right, {clock.Elapsed.TotalSeconds:F1} s, {(process.TotalProcessorTime - before).TotalSeconds:F1} s of CPU, "
            + $"peak of the process {process.PeakWorkingSet64 >> 20} MiB, {outcome.Bytes} bytes between the parties");
    }
}

/// <summary>What a variant that agreed with the oracle tells of its run.</summary>
/// <param name="MatchCount">Items in the result.</param>
/// <param name="Bytes">Sent by all parties together.</param>
internal sealed record FamilyOutcome(long MatchCount, long Bytes);
