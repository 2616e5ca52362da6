using Collab.Cryptography;
using Collab.Evidence.Records;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Ledger.Embedded;
using Collab.Primitives;

namespace Collab.Engine.Records;

/// <summary>One record that is to be attested.</summary>
/// <param name="Fields">Its fields, in their order.</param>
/// <param name="Subject">Whom it is about, by the issuer's own pseudonym; stays with the issuer. Null for nobody in particular.</param>
public sealed record RecordToIssue(IReadOnlyList<RecordField> Fields, string? Subject);

/// <summary>Attests batches of records on this party's ledger, and revokes single ones (protocols/specs/record.md, steps 1 to 3).</summary>
public sealed class RecordIssuer(IssuedRecords issued, EmbeddedLedger ledger, FinalityPolicy policy, RandomSource random, CommitmentAlgorithm algorithm)
{
    /// <summary>Attests a batch and gives its records, each with all fields and the proof from the ledger, in their order.</summary>
    /// <param name="records">One record at least.</param>
    /// <param name="from">From this moment on they are valid.</param>
    /// <param name="expires">Up to this moment and not at it.</param>
    /// <param name="cancellation">Ends the waiting for the ledger.</param>
    /// <exception cref="CollabException"><see cref="RecordErrors.Invalid"/>, or the ledger's.</exception>
    /// <remarks>
    /// A crash before the operation is on the ledger leaves a batch in the node's store that nobody has a file of. A crash after it, or witnesses that are away, leaves an
    /// attestation whose files were never given out: the salts were in memory alone, and the batch is issued again.
    /// </remarks>
    public async Task<IReadOnlyList<CarriedRecord>> IssueAsync(
        IReadOnlyList<RecordToIssue> records, DateTimeOffset from, DateTimeOffset expires, CancellationToken cancellation)
    {
        if (records.Count == 0) throw new CollabException(RecordErrors.Invalid, "There is no record to be attested.");
        // 1  handles, salts, roots
        var attestation = new Attestation(ledger.Self, random, algorithm);
        var salted = records.Select(record => SaltedRecord.Create(ledger.Self, from, expires, record.Fields, random, algorithm)).ToList();
        foreach (var record in salted) attestation.Add(record);
        // 2  kept, then on the ledger
        issued.Note(new IssuedBatch(attestation.Id, attestation.Id, from, expires, [.. salted.Zip(records, (s, r) => new IssuedRecord(s.Header.Handle, r.Subject))]));
        var operation = await ledger.AppendAsync(stamp => attestation.Operation(stamp), cancellation);
        await ledger.WaitForFinalityAsync(operation, cancellation);
        // 3  a file each
        LogTail? proof = null;
        return
        [
            .. salted.Select((record, place) =>
            {
                var carried = attestation.Carry(record, place);
                return carried with { Log = proof ??= RecordProof.Prove(ledger, policy, carried).Log };
            }),
        ];
    }

    /// <summary>Takes a record back, for good; returns once that is final. To revoke it again changes nothing.</summary>
    /// <param name="handle">The record's handle.</param>
    /// <param name="reason">A code.</param>
    /// <param name="cancellation">Ends the waiting for the ledger.</param>
    /// <exception cref="CollabException"><see cref="RecordErrors.NotOurs"/>, <see cref="RecordErrors.Invalid"/>, or the ledger's.</exception>
    public async Task RevokeAsync(Digest handle, string reason, CancellationToken cancellation)
    {
        if (!LedgerOperation.IsCode(reason)) throw new CollabException(RecordErrors.Invalid, "A reason is a code of 1 to 64 of a-z, 0-9, '.', '-' and '/'.");
        var batch = issued.BatchOf(handle);
        var operation = ledger.PageWithPending(batch.Attestation).Of<LedgerOperation.RevokeRecord>().FirstOrDefault(o => o.Author == ledger.Self && o.Record == handle);
        operation ??= await ledger.AppendAsync(
            s => new LedgerOperation.RevokeRecord(s.Author, s.Id, s.Time, s.Heads, batch.Attestation, handle, reason), cancellation);
        await ledger.WaitForFinalityAsync(operation, cancellation);
    }

    /// <summary>Which of an attestation's records are revoked, and whether the attestation stands on the ledger.</summary>
    public (bool Attested, IReadOnlySet<Digest> Revoked) StateOf(IssuedBatch batch) => (
        ledger.Page(batch.Job).Of<LedgerOperation.Attest>().Any(a => a.Author == ledger.Self && a.Attestation == batch.Attestation),
        ledger.Page(batch.Attestation).Of<LedgerOperation.RevokeRecord>().Where(r => r.Author == ledger.Self).Select(r => r.Record).ToHashSet());
}
