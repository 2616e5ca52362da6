using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Collab.Cli.Sandbox;
using Collab.EndToEnd.Tests.Support;
using Collab.Node.Configuration;
using Collab.Primitives;
using Collab.Wire.Operator;
using static Collab.EndToEnd.Tests.Support.StudyConsortium;

namespace Collab.EndToEnd.Tests.Faults;

/// <summary>Damage and want around a node: its port, its disk, its clock.</summary>
public sealed class SurroundingsTests(ITestOutputHelper output)
{
    private static readonly IReadOnlyList<PartyId> Three = [Clinic, Observer, Registry];

    [Fact]
    public async Task A_port_in_use_is_said_before_anything_runs()
    {
        using var folder = new TemporaryFolder();
        var local = LocalConsortium.Create(folder["nodes"], "study", Three);
        using var other = new TcpListener(IPEndPoint.Parse(local.Consortium.Member(Clinic).Address));
        other.Start();
        (await CollabProgram.RunAsync("node", "run", "--home", local.HomeOf(Clinic).Folder)).Expect(2, "node.address-unusable");
    }

    [Fact]
    public async Task One_flipped_bit_in_the_journal_keeps_the_node_from_starting()
    {
        await using var study = await StudyConsortium.StartAsync(Three, testing: false);
        Assert.Equal("committed", (await study.SettledAsync(await study.SubmitAsync("intersection"))).State);
        await study.Local.ForgetAsync(Clinic);
        var home = study.Local.HomeOf(Clinic);
        var journal = Path.Combine(home.LedgerFolder, "log", "journal");
        var bytes = await File.ReadAllBytesAsync(journal, TestContext.Current.CancellationToken);
        bytes[bytes.Length / 3] ^= 0x04;
        await File.WriteAllBytesAsync(journal, bytes, TestContext.Current.CancellationToken);
        (await CollabProgram.RunAsync("node", "run", "--home", home.Folder)).Expect(5, "ledger.storage-damaged");
    }

    [Fact]
    public async Task With_a_full_disk_an_owner_grants_nothing_and_loses_nothing_and_with_space_and_a_restart_jobs_commit()
    {
        using var mounts = new Mounts();
        await using var study = await StudyConsortium.StartAsync(
            [Clinic, Hospital, Observer, Registry], prepare: local => mounts.MoveToSmallDisk(local.HomeOf(Clinic).Folder));
        using var unmounted = new Mounts(mounts); // before the folder goes, also when this fails
        Assert.Equal("committed", (await study.SettledAsync(await study.SubmitAsync("statistics"))).State);
        var before = await study.StatusAsync(Clinic);

        var filler = Path.Combine(study.Local.HomeOf(Clinic).Folder, "filler");
        FillDisk(filler);
        var job = await study.SubmitAsync("statistics");
        var shown = await Until.HoldsAsync(
            () => study.FindAsync(Registry, job),
            view => view is { State: "aborted" or "closed" or "proposed" } && study.Local.NodeOf(Clinic) is not null && IsTold(view),
            TimeSpan.FromSeconds(60), view => view is null ? "the registry does not answer" : $"the job is {Verdict.Of(view)}");
        output.WriteLine($"while the disk is full the requester sees: {Verdict.Of(shown!)}");
        var trouble = await Until.HoldsAsync(
            () => study.StatusAsync(Clinic), status => status.Troubles.Count > 0, TimeSpan.FromSeconds(10),
            status => $"no trouble is told, but {System.Text.Json.JsonSerializer.Serialize(status)}");
        Assert.Contains(trouble.Troubles[0].Error.Code, (string[])["store.write-failed", "ledger.storage-failed", "ledger.storage-closed"]);

        File.Delete(filler);
        await study.Local.ForgetAsync(Clinic);
        await study.StartNodesAsync();
        var after = await study.StatusAsync(Clinic);
        Assert.True(after.LogSize >= before.LogSize, $"The log had {before.LogSize} acknowledged entries and has {after.LogSize}.");
        Assert.Equal("committed", (await study.SettledAsync(await study.SubmitAsync("statistics"))).State);

        // An owner that cannot write cannot grant: the job waits for it by name, or has ended with a code.
        static bool IsTold(JobView view) => view.State == "proposed" ? view.Missing is [.., _] missing && missing.Contains(Clinic.Name) : view.Error is not null;
    }

