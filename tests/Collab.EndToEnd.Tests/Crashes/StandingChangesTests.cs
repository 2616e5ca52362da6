using System.Text.Json;
using Collab.Cli.Commands;
using Collab.EndToEnd.Tests.Support;
using Collab.Evidence;
using Collab.Primitives;
using Collab.Wire.Operator;
using static Collab.EndToEnd.Tests.Support.StudyConsortium;

namespace Collab.EndToEnd.Tests.Crashes;

/// <summary>A standing job over real nodes: days against an oracle, nodes killed between days and in the middle of one, damaged and older states.</summary>
public sealed class StandingChangesTests(ITestOutputHelper output)
{
    private const string Job = """
        kind: intersection
        purpose: daily-watch
        parties:
          - { name: clinic, dataset: patients, key: id }
          - { name: registry, dataset: events, key: id }
        receivers: [registry]
        parameters: { reveal: changes }
        expires: 1h
        uses: 20
        """;

    [Fact]
    public async Task Days_of_changes_are_told_as_an_oracle_says_whatever_happens_to_the_nodes()
    {
        await using var study = await StudyConsortium.StartAsync([Clinic, Observer, Registry], prepare: AllowDailyWatch);
        var days = new Days(study);
        await days.OfferAsync(Enumerable.Range(0, 200), Enumerable.Range(100, 200));
        var first = await days.SubmitAsync();
        await days.CommittedAsync(first);
        var backup = days.Save(Clinic);

        // Day 2: both nodes are killed between the days.
        foreach (var party in new[] { Clinic, Registry })
        {
            await study.Local.NodeOf(party).KillAsync();
            await study.Local.ForgetAsync(party);
        }

        await study.StartNodesAsync();
        await days.OfferAsync(Enumerable.Range(50, 200), Enumerable.Range(100, 220));
        await days.CommittedAsync(await days.RunAsync());

        // Day 3: the receiver dies once the update is prepared on both sides and before its run counts; the day is made up for.
        await days.OfferAsync(Enumerable.Range(60, 190).Append(900), Enumerable.Range(110, 210).Append(900));
        var (ended, verdict) = await days.DieAsync(Registry, "run.7-receipt");
        Assert.Equal("aborted", verdict.State);
        await days.CommittedAsync(await days.RunAsync());
        Assert.False(Directory.Exists(Path.Combine(study.Local.HomeOf(Registry).ResultsFolder, ended)));

        // Day 4: the sender dies in the protocol; day 5: it dies when its commit is final, and the run counts.
        await days.OfferAsync(Enumerable.Range(70, 190), Enumerable.Range(110, 210));
        Assert.Equal("aborted", (await days.DieAsync(Clinic, "run.6-protocol")).Verdict.State);
        await days.OfferAsync(Enumerable.Range(75, 190), Enumerable.Range(120, 210).Append(75));
        var (counted, after) = await days.DieAsync(Clinic, "run.9-await-commits");
        Assert.Equal("committed", after.State);
        await days.CommittedAsync(counted);

        // Damage at the receiver is named to both, and repaired by putting the files back. All of them: the files of the version before
        // still lie there until the next run has asked the ledger which counts, and damage to one of those is nobody's loss.
        var restore = days.Damage(Registry, "by-mask*");
        await days.OfferAsync(Enumerable.Range(80, 190), Enumerable.Range(120, 210));
        await days.FailsAsync("psi.state-unusable", Registry);
        restore();
        await days.CommittedAsync(await days.RunAsync());

        // One side restored from an older backup: both notice, and nothing is told.
        days.Restore(Clinic, backup);
        await days.FailsAsync("psi.state-diverged", null);
        days.Forget();
        await days.CommittedAsync(await days.SubmitAsync());
        output.WriteLine($"{days.Count} results as the oracle says");
    }

    private static void AllowDailyWatch(Cli.Sandbox.LocalConsortium local)
    {
        foreach (var (party, dataset, other) in new[] { (Clinic, "patients", "registry"), (Registry, "events", "clinic") })
        {
            var file = local.HomeOf(party).PolicyFile;
            var rule = $"""
                  - name: daily watch
                    kind: intersection
                    dataset: {dataset}
                    requesters: [registry]
                    purposes: [daily-watch]
                    columns: [id]
                    receivers: [registry]
                    with: [{other}]
                    reveal: [changes]
                    uses: 20
                """;
            File.WriteAllText(file, File.ReadAllText(file).Replace("approve:\n", $"approve:\n{rule}\n", StringComparison.Ordinal));
        }
    }

    /// <summary>The lists of a day, and what both had in common when the last run that counts was made.</summary>
    private sealed class Days(StudyConsortium study)
    {
        private string _job = "";
        private HashSet<int> _before = [];
        private List<int> _registry = [];
        private HashSet<int> _clinic = [];

        public int Count { get; private set; }

        public async Task OfferAsync(IEnumerable<int> clinic, IEnumerable<int> registry)
        {
            (_clinic, _registry) = ([.. clinic], [.. registry]);
            await study.RegisterAsync(Clinic, "patients", "id,age\n" + string.Concat(_clinic.Select(n => $"Canary{n},30\n")));
            await study.RegisterAsync(Registry, "events", "id,age\n" + string.Concat(_registry.Select(n => $"Canary{n},30\n")));
        }

