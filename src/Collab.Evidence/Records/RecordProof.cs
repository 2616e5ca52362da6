using Collab.Jobs;
using Collab.Ledger;
using Collab.Ledger.Embedded;
using Collab.Primitives;

namespace Collab.Evidence.Records;

/// <summary>Adds to a carried record the ledger's part: what a party's copy of the issuer's log says from the attestation on, up to its newest final checkpoint.</summary>
public static class RecordProof
{
    /// <summary>Takes the attestation and all that follows it in the issuer's log.</summary>
    /// <param name="ledger">The party's copy of the ledger.</param>
    /// <param name="policy">The parties; signatures of nobody among them are left out.</param>
    /// <param name="record">A record with or without an older proof.</param>
    /// <exception cref="CollabException"><see cref="RecordErrors.Unknown"/> if the attestation is not final here; <see cref="RecordErrors.ProofTooLong"/>.</exception>
    /// <remarks>Reads the issuer's whole log; the result grows with what the issuer's log has gained since.</remarks>
    public static CarriedRecord Prove(EmbeddedLedger ledger, FinalityPolicy policy, CarriedRecord record)
    {
        var issuer = policy.Parties.FirstOrDefault(p => p.Party == record.Header.Issuer)
            ?? throw new EvidenceException(RecordErrors.NotIssuedBy, "header", "The record names an issuer who is no party of the consortium.");
        var view = ledger.LogOf(issuer.Party);
        if (view.Final is not { } final) throw NotFinal();
        var entries = view.ReadEntries(0, final.Size);
        var first = 0;
        while (first < entries.Count && !IsAttestation(entries[first].Span, issuer, record.Attestation)) first++;
        if (first == entries.Count) throw NotFinal();
        var known = policy.Parties.Where(p => p != issuer).Select(p => p.Witness).Append(issuer.Log).ToList();
        var tail = new LogTail(
            final.OnlyWith(signature => known.Exists(key => key.IsNamedBy(signature))), view.ProveInclusion(first, final.Size), [.. entries.Skip(first)]);
        return record with { Log = tail.Entries.Sum(entry => (long)entry.Length) < CarriedRecord.LargestFile / 2 ? tail : throw TooLong() };

        static EvidenceException NotFinal() => RecordVerifier.Unknown("attestation", "The attestation is not final in this node's copy of the issuer's log.");

        static CollabException TooLong() => new(RecordErrors.ProofTooLong, "The issuer's log since the attestation is too long to be carried.");
    }

    private static bool IsAttestation(ReadOnlySpan<byte> entry, LedgerParty issuer, AttestationReference reference) =>
        SignedOperation.TryDecode(issuer, entry) is LedgerOperation.Attest attest && attest.Attestation == reference.Id && attest.Job == reference.Job;
}
