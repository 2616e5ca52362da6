using Collab.Cryptography;
using Collab.Data.Keys;
using Collab.Evidence.Records;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Records;

/// <summary>The receiver's checks of one reply: each record by the ledger, its key, and that it shows what the plan says and no more (protocols/specs/deliver.md, step 4).</summary>
/// <param name="ports">What the host gives.</param>
/// <param name="plan">The plan.</param>
/// <param name="question">Its question.</param>
/// <param name="attestation">The attestation of the reply.</param>
internal sealed class DeliveryCheck(EnginePorts ports, Plan plan, DeliverQuestion question, Digest attestation)
{
    private const string Domain = "collab.delivery-check.v1";

    private readonly PlanInput _input = plan.InputOf(question.Of)!;
    private readonly List<Digest> _handles = [];

    /// <summary>The record, if all of it holds; else nothing of the run is released.</summary>
    /// <param name="key">What was asked, as it is compared.</param>
    /// <param name="file">The record as it came.</param>
    /// <exception cref="CollabException">A code of <see cref="RecordErrors"/>, or a <see cref="PeerFaultException"/>.</exception>
    public async Task<DeliveredRecord> RequireAsync(ReadOnlyMemory<byte> key, byte[] file, CancellationToken cancellation)
    {
        var asked = new RecordQuestion(ports.Clock.GetUtcNow(), question.Of) { ClockMargin = TimeSpan.Zero, StatusAge = null };
        var verdict = RecordVerifier.Verify(file, ports.Ledger, LedgerTimes.None, asked);
        if (verdict is not { Status: RecordStatus.Valid, Record: { } record })
            throw new CollabException(verdict.Code!, $"A record of {question.Of} does not hold: {verdict.Message}", question.Of, DeliverySteps.Verify);
        Require(record.Attestation.Id == attestation && record.Attestation.Job == plan.Digest && record.Log is null, "a record of this run's attestation");
        Require(record.Header.Fields == RecordMaker.FieldCount(question, _input), "a record with as many fields as the plan says");
        Require(!_handles.Contains(record.Header.Handle), "each record once");
        var told = record.Find(DeliverQuestion.VerdictField)?.Text;
        Require(question.Rule is null || told is RecordMaker.Yes or RecordMaker.No, "a verdict");
        var satisfies = question.Rule is null || told == RecordMaker.Yes;
        var shown = RecordMaker.ShownOf(question, _input, satisfies);
        Require(record.Shown.Count == shown.Count && shown.All(name => record.Find(name) is not null), "the fields that the plan says");
        foreach (var field in record.Shown.Select(s => s.Opening.Field)) Require(field.Schema == SchemaOf(field.Schema.Name), "fields of the types that the plan says");
        Require((await KeyOfAsync(record, cancellation)).AsSpan().SequenceEqual(key.Span), "the record of the key that was asked");
        _handles.Add(record.Header.Handle);
        return new DeliveredRecord(
            question.Rule is null ? null : satisfies,
            record.Find(DeliverQuestion.AmountField) is { } amount ? TextOf(amount) : null,
            satisfies ? [.. question.Disclose.Select(name => TextOf(record.Find(name)!))] : [],
            record.Header.Handle, file);
    }

    /// <summary>Puts on the ledger that this party checked, and keeps what opens it.</summary>
    public async Task RecordAsync(Digest run, CancellationToken cancellation)
    {
        var content = new CanonicalWriter().Digest(attestation).Time(ports.Clock.GetUtcNow()).List(_handles, (w, handle) => w.Digest(handle)).ToArray();
        var (commitment, opening) = Commitment.Commit(Domain, content, ports.Random, ports.Commitments);
        var kept = new CanonicalWriter();
        opening.EncodeSecret(kept);
        ports.Store.Put($"run/{run}/check", kept.Bytes(content).ToArray());
        var written = await ports.Ledger.AppendAsync(
            s => new LedgerOperation.RecordChecked(s.Author, s.Id, s.Time, s.Heads, plan.Digest, (byte)commitment.Algorithm, commitment.Value), cancellation);
        await ports.Ledger.WaitForFinalityAsync(written, cancellation);
    }

    private void Require(bool holds, string rule) => PeerFaultException.ThrowUnless(holds, question.Of, DeliverySteps.Verify, rule);

    private ColumnSchema? SchemaOf(string name) => name switch
    {
        DeliverQuestion.VerdictField => new ColumnSchema(name, ColumnType.Text, 0),
        DeliverQuestion.AmountField => RecordMaker.SchemaOf(question.Amount!),
        _ => _input.Columns.FirstOrDefault(column => column.Name == name),
    };

    // As the issuer's node makes keys of its rows, from what the record shows.
    private async Task<byte[]> KeyOfAsync(CarriedRecord record, CancellationToken cancellation)
    {
        var columns = _input.Key.Select(name => ColumnOf(record.Find(name)!)).ToList();
        var rule = question.KeyRule with { Blank = KeyProblem.Skip };
        var rows = await KeyedRowReader.ReadAsync(One(new ColumnBatch(1, 1, columns)), [_input.Key], rule, null, cancellation);
        return rows.Keys.Count == 1 ? rows.Keys[0].ToArray() : [];
    }

    private static Column ColumnOf(RecordField field) => field.Schema.Type == ColumnType.Text
        ? new TextColumn(field.Schema, [field.Text])
        : new NumberColumn(field.Schema, new[] { field.Number ?? 0 }, new[] { field.Number is not null });

    private static async IAsyncEnumerable<ColumnBatch> One(ColumnBatch batch)
    {
        await Task.CompletedTask;
        yield return batch;
    }

    private static string? TextOf(RecordField field) => field.Text ?? (field.Number is { } number ? PrivacyChoice.Decimal(number, field.Schema.Scale) : null);
}
