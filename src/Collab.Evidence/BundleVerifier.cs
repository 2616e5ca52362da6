using Collab.Cryptography;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Primitives;

namespace Collab.Evidence;

/// <summary>
/// Verifies a bundle from its bytes, with no network, node or account (protocols/specs/evidence-bundle.md). The checks run in the
/// order of the spec; the first broken one is the first finding.
/// </summary>
public sealed class BundleVerifier
{
    private readonly List<Finding> _findings = [];
    private readonly List<string> _checked = [];
    private readonly List<string> _notChecked =
    [
        "whether anyone's input was true: nothing can show that",
        "whether the parties exchanged anything outside Collab",
        "whether a party left out a revocation that its own log holds: ask it for its whole log",
    ];

    private BundleVerifier()
    {
    }

    /// <summary>Verifies a bundle.</summary>
    /// <param name="file">The bytes of the bundle.</param>
    /// <param name="trusted">The keys the auditor trusts, from another way than the bundle; null when there are none.</param>
    /// <param name="shown">A result with the opening of its commitment, when the auditor was shown one.</param>
    public static VerificationReport Verify(ReadOnlyMemory<byte> file, TrustedKeys? trusted = null, ShownResult? shown = null)
    {
        var verifier = new BundleVerifier();
        var summary = verifier.Run(file, trusted, shown);
        return new(verifier._findings, verifier._checked, verifier._notChecked, summary);
    }

    private BundleSummary? Run(ReadOnlyMemory<byte> file, TrustedKeys? trusted, ShownResult? shown)
    {
        EvidenceBundle bundle;
        Contents contents;
        try
        {
            bundle = EvidenceBundle.Read(file);
            contents = Contents.Read(bundle);
        }
        catch (EvidenceException e)
        {
            _findings.Add(new(e.Code, e.Part, null, e.Message));
            return null;
        }

        Held($"the file is whole: {bundle.Parts.Count} parts as they were sealed");
        CheckTrust(bundle, contents, trusted);
        CheckLogs(contents);
        var run = CheckAuthorization(contents);
        if (run is null) return null;
        CheckQuota(contents, run);
        CheckBinding(contents, run);
        CheckTranscripts(contents);
        CheckResult(contents, shown);
        return Summarize(contents, run);
    }

    private void CheckTrust(EvidenceBundle bundle, Contents contents, TrustedKeys? trusted)
    {
        if (trusted is null)
            _notChecked.Add($"whether the parties' keys are theirs: give --trust, or compare the fingerprint {contents.Keys.Fingerprint.Short} with them");
        else if (trusted.Fingerprint != contents.Keys.Fingerprint)
            Broken(EvidenceErrors.KeysDiffer, "keys", null, "The parties' keys in the bundle are not those of the trust file.");
        else
            Held("the parties' keys are those of your trust file");

        var exporter = contents.Keys.Policy.Parties.FirstOrDefault(p => p.Party == bundle.Exporter);
        if (exporter is null || !exporter.Log.Key.Verify(bundle.SealedDigest.ToArray(), bundle.Seal.Span))
            Broken(EvidenceErrors.SealInvalid, "contents", null, $"The seal is not {bundle.Exporter}'s.");

        foreach (var entry in contents.Entries)
        {
            var author = contents.Keys.Policy.Parties.First(p => p.Party == entry.Log);
            if (entry.Operation.Author != entry.Log || !entry.Signed.IsSignedBy(author.Log.Key))
                Broken(EvidenceErrors.SignatureInvalid, $"log/{entry.Log}", entry.Place, $"The entry is not signed by {entry.Log}.");
        }

        Held($"{contents.Entries.Count} entries are signed by their authors");
    }