        public async Task<string> SubmitAsync()
        {
            var view = await study.OperatorOf(Registry).CallAsync<JobView>(Verbs.SubmitJob, new DescriptionRequest(Job), CancellationToken.None);
            _job = view.Job;
            return (await Until.HoldsAsync(
                () => study.FindAsync(Registry, Named), v => v?.Run is not null, TimeSpan.FromSeconds(60), v => $"{v?.State} {v?.Error?.Code}"))!.Run!;
        }

        public async Task<string> RunAsync() =>
            (await study.OperatorOf(Registry).CallAsync<JobView>(Verbs.RunJob, new JobRequest(_job), CancellationToken.None)).Run!;

        /// <summary>The run commits everywhere, tells what the oracle says, and its evidence holds.</summary>
        public async Task CommittedAsync(string run)
        {
            var view = await EndAsync(run);
            Assert.True(view.State == "committed", $"{view.State}: {view.Error?.Code} {view.Error?.Message}");
            var result = JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(
                Path.Combine(study.Local.HomeOf(Registry).ResultsFolder, run, "result.json"), TestContext.Current.CancellationToken));
            HashSet<int> now = [.. _registry.Where(_clinic.Contains)];
            var expected = _registry.Where(n => now.Contains(n) && !_before.Contains(n)).Select(n => $"canary{n} entered")
                .Concat(_registry.Where(n => !now.Contains(n) && _before.Contains(n)).Select(n => $"canary{n} left"));
            Assert.Equal(expected, result.GetProperty("keys").EnumerateArray().Zip(result.GetProperty("changes").EnumerateArray(), (key, change) => $"{key[0].GetString()} {change.GetString()}"));
            Assert.Equal((now.Count, _before.Count(n => !_registry.Contains(n))), (result.GetProperty("matches").GetInt32(), result.GetProperty("gone").GetInt32()));
            var report = BundleVerifier.Verify(await study.ExportAsync(Named), study.Local.Consortium.Keys);
            Assert.True(report.Holds, string.Join("; ", report.Findings.Select(f => $"{f.Code} in {f.Part}: {f.Message}")));
            var home = study.Local.HomeOf(Clinic);
            Assert.All([home.StandingFolder, home.StoreFolder], folder => Assert.Empty(Support.Results.FilesWith(folder, ["canary1", "Canary1"])));
            _before = now;
            Count++;
        }

        public async Task FailsAsync(string code, PartyId? party)
        {
            var view = await EndAsync(await RunAsync());
            Assert.Equal(("aborted", code), (view.State, view.Error?.Code));
            if (party is not null) Assert.Equal(party.Name, view.Error!.Party);
        }

        /// <summary>A run in which a node dies at a step and comes back.</summary>
        public async Task<(string Run, JobView Verdict)> DieAsync(PartyId doomed, string step)
        {
            await File.WriteAllTextAsync(Path.Combine(study.Local.HomeOf(doomed).Folder, "die-at-step"), step);
            var process = study.Local.NodeOf(doomed);
            var run = await RunAsync();
            await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
            await study.Local.ForgetAsync(doomed);
            await study.StartNodesAsync();
            return (run, await EndAsync(run));
        }

        /// <summary>Flips a bit of a record in each file of that name, and says how to flip them back.</summary>
        public Action Damage(PartyId party, string pattern)
        {
            string[] files = [.. Directory.EnumerateFiles(study.Local.HomeOf(party).StandingFolder, pattern, SearchOption.AllDirectories)];
            Assert.NotEmpty(files);
            var contents = Array.ConvertAll(files, File.ReadAllBytes);
            foreach (var (file, content) in files.Zip(contents))
            {
                byte[] damaged = [.. content];
                damaged[50] ^= 1;
                File.WriteAllBytes(file, damaged);
            }

            return () =>
            {
                foreach (var (file, content) in files.Zip(contents)) File.WriteAllBytes(file, content);
            };
        }

        public string Save(PartyId party)
        {
            var from = study.Local.HomeOf(party).StandingFolder;
            var copy = from + "-copy";
            foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            {
                var to = Path.Combine(copy, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(file, to);
            }

            return copy;
        }

        public void Restore(PartyId party, string copy)
        {
            var folder = study.Local.HomeOf(party).StandingFolder;
            Directory.Delete(folder, recursive: true);
            Directory.Move(copy, folder);
        }

        /// <summary>A new job begins with the whole sets.</summary>
        public void Forget() => _before = [];

        private StudyJob Named => new(_job, "intersection");

        private async Task<JobView> EndAsync(string run)
        {
            var views = await Until.HoldsAsync(
                async () => new[] { await study.FindAsync(Clinic, Named), await study.FindAsync(Registry, Named) },
                shown => shown.All(v => v is not null && v.Run == run && JobText.IsOver(v)),
                TimeSpan.FromSeconds(90),
                shown => string.Join("; ", shown.Select(v => $"{v?.Run?[..6]} {v?.State} {v?.Error?.Code} settled {v?.Settled}")));
            Assert.Equal(Verdict.Of(views[0]!), Verdict.Of(views[1]!));
            return views[1]!;
        }
    }
}
