using System.Text.Json;
using Collab.Cli.Commands;
using Collab.EndToEnd.Tests.Support;
using Collab.Primitives;
using Collab.Wire.Operator;
using static Collab.EndToEnd.Tests.Support.StudyConsortium;

namespace Collab.EndToEnd.Tests.Results;

/// <summary>One record after another asked for over real nodes, registered in words: the list is made once, and the record is nowhere at its owner.</summary>
public sealed class RecordCheckTests
{
    private const string Job = """
        kind: intersection
        purpose: duplicate-check
        parties:
          - { name: clinic, dataset: patients, key: id }
          - { name: registry, dataset: asked, key: id, rows: 1 }
        receivers: [registry]
        parameters: { reveal: holders }
        expires: 1h
        uses: 5
        """;

    [Fact]
    public async Task Many_checks_of_one_job_use_one_list_which_outlives_its_owners_node()
    {
        await using var study = await StudyConsortium.StartAsync([Clinic, Observer, Registry], prepare: AllowChecks);
        await AskAsync(study, "CanaryFree-1");
        var view = await study.OperatorOf(Registry).CallAsync<JobView>(Verbs.SubmitJob, new DescriptionRequest(Job), CancellationToken.None);
        var job = new StudyJob(view.Job, "intersection");
        var first = await Until.HoldsAsync(() => study.FindAsync(Registry, job), v => v?.Run is not null, TimeSpan.FromSeconds(60), v => $"{v?.State} {v?.Error?.Code}");
        Assert.Equal(("canaryfree-1", ""), await EndAsync(study, job, first!.Run!));
        var tokens = await File.ReadAllBytesAsync(TokensOf(study), TestContext.Current.CancellationToken);

        await study.Local.NodeOf(Clinic).KillAsync();
        await study.Local.ForgetAsync(Clinic);
        await study.StartNodesAsync();
        await AskAsync(study, "P0050");
        Assert.Equal(("p0050", "clinic"), await RunAsync(study, job));
        Assert.Equal(tokens, await File.ReadAllBytesAsync(TokensOf(study), TestContext.Current.CancellationToken));

        await study.RegisterAsync(Clinic, "patients", "id,age\nCanaryFree-1,30\nP0051,31\n");
        Assert.Equal(("p0050", ""), await RunAsync(study, job));
        await AskAsync(study, "CanaryFree-1");
        Assert.Equal(("canaryfree-1", "clinic"), await RunAsync(study, job));

        var (clinic, registry) = (study.Local.HomeOf(Clinic), study.Local.HomeOf(Registry));
        Assert.All(
            [clinic.StandingFolder, clinic.StoreFolder, registry.StandingFolder, registry.StoreFolder],
            folder => Assert.Empty(Support.Results.FilesWith(folder, ["canaryfree", "CanaryFree", "P0050", "p0050"])));
    }

    private static async Task AskAsync(StudyConsortium study, string id) => (await CollabProgram.RunAsync(
        "dataset", "add", "asked", "--record", $"id={id}", "--home", study.Local.HomeOf(Registry).Folder, "--json")).Expect(0);

    private static async Task<(string, string)> RunAsync(StudyConsortium study, StudyJob job) => await EndAsync(
        study, job, (await study.OperatorOf(Registry).CallAsync<JobView>(Verbs.RunJob, new JobRequest(job.Digest), CancellationToken.None)).Run!);

    // The record asked for, as it was compared, and who holds it.
    private static async Task<(string, string)> EndAsync(StudyConsortium study, StudyJob job, string run)
    {
        var views = await Until.HoldsAsync(
            async () => new[] { await study.FindAsync(Clinic, job), await study.FindAsync(Registry, job) },
            shown => shown.All(v => v is not null && v.Run == run && JobText.IsOver(v)), TimeSpan.FromSeconds(90),
            shown => string.Join("; ", shown.Select(v => $"{v?.State} {v?.Error?.Code}")));
        Assert.All(views, v => Assert.True(v!.State == "committed", $"{v.State} {v.Error?.Code} {v.Error?.Message}"));
        var result = JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(
            Path.Combine(study.Local.HomeOf(Registry).ResultsFolder, run, "result.json"), TestContext.Current.CancellationToken));
        return (result.GetProperty("keys")[0][0].GetString()!, string.Join(' ', result.GetProperty("heldBy")[0].EnumerateArray().Select(o => o.GetString())));
    }

    private static string TokensOf(StudyConsortium study) =>
        Assert.Single(Directory.EnumerateFiles(study.Local.HomeOf(Clinic).StandingFolder, "tokens", SearchOption.AllDirectories));

    private static void AllowChecks(Cli.Sandbox.LocalConsortium local)
    {
        foreach (var (party, dataset, other) in new[] { (Clinic, "patients", "registry"), (Registry, "asked", "clinic") })
        {
            var file = local.HomeOf(party).PolicyFile;
            var rule = $"""
                  - name: checks
                    kind: intersection
                    dataset: {dataset}
                    requesters: [registry]
                    purposes: [duplicate-check]
                    columns: [id]
                    receivers: [registry]
                    with: [{other}]
                    reveal: [holders]
                    uses: 5
                """;
            File.WriteAllText(file, File.ReadAllText(file).Replace("approve:\n", $"approve:\n{rule}\n", StringComparison.Ordinal));
        }
    }
}