    private void CheckLogs(Contents contents)
    {
        foreach (var (party, extract) in contents.Logs)
        {
            var part = $"log/{party}";
            var finality = contents.Keys.Policy.Judge(extract.Checkpoint);
            if (finality.Author != party || !finality.IsFinal)
                Broken(EvidenceErrors.NotFinal, part, "checkpoint", $"{party}'s checkpoint does not bear {finality.Required} cosignatures of others.");

            foreach (var (entry, place) in extract.Entries.Select(e => (e, $"entry {e.Inclusion.Index}")))
            {
                if (entry.Inclusion.TreeSize != extract.Checkpoint.Size
                    || !entry.Inclusion.Verify(Ledger.Merkle.MerkleTree.LeafHash(entry.Entry.Span), extract.Checkpoint.Root))
                    Broken(EvidenceErrors.NotIncluded, part, place, "The entry is not in the log under the checkpoint.");
            }

            foreach (var history in extract.Histories)
            {
                if (history.Consistency.NewSize != extract.Checkpoint.Size || !history.Consistency.Verify(history.Root, extract.Checkpoint.Root))
                    Broken(EvidenceErrors.Inconsistent, part, $"size {history.Consistency.OldSize}", "An earlier state is not a beginning of the log.");
            }
        }

        // Every state that an operation says it saw must be proven to be a beginning of that log: "before" rests on it.
        foreach (var (entry, head) in contents.Entries.SelectMany(e => e.Operation.Heads.Select(h => (e, h))))
        {
            var proven = head.Size == 0 || (contents.Logs.TryGetValue(head.Party, out var log)
                && log.Histories.Any(h => (ulong)h.Consistency.OldSize == head.Size && h.Root == head.Root));
            if (!proven)
                Broken(EvidenceErrors.Inconsistent, $"log/{entry.Log}", entry.Place, $"It names a state of {head.Party}'s log that is not proven.");
        }

        Held($"{contents.Logs.Count} logs are final, witnessed by {contents.Keys.Policy.CosignaturesRequired} other parties each, and grew without a change");
    }

    private LedgerOperation.StartRun? CheckAuthorization(Contents contents)
    {
        var plan = contents.Plan;
        foreach (var entry in contents.Entries.Where(e => e.Operation.Job != plan.Digest))
            Broken(EvidenceErrors.OtherPlan, $"log/{entry.Log}", entry.Place, "The entry is on another plan.");

        var start = contents.Find<LedgerOperation.StartRun>(plan.Requester, s => s.Run == contents.Run);
        if (start is null)
        {
            Broken(EvidenceErrors.RunNotStarted, $"log/{plan.Requester}", null, $"{plan.Requester} did not open this run.");
            return null;
        }

        CheckProposal(contents, start);
        foreach (var input in plan.Inputs) CheckGrant(contents, input, start);
        Held($"{plan.Inputs.Count} owners granted exactly this plan before the run was opened");
        return (LedgerOperation.StartRun)start.Operation;
    }

    private void CheckProposal(Contents contents, Contents.Entry start)
    {
        var plan = contents.Plan;
        var proposal = contents.Find<LedgerOperation.Propose>(plan.Requester);
        var matches = proposal?.Operation is LedgerOperation.Propose p
            && p.Datasets.SequenceEqual(plan.Inputs.Select(i => new DatasetReference(i.Owner, i.DatasetId)))
            && p.Parties.SequenceEqual(plan.Parties) && p.Expires == plan.Expires && p.Uses == plan.Uses;
        if (!matches || proposal!.Index >= start.Index)
            Broken(EvidenceErrors.NotProposed, $"log/{plan.Requester}", proposal?.Place, "The plan was not proposed as it stands before the run was opened.");
    }

    private void CheckGrant(Contents contents, PlanInput input, Contents.Entry start)
    {
        var part = $"log/{input.Owner}";
        if (contents.Find<LedgerOperation.Approve>(input.Owner) is not { } found)
        {
            Broken(EvidenceErrors.GrantMissing, part, null, $"{input.Owner} did not grant the plan.");
            return;
        }

        var grant = (LedgerOperation.Approve)found.Operation;
        if (grant.DatasetId != input.DatasetId || grant.Version != input.Version)
            Broken(EvidenceErrors.OtherDataset, part, found.Place, "The grant is for another dataset or version than the plan's.");
        if (!start.HadSeen(found))
            Broken(EvidenceErrors.GrantAfterRun, part, found.Place, $"{contents.Plan.Requester} opened the run before it had seen the grant.");
        if (grant.Expires <= start.Operation.Time || contents.Plan.Expires <= start.Operation.Time)
            Broken(EvidenceErrors.GrantExpired, part, found.Place, "The grant had expired when the run was opened.");
        if (contents.Find<LedgerOperation.Refuse>(input.Owner) is { } refusal)
            Broken(EvidenceErrors.GrantWithdrawn, part, refusal.Place, $"{input.Owner} refused the plan.");
        var spend = contents.Find<LedgerOperation.Spend>(input.Owner, s => s.Run == contents.Run);
        if (contents.Find<LedgerOperation.Revoke>(input.Owner) is { } revocation && (spend is null || revocation.Index < spend.Index))
            Broken(EvidenceErrors.GrantWithdrawn, part, revocation.Place, $"{input.Owner} revoked its grant before it took part.");
    }

