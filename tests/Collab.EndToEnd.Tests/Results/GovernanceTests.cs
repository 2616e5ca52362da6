using System.Text.Json;
using Collab.EndToEnd.Tests.Support;
using Collab.Primitives;
using static Collab.EndToEnd.Tests.Support.StudyConsortium;

namespace Collab.EndToEnd.Tests.Results;

/// <summary>
/// Roles at work, by the command line over four real nodes: the hospital provides an algorithm, the observer endorses, operators pause the consortium;
/// clinic and registry compute, and whoever was refused finds it in the trail.
/// </summary>
public sealed class GovernanceTests
{
    [Fact]
    public async Task A_job_waits_for_its_endorsement_and_its_algorithm_and_nothing_starts_while_operators_have_paused()
    {
        await using var study = await StudyConsortium.StartAsync([Clinic, Hospital, Observer, Registry], testing: false);
        string HomeOf(PartyId party) => study.Local.HomeOf(party).Folder;
        var job = study.Write("job.yaml", """
            kind: intersection
            purpose: intersection-1
            parties:
              - { name: clinic, dataset: patients, key: [id] }
              - { name: registry, dataset: events, key: [id] }
            receivers: [registry]
            algorithm: { provider: hospital, name: shared patients, version: 1 }
            endorsers: { of: [observer], at-least: 1 }
            expires: 1d
            uses: 1
            """);
        (await CollabProgram.RunAsync("job", "submit", job, "--home", HomeOf(Registry))).Expect(3, "algorithm.unknown");
        var plain = study.Write("algorithm.yaml", string.Join('\n', (await File.ReadAllLinesAsync(job, TestContext.Current.CancellationToken)).Where(line => !line.StartsWith("algorithm:", StringComparison.Ordinal) && !line.StartsWith("endorsers:", StringComparison.Ordinal))));
        Assert.Equal(1, (await JsonAsync(0, "algorithm", "add", "shared patients", plain, "--home", HomeOf(Hospital))).GetProperty("version").GetInt32());

        // The observer is no party of the run, gets the plan, and endorses it; the run starts then.
        var digest = (await JsonAsync(0, "job", "submit", job, "--home", HomeOf(Registry))).GetProperty("job").GetString()!;
        await ShowsAsync(study, Observer, digest, "proposed");
        (await CollabProgram.RunAsync("job", "explain", digest, "--home", HomeOf(Observer))).Expect(0, "hospital", "shared patients");
        (await CollabProgram.RunAsync("job", "approve", digest, "--home", HomeOf(Observer))).Expect(0);
        await ShowsAsync(study, Registry, digest, "committed");
        Assert.False(Directory.Exists(study.Local.HomeOf(Observer).ResultsFolder) && Directory.EnumerateFileSystemEntries(study.Local.HomeOf(Observer).ResultsFolder).Any());
        var evidence = study.Write("run.evidence", "");
        await JsonAsync(0, "audit", "export", digest, "--out", evidence, "--home", HomeOf(Clinic));
        (await CollabProgram.RunAsync("audit", "verify", evidence, "--trust", study.Local.TrustFile)).Expect(0, "verified");

        // Three of four operators pause the consortium; what one of them undoes alone is not undone.
        var motion = (await JsonAsync(0, "consortium", "motion", "open", "--pause", "--home", HomeOf(Observer))).GetProperty("motions")[0].GetProperty("motion").GetString()!;
        foreach (var party in new[] { Hospital, Clinic }) await VoteAsync(study, party, motion);
        await Until.HoldsAsync(
            () => JsonAsync(0, "consortium", "motion", "list", "--home", HomeOf(Registry)), view => view.GetProperty("paused").GetBoolean(), TimeSpan.FromSeconds(60), view => view.GetRawText());
        (await CollabProgram.RunAsync("job", "submit", job, "--home", HomeOf(Registry))).Expect(3, "consortium.paused");
        var resumed = (await JsonAsync(0, "consortium", "motion", "open", "--resume", "--home", HomeOf(Registry))).GetProperty("motions").EnumerateArray().Select(m => m.GetProperty("motion").GetString()!).Single(m => m != motion);
        Assert.True((await JsonAsync(0, "consortium", "motion", "list", "--home", HomeOf(Registry))).GetProperty("paused").GetBoolean());
        foreach (var party in new[] { Observer, Hospital }) await VoteAsync(study, party, resumed);
        await Until.HoldsAsync(
            () => JsonAsync(0, "consortium", "motion", "list", "--home", HomeOf(Registry)), view => !view.GetProperty("paused").GetBoolean(), TimeSpan.FromSeconds(60), view => view.GetRawText());

        // A job with a withdrawn algorithm is refused by its owners.
        await JsonAsync(0, "algorithm", "withdraw", "shared patients", "--home", HomeOf(Hospital));
        digest = (await JsonAsync(0, "job", "submit", job, "--home", HomeOf(Registry))).GetProperty("job").GetString()!;
        await ShowsAsync(study, Registry, digest, "algorithm.withdrawn");

        // The auditor sees who agreed, and what was refused.
        var archive = study.Write("logs.archive", "");
        await JsonAsync(0, "audit", "export", "--logs", "--out", archive, "--home", HomeOf(Observer));
        (await CollabProgram.RunAsync("audit", "verify", archive, "--trust", study.Local.TrustFile)).Expect(0, "verified");
        (await CollabProgram.RunAsync("audit", "trace", "--in", archive)).Expect(0, "endorse", "pause", "withdr");
    }

    private static Task VoteAsync(StudyConsortium study, PartyId party, string motion) => Until.HoldsAsync(
        () => CollabProgram.RunAsync("consortium", "motion", "vote", motion, "--home", study.Local.HomeOf(party).Folder), run => run.ExitCode == 0,
        TimeSpan.FromSeconds(60), run => run.Errors); // the motion may be on its way to this node

    private static Task ShowsAsync(StudyConsortium study, PartyId party, string job, string what) => Until.HoldsAsync(
        async () => (await CollabProgram.RunAsync("job", "show", job, "--home", study.Local.HomeOf(party).Folder, "--json")).Output,
        output => output.Contains($"\"{what}\"", StringComparison.Ordinal), TimeSpan.FromSeconds(60), output => output);

    private static async Task<JsonElement> JsonAsync(int exitCode, params string[] arguments) =>
        JsonSerializer.Deserialize<JsonElement>((await CollabProgram.RunAsync([.. arguments, "--json"])).Expect(exitCode).Output);
}
