using System.Diagnostics;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Ledger.Merkle;
using Collab.Ledger.Notes;
using Collab.Primitives;

namespace Collab.Evidence.Tests;

public class LargeBundleTests
{
    /// <summary>Spends on other runs of the plan, each naming another state of the requester's log, are in order as far as this run goes.</summary>
    [Fact]
    public async Task A_bundle_of_ten_thousand_entries_is_verified_to_the_last()
    {
        const int more = 10_000;
        var trial = await HonestRun.TrialAsync();
        var bundle = Grown(trial, more);
        var clock = Stopwatch.StartNew();
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        var report = BundleVerifier.Verify(bundle, trial.Keys);
        processor = Process.GetCurrentProcess().TotalProcessorTime - processor;
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{bundle.Length} bytes with {more} entries and as many states: {clock.Elapsed.TotalSeconds:F2} s, {processor.TotalSeconds:F2} s of processors");
        Assert.Empty(report.Findings);
        Assert.Equal("committed", report.Summary!.Outcome);
    }

    // Both logs are continued with their owners' keys and cosigned by the others: a long-lived job, made without ten thousand round trips.
    private static byte[] Grown(Trial trial, int more)
    {
        var (owner, requester) = (Trial.Lakeside, Trial.Registry);
        var (ownTree, requesterTree) = (TreeOf(trial, owner), TreeOf(trial, requester));
        var (entries, states) = (new List<ReadOnlyMemory<byte>>(trial.Ledgers[owner].LogOf(owner).ReadEntries(0, ownTree.Size)), new List<LedgerHead>());
        for (var i = 0; i < more; i++)
        {
            requesterTree.Add(BitConverter.GetBytes(i)); // entries of other jobs are no operations here and are not in the bundle
            states.Add(new LedgerHead(requester, (ulong)requesterTree.Size, requesterTree.Root));
            var spend = new LedgerOperation.Spend(
                owner, Digest.Sha256(BitConverter.GetBytes(i)), trial.Clock.GetUtcNow(), [states[^1]], trial.Plan.Digest,
                Digest.Sha256(BitConverter.GetBytes(-i - 1)), trial.Plan.InputOf(owner)!.DatasetId, i + 2);
            entries.Add(SignedOperation.Sign(spend, trial.LogKeys[owner]).Encode());
            ownTree.Add(entries[^1].Span);
        }

        return trial.Reseal(parts =>
        {
            parts.Log(owner, log => log with
            {
                Checkpoint = Final(trial, owner, ownTree),
                Entries = [.. entries.Select((e, i) => new ProvenEntry(e, ownTree.ProveInclusion(i, ownTree.Size)))],
                Histories = [.. log.Histories.Select(h => h with { Consistency = ownTree.ProveConsistency(h.Consistency.OldSize, ownTree.Size) })],
            });
            parts.Log(requester, log => new LogExtract(
                Final(trial, requester, requesterTree),
                [.. log.Entries.Select(e => e with { Inclusion = requesterTree.ProveInclusion(e.Inclusion.Index, requesterTree.Size) })],
                [.. log.Histories.Select(h => new LedgerHead(requester, (ulong)h.Consistency.OldSize, h.Root)).Concat(states).DistinctBy(h => h.Size)
                    .Select(h => new ProvenHistory(h.Root, requesterTree.ProveConsistency((long)h.Size, requesterTree.Size)))]));
        });
    }

    private static MemoryTree TreeOf(Trial trial, PartyId party)
    {
        var log = trial.Ledgers[party].LogOf(party);
        var tree = new MemoryTree();
        foreach (var entry in log.ReadEntries(0, log.Final!.Size)) tree.Add(entry.Span);
        return tree;
    }

    private static SignedCheckpoint Final(Trial trial, PartyId author, MemoryTree tree) =>
        trial.LogKeys.Keys.Where(party => party != author).Aggregate(
            SignedCheckpoint.Sign(new Checkpoint(Trial.OriginOf(author), tree.Size, tree.Root), trial.LogSigner(author)),
            (checkpoint, witness) => checkpoint.CosignedBy(trial.WitnessSigner(witness)));
}
