using Collab.Jobs;
using Collab.Ledger;
using Collab.Primitives;

namespace Collab.Evidence.Records;

/// <summary>What a ledger says of one record's attestation, every signature and proof verified.</summary>
/// <param name="Attest">The operation that attests.</param>
/// <param name="Revocations">Its author's revocations of that attestation's records.</param>
/// <param name="AsOf">The time of the newest checkpoint that this rests on; null if the ledger has none.</param>
internal sealed record LedgerEvidence(LedgerOperation.Attest Attest, IReadOnlyList<LedgerOperation.RevokeRecord> Revocations, DateTimeOffset? AsOf)
{
    /// <summary>From the issuer's log as a file brings it.</summary>
    /// <exception cref="EvidenceException">It does not hold.</exception>
    public static LedgerEvidence Of(LogTail log, FinalityPolicy policy, AttestationReference reference)
    {
        var author = policy.AuthorOf(log.Checkpoint.Origin)
            ?? throw new EvidenceException(RecordErrors.NotIssuedBy, "ledger", "The attestation stands in a log of no party that is trusted.");
        if (!log.IsWhole()) throw RecordVerifier.Altered("ledger", "The entries are not those of the log under the checkpoint.");
        var finality = policy.Judge(log.Checkpoint);
        if (log.Checkpoint.Note.Signatures.Count != finality.Cosigned.Count + 1 || finality.Author is null)
            throw RecordVerifier.Altered("ledger", "A signature under the checkpoint is none, or of nobody who is trusted.");
        if (!finality.IsFinal) throw RecordVerifier.Unknown("ledger", $"The checkpoint does not bear {finality.Required} cosignatures of others.");

        var entries = log.Entries.Select(entry => SignedOperation.TryDecode(author, entry.Span)).ToList();
        if (entries[0] is not LedgerOperation.Attest attest || attest.Attestation != reference.Id || attest.Job != reference.Job)
            throw RecordVerifier.Altered("attestation", "The log's entry is not the attestation that the record names.");
        return new LedgerEvidence(attest, [.. entries.OfType<LedgerOperation.RevokeRecord>().Where(r => r.Job == reference.Id)], finality.WitnessedAt);
    }

    /// <summary>From a party's own copy of all logs; from the file's where that copy does not reach so far.</summary>
    /// <exception cref="EvidenceException">Neither has the attestation.</exception>
    public static LedgerEvidence Of(ILedger ledger, LedgerTimes times, CarriedRecord record)
    {
        var (reference, issuer) = (record.Attestation, record.Header.Issuer);
        var revocations = ledger.Page(reference.Id).Of<LedgerOperation.RevokeRecord>().ToList();
        var inFile = record.Log is { } log && times.Policy is { } policy ? Of(log, policy, reference) : null;
        var attest = ledger.Page(reference.Job).Of<LedgerOperation.Attest>().Where(a => a.Attestation == reference.Id).OrderBy(a => a.Author != issuer).FirstOrDefault();
        if (attest is null && inFile is null)
        {
            if (times.Policy is { } known && known.Parties.All(p => p.Party != issuer))
                throw new EvidenceException(RecordErrors.NotIssuedBy, "header", "The record names an issuer who is no party of the consortium.");
            throw RecordVerifier.Unknown("attestation", "This node's copy of the ledger has no such attestation.");
        }

        var author = (inFile?.Attest ?? attest)!.Author;
        var own = times.Of(author);
        if (attest is null && own?.Size > record.Log!.First.Index)
            throw RecordVerifier.Unknown("attestation", $"The attestation counts for nothing on the ledger: {author} was not entitled to it.");
        return new LedgerEvidence(
            inFile?.Attest ?? attest!,
            [.. revocations.Where(r => r.Author == author), .. inFile?.Revocations ?? []],
            attest is null || inFile?.AsOf > own?.At ? inFile?.AsOf : own?.At);
    }
}
