using Collab.Jobs;
using Collab.Jobs.Governance;
using Collab.Primitives;

namespace Collab.Evidence.Archives;

/// <summary>Every job and every run that the entries of an archive tell of, each judged as a bundle of that run would be.</summary>
internal sealed class ArchivedJobs
{
    private readonly ArchiveContents _contents;
    private readonly List<Finding> _findings = [];
    private readonly List<string> _notChecked = [];
    private readonly List<string> _notices = [];
    private readonly bool _whole;
    private readonly List<Contents.Entry> _algorithms;

    /// <param name="contents">The archive.</param>
    /// <param name="founding">How the consortium was founded; null when the auditor does not know it.</param>
    public ArchivedJobs(ArchiveContents contents, Standing? founding)
    {
        _contents = contents;
        _whole = contents.Logs.Values.All(l => l.IsWhole);
        var understood = contents.Entries.Where(e => e.Operation is not null).Select(e => new Contents.Entry(e.Log, e.Index, e.Operation!)).ToList();
        if (founding is not null && _whole) understood = Allowed(understood, founding);
        else _notChecked.Add("whether each party had the role for what it did: that takes whole logs and, by --trust, the consortium's file, in which the roles stand");
        _algorithms = [.. understood.Where(e => e.Operation is LedgerOperation.RegisterAlgorithm)];
        CheckRegisters(understood.Where(e => e.Operation is LedgerOperation.RegisterConsents));
        CheckHeld(understood);
        CheckRunIds(understood);
        var verdicts = understood.GroupBy(e => e.Operation.Job).Where(g => g.Any(e => e.Operation is LedgerOperation.Propose)).OrderBy(g => g.Key).ToList()
            .AsParallel().AsOrdered().Select(job => Judge(job.Key, [.. job])).ToList();
        foreach (var verdict in verdicts) _findings.AddRange(verdict.Findings);
        Jobs = verdicts.Count;
        WithPlan = verdicts.Count(v => v.PlanKnown);
        Committed = verdicts.Sum(v => v.Outcomes.Count(o => o == "committed"));
        Open = verdicts.Sum(v => v.Outcomes.Count(o => o == "not ended"));
        Aborted = verdicts.Sum(v => v.Outcomes.Count) - Committed - Open;
        CheckUnproposed(understood);
    }

    public IReadOnlyList<Finding> Findings => _findings;

    public IReadOnlyList<string> NotChecked => _notChecked;

    public IReadOnlyList<string> Notices => _notices;

    public int Jobs { get; }

    public int WithPlan { get; }

    public int Committed { get; }

    public int Aborted { get; }

    public int Open { get; }

    // What its author was not allowed by the motions it had seen counts for nothing at any node; so it does here.
    private List<Contents.Entry> Allowed(List<Contents.Entry> entries, Standing founding)
    {
        var book = new GovernanceBook(founding);
        foreach (var entry in entries) book.Add(entry.Operation, entry.Index);
        var refused = entries.Select(e => (Entry: e, Refusal: OperationRights.Check(e.Operation, book.SeenBy(e.Operation, e.Index)))).Where(e => e.Refusal is not null).ToList();
        foreach (var (entry, refusal) in refused)
            _notices.Add($"{entry.Place} of {entry.Log} counts for nothing ({refusal!.Code}): {refusal.Message}");
        return refused.Count == 0 ? entries : [.. entries.Except(refused.Select(r => r.Entry))];
    }

