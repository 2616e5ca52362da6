using System.Text.Json;
using Collab.EndToEnd.Tests.Support;

namespace Collab.EndToEnd.Tests.Results;

/// <summary>Intersections of three and five owners over real nodes, against plain sets; and what is nowhere at who must not learn it.</summary>
public sealed class ManyOwnersTests
{
    [Theory]
    [InlineData(3, 2, 0)]
    [InlineData(3, 0, 0)]
    [InlineData(5, 1, 0)]
    [InlineData(5, 4, 3)]
    public async Task Each_receiver_is_told_its_own_keys_of_all_or_enough_lists_and_others_nothing(int owners, int receiver, int atLeast)
    {
        using var folder = new TemporaryFolder();
        string[] names = [.. Enumerable.Range(1, owners).Select(i => $"bank-{i}")];
        var random = new Random((owners * 10) + receiver);
        var lists = names.ToDictionary(name => name, _ => Enumerable.Range(0, 60).Where(i => i < 5 || random.Next(10) < 6).Select(Canary).OrderBy(_ => random.Next()).ToList());
        foreach (var name in names) folder.Write($"{name}/people.csv", "name,note\n" + string.Concat(lists[name].Select(key => $"{key},CanaryNote\n")));
        var receivers = receiver == 0 ? names : [names[receiver - 1]];
        var job = folder.Write("job.yaml", $$"""
            kind: intersection
            purpose: canaries
            parties:
            {{string.Join('\n', names.Select(name => $"  - {{ name: {name}, dataset: people, key: name }}"))}}
            receivers: [{{string.Join(", ", receivers)}}]
            parameters: { case: keep{{(atLeast == 0 ? "" : $", at-least: {atLeast}")}} }
            """);
        var run = (await CollabProgram.RunAsync(
            ["sandbox", "run", job, "--party", .. names.Select(name => $"{name}={folder[name]}"), "--out", folder["out"], "--json"])).Expect(0).Json;

        Assert.Equal("committed", run.GetProperty("state").GetString());
        foreach (var name in receivers)
        {
            var expected = lists[name].Where(key => lists.Values.Count(list => list.Contains(key)) >= (atLeast == 0 ? owners : atLeast)).Order(StringComparer.Ordinal);
            var result = run.GetProperty("parties").GetProperty(name).GetProperty("result");
            Assert.Equal(expected, Support.Results.KeysOf(result));
            Assert.Empty(Support.Results.FilesWith(folder["out"], [.. Enumerable.Range(0, 60).Select(Canary).Except(expected), "CanaryNote"]));
        }

        foreach (var name in names.Except(receivers))
        {
            Assert.False(run.GetProperty("parties").GetProperty(name).TryGetProperty("result", out _));
            Assert.Empty(Support.Results.FilesWith(folder["out", "nodes", name], ["Canary-Key"]));
        }
    }

    private static string Canary(int number) => $"Canary-Key-{number:D3}";
}
