using Collab.EndToEnd.Tests.Support;
using static Collab.EndToEnd.Tests.Support.StudyConsortium;

namespace Collab.EndToEnd.Tests.Results;

/// <summary>Real nodes run a job that is kept for a replay; both owners open their side, and an auditor recomputes it with files alone.</summary>
public sealed class ReplayTests
{
    [Fact]
    public async Task Each_party_opens_its_side_and_an_auditor_recomputes_it_until_it_is_forgotten()
    {
        await using var study = await StartAsync([Clinic, Registry, Observer], testing: false);
        var job = await study.SubmitAsync(KeptKind);
        Assert.Equal("committed", (await study.SettledAsync(job)).State);
        var bundle = study.Write("run.evidence", "");
        await File.WriteAllBytesAsync(bundle, await study.ExportAsync(job), TestContext.Current.CancellationToken);
        var trust = study.Local.HomeOf(Observer).ConsortiumFile;

        foreach (var party in new[] { Clinic, Registry })
        {
            var (home, package) = (study.Local.HomeOf(party).Folder, $"{bundle}.{party}");
            (await CollabProgram.RunAsync("audit", "replay", "open", job.Digest, "--to", package, "--home", home)).Expect(0);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(package));
            (await CollabProgram.RunAsync("audit", "replay", "open", job.Digest, "--to", package, "--home", home)).Expect(2); // never written over

            var held = (await CollabProgram.RunAsync("audit", "replay", "check", package, "--bundle", bundle, "--trust", trust, "--json")).Expect(0);
            Assert.True(held.Json.GetProperty("holds").GetBoolean());
            Assert.Equal(party.Name, held.Json.GetProperty("party").GetString());

            var bytes = await File.ReadAllBytesAsync(package, TestContext.Current.CancellationToken);
            bytes[^20] ^= 1;
            await File.WriteAllBytesAsync(package, bytes, TestContext.Current.CancellationToken);
            var refused = (await CollabProgram.RunAsync("audit", "replay", "check", package, "--bundle", bundle, "--trust", trust, "--json")).Expect(5);
            Assert.Equal("replay.commitment-mismatch", refused.Json.GetProperty("findings")[0].GetProperty("code").GetString());

            (await CollabProgram.RunAsync("audit", "replay", "forget", job.Digest, "--home", home)).Expect(0);
            (await CollabProgram.RunAsync("audit", "replay", "open", job.Digest, "--to", $"{package}.again", "--home", home)).Expect(2, "replay.not-kept");
            Assert.False(File.Exists($"{package}.again"));
        }
    }
}