    private void CheckQuota(Contents contents, LedgerOperation.StartRun run)
    {
        var plan = contents.Plan;
        var start = contents.Find<LedgerOperation.StartRun>(plan.Requester, s => s.Run == run.Run)!;
        if (contents.Entries.Count(e => e.Operation is LedgerOperation.StartRun s && s.Run == run.Run) != 1)
            Broken(EvidenceErrors.UsesExceeded, $"log/{plan.Requester}", start.Place, "The run was opened more than once.");
        var uses = plan.Owners.Select(o => contents.Find<LedgerOperation.Approve>(o)?.Operation).OfType<LedgerOperation.Approve>()
            .Select(g => g.Uses).Append(plan.Uses).Min();

        foreach (var input in plan.Inputs)
        {
            var part = $"log/{input.Owner}";
            var spend = contents.Find<LedgerOperation.Spend>(input.Owner, s => s.Run == run.Run);
            var commits = contents.Commits.ToList();
            if (spend is null)
            {
                // An owner that never spent must not have committed either; an aborted run may lack spends.
                if (commits.Count > 0) Broken(EvidenceErrors.SpendMissing, part, null, $"{input.Owner} did not spend its grant on this run.");
                continue;
            }

            var operation = (LedgerOperation.Spend)spend.Operation;
            if (operation.DatasetId != input.DatasetId) Broken(EvidenceErrors.OtherDataset, part, spend.Place, "The spend is for another dataset.");
            if (operation.Use > uses) Broken(EvidenceErrors.UsesExceeded, part, spend.Place, $"Use {operation.Use} of {uses} granted.");
            if (!spend.HadSeen(start)) Broken(EvidenceErrors.SpendOutOfOrder, part, spend.Place, "It was spent before the run was opened.");
            foreach (var commit in commits.Where(c => !c.HadSeen(spend)))
                Broken(EvidenceErrors.SpendOutOfOrder, $"log/{commit.Log}", commit.Place, $"It was committed before {input.Owner}'s spend was seen.");
        }

        Held("every owner spent a use of its grant after the run was opened and before anyone committed");
    }

    private void CheckBinding(Contents contents, LedgerOperation.StartRun run)
    {
        var aborted = contents.Entries.Any(e => e.Operation is LedgerOperation.Abort a && a.Run == run.Run);
        foreach (var party in contents.Plan.Parties)
        {
            var part = $"receipt/{party}";
            var commit = contents.Find<LedgerOperation.Commit>(party, c => c.Run == run.Run);
            var receipt = contents.Receipts.GetValueOrDefault(party);
            if (commit is null && receipt is null && aborted) continue;
            if (commit?.Operation is not LedgerOperation.Commit { Receipt: var digest } || receipt is null || receipt.Digest != digest)
            {
                Broken(EvidenceErrors.ReceiptMismatch, part, null, $"{party}'s receipt and its commit on the ledger do not match.");
                continue;
            }

            if (receipt.Party != party || receipt.Run != run.Run || receipt.Job != contents.Plan.Digest)
                Broken(EvidenceErrors.ReceiptMismatch, part, null, "The receipt is of another party, run or plan.");
            var input = contents.Plan.InputOf(party);
            if (receipt.Snapshot?.DatasetId != input?.DatasetId || receipt.Snapshot?.Version != input?.Version)
                Broken(EvidenceErrors.OtherDataset, part, "snapshot", "What was read is not the dataset and version of the plan.");
        }

        Held("every party's receipt is the one it committed to, for this plan, run and dataset version");
    }