    // Of one job alone, so that all jobs are judged side by side.
    private JobVerdict Judge(Digest job, IReadOnlyList<Contents.Entry> entries)
    {
        var (findings, outcomes) = (new List<Finding>(), new List<string>());
        var known = _contents.Plans.TryGetValue(job, out var plan);
        plan ??= TermsOf(_contents.Keys.Consortium, [.. entries.Select(e => e.Operation)])!;
        var counting = entries.Where(e => EvidenceGathering.Counts(e.Operation, plan)).Concat(_algorithms.Where(e => EvidenceGathering.IsOfAlgorithm(e.Operation, plan))).ToList();
        var runs = counting.Select(e => e.Operation).OfType<LedgerOperation.StartRun>().Select(s => s.Run).Distinct().ToList();
        var byRun = counting.ToLookup(e => EvidenceGathering.RunOf(e.Operation));
        foreach (var run in runs)
        {
            var (found, outcome) = BundleVerifier.JudgeRun(new Contents
            {
                Keys = _contents.Keys, Plan = plan, Job = job, Run = run, Logs = new Dictionary<PartyId, LogExtract>(),
                Receipts = known ? ReceiptsOf(run) : [],
                Entries = [.. byRun[null].Concat(byRun[run]).OrderBy(e => e.Log).ThenBy(e => e.Index)],
            });
            findings.AddRange(found.Select(f => f with { Message = $"Job {job.Short}, run {run.Short}: {f.Message}" }));
            outcomes.Add(outcome);
        }

        if (_whole) findings.AddRange(UsesExceeded(job, plan, counting));
        return new JobVerdict(findings, known, outcomes);
    }

    private sealed record JobVerdict(IReadOnlyList<Finding> Findings, bool PlanKnown, IReadOnlyList<string> Outcomes);

    private Dictionary<PartyId, Receipt> ReceiptsOf(Digest run) =>
        _contents.Keys.Policy.Parties.Select(p => _contents.Receipts.GetValueOrDefault((run, p.Party))).OfType<Receipt>().ToDictionary(r => r.Party);

    // Only whole logs show that no use was spent on a run that nobody speaks of.
    private static IEnumerable<Finding> UsesExceeded(Digest job, Plan plan, List<Contents.Entry> entries)
    {
        var page = JobPage.Of(job, entries.Select(e => e.Operation));
        var uses = plan.Owners.Select(page.By<LedgerOperation.Approve>).OfType<LedgerOperation.Approve>().Select(g => g.Uses).Append(plan.Uses).Min();
        return plan.Owners.Where(o => page.UsesSpentBy(o) > uses).Select(owner => new Finding(
            EvidenceErrors.UsesExceeded, $"{Contents.LogPrefix}{owner}", $"job {job.Short}", $"{owner} spent more runs than the {uses} that were granted."));
    }

    private void CheckRegisters(IEnumerable<Contents.Entry> versions)
    {
        foreach (var register in versions.GroupBy(v => (v.Log, v.Operation.Job)))
        {
            var last = 0;
            foreach (var version in register.DistinctBy(v => v.Operation.Id))
            {
                var number = ((LedgerOperation.RegisterConsents)version.Operation).Number;
                if (number <= last)
                    Broken(ArchiveErrors.RegisterOrder, $"{Contents.LogPrefix}{version.Log}", version.Place, $"Version {number} of the register comes after version {last}.");
                last = number;
            }
        }
    }

    // What the exporter adds from its own files must be what the logs speak of.
    private void CheckHeld(List<Contents.Entry> entries)
    {
        var jobs = entries.Select(e => e.Operation.Job).ToHashSet();
        foreach (var (job, plan) in _contents.Plans)
        {
            if (!jobs.Contains(job)) Broken(EvidenceErrors.OtherPlan, ArchiveContents.PlansPart, $"job {job.Short}", "No entry is on this plan.");
            else if (plan.Consortium != _contents.Keys.Consortium) Broken(EvidenceErrors.OtherPlan, ArchiveContents.PlansPart, $"job {job.Short}", "The plan is of another consortium than the keys.");
        }

        var commits = entries.Where(e => e.Operation is LedgerOperation.Commit).DistinctBy(e => (((LedgerOperation.Commit)e.Operation).Run, e.Log))
            .ToDictionary(e => (((LedgerOperation.Commit)e.Operation).Run, e.Log), e => (LedgerOperation.Commit)e.Operation);
        foreach (var (key, receipt) in _contents.Receipts)
        {
            if (!commits.TryGetValue(key, out var commit) || commit.Receipt != receipt.Digest || commit.Job != receipt.Job)
                Broken(EvidenceErrors.ReceiptMismatch, ArchiveContents.ReceiptsPart, $"run {key.Run.Short} of {key.Party}", $"{key.Party} did not commit to this receipt.");
        }
    }