    [Fact]
    public async Task A_disk_that_fills_while_keys_are_set_aside_ends_the_run_alike_at_both_and_with_room_the_job_runs_again()
    {
        using var mounts = new Mounts();
        await using var study = await StudyConsortium.StartAsync(
            [Clinic, Hospital, Observer, Registry], prepare: local => mounts.MoveToSmallDisk(local.HomeOf(Clinic).Folder));
        using var unmounted = new Mounts(mounts);
        await study.RegisterAsync(Clinic, "patients", "id\n" + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"P{i:D4}\n"))); // 2.4 MB of digests
        var before = await study.StatusAsync(Clinic);
        var filler = Path.Combine(study.Local.HomeOf(Clinic).Folder, "filler");
        FillDisk(filler);
        await using (var file = File.OpenWrite(filler)) file.SetLength(file.Length - (1 << 20)); // 1 MB is left

        var failed = await study.SubmitAsync(StreamedKind);
        var verdict = await study.SettledAsync(failed);
        output.WriteLine($"both say: {verdict}");
        Assert.Equal(new Verdict("aborted", "spill.failed", Clinic.Name, "run.5-read"), verdict);
        Assert.Contains("Free space", (await study.FindAsync(Clinic, failed))!.Error!.Next, StringComparison.Ordinal);
        Assert.NotEmpty((await study.FindAsync(Registry, failed))!.Error!.Next); // its own message, or to ask the clinic: as it heard it first
        await study.AssertEndedWellAsync(failed, verdict);
        Assert.Empty(Directory.GetFileSystemEntries(study.Local.HomeOf(Clinic).SpillFolder));
        Assert.True((await study.StatusAsync(Clinic)).LogSize >= before.LogSize);

        File.Delete(filler);
        var again = await study.SubmitAsync(StreamedKind);
        verdict = await study.SettledAsync(again);
        Assert.Equal("committed", verdict.State);
        await study.AssertEndedWellAsync(again, verdict);
        var view = await study.FindAsync(Registry, again);
        Assert.Equal(101, (await File.ReadAllLinesAsync(Path.Combine(view!.Result!, "result.csv"), TestContext.Current.CancellationToken)).Length);
    }

    [Fact]
    public async Task A_clock_a_day_ahead_sees_the_job_expired_and_grants_nothing()
    {
        await using var study = await WithClockOffAsync(TimeSpan.FromDays(1));
        var job = await study.SubmitAsync("statistics");
        var there = await Until.HoldsAsync(
            () => study.FindAsync(Clinic, job), view => view is { State: "closed" }, TimeSpan.FromSeconds(30), view => $"the job is {view?.State}");
        Assert.Equal("job.expired", there!.Error!.Code);
        var here = await Until.HoldsAsync(
            () => study.FindAsync(Registry, job), view => view is { State: "closed" }, TimeSpan.FromSeconds(30), view => $"the job is {view?.State}");
        Assert.Equal(("job.expired", Clinic.Name), (here!.Error!.Code, here.Error.Party)); // both sides say the same; no run began
    }

    [Fact]
    public async Task A_clock_a_day_behind_refuses_certificates_and_a_job_fails_at_once()
    {
        await using var study = await WithClockOffAsync(TimeSpan.FromDays(-1));
        var clock = Stopwatch.StartNew();
        var refused = await Assert.ThrowsAsync<CollabException>(() => study.SubmitAsync("statistics"));
        Assert.Equal("node.unreachable", refused.Code.Name);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30));
    }

    private static async Task<StudyConsortium> WithClockOffAsync(TimeSpan offset)
    {
        var study = await StudyConsortium.StartAsync([Clinic, Hospital, Observer, Registry]);
        await study.Local.ForgetAsync(Clinic);
        await File.WriteAllTextAsync(Path.Combine(study.Local.HomeOf(Clinic).Folder, "clock-offset-seconds"), $"{(long)offset.TotalSeconds}");
        await study.StartNodesAsync();
        return study;
    }

    private static void FillDisk(string filler)
    {
        var chunk = new byte[4096];
        using var file = new FileStream(filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true) file.Write(chunk);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Small disks of memory, unmounted at the end.</summary>
    private sealed class Mounts : IDisposable
    {
        private readonly List<string> _mounted;

        public Mounts() => _mounted = [];

        /// <summary>The same mounts, to be unmounted by whichever goes first.</summary>
        public Mounts(Mounts same) => _mounted = same._mounted;

        /// <summary>Moves a folder's content to a disk of 8 MB that is mounted in its place.</summary>
        public void MoveToSmallDisk(string folder)
        {
            var aside = folder + ".aside";
            Directory.Move(folder, aside);
            Directory.CreateDirectory(folder);
            Run("mount", "-t", "tmpfs", "-o", "size=8m,mode=0700", "tmpfs", folder);
            _mounted.Add(folder);
            Run("cp", "-a", $"{aside}/.", folder);
            Directory.Delete(aside, recursive: true);
        }

        public void Dispose()
        {
            foreach (var folder in _mounted) Run("umount", "--lazy", folder);
            _mounted.Clear();
        }

        private static void Run(string program, params string[] arguments)
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            var errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, $"{program} needs the rights of root and of mounting: {errors}");
        }
    }
}
