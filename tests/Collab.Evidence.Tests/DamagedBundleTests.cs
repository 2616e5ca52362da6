using System.Text;
using Collab.Primitives;

namespace Collab.Evidence.Tests;

/// <summary>Damage to the bytes of a sealed bundle, by accident or by somebody without the exporter's key.</summary>
public class DamagedBundleTests
{
    [Fact]
    public async Task Every_byte_that_is_changed_is_found_and_the_part_it_is_in_is_named()
    {
        await using var trial = await Trial.OfAsync(Trial.Honest);
        var bundle = trial.Export();
        var places = PlacesOf(bundle);
        for (var at = 0; at < bundle.Length; at++)
        {
            byte[] changed = [.. bundle];
            changed[at] ^= (byte)(1 << (at % 8));
            RequireFound(changed, places[at], $"bit {at % 8} of byte {at}");
        }
    }

    [Fact]
    public async Task A_thousand_random_changes_are_found()
    {
        const int seed = 71;
        await using var trial = await Trial.OfAsync(Trial.Honest);
        var bundle = trial.Export();
        var places = PlacesOf(bundle);
        var random = new Random(seed);
        for (var i = 0; i < 1000; i++)
        {
            byte[] changed = [.. bundle];
            var at = random.Next(bundle.Length);
            changed[at] ^= (byte)random.Next(1, 256);
            RequireFound(changed, places[at], $"seed {seed}, change {i}, byte {at}");
        }
    }

    [Fact]
    public async Task A_bundle_cut_anywhere_or_longer_than_it_was_is_refused()
    {
        await using var trial = await Trial.OfAsync(Trial.Honest);
        var bundle = trial.Export();
        for (var length = 0; length < bundle.Length; length++) RequireFound(bundle[..length], null, $"cut to {length}");
        foreach (var more in new byte[][] { [0], [10], [.. "collab-evidence/1\n"u8], bundle }) RequireFound([.. bundle, .. more], "contents", "appended");
    }

    [Fact]
    public void Files_that_are_no_bundles_are_refused()
    {
        RequireFound([], "header", "empty");
        var random = new Random(5);
        for (var size = 1; size < 2000; size += 37)
        {
            var noise = new byte[size];
            random.NextBytes(noise);
            RequireFound(noise, "header", "noise");
            RequireFound([.. EvidenceBundle.Magic, .. noise], null, "noise behind the right beginning");
        }
    }

    // What the flip of a byte must be blamed on: the header, the table of contents with its seal, or one part.
    private static string[] PlacesOf(byte[] bundle)
    {
        var parts = EvidenceBundle.Read(bundle).Parts;
        var body = parts.Sum(p => p.Content.Length);
        return
        [
            .. Enumerable.Repeat("header", EvidenceBundle.Magic.Length),
            .. Enumerable.Repeat("contents", bundle.Length - body - EvidenceBundle.Magic.Length),
            .. parts.SelectMany(p => Enumerable.Repeat(p.Name, p.Content.Length)),
        ];
    }

    private static void RequireFound(byte[] file, string? place, string what)
    {
        var report = BundleVerifier.Verify(file);
        Assert.False(report.Holds, what);
        var first = report.Findings[0];
        Assert.NotEmpty(first.Part);
        Assert.Equal(ErrorKind.Evidence, first.Code.Kind);
        // In the table of contents stand sizes and digests of parts: what no longer fits may be a part as well as the table.
        if (place is not null and not "contents") Assert.True(first.Part == place, $"{what}: blamed on {first.Part}, lies in {place}");
        if (place == "contents") Assert.True(Encoding.UTF8.GetByteCount(first.Part) <= 80, what);
    }
}
