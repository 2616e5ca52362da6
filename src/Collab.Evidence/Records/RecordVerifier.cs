using Collab.Cryptography;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Primitives;

namespace Collab.Evidence.Records;

/// <summary>
/// Verifies a carried record in the order of protocols/specs/record.md, "Checks": by the proof in the file alone, or by the checker's own copy of the ledger.
/// The first thing that does not hold is the verdict.
/// </summary>
/// <remarks>One hash a field, at most 63 a path; by the file alone one an entry of the issuer's log besides, and the checkpoint's signatures.</remarks>
public static class RecordVerifier
{
    private static readonly string[] NeverChecked =
    [
        "whether what the issuer attests is true",
        "whether the person who shows the file is the one it is about",
    ];

    /// <summary>Verifies a file from its bytes, with no network and no node.</summary>
    /// <param name="file">The bytes.</param>
    /// <param name="policy">The parties and their keys, which must have come another way than the file.</param>
    /// <param name="question">Clock, issuer and limits.</param>
    public static RecordVerdict Verify(ReadOnlySpan<byte> file, FinalityPolicy policy, RecordQuestion question)
    {
        CarriedRecord? record = null;
        LedgerEvidence? found = null;
        try
        {
            record = CarriedRecord.Decode(file);
            CheckFields(record);
            found = LedgerEvidence.Of(record.Log ?? throw Unknown("ledger", "The file has no proof from the ledger: ask a node of the consortium."), policy, record.Attestation);
            CheckAttested(record, found, question);
            CheckStatus(record, found, question, found.AsOf);
            return Valid(record, found, [$"whether the issuer revoked it after {Time(found.AsOf)}: a node of the consortium can tell", "whether the issuer was entitled to attest: a node can tell"]);
        }
        catch (EvidenceException e)
        {
            return Refused(e, record, found);
        }
    }

    /// <summary>Verifies a file by a party's own copy of the ledger, and by the proof in the file if it has one.</summary>
    /// <param name="file">The bytes.</param>
    /// <param name="ledger">What the party sees.</param>
    /// <param name="asOf">The time of the newest checkpoint of a log, as far as the ledger has checkpoints: for the issuer's log, and for whichever log is newest.</param>
    /// <param name="question">Clock, issuer and limits.</param>
    public static RecordVerdict Verify(ReadOnlySpan<byte> file, ILedger ledger, LedgerTimes asOf, RecordQuestion question)
    {
        CarriedRecord? record = null;
        LedgerEvidence? found = null;
        try
        {
            record = CarriedRecord.Decode(file);
            CheckFields(record);
            found = LedgerEvidence.Of(ledger, asOf, record);
            CheckAttested(record, found, question);
            CheckStatus(record, found, question, asOf.Newest);
            return Valid(record, found, [$"what the issuer may have put on the ledger after {Time(found.AsOf)}"]);
        }
        catch (EvidenceException e)
        {
            return Refused(e, record, found);
        }
    }

    // What is shown is what its leaf says.
    private static void CheckFields(CarriedRecord record)
    {
        foreach (var field in record.Shown)
        {
            if (field.Opening.Leaf(record.Algorithm) != record.Leaves[field.Number])
                throw Altered($"field/{field.Number}", "A field that is shown is not the one of the record.");
        }
    }

    // Header, all leaves, the place and the number of records give the commitment that the issuer put on the ledger.
    private static void CheckAttested(CarriedRecord record, LedgerEvidence found, RecordQuestion question)
    {
        var inclusion = record.Attestation.Inclusion;
        var leaf = Attestation.LeafOf(record.Algorithm, SaltedRecord.RootOf(record.Algorithm, record.Header, record.Leaves));
        var root = inclusion.RootFrom(leaf, (left, right) => TreeHash.Node(record.Algorithm, left, right));
        if ((byte)record.Algorithm != found.Attest.Algorithm || root is null
            || Attestation.CommitmentOf(record.Algorithm, record.Attestation.Id, inclusion.TreeSize, root.Value) != found.Attest.Root)
            throw Altered("record", "The record is not in the attestation.");
        if (found.Attest.Author != record.Header.Issuer)
            throw new EvidenceException(RecordErrors.NotIssuedBy, "header", $"The record names {record.Header.Issuer} as its issuer; {found.Attest.Author} attested it.");
        if (question.Issuer is { } issuer && issuer != record.Header.Issuer)
            throw new EvidenceException(RecordErrors.NotIssuedBy, "header", $"{record.Header.Issuer} attested the record, not {issuer}.");
    }

    // Two clocks, the checker's and the witnesses': by neither may the record have ended (consent.md has the same rule).
    private static void CheckStatus(CarriedRecord record, LedgerEvidence found, RecordQuestion question, DateTimeOffset? witnessed)
    {
        if (found.Revocations.FirstOrDefault(r => r.Record == record.Header.Handle) is { } revocation)
            throw new EvidenceException(RecordErrors.Revoked, "header", $"The issuer revoked the record: {revocation.Reason}.");
        var expires = record.Header.Expires < found.Attest.Expires ? record.Header.Expires : found.Attest.Expires;
        if (question.Now >= expires || witnessed >= expires)
            throw new EvidenceException(RecordErrors.Expired, "header", $"The record was valid until {Time(expires)}.");
        if (question.Now < record.Header.From) throw Unknown("header", $"The record is valid from {Time(record.Header.From)} on.");
        if (question.ClockMargin > TimeSpan.Zero && question.Now >= expires - question.ClockMargin)
            throw Unknown("header", $"The record expires at {Time(expires)}, too soon for one clock alone: ask a node of the consortium.");
        if (question.StatusAge is { } age && !(found.AsOf >= question.Now - age))
            throw Unknown("ledger", $"Nothing newer than {Time(found.AsOf)} tells whether the record was revoked: ask a node of the consortium.");
    }

    private static RecordVerdict Valid(CarriedRecord record, LedgerEvidence found, string[] notChecked) => new(
        RecordStatus.Valid, null, null, $"{record.Header.Issuer} attested the record, and had not revoked it as of {Time(found.AsOf)}.", found.AsOf, [.. notChecked, .. NeverChecked])
    {
        Record = record, Attested = found.Attest,
    };

    private static RecordVerdict Refused(EvidenceException e, CarriedRecord? record, LedgerEvidence? found)
    {
        var status = e.Code == RecordErrors.Revoked ? RecordStatus.Revoked
            : e.Code == RecordErrors.Expired ? RecordStatus.Expired
            : e.Code == RecordErrors.NotIssuedBy ? RecordStatus.NotIssuedBy
            : e.Code == RecordErrors.Unknown || e.Code == RecordErrors.Unsupported ? RecordStatus.Unknown
            : RecordStatus.Altered;
        return new RecordVerdict(status, e.Code, e.Part, e.Message, found?.AsOf, ["whatever comes after the first part that does not hold", .. NeverChecked]) { Record = record, Attested = found?.Attest };
    }

    internal static EvidenceException Altered(string part, string message) => new(RecordErrors.Altered, part, message);

    internal static EvidenceException Unknown(string part, string message) => new(RecordErrors.Unknown, part, message);

    private static string Time(DateTimeOffset? time) => time is { } at ? at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture) : "a time that is not known";
}
