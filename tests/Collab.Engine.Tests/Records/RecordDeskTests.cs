using Collab.Cryptography;
using Collab.Engine.Records;
using Collab.Engine.Tests.Support;
using Collab.Evidence.Records;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Engine.Tests.Records;

/// <summary>Issuer, holder and receiver over real ledgers: template T08, in one process.</summary>
public sealed class RecordDeskTests
{
    private static readonly PartyId University = PartyId.Parse("university"), Employer = PartyId.Parse("employer"), Operator = PartyId.Parse("operator");
    private static readonly CancellationToken Never = CancellationToken.None;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task A_degree_is_carried_to_an_employer_and_revoked()
    {
        await using var study = Start();
        var (issuer, issued) = Issuer(study);
        var files = await issuer.IssueAsync([Degree("P-1", "Zhou"), Degree("P-2", "Li")], Now.AddMinutes(-1), Now.AddDays(30), Never);
        var held = CarriedRecord.Decode(files[1].EncodeSecret());
        var shown = held.Present(["degree", "year"]).EncodeSecret();

        var checker = Checker(study, Employer, TimeProvider.System);
        await study[Employer].WhenLedgerAsync(held.Attestation.Id, page => page.Of<LedgerOperation.Attest>().Any());
        var check = await checker.CheckAsync(shown, University, Never);
        Assert.Equal((RecordStatus.Valid, null), (check.Verdict.Status, check.Verdict.Part));
        Assert.Equal(["degree", "year"], check.Verdict.Record!.Shown.Select(f => f.Opening.Field.Schema.Name));
        AssertNoted(study, check, "valid");
        Assert.Equal(RecordStatus.NotIssuedBy, (await checker.CheckAsync(shown, Operator, Never)).Verdict.Status);

        await issuer.RevokeAsync(held.Header.Handle, "record.mistaken", Never);
        await issuer.RevokeAsync(held.Header.Handle, "record.mistaken", Never); // once more changes nothing
        await study[Employer].WhenLedgerAsync(held.Attestation.Id, page => page.Of<LedgerOperation.RevokeRecord>().Any());
        Assert.Single(study[Employer].Ledger.Page(held.Attestation.Id).Of<LedgerOperation.RevokeRecord>());
        check = await checker.CheckAsync(shown, University, Never);
        Assert.Equal(RecordStatus.Revoked, check.Verdict.Status);
        AssertNoted(study, check, "revoked");
        Assert.Equal(RecordStatus.Valid, (await checker.CheckAsync(files[0].EncodeSecret(), University, Never)).Verdict.Status);
        var (attested, revoked) = issuer.StateOf(Assert.Single(issued.All));
        Assert.True(attested);
        Assert.Equal([held.Header.Handle], revoked);
    }

    [Fact]
    public async Task A_clock_that_is_a_day_behind_does_not_extend_a_record()
    {
        await using var study = Start();
        var (issuer, _) = Issuer(study);
        var expires = Now.AddSeconds(-1);
        var file = (await issuer.IssueAsync([Degree("P-1", "Zhou")], Now.AddDays(-3), expires, Never))[0].EncodeSecret();
        var dayBehind = Checker(study, Employer, new ManualTime(Now.AddDays(-1)));
        var check = await dayBehind.CheckAsync(file, null, Never);
        Assert.Equal(RecordStatus.Expired, check.Verdict.Status); // by the witnesses' clocks
        Assert.Equal(RecordStatus.Expired, dayBehind.CheckUnnoted(file, null).Status);

        // Ahead by a day, its own clock says so; alone and near the end it does not decide.
        file = (await issuer.IssueAsync([Degree("P-2", "Li")], Now.AddMinutes(-1), Now.AddHours(12), Never))[0].EncodeSecret();
        Assert.Equal(RecordStatus.Expired, (await Checker(study, Employer, new ManualTime(Now.AddDays(1))).CheckAsync(file, null, Never)).Verdict.Status);
        Assert.Equal(RecordStatus.Unknown, Checker(study, Employer, TimeProvider.System).CheckUnnoted(file, null).Status);
        Assert.Equal(RecordStatus.Valid, (await Checker(study, Employer, TimeProvider.System).CheckAsync(file, null, Never)).Verdict.Status);
    }

