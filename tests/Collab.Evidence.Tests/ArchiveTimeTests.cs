using System.Diagnostics;
using Collab.Evidence.Archives;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Ledger.Embedded;
using Collab.Ledger.Merkle;
using Collab.Primitives;

namespace Collab.Evidence.Tests;

public class ArchiveTimeTests
{
    private const int EntriesOfJob = 9;

    /// <summary>Ten thousand entries are 1,112 jobs with a run each, by three parties who each saw all before they wrote.</summary>
    [Fact]
    public async Task An_archive_of_ten_thousand_entries_is_verified_to_the_last()
    {
        var trial = await HonestRun.TrialAsync();
        var archive = Written(trial, jobs: 1_112);
        ArchiveVerifier.Verify(Written(trial, jobs: 20), trial.Keys); // what is compiled is not measured
        var clock = Stopwatch.StartNew();
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        var report = ArchiveVerifier.Verify(archive, trial.Keys);
        processor = Process.GetCurrentProcess().TotalProcessorTime - processor;
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{archive.Length} bytes with {report.Period!.Entries} entries: {clock.Elapsed.TotalSeconds:F2} s, {processor.TotalSeconds:F2} s of processors");
        Assert.Empty(report.Findings);
        Assert.Equal((1_112 * EntriesOfJob, 1_112, 1_112), (report.Period.Entries, report.Period.Jobs, report.Period.Committed));
    }

    private static byte[] Written(Trial trial, int jobs)
    {
        var (plans, receipts) = (new Dictionary<Digest, Plan>(), new Dictionary<(Digest, PartyId), Receipt>());
        var logs = trial.Keys.Policy.Parties.ToDictionary(p => p.Party, _ => (Tree: new MemoryTree(), Entries: new List<ReadOnlyMemory<byte>>()));
        var (time, number) = (trial.Plan.Created, 0);
        for (var i = 0; i < jobs; i++)
        {
            var plan = trial.Plan with { Nonce = Digest.Sha256(BitConverter.GetBytes(i)) };
            var (job, run) = (plan.Digest, Digest.Sha256([1, .. BitConverter.GetBytes(i)]));
            plans.Add(job, plan);
            Say(plan.Requester, s => new LedgerOperation.Propose(
                s.Author, s.Id, s.Time, s.Heads, job, [.. plan.Inputs.Select(d => new DatasetReference(d.Owner, d.DatasetId))], plan.Parties, plan.Expires, plan.Uses));
            foreach (var input in plan.Inputs)
                Say(input.Owner, s => new LedgerOperation.Approve(s.Author, s.Id, s.Time, s.Heads, job, input.DatasetId, input.Version, plan.Expires, plan.Uses));
            Say(plan.Requester, s => new LedgerOperation.StartRun(s.Author, s.Id, s.Time, s.Heads, job, run, plan.Expires));
            foreach (var input in plan.Inputs)
                Say(input.Owner, s => new LedgerOperation.Spend(s.Author, s.Id, s.Time, s.Heads, job, run, input.DatasetId, 1));
            foreach (var party in plan.Parties)
            {
                var receipt = trial.Receipts[party] with { Job = job, Run = run };
                receipts.Add((run, party), receipt);
                Say(party, s => new LedgerOperation.Commit(s.Author, s.Id, s.Time, s.Heads, job, run, receipt.Digest));
            }
        }

        var written = logs.ToDictionary(l => l.Key, ILogView (l) => Archives.Write(trial, l.Key, l.Value.Entries));
        return ArchiveExporter.Read(ArchivePeriod.Always, written).Write(
            Trial.Registry, trial.LogKeys[Trial.Registry], time, "collab 0.1.0", trial.Keys,
            job => plans[job], (run, party) => receipts[(run, party)]);

        void Say(PartyId author, Func<OperationStamp, LedgerOperation> make)
        {
            var heads = logs.Where(l => l.Key != author && l.Value.Tree.Size > 0).OrderBy(l => l.Key).Select(l => new LedgerHead(l.Key, (ulong)l.Value.Tree.Size, l.Value.Tree.Root));
            var entry = Archives.Entry(trial, make(new OperationStamp(author, Digest.Sha256(BitConverter.GetBytes(number++)), time += TimeSpan.FromMilliseconds(1), [.. heads])));
            logs[author].Entries.Add(entry);
            logs[author].Tree.Add(entry.Span);
        }
    }
}