    private void CheckTranscripts(Contents contents)
    {
        foreach (var (party, receipt) in contents.Receipts)
        {
            var peers = contents.Plan.Parties.Where(p => p != party);
            if (!receipt.Conversations.Select(c => c.Peer).SequenceEqual(peers))
                Broken(EvidenceErrors.TranscriptMismatch, $"receipt/{party}", null, "It does not name every other party of the run once.");
            foreach (var conversation in receipt.Conversations)
            {
                if (!contents.Receipts.TryGetValue(conversation.Peer, out var other)) continue;
                var received = other.Conversations.FirstOrDefault(c => c.Peer == party)?.Received ?? [];
                if (Difference(conversation.Sent, received) is { } label)
                    Broken(EvidenceErrors.TranscriptMismatch, $"receipt/{party}", $"channel '{label}'", $"{party} and {conversation.Peer} disagree on what {party} sent.");
            }
        }

        Held("both sides of every conversation say the same, message by message");

        static string? Difference(IReadOnlyList<ChannelDigest> sent, IReadOnlyList<ChannelDigest> received) =>
            sent.Except(received).Concat(received.Except(sent)).Select(c => c.Label).Order(StringComparer.Ordinal).FirstOrDefault();
    }

    private void CheckResult(Contents contents, ShownResult? shown)
    {
        foreach (var (party, receipt) in contents.Receipts)
        {
            if (contents.Plan.Receivers.Contains(party) != receipt.Result is not null)
                Broken(EvidenceErrors.ReceiverMismatch, $"receipt/{party}", "result", "The parties with a result are not the receivers of the plan.");
        }

        Held("exactly the receivers of the plan hold a result");
        if (shown is null)
        {
            _notChecked.Add("the result itself: give --result and --opening if you may see it");
            return;
        }

        var opens = contents.Receipts.Values.Select(r => r.Result).OfType<CommitmentReference>().Any(r =>
            new Commitment((CommitmentAlgorithm)r.Algorithm, r.Value).IsOpenedBy(ShownResult.Domain, shown.Result.Span, shown.Opening));
        if (opens) Held("the result you were shown is the one that was committed to");
        else Broken(EvidenceErrors.ResultMismatch, "result", null, "The result shown is not the one that was committed to.");
    }

    private static BundleSummary Summarize(Contents contents, LedgerOperation.StartRun run)
    {
        var plan = contents.Plan;
        var abort = contents.Entries.Select(e => e.Operation).OfType<LedgerOperation.Abort>()
            .Where(a => a.Run == run.Run).OrderBy(a => a.Time).ThenBy(a => a.Author).FirstOrDefault();
        var newest = contents.Logs.Values
            .SelectMany(l => contents.Keys.Policy.Judge(l.Checkpoint).Cosigned)
            .Select(c => (DateTimeOffset?)c.Time).Max();
        return new(
            plan.Consortium, plan.Digest, run.Run, plan.Purpose, plan.Requester, plan.Owners, plan.Receivers,
            abort is null || plan.Parties.All(p => contents.Commits.Any(c => c.Log == p)) ? "committed" : $"aborted: {abort.Code}{(abort.AtFault is null ? "" : $" by {abort.AtFault}")}{(abort.Step is null ? "" : $" at {abort.Step}")}",
            run.Time, newest, contents.Keys.Fingerprint);
    }

    private void Broken(ErrorCode code, string part, string? entry, string message) => _findings.Add(new(code, part, entry, message));

    private void Held(string what)
    {
        if (_findings.Count == 0) _checked.Add(what);
    }
}

/// <summary>A result that the auditor was shown, with the opening of its commitment.</summary>
/// <param name="Result">The canonical bytes of the result.</param>
/// <param name="Opening">What opens the commitment.</param>
public sealed record ShownResult(ReadOnlyMemory<byte> Result, CommitmentOpening Opening)
{
    /// <summary>The domain of result commitments.</summary>
    public const string Domain = "collab.result.v1";
}
