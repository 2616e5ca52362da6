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
        "whether an entry was left out, such as a refusal, a revocation, an earlier use or, beside an abort, a commit: ask each party for its whole log",
        "whether the parties' clocks were right: what came before what rests on what each had seen, expiry on their clocks",
    ];

    private readonly bool _partial; // whoever exports a period holds receipts of its own runs only

    private BundleVerifier(bool partial = false) => _partial = partial;

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

    /// <summary>
    /// The checks of one run alone (evidence-bundle.md, 10 to 20), for entries whose logs were verified already; receipts that are not there are
    /// not missed.
    /// </summary>
    internal static (IReadOnlyList<Finding> Findings, string Outcome) JudgeRun(Contents contents)
    {
        var verifier = new BundleVerifier(partial: true);
        if (verifier.CheckAuthorization(contents) is { } run)
        {
            verifier.CheckQuota(contents, run);
            verifier.CheckBinding(contents, run);
            verifier.CheckTranscripts(contents);
            verifier.CheckResult(contents, null);
        }

        return (verifier._findings, Outcome(contents));
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

        var keys = contents.Keys.Policy.Parties.ToDictionary(p => p.Party, p => p.Log.Key);
        var signed = contents.Entries.AsParallel().AsOrdered() // nearly all the time of a large bundle goes here
            .Select(e => e.Operation.Author == e.Log && e.Signed.IsSignedBy(keys[e.Log]));
        foreach (var (entry, holds) in contents.Entries.Zip(signed.ToList()))
        {
            if (!holds)
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
        var proven = contents.Logs.SelectMany(l => l.Value.Histories, (l, h) => new LedgerHead(l.Key, (ulong)h.Consistency.OldSize, h.Root)).ToHashSet();
        foreach (var (entry, head) in contents.Entries.SelectMany(e => e.Operation.Heads.Select(h => (e, h))))
        {
            if (head.Size > 0 && !proven.Contains(head))
                Broken(EvidenceErrors.Inconsistent, $"log/{entry.Log}", entry.Place, $"It names a state of {head.Party}'s log that is not proven.");
        }

        Held($"{contents.Logs.Count} logs are final, witnessed by {contents.Keys.Policy.CosignaturesRequired} other parties each, and grew without a change");
    }

    private LedgerOperation.StartRun? CheckAuthorization(Contents contents)
    {
        var plan = contents.Plan;
        if (plan.Consortium != contents.Keys.Consortium)
            Broken(EvidenceErrors.OtherPlan, Contents.PlanPart, null, "The plan is of another consortium than the keys.");
        var job = contents.Job;
        foreach (var entry in contents.Entries.Where(e => e.Operation.Job != job && !EvidenceGathering.IsOfAlgorithm(e.Operation, plan)))
            Broken(EvidenceErrors.OtherPlan, $"log/{entry.Log}", entry.Place, "The entry is on another plan.");

        var start = contents.Find<LedgerOperation.StartRun>(plan.Requester, s => s.Run == contents.Run);
        if (start is null)
        {
            Broken(EvidenceErrors.RunNotStarted, $"log/{plan.Requester}", null, $"{plan.Requester} did not open this run.");
            return null;
        }

        CheckProposal(contents, start);
        foreach (var input in plan.Inputs)
        {
            CheckGrant(contents, input, start);
            CheckWithdrawal(contents, input.Owner, start);
        }

        if (plan.InputOf(plan.Requester) is null) CheckWithdrawal(contents, plan.Requester, start);
        Held($"{plan.Inputs.Count} owners granted exactly this plan before the run was opened");
        CheckEndorsements(contents, start);
        CheckAlgorithm(contents, start);
        return (LedgerOperation.StartRun)start.Operation;
    }

    private void CheckProposal(Contents contents, Contents.Entry start)
    {
        var plan = contents.Plan;
        var proposal = contents.Find<LedgerOperation.Propose>(plan.Requester);
        var matches = proposal?.Operation is LedgerOperation.Propose p
            && p.Datasets.SequenceEqual(plan.Inputs.Select(i => new DatasetReference(i.Owner, i.DatasetId)))
            && p.Parties.SequenceEqual(plan.Parties) && p.Expires == plan.Expires && p.Uses == plan.Uses && (p.Terms == ProposalTerms.Of(plan) || plan.Digest != contents.Job); // without the plan, what was proposed is all that is known
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
        var expires = grant.Expires < contents.Plan.Expires ? grant.Expires : contents.Plan.Expires;
        if (start.Operation.Time >= expires)
            Broken(EvidenceErrors.GrantExpired, part, found.Place, "The grant had expired when the run was opened.");
        // The requester's clock alone would let the requester decide: an owner that spent later than its grant lasted did not grant it.
        else if (contents.Commits.Any() && contents.SpendOf(input.Owner) is { } spend && spend.Operation.Time >= expires)
            Broken(EvidenceErrors.GrantExpired, part, spend.Place, "The grant had expired when its use was spent.");
    }

    // A refusal or revocation of an owner or the requester counts from the moment it was seen; one that comes after the owners took part undoes nothing.
    private void CheckWithdrawal(Contents contents, PartyId party, Contents.Entry start)
    {
        if (WithdrawalSeen(contents, party, ActsOf(contents, start)) is { } withdrawal)
            Broken(EvidenceErrors.GrantWithdrawn, $"log/{party}", withdrawal.Place, $"{party} had refused or revoked before the run used its grants.");
    }

    // Where nobody committed, a spend that crossed a revocation led nowhere: that is how such a run ends.
    private static List<Contents.Entry> ActsOf(Contents contents, Contents.Entry start) =>
        [start, .. contents.Commits.Any() ? contents.Plan.Owners.Select(contents.SpendOf).OfType<Contents.Entry>() : []];

    private static Contents.Entry? WithdrawalSeen(Contents contents, PartyId party, List<Contents.Entry> acts) => contents.Entries.FirstOrDefault(
        e => e.Log == party && e.Operation is LedgerOperation.Refuse or LedgerOperation.Revoke && Authorization.HasSay(contents.Plan, e.Operation) && acts.Exists(act => act.HadSeen(e)));

    // An endorsement counts that the start had seen, that had not expired when the run used its grants, and that was not taken back before.
    private void CheckEndorsements(Contents contents, Contents.Entry start)
    {
        if (contents.Plan.Endorsers is not { } rule) return;
        var acts = ActsOf(contents, start);
        var live = rule.Of.Count(party => contents.Find<LedgerOperation.Endorse>(party) is { } endorsement
            && start.HadSeen(endorsement)
            && acts.TrueForAll(act => act.Operation.Time < ((LedgerOperation.Endorse)endorsement.Operation).Expires)
            && WithdrawalSeen(contents, party, acts) is null);
        if (live < rule.AtLeast)
            Broken(EvidenceErrors.EndorsementMissing, $"log/{contents.Plan.Requester}", start.Place, $"{live} of the {rule.AtLeast} endorsements that the plan asks for held when the run used its grants.");
        else
            Held($"{live} of {rule.Of.Count} endorsers had endorsed the plan, at least {rule.AtLeast} had to");
    }

    // Whatever any act had seen of the provider's log counts: a version that one of them knew to be gone was gone.
    private void CheckAlgorithm(Contents contents, Contents.Entry start)
    {
        if (contents.Plan.Algorithm is not { Provider: var provider } algorithm) return;
        var acts = ActsOf(contents, start);
        var seen = contents.Entries.Where(e => e.Log == provider && acts.Exists(act => act.HadSeen(e))).Select(e => e.Operation).ToList();
        var refusal = Authorization.CheckContent(contents.Plan, JobPage.Of(algorithm.Id, seen.OfType<LedgerOperation.RegisterAlgorithm>()));
        if (refusal?.Code == Authorization.AlgorithmOtherContent && contents.Plan.Digest != contents.Job) refusal = null; // no plan, no content to compare
        if (_partial && !seen.Exists(o => o is LedgerOperation.RegisterAlgorithm { Version: 1 })) refusal = null; // registered before the archive begins
        var allowed = contents.Entries.Any(e => e.Log == provider && start.HadSeen(e)
            && e.Operation is LedgerOperation.ApproveAlgorithm a && a.Algorithm == algorithm.Id && a.Version == algorithm.Version);
        if (refusal is not null || !allowed || WithdrawalSeen(contents, provider, acts) is not null)
            Broken(EvidenceErrors.AlgorithmNotApproved, $"log/{provider}", null, refusal?.Message ?? $"{provider} had not let its algorithm be used for this plan.");
        else
            Held($"the question is version {algorithm.Version} of {provider}'s algorithm, which stood and could be used");
    }

    private void CheckQuota(Contents contents, LedgerOperation.StartRun run)
    {
        var plan = contents.Plan;
        var start = contents.Find<LedgerOperation.StartRun>(plan.Requester, s => s.Run == run.Run)!;
        if (contents.Entries.Count(e => e.Log == plan.Requester && e.Operation is LedgerOperation.StartRun s && s.Run == run.Run) != 1)
            Broken(EvidenceErrors.UsesExceeded, $"log/{plan.Requester}", start.Place, "The run was opened more than once.");
        var uses = plan.Owners.Select(o => contents.Find<LedgerOperation.Approve>(o)?.Operation).OfType<LedgerOperation.Approve>()
            .Select(g => g.Uses).Append(plan.Uses).Min();

        var commits = contents.Commits.ToList();
        foreach (var input in plan.Inputs)
        {
            var part = $"log/{input.Owner}";
            if (contents.SpendOf(input.Owner) is not { } spend)
            {
                // Nobody commits before every owner has spent; a run that ended before may lack spends.
                if (commits.Count > 0) Broken(EvidenceErrors.SpendMissing, part, null, $"{input.Owner} did not spend its grant on this run.");
                continue;
            }

            var operation = (LedgerOperation.Spend)spend.Operation;
            if (operation.DatasetId != input.DatasetId) Broken(EvidenceErrors.OtherDataset, part, spend.Place, "The spend is for another dataset.");
            if (operation.Use > uses) Broken(EvidenceErrors.UsesExceeded, part, spend.Place, $"Use {operation.Use} of {uses} granted.");
            if (contents.Entries.Count(e => e.Log == input.Owner && e.Operation is LedgerOperation.Spend s && s.Run == run.Run) != 1)
                Broken(EvidenceErrors.UsesExceeded, part, spend.Place, "More than one use was spent on one run.");
            if (!spend.HadSeen(start)) Broken(EvidenceErrors.SpendOutOfOrder, part, spend.Place, "It was spent before the run was opened.");
            foreach (var commit in commits.Where(c => !c.HadSeen(spend)))
                Broken(EvidenceErrors.SpendOutOfOrder, $"log/{commit.Log}", commit.Place, $"It was committed before {input.Owner}'s spend was seen.");
        }

        Held("every owner spent a use of its grant after the run was opened and before anyone committed");
    }

    private void CheckBinding(Contents contents, LedgerOperation.StartRun run)
    {
        var aborted = contents.Abort is not null;
        foreach (var stranger in contents.Receipts.Keys.Except(contents.Plan.Parties))
            Broken(EvidenceErrors.ReceiptMismatch, $"receipt/{stranger}", null, $"{stranger} takes no part in the plan's runs.");
        foreach (var party in contents.Plan.Parties)
        {
            var part = $"receipt/{party}";
            var commit = contents.CommitOf(party);
            var receipt = contents.Receipts.GetValueOrDefault(party);
            if (receipt is null && (_partial || (commit is null && aborted))) continue;
            if (commit?.Operation is not LedgerOperation.Commit { Receipt: var digest } || receipt is null || receipt.Digest != digest)
            {
                Broken(EvidenceErrors.ReceiptMismatch, part, null, $"{party}'s receipt and its commit on the ledger do not match.");
                continue;
            }

            if (receipt.Party != party || receipt.Run != run.Run || receipt.Job != contents.Plan.Digest)
                Broken(EvidenceErrors.ReceiptMismatch, part, null, "The receipt is of another party, run or plan.");
            if ((receipt.Replay is not null) != contents.Plan.Replay)
                Broken(EvidenceErrors.ReceiptMismatch, part, null, "It commits to a seed and a recording where the plan keeps no replay, or to none where it does.");
            var input = contents.Plan.InputOf(party);
            if (receipt.Snapshot?.DatasetId != input?.DatasetId || (receipt.Snapshot is { } read && !input!.Admits(read.Version)))
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

        static string? Difference(IReadOnlyList<ChannelDigest> sent, IReadOnlyList<ChannelDigest> received)
        {
            for (var i = 0; i < Math.Max(sent.Count, received.Count); i++)
            {
                var (one, other) = (sent.ElementAtOrDefault(i), received.ElementAtOrDefault(i));
                if (one != other) return (one ?? other)!.Label;
            }

            return null;
        }
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
        var newest = contents.Logs.Values
            .SelectMany(l => contents.Keys.Policy.Judge(l.Checkpoint).Cosigned)
            .Select(c => (DateTimeOffset?)c.Time).Max();
        return new(
            plan.Consortium, plan.Digest, run.Run, plan.Purpose, plan.Requester, plan.Owners, plan.Receivers,
            Outcome(contents),
            run.Time, newest, contents.Keys.Fingerprint);
    }

    // Once all have committed a late abort changes nothing: the result may have been released.
    private static string Outcome(Contents contents)
    {
        if (contents.Plan.Parties.All(p => contents.CommitOf(p) is not null)) return "committed";
        if (contents.Abort is not { } abort) return "not ended";
        var by = abort.AtFault is null ? "" : $" by {abort.AtFault}";
        var at = abort.Step is null ? "" : $" at {abort.Step}";
        return $"aborted: {abort.Code}{by}{at}";
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
