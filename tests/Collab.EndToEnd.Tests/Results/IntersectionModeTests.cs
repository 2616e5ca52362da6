using System.Text.Json;
using Collab.EndToEnd.Tests.Support;

namespace Collab.EndToEnd.Tests.Results;

/// <summary>Every way of telling an intersection, over real nodes: what the receivers get, and what is nowhere on their disks.</summary>
public sealed class IntersectionModeTests
{
    private static readonly string[] Shared = [.. Enumerable.Range(0, 30).Select(i => $"Canary-Both-{i:D3}")];
    private static readonly string[] Left = [.. Enumerable.Range(0, 20).Select(i => $"Canary-Left-{i:D3}")];
    private static readonly string[] Right = [.. Enumerable.Range(0, 25).Select(i => $"Canary-Right-{i:D3}")];

    [Theory]
    [InlineData("[right]")]
    [InlineData("[left, right]")]
    public async Task A_number_of_matches_is_told_and_no_key_is_on_any_disk_but_in_the_owners_files(string receivers)
    {
        using var folder = new TemporaryFolder();
        var run = await RunAsync(folder, receivers, "reveal: cardinality");
        foreach (var receiver in receivers.Trim('[', ']').Split(", "))
        {
            var result = ResultOf(run, receiver);
            Assert.Equal(("cardinality", 30), (result.GetProperty("kind").GetString(), result.GetProperty("count").GetInt32()));
            Assert.False(result.TryGetProperty("keys", out _) || result.TryGetProperty("rows", out _));
            Assert.Equal("count\n30\n", await File.ReadAllTextAsync(Path.Combine(folder["out", receiver], "result.csv"), TestContext.Current.CancellationToken));
        }

        Assert.Empty(Support.Results.FilesWith(folder["out"], [.. Shared, .. Left, .. Right, "canary-", "CanaryNote"]));
    }

    [Theory]
    [InlineData("ecdh", "semi-honest")]
    [InlineData("rr22", "semi-honest")]
    [InlineData("rr22", "malicious")]
    public async Task Both_may_be_told_which_of_their_own_rows_match(string protocol, string security)
    {
        using var folder = new TemporaryFolder();
        var run = await RunAsync(folder, "[left, right]", $"case: keep, protocol: {protocol}", $"security: {security}");
        Assert.Equal(Shared, Support.Results.KeysOf(ResultOf(run, "left")));
        Assert.Equal(Shared, Support.Results.KeysOf(ResultOf(run, "right")));
        Assert.Empty(Support.Results.FilesWith(folder["out"], [.. Left, .. Right, "CanaryNote"]));
    }

    [Theory]
    [InlineData("semi-honest")]
    [InlineData("malicious")]
    public async Task A_join_tells_columns_for_matches_and_the_rest_is_on_no_disk_but_the_owners(string security)
    {
        using var folder = new TemporaryFolder();
        var run = await RunAsync(folder, "[left]", "case: keep, reveal: join, columns: [note, amount]", $"security: {security}");
        var result = ResultOf(run, "left");
        Assert.Equal(Shared, Support.Results.KeysOf(result));
        Assert.Equal(
            Enumerable.Range(0, 30).Select(i => $"CanaryNoteRight{i + 25} {2025 + i}"),
            result.GetProperty("joined").EnumerateArray().Select(values => $"{values[0].GetString()} {values[1].GetString()}"));
        Assert.Empty(Support.Results.FilesWith(folder["out"], [.. Left, .. Right, .. Enumerable.Range(0, 25).Select(i => $"CanaryNoteRight{i}\""), "CanaryNoteLeft"]));
        Assert.Empty(Support.Results.FilesWith(folder["out", "nodes", "right"], ["CanaryNote", .. Shared]));
    }

    private static async Task<JsonElement> RunAsync(TemporaryFolder folder, string receivers, string parameters, string more = "")
    {
        folder.Write("left/people.csv", "name,note,amount\n" + string.Concat(Shared.Concat(Left).Select((n, i) => $"{n},CanaryNoteLeft{i},{1000 + i}\n")));
        folder.Write("right/people.csv", "name,note,amount\n" + string.Concat(Right.Concat(Shared).Select((n, i) => $"{n},CanaryNoteRight{i},{2000 + i}\n")));
        var job = folder.Write("job.yaml", $$"""
            kind: intersection
            purpose: canaries
            parties:
              - { name: left, dataset: people, key: name }
              - { name: right, dataset: people, key: name }
            receivers: {{receivers}}
            parameters: { {{parameters}} }
            {{more}}
            """);
        var run = (await CollabProgram.RunAsync(
            "sandbox", "run", job, "--party", $"left={folder["left"]}", $"right={folder["right"]}", "--out", folder["out"], "--json")).Expect(0);
        Assert.Equal("committed", run.Json.GetProperty("state").GetString());
        return run.Json;
    }

    private static JsonElement ResultOf(JsonElement run, string party) => run.GetProperty("parties").GetProperty(party).GetProperty("result");
}
