using Collab.Evidence.Archives;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Evidence.Trails;

/// <summary>Tells one job, and lists the links that are not there.</summary>
internal static class TrailOfJob
{
    public static TrailJob Tell(
        Digest job, Plan? plan, IReadOnlyList<ArchiveEntry> entries, ILookup<Digest, Receipt> receipts, ILookup<PartyId, ArchiveEntry> registers, DateTimeOffset now)
    {
        var operations = entries.Select(e => e.Operation?.Operation).OfType<LedgerOperation>().ToList();
        var terms = plan ?? ArchivedJobs.TermsOf("", operations)!;
        var page = JobPage.Of(job, operations);
        var events = SeenOrder.Of(entries).Select(e => TrailWords.Of(e, plan, ReceiptOf(e))).ToList();
        var runs = page.Starts.Where(s => s.Author == terms.Requester).DistinctBy(s => s.Run).Select(s => new TrailRun(s.Run, Outcome(terms, page, s.Run))).ToList();
        if (now >= terms.Expires) // derived, never written: it stands where it happened
            events.Add(new(terms.Expires, terms.Requester, "expired", runs.Count == 0 ? "its job expires unused" : "its job expires", Authorization.JobExpired.Name, null, null));
        return new TrailJob(
            job, plan is not null, terms.Requester, plan?.Purpose, plan?.Protocol,
            [.. terms.Inputs.Select(i => new TrailDataset(i.Owner, plan is null ? null : i.Dataset, i.DatasetId, [.. i.Columns.Select(c => c.Name)]))],
            plan?.Receivers ?? [], StateOf(terms, page, runs, now), events, runs,
            [.. Missing(plan, terms, page, runs, receipts, registers)]);

        Receipt? ReceiptOf(ArchiveEntry entry) => entry.Operation?.Operation is LedgerOperation.Commit c ? receipts[c.Run].FirstOrDefault(r => r.Digest == c.Receipt) : null;
    }

    // Every link from a result back to the request that is not in the files, whether it never was or somebody else holds it.
    private static IEnumerable<string> Missing(
        Plan? plan, Plan terms, JobPage page, List<TrailRun> runs, ILookup<Digest, Receipt> receipts, ILookup<PartyId, ArchiveEntry> registers)
    {
        if (plan is null) yield return "the plan: purpose, names of datasets, columns and receivers are known to its parties only";
        foreach (var owner in terms.Owners.Where(o => page.By<LedgerOperation.Approve>(o) is null && page.By<LedgerOperation.Refuse>(o) is null))
            yield return $"an answer of {owner}: neither a grant nor a refusal";
        if (terms.Algorithm is { } algorithm && page.By<LedgerOperation.ApproveAlgorithm>(algorithm.Provider) is null)
            yield return $"the approval of {algorithm.Provider}, whose algorithm it uses";
        if (terms.Endorsers is { } rule && rule.AtLeast - rule.Of.Count(e => page.By<LedgerOperation.Endorse>(e) is not null) is > 0 and var more)
            yield return $"{more} of the {rule.AtLeast} endorsements by {string.Join(", ", rule.Of)}";
        foreach (var run in runs)
        {
            foreach (var owner in terms.Owners.Where(o => page.SpendOf(o, run.Run) is null && page.Of<LedgerOperation.Commit>().Any(c => c.Run == run.Run)))
                yield return $"the spend of {owner} for run {run.Run.Short}";
            foreach (var party in terms.Parties)
            {
                if (page.CommitOf(party, run.Run) is not { } commit)
                {
                    if (run.Outcome != "not ended" && !run.Outcome.StartsWith("aborted", StringComparison.Ordinal)) yield return $"the commit of {party} for run {run.Run.Short}";
                }
                else if (receipts[run.Run].FirstOrDefault(r => r.Digest == commit.Receipt) is not { } receipt)
                    yield return $"the receipt of {party} for run {run.Run.Short}: what it read and sent, and whether it holds a result";
                else if (plan is not null && plan.Receivers.Contains(party) && receipt.Result is null)
                    yield return $"the commitment of {party} to the result of run {run.Run.Short}";
            }

            if (plan is null || plan.Consent == ConsentRule.None || page.Starts.FirstOrDefault(s => s.Run == run.Run) is not { } start) continue;
            foreach (var owner in plan.Owners.Where(o => !registers[o].Any(v => start.Heads.Any(h => h.Party == o && h.Size > (ulong)v.Index) || (o == start.Author && v.Envelope!.Time <= start.Time))))
                yield return $"a version of the consent register of {owner} that was committed to before run {run.Run.Short} was opened";
        }
    }

    private static string StateOf(Plan terms, JobPage page, List<TrailRun> runs, DateTimeOffset now)
    {
        if (runs.Count > 0) return runs[^1].Outcome switch { "committed" => "committed", "not ended" => "started", _ => "aborted" };
        if (page.By<LedgerOperation.Propose>(terms.Requester) is null) return "not proposed";
        if (Authorization.CheckWithdrawal(terms, page) is { } withdrawn) return $"closed: {withdrawn.Code.Name} by {withdrawn.By}";
        foreach (var owner in terms.Owners)
        {
            if (page.By<LedgerOperation.Refuse>(owner) is not null) return $"closed: {Authorization.JobRefused.Name} by {owner}";
            if (page.By<LedgerOperation.Revoke>(owner) is not null) return $"closed: {Authorization.GrantRevoked.Name} by {owner}";
        }

        if (now >= terms.Expires) return $"closed: {Authorization.JobExpired.Name}";
        return terms.Owners.All(o => page.By<LedgerOperation.Approve>(o) is not null) ? "authorized" : "proposed";
    }

    private static string Outcome(Plan terms, JobPage page, Digest run)
    {
        if (terms.Parties.All(p => page.CommitOf(p, run) is not null)) return "committed";
        return page.AbortOf(run, terms) is { } abort ? $"aborted: {abort.Code}{(abort.AtFault is { } party ? $" by {party}" : "")}" : "not ended";
    }
}
