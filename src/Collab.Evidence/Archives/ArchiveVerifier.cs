using Collab.Jobs;
using Collab.Jobs.Governance;
using Collab.Ledger.Merkle;
using Collab.Primitives;

namespace Collab.Evidence.Archives;

/// <summary>
/// Verifies an archive from its bytes, with no network, node or account (protocols/specs/audit-archive.md): every log, every entry, every job.
/// The checks run in the order of the spec; the first broken one is the first finding.
/// </summary>
public sealed class ArchiveVerifier
{
    private readonly List<Finding> _findings = [];
    private readonly List<string> _checked = [];
    private readonly List<string> _notChecked =
    [
        "whether anyone's input was true: nothing can show that",
        "whether the parties exchanged anything outside Collab",
        "whether the parties' clocks were right: what came before what rests on what each had seen, expiry on their clocks",
    ];

    private readonly Dictionary<PartyId, WindowTree> _trees = [];

    private ArchiveVerifier()
    {
    }

    /// <summary>Verifies an archive.</summary>
    /// <param name="file">The bytes of the archive.</param>
    /// <param name="trusted">The keys the auditor trusts, from another way than the archive; null when there are none.</param>
    /// <param name="founding">How the consortium was founded, from the same way; null when the auditor does not know it.</param>
    public static VerificationReport Verify(ReadOnlyMemory<byte> file, TrustedKeys? trusted = null, Standing? founding = null) => Open(file, trusted, founding).Report;

    /// <summary>Verifies an archive and keeps what was in it; null when it could not be read.</summary>
    internal static (VerificationReport Report, OpenedArchive? Archive) Open(ReadOnlyMemory<byte> file, TrustedKeys? trusted, Standing? founding)
    {
        var verifier = new ArchiveVerifier();
        try
        {
            var archive = EvidenceBundle.Read(file, EvidenceKind.Archive);
            var contents = ArchiveContents.Read(archive);
            return (verifier.Run(archive, contents, trusted, founding), new OpenedArchive(archive, contents, verifier._trees));
        }
        catch (EvidenceException e)
        {
            return (new([new(e.Code, e.Part, null, e.Message)], [], verifier._notChecked, null), null);
        }
    }

    private VerificationReport Run(EvidenceBundle archive, ArchiveContents contents, TrustedKeys? trusted, Standing? founding)
    {
        Held($"the file is whole: {archive.Parts.Count} parts as they were sealed");
        CheckTrust(archive, contents, trusted);
        CheckEntries(contents);
        CheckLogs(contents);
        var jobs = new ArchivedJobs(contents, founding);
        _findings.AddRange(jobs.Findings);
        _notChecked.AddRange(jobs.NotChecked);
        if (contents.Entries.Any(e => e.Operation is null)) _notChecked.Add("what the entries mean that this program does not understand");
        Held($"{jobs.Jobs} jobs with {jobs.Committed + jobs.Aborted + jobs.Open} runs: each was proposed, granted, opened, spent and committed to in that order, as far as it went");
        return new(_findings, _checked, _notChecked, null) { Notices = [.. jobs.Notices, .. Clocks.Notices(contents)], Period = Summarize(archive, contents, jobs) };
    }

    private void CheckTrust(EvidenceBundle archive, ArchiveContents contents, TrustedKeys? trusted)
    {
        if (trusted is null)
            _notChecked.Add($"whether the parties' keys are theirs: give --trust, or compare the fingerprint {contents.Keys.Fingerprint.Short} with them");
        else if (trusted.Fingerprint != contents.Keys.Fingerprint)
            Broken(EvidenceErrors.KeysDiffer, Contents.KeysPart, null, "The parties' keys in the archive are not those of the trust file.");
        else
            Held("the parties' keys are those of your trust file");

        var exporter = contents.Keys.Policy.Parties.FirstOrDefault(p => p.Party == archive.Exporter);
        if (exporter is null || !exporter.Log.Key.Verify(archive.SealedDigest.ToArray(), archive.Seal.Span))
            Broken(EvidenceErrors.SealInvalid, "contents", null, $"The seal is not {archive.Exporter}'s.");
    }

    private void CheckEntries(ArchiveContents contents)
    {
        var keys = contents.Keys.Policy.Parties.ToDictionary(p => p.Party, p => p.Log.Key);
        var signed = contents.Entries.AsParallel().AsOrdered() // nearly all the time of a large archive goes here
            .Select(e => e.Envelope is { } envelope && envelope.Author == e.Log && envelope.IsSignedBy(keys[e.Log])).ToList();
        foreach (var (entry, holds) in contents.Entries.Zip(signed))
        {
            if (entry.Envelope is null)
                Broken(EvidenceErrors.Malformed, PartOf(entry), entry.Place, "The entry is no operation.");
            else if (!holds)
                Broken(EvidenceErrors.SignatureInvalid, PartOf(entry), entry.Place, $"The entry is not signed by {entry.Log}.");
        }

        Held($"{contents.Entries.Count} entries are signed by their authors");
        foreach (var entry in contents.Entries.Where(e => e is { Envelope: not null, Operation: null }))
            Broken(EvidenceErrors.Unsupported, PartOf(entry), entry.Place, $"This program does not understand operation kind {entry.Envelope!.Kind} of {entry.Log}.");
    }

