using System.Text.RegularExpressions;
using Collab.EndToEnd.Tests.Support;

namespace Collab.EndToEnd.Tests.Results;

/// <summary><c>collab demo</c> as a newcomer runs it.</summary>
public sealed partial class DemoTests
{
    private static readonly UnixFileMode OthersMay = ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    [Fact]
    public async Task The_demo_gives_what_python_computes_and_evidence_that_verifies_and_leaves_nothing_behind()
    {
        using var folder = new TemporaryFolder();
        var demo = (await CollabProgram.RunAsync("demo", "--keep", folder["demo"], "--json")).Expect(0);
        var data = Path.Combine(AppContext.BaseDirectory, "demo");

        var intersection = demo.Json.GetProperty("intersection");
        Assert.Equal("committed", intersection.GetProperty("state").GetString());
        var keys = File.ReadAllLines(folder["demo", "intersection", "registry", "result.csv"]).Skip(1).Select(line => line.Split(',')[0]).Order(StringComparer.Ordinal);
        Assert.Equal(await PythonOracle.IntersectAsync(Path.Combine(data, "nafld1.csv"), Path.Combine(data, "nafld3.csv"), "id"), keys);

        var statistics = demo.Json.GetProperty("statistics");
        Assert.Equal("committed", statistics.GetProperty("state").GetString());
        await Support.Results.AssertStatisticsAsync(
            statistics.GetProperty("parties").GetProperty("registry").GetProperty("result"), "male", ["0", "1"], ["age", "bmi"],
            Path.Combine(data, "nafld1.csv"));

        foreach (var job in new[] { intersection, statistics })
        {
            Assert.All(
                job.GetProperty("parties").EnumerateObject().Where(p => p.Name != "registry"),
                party => Assert.False(party.Value.TryGetProperty("result", out _) || party.Value.TryGetProperty("file", out _)));
        }

        foreach (var party in new[] { "riverside", "lakeview" })
        {
            Assert.False(Directory.Exists(folder["demo", "nodes", party, "results"]));
            Assert.False(Directory.Exists(folder["demo", "intersection", party]) || Directory.Exists(folder["demo", "statistics", party]));
        }

        AssertOnlyTheOwnerReads(folder["demo", "nodes"]);
        await AssertEvidenceAsync(folder, [.. demo.Json.GetProperty("evidence").EnumerateArray().Select(e => e.GetString()!)]);
        Assert.All(NodesOf(demo.Errors), process => Assert.False(IsRunning(process)));
    }

    [Fact]
    public async Task A_demo_that_is_killed_leaves_no_node_behind()
    {
        using var folder = new TemporaryFolder();
        await using var demo = CollabProgram.Start("demo", "--keep", folder["demo"], "--json");
        await Until.TrueAsync(() => NodesOf(demo.ErrorsSoFar).Count == 3, TimeSpan.FromSeconds(40), "three nodes run");
        var nodes = NodesOf(demo.ErrorsSoFar);
        demo.Kill();
        await Until.TrueAsync(() => !nodes.Exists(IsRunning), TimeSpan.FromSeconds(20), "the nodes end with the demo");
    }

    private static void AssertOnlyTheOwnerReads(string nodes)
    {
        var secret = Directory.GetFiles(nodes, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(Path.GetDirectoryName(file)) == "keys" || (file.Contains("/identity/", StringComparison.Ordinal) && file.EndsWith(".pem", StringComparison.Ordinal)))
            .ToList();
        Assert.True(secret.Count >= 3 * 6, $"Only {secret.Count} key files.");
        Assert.All(secret, file => Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(file) & OthersMay));
        Assert.All(Directory.GetDirectories(nodes), home => Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(home) & OthersMay));
    }

    private static async Task AssertEvidenceAsync(TemporaryFolder folder, IReadOnlyList<string> bundles)
    {
        Assert.Equal(2, bundles.Count);
        var trust = folder["demo", "nodes", "consortium.yaml"];
        (await CollabProgram.RunAsync(["audit", "verify", .. bundles, "--trust", trust, "--json"])).Expect(0);
        (await CollabProgram.RunAsync(["audit", "trace", "--in", .. bundles, "--trust", trust])).Expect(0, "asked by registry", "spends use 1 of its grant", "verified");
        var page = folder["audit.html"];
        (await CollabProgram.RunAsync(["audit", "export", "--in", .. bundles, "--format", "html", "--out", page])).Expect(0);
        Assert.Contains("Who did what when", await File.ReadAllTextAsync(page));
        var bytes = await File.ReadAllBytesAsync(bundles[1]);
        var altered = folder["altered.evidence"];
        foreach (var place in new[] { 0, bytes.Length / 5, bytes.Length / 2, bytes.Length - 1 })
        {
            var copy = bytes.ToArray();
            copy[place] ^= 0x10;
            await File.WriteAllBytesAsync(altered, copy);
            var refused = (await CollabProgram.RunAsync("audit", "verify", altered, "--trust", trust, "--json")).Expect(5);
            var finding = refused.Json.GetProperty("bundles")[0].GetProperty("findings")[0];
            Assert.NotEqual("", finding.GetProperty("part").GetString());
            Assert.NotEqual("", finding.GetProperty("code").GetString());
        }
    }

    private static List<int> NodesOf(string said) => [.. ProcessId().Matches(said).Select(m => int.Parse(m.Groups[1].ValueSpan))];

    // A process that has ended and was not yet waited for by its new parent counts as ended.
    private static bool IsRunning(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"process (\d+)")]
    private static partial Regex ProcessId();
}
