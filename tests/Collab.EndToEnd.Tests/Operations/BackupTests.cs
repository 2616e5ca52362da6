using Collab.Cli.Sandbox;
using Collab.EndToEnd.Tests.Support;
using Collab.Node.Configuration;
using Collab.Primitives;
using Collab.Wire.Operator;
using static Collab.EndToEnd.Tests.Support.StudyConsortium;

namespace Collab.EndToEnd.Tests.Operations;

/// <summary>A node's folder is backed up, lost and restored (protocols/specs/backup.md): real nodes, the real command.</summary>
public sealed class BackupTests
{
    private const string Passphrase = "correct horse battery staple";
    private static readonly string[] LeftOut = ["spill", "prepared", "standing"];

    [Fact]
    public async Task A_node_that_was_lost_goes_on_from_its_backup_and_takes_back_what_was_written_since()
    {
        await using var study = await StudyConsortium.StartAsync([Clinic, Observer, Registry], testing: false);
        var before = await study.SubmitAsync("intersection");
        Assert.Equal("committed", (await study.SettledAsync(before)).State);
        await study.Local.ForgetAsync(Registry);
        var (file, secret) = await BackUpAsync(study, Registry);
        await study.StartNodesAsync();

        var since = await study.SubmitAsync("intersection"); // on the log of the registry, and not in its backup
        Assert.Equal("committed", (await study.SettledAsync(since)).State);
        var status = await study.StatusAsync(Registry);
        var home = study.Local.HomeOf(Registry);
        await study.Local.ForgetAsync(Registry);
        Directory.Delete(home.Folder, recursive: true);

        (await RestoreAsync(home, file, secret)).Expect(0, "Node of registry");
        Assert.All(LeftOut, name => Assert.False(Directory.Exists(Path.Combine(home.Folder, name))));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(home.LogKeyFile));
        await study.StartNodesAsync();
        await Until.TrueAsync(() => !File.Exists(home.RestoredFile), TimeSpan.FromSeconds(60), "the node has heard all others");
        Assert.True((await study.StatusAsync(Registry)).LogSize >= status.LogSize); // what the backup lacked is back, from the others

