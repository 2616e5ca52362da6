using Collab.Engine.Planning;
using Collab.Engine.Records;
using Collab.Evidence;
using Collab.Evidence.Records;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Node.Hosting;

/// <summary>What this node answers its operator of attested records (protocols/specs/record.md).</summary>
internal sealed class RecordDesk(NodeParts parts)
{
    private const int MostAtOnce = 1000; // an answer is one message

    public async Task<IssuedFilesView> IssueAsync(IssueRecordsRequest request, CancellationToken cancellation)
    {
        var records = new List<RecordToIssue>();
        var offer = parts.Datasets.Offers.FirstOrDefault(o => o.Name == request.Dataset)
            ?? throw new CollabException(Planner.DatasetUnknown, "This node has no dataset of that name.", parts.Self);
        var source = parts.Datasets.Open(offer.Id).Source;
        var fields = request.Fields ?? [.. source.Schema.Columns.Select(column => column.Name)];
        if (fields.Append(request.Subject).FirstOrDefault(name => name is not null && source.Schema.Find(name) is null) is { } missing)
            throw new CollabException(RecordErrors.Invalid, $"The dataset has no column '{missing}'.");
        if (request.Subject is { } named && !source.Schema.Find(named)!.NamesSubjects) throw new CollabException(RecordErrors.Invalid, "Text or whole numbers name whom a record is about.");
        string[] columns = [.. fields.Append(request.Subject).OfType<string>().Distinct()];
        await foreach (var batch in source.ReadAsync(columns, cancellation))
        {
            var subject = request.Subject is null ? null : batch.Columns[Array.IndexOf(columns, request.Subject)];
            for (var row = 0; row < batch.RowCount; row++)
            {
                if (records.Count == MostAtOnce) throw new CollabException(RecordErrors.Invalid, $"At most {MostAtOnce} records are issued at once.");
                records.Add(new RecordToIssue(
                    [.. fields.Select(name => RecordField.Of(batch.Columns[Array.IndexOf(columns, name)], row))], subject is null ? null : RecordTexts.Value(RecordField.Of(subject, row))));
            }
        }

        var files = await parts.Issuer.IssueAsync(records, request.From ?? parts.Clock.GetUtcNow(), request.Expires, cancellation);
        return new(
            files[0].Attestation.Id.ToString(),
            [.. files.Zip(records, (file, record) => new IssuedFileView(file.Header.Handle.ToString(), record.Subject, Convert.ToBase64String(file.EncodeSecret())))]);
    }

    public IssuedRecordsView List(ListRecordsRequest request)
    {
        var now = parts.Clock.GetUtcNow();
        return new([.. parts.Issued.All.SelectMany(batch =>
        {
            var (attested, revoked) = parts.Issuer.StateOf(batch);
            return batch.Records.Where(record => request.Subject is null || record.Subject == request.Subject).Select(record => new IssuedRecordView(
                record.Handle.ToString(), record.Subject, batch.Attestation.ToString(), batch.From, batch.Expires,
                revoked.Contains(record.Handle) ? "revoked" : !attested ? "not-attested" : now >= batch.Expires ? "expired" : now < batch.From ? "not-yet" : "valid"));
        })]);
    }

    public async Task<IssuedRecordView> RevokeAsync(RevokeRecordRequest request, CancellationToken cancellation)
    {
        if (request.Handle.Length != 2 * Digest.Size || !request.Handle.All(char.IsAsciiHexDigit))
            throw new CollabException(OperatorEndpoint.RequestInvalid, "A handle has 64 hexadecimal digits.");
        var handle = Digest.Parse(request.Handle);
        await parts.Issuer.RevokeAsync(handle, request.Reason, cancellation);
        var batch = parts.Issued.BatchOf(handle);
        return new(handle.ToString(), batch.Records.First(r => r.Handle == handle).Subject, batch.Attestation.ToString(), batch.From, batch.Expires, "revoked");
    }

    public async Task<RecordVerdictView> VerifyAsync(VerifyRecordRequest request, CancellationToken cancellation)
    {
        var (file, issuer) = (Bytes(request.File), request.Issuer is { } name ? PartyId.TryParse(name) : null);
        if (request.Issuer is not null && issuer is null) throw new CollabException(OperatorEndpoint.RequestInvalid, "The issuer has no name of a party.");
        if (request.Unnoted) return RecordTexts.Of(parts.Checker.CheckUnnoted(file, issuer));
        var check = await parts.Checker.CheckAsync(file, issuer, cancellation);
        var opening = new CanonicalWriter();
        check.Opening?.EncodeSecret(opening);
        return RecordTexts.Of(check.Verdict) with
        {
            Check = check.Commitment is { } commitment
                ? new(commitment.Value.ToString(), Convert.ToBase64String(check.Content.Span), Convert.ToBase64String(opening.Written))
                : null,
        };
    }

    public RecordFileView Renew(RenewRecordRequest request)
    {
        var renewed = RecordProof.Prove(parts.Ledger, parts.Keys.Policy, CarriedRecord.Decode(Bytes(request.File)));
        return new(Convert.ToBase64String(renewed.EncodeSecret()), parts.Keys.Policy.Judge(renewed.Log!.Checkpoint).WitnessedAt);
    }

    private static byte[] Bytes(string base64)
    {
        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException e)
        {
            throw new CollabException(OperatorEndpoint.RequestInvalid, "A file is written in base64.", inner: e);
        }
    }
}