    private void CheckRunIds(List<Contents.Entry> entries)
    {
        foreach (var run in entries.Where(e => e.Operation is LedgerOperation.StartRun).GroupBy(e => ((LedgerOperation.StartRun)e.Operation).Run))
        {
            if (run.FirstOrDefault(e => e.Operation.Job != run.First().Operation.Job) is { } again)
                Broken(EvidenceErrors.UsesExceeded, $"{Contents.LogPrefix}{again.Log}", again.Place, $"Run {run.Key.Short} was opened of two jobs.");
        }
    }

    // A grant or a run of a job nobody proposed: in whole logs that is so; in a window its proposal is among the others, if there was one.
    private void CheckUnproposed(List<Contents.Entry> entries)
    {
        var proposed = entries.Where(e => e.Operation is LedgerOperation.Propose).Select(e => e.Operation.Job).ToHashSet();
        foreach (var start in entries.Where(e => e.Operation is LedgerOperation.StartRun && !proposed.Contains(e.Operation.Job)))
            Broken(EvidenceErrors.NotProposed, $"{Contents.LogPrefix}{start.Log}", start.Place, "A run was opened of a job that nobody proposed.");
        var without = entries.Count(e => e.Operation is LedgerOperation.Propose && !_contents.Plans.ContainsKey(e.Operation.Job));
        if (without > 0) _notChecked.Add($"what {without} jobs asked for: their plans are not in the archive, and the logs hold ids and digests only");
        var missing = entries.Where(e => e.Operation is LedgerOperation.Commit)
            .Count(e => !_contents.Receipts.ContainsKey((((LedgerOperation.Commit)e.Operation).Run, e.Log)));
        if (missing > 0) _notChecked.Add($"{missing} receipts that were committed to: the party that exported the archive does not hold or show them");
    }

    /// <summary>What the ledger alone says of a job, in the form of a plan, for who has not got the plan; its digest means nothing.</summary>
    internal static Plan? TermsOf(string consortium, IReadOnlyList<LedgerOperation> operations)
    {
        // Of several that proposed it, the one that opened its runs; whoever copies a proposal owns no data and opens nothing.
        var starters = operations.OfType<LedgerOperation.StartRun>().Select(s => s.Author).ToHashSet();
        var proposals = operations.OfType<LedgerOperation.Propose>().ToList();
        if ((proposals.Find(p => starters.Contains(p.Author)) ?? proposals.FirstOrDefault()) is not { } proposal) return null;
        var grants = operations.OfType<LedgerOperation.Approve>().DistinctBy(g => g.Author).ToDictionary(g => g.Author);
        var inputs = proposal.Datasets.Select(d => new PlanInput(
            d.Owner, "", d.DatasetId, grants.TryGetValue(d.Owner, out var grant) ? grant.Version : default, 1, [], []));
        return new Plan(
            consortium, default, "", new IntersectionQuestion(KeyRule.Default), "", SecurityModel.SemiHonest, proposal.Author,
            [.. inputs], proposal.Parties, proposal.Time, proposal.Expires, proposal.Uses, Plan.LongestRun)
        {
            Algorithm = proposal.Terms?.Algorithm is { } a ? new AlgorithmReference(a.Provider, a.Id, a.Version, "", default) : null,
            Endorsers = proposal.Terms?.Endorsers,
        };
    }

    private void Broken(ErrorCode code, string part, string? entry, string message) => _findings.Add(new(code, part, entry, message));
}