        Assert.Equal("committed", (await study.FindAsync(Registry, before))!.State);
        var next = await study.SubmitAsync("intersection");
        var verdict = await study.SettledAsync(next);
        Assert.Equal("committed", verdict.State);
        await study.AssertEndedWellAsync(next, verdict);
        var evidence = study.Write("before.evidence", "");
        await File.WriteAllBytesAsync(evidence, await study.ExportAsync(before), TestContext.Current.CancellationToken);
        (await CollabProgram.RunAsync("audit", "verify", evidence, "--trust", study.Local.TrustFile)).Expect(0, "verified");
    }

    [Fact]
    public async Task A_restored_node_writes_nothing_while_another_party_is_away()
    {
        await using var study = await StudyConsortium.StartAsync([Clinic, Observer, Registry], testing: false);
        Assert.Equal("committed", (await study.SettledAsync(await study.SubmitAsync("intersection"))).State);
        var home = study.Local.HomeOf(Registry);
        await study.Local.ForgetAsync(Registry);
        var (file, secret) = await BackUpAsync(study, Registry);
        Directory.Delete(home.Folder, recursive: true);
        (await RestoreAsync(home, file, secret)).Expect(0);
        await study.Local.ForgetAsync(Observer);
        await using var node = await NodeProcess.StartAsync(home, [CollabProgram.Executable], TestContext.Current.CancellationToken);

        var waits = await Until.HoldsAsync(
            () => study.StatusAsync(Registry), status => status.Troubles.Count(t => t.Error.Code == "ledger.recovering") == 1, TimeSpan.FromSeconds(30), _ => "only the observer is awaited");
        Assert.Equal(Observer.Name, waits.Troubles.Single(t => t.Error.Code == "ledger.recovering").Error.Party);
        var refused = await Assert.ThrowsAsync<CollabException>(() => study.SubmitAsync("intersection"));
        Assert.Equal("ledger.recovering", refused.Code.Name);
        Assert.Equal(waits.LogSize, (await study.StatusAsync(Registry)).LogSize);
    }

    [Fact]
    public async Task What_cannot_be_backed_up_or_restored_is_said_by_code_and_nothing_is_lost()
    {
        await using var study = await StudyConsortium.StartAsync([Clinic, Observer, Registry], testing: false);
        var home = study.Local.HomeOf(Registry);
        var secret = study.Write("secret", Passphrase);
        (await BackupAsync(home, study.Write("b/running", ""), secret)).Expect(3, "backup.node-runs");
        await study.Local.ForgetAsync(Registry);
        (await BackupAsync(home, study.Write("b/short", ""), study.Write("short", "short"))).Expect(2, "backup.passphrase-short");
        var (file, _) = await BackUpAsync(study, Registry);

        var place = new NodeHome(Path.Combine(Path.GetDirectoryName(file)!, "restored-home"));
        (await RestoreAsync(place, file, study.Write("other", "another passphrase altogether"))).Expect(2, "backup.passphrase");
        (await RestoreAsync(home, file, secret)).Expect(3, "backup.home-exists");
        (await RestoreAsync(place, study.Write("no-backup", "format: 1\n"), secret)).Expect(2, "backup.not-a-backup");
        var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        foreach (var keep in new[] { 20, 60, bytes.Length / 3, bytes.Length / 2, bytes.Length - 20, bytes.Length - 1 })
        {
            var cut = study.Write("cut", "");
            await File.WriteAllBytesAsync(cut, bytes[..keep], TestContext.Current.CancellationToken);
            (await RestoreAsync(place, cut, secret)).Expect(keep < 52 ? 2 : 5, "backup.");
            Assert.False(Directory.Exists(place.Folder));
        }

        foreach (var at in new[] { 60, bytes.Length / 4, bytes.Length / 2, bytes.Length - 1 })
        {
            var changed = study.Write("changed", "");
            await File.WriteAllBytesAsync(changed, [.. bytes[..at], (byte)(bytes[at] ^ 1), .. bytes[(at + 1)..]], TestContext.Current.CancellationToken);
            (await RestoreAsync(place, changed, secret)).Expect(5, "backup.damaged");
            Assert.False(Directory.Exists(place.Folder));
        }

        (await RestoreAsync(place, file, secret)).Expect(0);
        Assert.Equal(await File.ReadAllBytesAsync(home.LogKeyFile, TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(place.LogKeyFile, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Killed_at_any_moment_a_backup_leaves_the_older_one_and_a_restore_nothing()
    {
        await using var study = await StudyConsortium.StartAsync([Clinic, Observer, Registry], testing: false);
        await study.Local.ForgetAsync(Registry);
        var home = study.Local.HomeOf(Registry);
        var (file, secret) = await BackUpAsync(study, Registry);
        var place = new NodeHome(Path.Combine(Path.GetDirectoryName(file)!, "restored-home"));
        foreach (var milliseconds in new[] { 300, 900, 1500, 2100, 2700 })
        {
            await using (var backup = CollabProgram.Start("node", "backup", file, "--backup-passphrase-file", secret, "--home", home.Folder))
            await using (var restore = CollabProgram.Start("node", "restore", file, "--backup-passphrase-file", secret, "--home", place.Folder))
            {
                await Task.Delay(milliseconds, TestContext.Current.CancellationToken);
                backup.Kill();
                restore.Kill();
                await backup.EndAsync();
                await restore.EndAsync();
            }

            if (Directory.Exists(place.Folder)) // it was done before: then it is whole
            {
                Assert.True(File.Exists(place.StorageKeyFile) && File.Exists(place.RestoredFile));
                Directory.Delete(place.Folder, recursive: true);
            }

            (await RestoreAsync(place, file, secret)).Expect(0); // the older backup, or the new one, whole
            Directory.Delete(place.Folder, recursive: true);
        }
    }

    private static async Task<(string File, string Secret)> BackUpAsync(StudyConsortium study, PartyId party)
    {
        var secret = study.Write("secret", Passphrase);
        var file = study.Write($"{party.Name}.backup", "");
        (await BackupAsync(study.Local.HomeOf(party), file, secret)).Expect(0, $"files of {party}'s node");
        return (file, secret);
    }

    private static Task<Finished> BackupAsync(NodeHome home, string file, string secret) =>
        CollabProgram.RunAsync("node", "backup", file, "--backup-passphrase-file", secret, "--home", home.Folder);

    private static Task<Finished> RestoreAsync(NodeHome home, string file, string secret) =>
        CollabProgram.RunAsync("node", "restore", file, "--backup-passphrase-file", secret, "--home", home.Folder);
}