    private void CheckLogs(ArchiveContents contents)
    {
        foreach (var (party, log) in contents.Logs) CheckLog(contents, party, log);

        // Every state that an operation says it saw must be a beginning of that log: "before" rests on it.
        var proven = contents.Logs.SelectMany(l => l.Value.Histories, (l, h) => new LedgerHead(l.Key, (ulong)h.Consistency.OldSize, h.Root)).ToHashSet();
        foreach (var (entry, head) in contents.Entries.SelectMany(e => (e.Envelope?.Heads ?? []).Where(h => h.Size > 0), (e, h) => (e, h)))
        {
            if (!contents.Logs.ContainsKey(head.Party))
                Broken(ArchiveErrors.LogMissing, $"{Contents.LogPrefix}{head.Party}", null, $"The log of {head.Party} is not in the archive; {entry.Place} of {entry.Log} has seen it.");
            else if (!IsState(head) && !proven.Contains(head))
                Broken(EvidenceErrors.Inconsistent, PartOf(entry), entry.Place, $"It names a state of {head.Party}'s log that is not proven.");
        }

        var absent = contents.Keys.Policy.Parties.Select(p => p.Party).Where(p => !contents.Logs.ContainsKey(p)).ToList();
        if (absent.Count > 0) _notChecked.Add($"the logs of {string.Join(", ", absent)}: not in the archive, and no entry has seen anything of them");
        foreach (var (party, log) in contents.Logs.Where(l => !l.Value.IsWhole))
            _notChecked.Add($"{party}'s log before entry {log.First} and from entry {log.End} on, but for what the jobs of the period need of it");
        Held($"{contents.Logs.Count} logs are final, witnessed by {contents.Keys.Policy.CosignaturesRequired} other parties each, and nothing in their windows is missing or changed");
    }

    private void CheckLog(ArchiveContents contents, PartyId party, ArchiveLog log)
    {
        var part = $"{Contents.LogPrefix}{party}";
        var checkpoint = log.Checkpoint;
        var finality = contents.Keys.Policy.Judge(checkpoint);
        if (finality.Author != party || !finality.IsFinal)
            Broken(EvidenceErrors.NotFinal, part, "checkpoint", $"{party}'s checkpoint does not bear {finality.Required} cosignatures of others.");

        var tree = _trees[party] = new WindowTree(log.First, log.Before);
        foreach (var entry in log.Entries) tree.Add(entry.Span);
        if (!new ConsistencyProof(log.End, checkpoint.Size, log.After).Verify(tree.RootAt(log.End), checkpoint.Root))
            Broken(EvidenceErrors.NotIncluded, part, $"entries {log.First} to {log.End}", "The entries do not give the root of the checkpoint: one was changed, removed or added.");
        foreach (var other in log.Others)
        {
            if (other.Inclusion.TreeSize != checkpoint.Size || !other.Inclusion.Verify(MerkleTree.LeafHash(other.Entry.Span), checkpoint.Root))
                Broken(EvidenceErrors.NotIncluded, part, $"entry {other.Inclusion.Index}", "The entry is not in the log under the checkpoint.");
        }

        foreach (var history in log.Histories)
        {
            if (history.Consistency.NewSize != checkpoint.Size || !history.Consistency.Verify(history.Root, checkpoint.Root))
                Broken(EvidenceErrors.Inconsistent, part, $"size {history.Consistency.OldSize}", "An earlier state is not a beginning of the log.");
        }
    }

    private bool IsState(LedgerHead head) => _trees.TryGetValue(head.Party, out var tree)
        && head.Size >= (ulong)tree.First && head.Size <= (ulong)tree.End && tree.RootAt((long)head.Size) == head.Root;

    private static PeriodSummary Summarize(EvidenceBundle archive, ArchiveContents contents, ArchivedJobs jobs)
    {
        var operations = contents.Entries.Select(e => e.Operation?.Operation).ToList();
        var newest = contents.Logs.Values.SelectMany(l => contents.Keys.Policy.Judge(l.Checkpoint).Cosigned).Select(c => (DateTimeOffset?)c.Time).Max();
        return new(
            contents.Keys.Consortium, archive.Exporter, archive.Exported, contents.Period.ToString(),
            [.. contents.Logs.OrderBy(l => l.Key).Select(l => new LogCoverage(l.Key, l.Value.First, l.Value.End, l.Value.Checkpoint.Size))],
            contents.Entries.Count, jobs.Jobs, jobs.WithPlan, jobs.Committed, jobs.Aborted, jobs.Open,
            operations.OfType<LedgerOperation.Refuse>().Count(), operations.OfType<LedgerOperation.Revoke>().Count(),
            operations.OfType<LedgerOperation.RegisterConsents>().Count(), operations.Count(o => o is null), newest, contents.Keys.Fingerprint);
    }

    private static string PartOf(ArchiveEntry entry) => $"{Contents.LogPrefix}{entry.Log}";

    private void Broken(ErrorCode code, string part, string? entry, string message) => _findings.Add(new(code, part, entry, message));

    private void Held(string what)
    {
        if (_findings.Count == 0) _checked.Add(what);
    }
}

/// <summary>An archive that was read, with the trees of its windows.</summary>
/// <param name="File">The file.</param>
/// <param name="Contents">Its parts.</param>
/// <param name="Trees">Of each log the window's tree; none of a log that could not be rebuilt.</param>
internal sealed record OpenedArchive(EvidenceBundle File, ArchiveContents Contents, IReadOnlyDictionary<PartyId, WindowTree> Trees);
