using Collab.EndToEnd.Tests.Support;
using Collab.Engine.Runs;
using Collab.Evidence;
using Collab.Jobs;
using Collab.Primitives;
using static Collab.EndToEnd.Tests.Support.StudyConsortium;

namespace Collab.EndToEnd.Tests.Crashes;

/// <summary>kill -9 in the middle of a streamed intersection: the run goes on at its last bucket, for the one use that was spent.</summary>
public sealed class KilledDuringStreamedTests(KilledDuringStreamedTests.Fixture fixture, ITestOutputHelper output)
    : IClassFixture<KilledDuringStreamedTests.Fixture>
{
    private const int Buckets = 16; // 100 keys in buckets of 8

    [Theory]
    [InlineData("clinic", "run.2-spend")]
    [InlineData("clinic", "run.5-read")]
    [InlineData("registry", "run.5-read")]
    [InlineData("clinic", "run.6-protocol@10")]
    [InlineData("clinic", "run.6-protocol@60")]
    [InlineData("registry", "run.6-protocol@60")]
    [InlineData("registry", "run.6-protocol@90")]
    public async Task A_killed_node_comes_back_and_the_run_goes_on(string party, string step)
    {
        var study = fixture.Study;
        var doomed = PartyId.Parse(party);
        await study.StartNodesAsync();
        var (job, _, _) = await CrashWalk.DieAsync(study, StreamedKind, doomed, step);
        await study.Local.ForgetAsync(doomed);
        await study.StartNodesAsync();
        var verdict = await study.SettledAsync(job, limit: TimeSpan.FromMinutes(3)); // its own work, and waiting for the node
        output.WriteLine($"{party} killed at {step}: {verdict}");
        Assert.Equal(new Verdict("committed", null, null, null), verdict);
        await study.AssertEndedWellAsync(job, verdict);

        // The plain answer, and what lies about on the disks afterwards: nothing.
        var view = await study.FindAsync(Registry, job);
        var told = (await File.ReadAllLinesAsync(Path.Combine(view!.Result!, "result.csv"), TestContext.Current.CancellationToken)).Skip(1);
        Assert.Equal(Enumerable.Range(100 - SharedKeys, SharedKeys).Select(i => $"p{i:D4},{i - 100 + SharedKeys + 1}"), told);
        foreach (var participant in job.Participants)
        {
            var spill = study.Local.HomeOf(participant).SpillFolder;
            Assert.Empty(Directory.Exists(spill) ? Directory.GetFileSystemEntries(spill) : []);
        }

        // The receipts account for every bucket once: those of the attempt that died, and those of the one that went on.
        var parts = EvidenceBundle.Read(await study.ExportAsync(job)).Parts;
        var receipts = parts.Where(p => p.Name.StartsWith("receipt/", StringComparison.Ordinal)).Select(p => Receipt.Decode(p.Content.Span)).ToList();
        Assert.Equal(2, receipts.Count);
        foreach (var receipt in receipts)
        {
            var buckets = receipt.Conversations.Single().Sent.Concat(receipt.Conversations.Single().Received)
                .Select(line => line.Label.Split('/')).Where(label => label.Any(IsBucket))
                .Select(label => (Earlier: label[0].StartsWith("attempt-", StringComparison.Ordinal), Bucket: label.First(IsBucket))).Distinct().ToList();
            Assert.Equal(Buckets, buckets.Select(b => b.Bucket).Distinct().Count());
            Assert.Equal(Buckets, buckets.Count);
            var earlier = buckets.Count(b => b.Earlier);
            output.WriteLine($"receipt of {receipt.Party}: {earlier} of {Buckets} buckets of an earlier attempt, {Buckets - earlier} run in the last");
            if (step.Split('@') is [_, var percent]) Assert.InRange(earlier, (Buckets * int.Parse(percent) / 100) - 1, Buckets - 1);
        }
    }

    [Fact]
    public async Task A_node_that_is_killed_twice_comes_back_twice()
    {
        var study = fixture.Study;
        await study.StartNodesAsync();
        var (job, _, _) = await CrashWalk.DieAsync(study, StreamedKind, Clinic, "run.6-protocol@30");
        await study.Local.ForgetAsync(Clinic);
        await File.WriteAllTextAsync(
            Path.Combine(study.Local.HomeOf(Clinic).Folder, "die-at-step"), "run.6-protocol@70", TestContext.Current.CancellationToken);
        await study.StartNodesAsync();
        await study.Local.NodeOf(Clinic).WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken);
        await study.Local.ForgetAsync(Clinic);
        await study.StartNodesAsync();
        var verdict = await study.SettledAsync(job, limit: TimeSpan.FromMinutes(3)); // its own work, and waiting for the node
        Assert.Equal("committed", verdict.State);
        await study.AssertEndedWellAsync(job, verdict);
    }

    private static bool IsBucket(string part) => part.StartsWith("bucket-", StringComparison.Ordinal);

    public sealed class Fixture : StudyFixture
    {
        internal override IReadOnlyList<PartyId> Parties => [Clinic, Observer, Registry];

        internal override void Prepare(Cli.Sandbox.LocalConsortium local)
        {
            foreach (var party in Parties) File.WriteAllText(Path.Combine(local.HomeOf(party).Folder, "bucket-keys"), "8");
        }
    }
}
