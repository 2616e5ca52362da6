using System.Globalization;
using System.Text.Json;
using Collab.EndToEnd.Tests.Support;

namespace Collab.EndToEnd.Tests.Networks;

/// <summary>Three parties on three hosts with an address each: three commands a party, a job over it, and a cable that is pulled in the middle of a run.</summary>
public sealed class ThreeHostsTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(6);

    private static readonly (string Name, string Address)[] Parties = [("lakeview", "10.77.0.1"), ("registry", "10.77.0.2"), ("riverside", "10.77.0.3")];

    [Fact]
    public async Task Three_commands_a_party_make_a_consortium_and_a_pulled_cable_is_said_at_both_others()
    {
        var reason = await Hosts.WhyNotAsync();
        Assert.SkipWhen(reason is not null, reason ?? "");
        using var folder = new TemporaryFolder();
        foreach (var (name, _) in Parties) Directory.CreateDirectory(folder[name]);
        await using var hosts = await Hosts.MakeAsync(Parties);
        var nodes = new List<CollabProgram>();
        try
        {
            Task<Finished> Run(string host, params string[] arguments) => hosts.RunAsync(host, folder[host], arguments);

            // 1
            foreach (var (name, address) in Parties) (await Run(name, "node", "init", "--name", name, "--consortium", "liver", "--address", $"{address}:7443")).Expect(0);
            foreach (var (name, _) in Parties)
            {
                foreach (var (other, _) in Parties.Where(p => p.Name != name)) File.Copy(folder[name, "party.yaml"], folder[other, $"{name}.yaml"]); // by mail, say
            }

            // 2
            var fingerprints = new List<string>();
            foreach (var (name, _) in Parties)
            {
                var joined = (await Run(name, ["consortium", "join", .. Parties.Where(p => p.Name != name).Select(p => $"{p.Name}.yaml"), "--json"])).Expect(0);
                fingerprints.Add(joined.Json.GetProperty("fingerprint").GetString()!);
            }

            Assert.Single(fingerprints.Distinct());

            // 3
            foreach (var (name, _) in Parties) nodes.Add(hosts.Start(name, folder[name], "node", "run"));
            foreach (var (name, _) in Parties)
            {
                await Until.HoldsAsync(() => Run(name, "node", "status", "--json"), status => status.ExitCode == 0, Limit, status => status.Errors);
                Write(folder[name, "people.csv"], name);
                (await Run(name, "dataset", "add", "people", "--csv", "people.csv", "--json")).Expect(0);
            }

            var first = await CommitAsync(Run, folder, epochs: 2);
            Assert.Equal("committed", first.GetProperty("state").GetString());

            // A cable is pulled when the run computes: both others say whose end is silent. A training goes on where it was when the cable is back.
            var job = await AuthorizeAsync(Run, folder, epochs: 100);
            var events = folder["registry", "events.jsonl"];
            await Until.TrueAsync(
                () => File.ReadLines(events).Any(line => line.Contains(job, StringComparison.Ordinal) && line.Contains("run.6-protocol", StringComparison.Ordinal)), Limit, "the run has not begun to compute");
            await hosts.PullAsync("riverside", pulled: true);
            var said = await Task.WhenAll(new[] { "lakeview", "registry" }.Select(name => Until.HoldsAsync(
                () => Run(name, "job", "show", job, "--json"), view => view.ExitCode == 0 && view.Json.TryGetProperty("error", out _), Limit, view => view.Output + view.Errors)));
            foreach (var error in said.Select(view => view.Json.GetProperty("error")))
            {
                Assert.Equal("riverside", error.GetProperty("party").GetString());
                Assert.StartsWith("channel.", error.GetProperty("code").GetString()!, StringComparison.Ordinal);
                Assert.NotEmpty(error.GetProperty("next").GetString()!);
            }

            await hosts.PullAsync("riverside", pulled: false);
            foreach (var (name, _) in Parties)
            {
                var last = await Until.HoldsAsync(() => Run(name, "job", "show", job, "--json"), view => view.ExitCode == 0 && IsOver(view.Json), Limit, view => view.Output + view.Errors);
                Assert.Equal("committed", last.Json.GetProperty("state").GetString());
            }
        }
        finally
        {
            foreach (var node in nodes) await node.DisposeAsync();
        }
    }

    private static bool IsOver(JsonElement job) => job.GetProperty("state").GetString() is "committed" or "aborted" or "closed";

    private static async Task<JsonElement> CommitAsync(Func<string, string[], Task<Finished>> run, TemporaryFolder folder, int epochs)
    {
        var job = await AuthorizeAsync(run, folder, epochs);
        return (await Until.HoldsAsync(() => run("registry", ["job", "show", job, "--json"]), view => view.ExitCode == 0 && IsOver(view.Json), Limit, view => view.Output + view.Errors)).Json;
    }

    private static async Task<string> AuthorizeAsync(Func<string, string[], Task<Finished>> run, TemporaryFolder folder, int epochs)
    {
        var file = folder.Write($"registry/job-{epochs}.yaml", $$"""
            kind: train
            purpose: outcome
            parties:
              - { name: lakeview, dataset: people, key: [id] }
              - { name: registry, dataset: people, key: [id] }
              - { name: riverside, dataset: people, key: [id] }
            receivers: [registry]
            run-limit: 1h
            parameters:
              label: { of: registry, column: event, positive: "yes" }
              features:
                - { of: lakeview, columns: [bmi] }
                - { of: riverside, columns: [age] }
              model: { kind: logistic-three-pieces, epochs: {{epochs.ToString(CultureInfo.InvariantCulture)}}, batch: 32 }
            """);
        var job = (await run("registry", ["job", "submit", file, "--json"])).Expect(0).Json.GetProperty("job").GetString()!;
        foreach (var (name, _) in Parties) await Until.HoldsAsync(() => run(name, ["job", "approve", job, "--json"]), answer => answer.ExitCode == 0, Limit, answer => answer.Errors);
        return job;
    }

    // 300 people; what each host knows of them.
    private static void Write(string path, string host)
    {
        var column = host switch { "lakeview" => "bmi", "registry" => "event", _ => "age" };
        File.WriteAllLines(path, Enumerable.Range(0, 300).Select(i => string.Create(CultureInfo.InvariantCulture, $"P{i:D4},{host switch
        {
            "lakeview" => $"{18 + (i * 7 % 20)}",
            "registry" => (i * 7 % 20) + (i % 50) > 35 ? "yes" : "no",
            _ => $"{30 + (i % 50)}",
        }}")).Prepend($"id,{column}"));
    }
}