    [Fact]
    public async Task A_check_that_leaves_no_note_leaves_none_and_what_cannot_be_read_is_not_noted()
    {
        await using var study = Start();
        var (issuer, _) = Issuer(study);
        var file = (await issuer.IssueAsync([Degree("P-1", "Zhou")], Now.AddMinutes(-1), Now.AddDays(30), Never))[0].EncodeSecret();
        var checker = Checker(study, Employer, TimeProvider.System);
        Assert.Equal(RecordStatus.Valid, checker.CheckUnnoted(file, null).Status);
        var check = await checker.CheckAsync(file.AsMemory(0, 40), null, Never);
        Assert.Equal((RecordStatus.Altered, null), (check.Verdict.Status, check.Commitment));
        Assert.Equal(0, study[Employer].Ledger.Size.Size);
    }

    [Fact]
    public async Task An_issuer_keeps_handles_and_pseudonyms_and_neither_fields_nor_salts()
    {
        await using var study = Start();
        var (issuer, issued) = Issuer(study);
        var files = await issuer.IssueAsync([Degree("P-1", "Zhou"), Degree(null, "Li")], Now.AddMinutes(-1), Now.AddDays(30), Never);
        var batch = issued.BatchOf(files[0].Header.Handle);
        Assert.Equal([("P-1", files[0].Header.Handle), (null, files[1].Header.Handle)], batch.Records.Select(r => (r.Subject, r.Handle)));
        var store = study[University].Store;
        var kept = store.List("").SelectMany(key => store.Get(key)!).ToArray().AsSpan();
        Assert.True(kept.IndexOf("P-1"u8) > 0);
        Assert.True(kept.IndexOf("Zhou"u8) < 0 && kept.IndexOf("physics"u8) < 0);

        Assert.Same(RecordErrors.NotOurs, (await Assert.ThrowsAsync<CollabException>(() => Issuer(study, Employer).Item1.RevokeAsync(files[0].Header.Handle, "a", Never))).Code);
        Assert.Same(RecordErrors.Invalid, (await Assert.ThrowsAsync<CollabException>(() => issuer.RevokeAsync(files[0].Header.Handle, "Not a code", Never))).Code);
        Assert.Same(RecordErrors.Invalid, (await Assert.ThrowsAsync<CollabException>(() => issuer.IssueAsync([], Now, Now.AddDays(1), Never))).Code);
        Assert.Same(RecordErrors.Invalid, (await Assert.ThrowsAsync<CollabException>(() => issuer.IssueAsync([Degree("P-1", "x")], Now, Now, Never))).Code);
    }

    private static Study Start()
    {
        var study = new Study(University, Employer, Operator);
        study.StartAll();
        return study;
    }

    private static RecordToIssue Degree(string? subject, string name) => new(
        [
            RecordField.OfText("name", name), RecordField.OfText("degree", "physics"), RecordField.OfNumber(new ColumnSchema("year", ColumnType.Integer, 0), 2019),
            RecordField.OfNumber(new ColumnSchema("grade", ColumnType.Decimal, 1), 17), RecordField.OfText("supervisor", null),
        ],
        subject);

    private static (RecordIssuer, IssuedRecords) Issuer(Study study, PartyId? party = null)
    {
        var node = study[party ?? University];
        var issued = new IssuedRecords(node.Store);
        return (new RecordIssuer(issued, node.Ledger, node.LedgerPolicy, RandomSource.System, CommitmentAlgorithm.SaltedSha256), issued);
    }

    private static RecordChecker Checker(Study study, PartyId party, TimeProvider clock) => new(
        study[party].Store, study[party].Ledger, study[party].LedgerPolicy, RandomSource.System, clock, CommitmentAlgorithm.SaltedSha256);

    // On the employer's log stands a commitment that opens to what was checked; the note itself names nothing.
    private static void AssertNoted(Study study, CheckedRecord check, string verdict)
    {
        var ledger = study[Employer].Ledger;
        var notes = ledger.Jobs.SelectMany(job => ledger.Page(job).Of<LedgerOperation.RecordChecked>()).ToList();
        var note = Assert.Single(notes, n => n.Commitment == check.Commitment!.Value.Value);
        Assert.Equal(Employer, note.Author);
        Assert.Single(notes.Select(n => n.Job).Distinct());
        Assert.DoesNotContain(check.Verdict.Record!.Attestation.Id, notes.Select(n => n.Job));
        Assert.True(check.Commitment!.Value.IsOpenedBy(RecordChecker.Domain, check.Content.Span, check.Opening!));
        var content = new CanonicalReader(check.Content.Span);
        Assert.Equal((check.Verdict.Record.Attestation.Id, check.Verdict.Record.Header.Handle, verdict), (content.Digest(), content.Digest(), content.Text()));
    }
}
