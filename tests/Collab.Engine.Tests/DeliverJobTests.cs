using System.Collections.Concurrent;
using System.Text;
using Collab.Channels;
using Collab.Engine.Consents;
using Collab.Engine.Descriptions;
using Collab.Engine.Planning;
using Collab.Engine.Records;
using Collab.Engine.Tests.Support;
using Collab.Evidence.Records;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Engine.Tests;

/// <summary>Deliveries and attestations as jobs, over real engines and ledgers; then everything that may go wrong with them.</summary>
public sealed class DeliverJobTests
{
    private const string Job = """
        kind: deliver
        purpose: claim-adjudication
        parties:
          - { name: al, dataset: claims, key: [case] }
          - { name: bo, dataset: encounters, key: [encounter] }
        receivers: [al]
        parameters:
          disclose: [item]
          rule: diagnosis in ('J18', 'J20') and days < 30
          amount: { of: charge, share: 0.8, deductible: 500, cap: 2000.00 }
          records: 4
          record-size: 2048
          blank: fail
        """;

    private static readonly CancellationToken None = CancellationToken.None;

    private static readonly string[] Encounters =
        ["encounter,diagnosis,days,charge,item,note", "E-1,J18,4,1234.56,I-Shown,Canary", "E-2,Z99,4,9000.00,I-Hidden,Canary", "E-3,J20,29,99999.99,I-Other,Canary", "E-4,J18,2,10.00,I-Unasked,Canary"];

    [Fact]
    public async Task A_claim_gets_verdict_amount_and_the_items_of_what_is_covered_and_nothing_else_of_the_record()
    {
        await using var study = await StudyAsync();
        var wire = new ConcurrentQueue<byte[]>();
        study.Meeting.Around = (_, line) => new Tapped(line, wire);
        var plan = await PlanAsync(study, Job);
        Assert.Null(await study.RunAsync(plan));

        var (run, result) = ResultOf(study);
        var told = Assert.IsType<JobResult.Delivered>(JobResult.Decode(result.Encode()));
        Assert.Equal(
            ["1 e-3 True 2000 I-Other", "2 e-9 none", "3 e-1 True 587.648 I-Shown", "4 e-2 False  "],
            told.Rows.Select(r => $"{r.Asked.Row} {r.Asked.Key[0]} {(r.Record is { } x ? $"{x.Verdict} {x.Amount} {string.Join(' ', x.Values)}" : "none")}"));

        // What was not to be learned is not in the result, and nothing at all is readable on the wire.
        var bytes = Encoding.Latin1.GetString(result.Encode());
        Assert.All((string[])["Canary", "I-Hidden", "I-Unasked", "J18", "Z99", "1234"], text => Assert.DoesNotContain(text, bytes, StringComparison.Ordinal));
        var passed = Encoding.Latin1.GetString([.. wire.SelectMany(frame => frame)]);
        Assert.All((string[])["e-1", "E-1", "I-Shown", "J18"], text => Assert.DoesNotContain(text, passed, StringComparison.Ordinal));
        Assert.Empty(study[Plans.Bo].Seen.Results);

        // The records hold by the ledger alone; that they were checked stands on it.
        var record = told.Rows[2].Record!;
        var verdict = RecordVerifier.Verify(record.File, study[Plans.Al].Ledger, LedgerTimes.None, new RecordQuestion(TimeProvider.System.GetUtcNow(), Plans.Bo) { StatusAge = null });
        Assert.Equal(RecordStatus.Valid, verdict.Status);
        Assert.Equal(["encounter", "item", "collab.verdict", "collab.amount"], verdict.Record!.Shown.Select(s => s.Opening.Field.Schema.Name));
        var page = study[Plans.Al].Ledger.Page(plan.Digest);
        Assert.Equal(Plans.Bo, Assert.Single(page.Of<LedgerOperation.Attest>()).Author);
        Assert.Equal(Plans.Al, Assert.Single(page.Of<LedgerOperation.RecordChecked>()).Author);
        Assert.Equal(run, page.Starts.Single().Run);
    }

    [Fact]
    public async Task A_predicate_tells_yes_or_no_and_no_field()
    {
        await using var study = await StudyAsync();
        var text = Job.Replace("  disclose: [item]\n", "", StringComparison.Ordinal).Replace("  amount: { of: charge, share: 0.8, deductible: 500, cap: 2000.00 }\n", "", StringComparison.Ordinal);
        var plan = await PlanAsync(study, text);
        Assert.Null(await study.RunAsync(plan));
        var told = (JobResult.Delivered)ResultOf(study).Result;
        Assert.Equal(["True", "", "True", "False"], told.Rows.Select(r => r.Record?.Verdict.ToString() ?? ""));
        Assert.All(told.Rows, r => Assert.Empty(r.Record?.Values ?? []));
        Assert.DoesNotContain("I-", Encoding.Latin1.GetString(told.Encode()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_passes_has_the_plans_size_whatever_is_asked_and_released_and_the_ledger_shows_the_same()
    {
        await using var study = await StudyAsync();
        List<(ulong, int)> seen = [];
        foreach (var claims in (string[][])[["case", "E-3", "E-9", "e-1", "E-2"], ["case", "E-7777"]])
        {
            await study[Plans.Al].OfferAsync("claims", claims);
            var plan = await PlanAsync(study, Job);
            Assert.Null(await study.RunAsync(plan));
            var page = study[Plans.Al].Ledger.Page(plan.Digest);
            var receipt = study[Plans.Al].Engine.Archive.RequireReceipt(page.Starts.Single().Run, Plans.Al);
            seen.Add((receipt.Conversations.Single().Sent.Concat(receipt.Conversations.Single().Received).Aggregate(0UL, (sum, line) => sum + line.Bytes), page.Operations.Count));
        }

        Assert.Single(seen.Distinct());
    }

    [Fact]
    public async Task Consent_comes_before_release_and_a_grant_is_spent_once()
    {
        await using var study = await StudyAsync(subject: true);
        var text = Job + "\nconsent: required\n";
        Assert.Equal(["", "", "", ""], await ItemsAsync()); // nobody has consented: as if there were no record

        study[Plans.Bo].Consents.Give([Consent("E-1"), Consent("E-3") with { Recipient = "cy" }, Consent("E-4")]);
        Assert.Equal(["", "", "I-Shown", ""], await ItemsAsync()); // of E-3 another receiver may have it
        Assert.Equal("claim-adjudication", Assert.Single(study[Plans.Bo].Consents.UsesOf("E-1")).Purpose);
        Assert.Empty(study[Plans.Bo].Consents.UsesOf("E-4")); // consents, and was not asked for

        study[Plans.Bo].Consents.Withdraw("E-1", null, null);
        Assert.Equal(["", "", "", ""], await ItemsAsync());

        study[Plans.Bo].Consents.Give([Consent("E-1") with { Fields = ["item"] }]); // not all fields that are read
        Assert.Equal(["", "", "", ""], await ItemsAsync());

        async Task<IEnumerable<string>> ItemsAsync()
        {
            study[Plans.Al].Seen.Results.Clear();
            var plan = await PlanAsync(study, text);
            Assert.Null(plan.InputOf(Plans.Al)!.Subject);
            Assert.Equal(plan.Digest, Plan.Decode(plan.Encode()).Digest);
            Assert.Null(await study.RunAsync(plan));
            Assert.Equal("grant.used-up", (await Assert.ThrowsAsync<CollabException>(() => study[Plans.Al].Engine.StartRunAsync(plan.Digest, None))).Code.Name);
            return ((JobResult.Delivered)ResultOf(study).Result).Rows.Select(r => r.Record?.Values.ElementAtOrDefault(0) ?? "");
        }
    }

    [Theory]
    [InlineData("receivers: [al]", "receivers: [al, bo]", "plan.parties-unsuited")]
    [InlineData("receivers: [al]", "receivers: [bo]", "plan.column-unknown")]
    [InlineData("disclose: [item]", "disclose: [itam]", "plan.column-unknown")]
    [InlineData("rule: diagnosis in ('J18', 'J20')", "rule: diagnosis > 3", "plan.filter-unsuited")]
    [InlineData("of: charge", "of: item", "plan.column-unsuited")]
    [InlineData("share: 0.8", "share: 1.8", "plan.protocol-unsuited")]
    [InlineData("deductible: 500", "deductible: 500.001", "plan.column-unsuited")]
    [InlineData("key: [encounter]", "key: [charge]", "plan.column-unsuited")]
    [InlineData("record-size: 2048", "record-size: 65536, records: 4096", "plan.parties-unsuited")]
    public async Task What_a_delivery_cannot_do_is_refused_at_planning(string correct, string wrong, string code)
    {
        await using var study = await StudyAsync();
        var text = Job.Replace(correct, wrong, StringComparison.Ordinal);
        if (wrong.Contains(", records", StringComparison.Ordinal)) text = Job.Replace("records: 4\n  record-size: 2048", "records: 4096\n  record-size: 65536", StringComparison.Ordinal);
        Assert.NotEqual(Job, text);
        Assert.Equal(code, (await Assert.ThrowsAsync<CollabException>(() => PlanAsync(study, text))).Code.Name);
    }

    [Fact]
    public async Task More_keys_than_the_plan_allows_and_records_without_room_end_the_run()
    {
        await using var study = await StudyAsync();
        Assert.Equal(("run.records-unsuited", Plans.Al), await study.RunAsync(await PlanAsync(study, Job.Replace("records: 4", "records: 3", StringComparison.Ordinal))));
        Assert.Equal("run.records-unsuited", (await study.RunAsync(await PlanAsync(study, Job.Replace("record-size: 2048", "record-size: 512", StringComparison.Ordinal))))?.Code);
        Assert.Empty(study[Plans.Al].Seen.Results);
    }

    [Theory]
    [InlineData("al")]
    [InlineData("bo")]
    public async Task A_key_that_the_pinned_log_key_did_not_sign_for_this_run_gets_nothing(string name)
    {
        var (deviating, other) = (PartyId.Parse(name), PartyId.Parse(name == "al" ? "bo" : "al"));
        await using var study = await StudyAsync();
        await study[deviating].StopEngineAsync();
        study[deviating].Sign = message => // another run's name in what is signed
        {
            message[^40] ^= 1;
            return study[deviating].LogKey.Sign(message);
        };
        study[deviating].StartEngine();
        Assert.Equal(("peer.protocol", deviating), await study.RunAsync(await PlanAsync(study, Job)));
        Assert.Empty(study[Plans.Al].Seen.Results);
        Assert.Empty(study[Plans.Al].Ledger.Page(study[other].Ledger.Jobs[0]).Of<LedgerOperation.Attest>());
    }

    [Theory]
    [InlineData("al", 0)]
    [InlineData("al", 1)]
    [InlineData("bo", 0)]
    [InlineData("bo", 1)]
    public async Task An_altered_message_ends_the_run_at_both_with_no_result(string sender, int message)
    {
        await using var study = await StudyAsync();
        var broken = PartyId.Parse(sender);
        study.Meeting.Around = (self, line) => self == broken ? new FaultingTransport(line, Faults.At(message, FaultKind.Flip)) : line;
        Assert.NotNull(await study.RunAsync(await PlanAsync(study, Job)));
        Assert.Empty(study[Plans.Al].Seen.Results);
    }

    [Fact]
    public void Requests_and_replies_that_are_none_are_refused()
    {
        var question = (DeliverQuestion)Plan.Decode(PlanOf().Encode()).Question;
        ReadOnlyMemory<byte>[] keys = ["a"u8.ToArray(), "b"u8.ToArray()];
        var body = Padded(DeliveryBodies.Request(keys), DeliveryBodies.RequestSize(question));
        Assert.Equal(2, DeliveryBodies.ReadRequest(body, question).Count);
        body[^1] = 1;
        Assert.Throws<MalformedException>(() => DeliveryBodies.ReadRequest(body, question));
        foreach (ReadOnlyMemory<byte>[] bad in (ReadOnlyMemory<byte>[][])[[], [default], [keys[0], keys[0]], [.. Enumerable.Range(0, 5).Select(i => new ReadOnlyMemory<byte>([(byte)i]))]])
            Assert.Throws<MalformedException>(() => DeliveryBodies.ReadRequest(Padded(DeliveryBodies.Request(bad), DeliveryBodies.RequestSize(question)), question));

        Assert.Single(Reply((1, [7])).Released);
        Assert.Throws<MalformedException>(() => Reply((2, [7])));                      // of a key that was not asked
        Assert.Throws<MalformedException>(() => Reply((1, [7]), (0, [8])));
        Assert.Throws<MalformedException>(() => Reply((1, [7]), (1, [8])));

        (Digest, IReadOnlyList<(int, byte[])> Released) Reply(params (int, byte[])[] released) =>
            DeliveryBodies.ReadReply(Padded(DeliveryBodies.Reply(Plans.DigestOf("a"), released), DeliveryBodies.ReplySize(question)), 2);

        static byte[] Padded(byte[] body, int size) => [.. body, .. new byte[size - body.Length]];
    }

    [Theory]
    [InlineData("as it should be", null)]
    [InlineData("altered", "record.altered")]
    [InlineData("expired", "record.expired")]
    [InlineData("revoked", "record.revoked")]
    [InlineData("not on the ledger", "record.unknown")]
    [InlineData("another issuer's", "record.not-issued-by")]
    [InlineData("no record", "record.malformed")]
    [InlineData("of another key", "peer.protocol")]
    [InlineData("of another attestation", "peer.protocol")]
    [InlineData("with another field", "peer.protocol")]
    [InlineData("with less shown", "peer.protocol")]
    [InlineData("of another type", "peer.protocol")]
    [InlineData("twice", "peer.protocol")]
    public async Task A_record_is_taken_only_if_all_of_it_holds(string what, string? code)
    {
        await using var study = await StudyAsync();
        var (plan, now) = (PlanOf(), DateTimeOffset.UtcNow);
        var issuer = what == "another issuer's" ? Plans.Al : Plans.Bo;
        RecordField[] fields = [RecordField.OfText("id", "E-1"), what == "of another type" ? RecordField.OfNumber(new ColumnSchema("item", ColumnType.Integer, 0), 7) : RecordField.OfText("item", "Item-7"),
            .. what == "with another field" ? [RecordField.OfText("more", "m")] : Array.Empty<RecordField>()];
        var record = SaltedRecord.Create(issuer, now.AddDays(-2), now.AddDays(what == "expired" ? -1 : 1), fields, RandomSource.Seeded(1));
        var attestation = new Attestation(issuer, RandomSource.Seeded(2));
        attestation.Add(record);
        if (what != "not on the ledger")
        {
            var attest = await study[issuer].Ledger.AppendAsync(stamp => attestation.Operation(stamp, plan.Digest), None);
            await study[issuer].Ledger.WaitForFinalityAsync(attest, None);
            await study[Plans.Al].WhenLedgerAsync(plan.Digest, page => page.Of<LedgerOperation.Attest>().Any());
        }

        if (what == "revoked")
        {
            var revoke = await study[Plans.Bo].Ledger.AppendAsync(
                s => new LedgerOperation.RevokeRecord(s.Author, s.Id, s.Time, s.Heads, attestation.Id, record.Header.Handle, "record.mistaken"), None);
            await study[Plans.Bo].Ledger.WaitForFinalityAsync(revoke, None);
            await study[Plans.Al].WhenLedgerAsync(attestation.Id, page => page.Of<LedgerOperation.RevokeRecord>().Any());
        }

        var file = attestation.Carry(record, 0, plan.Digest).Present(what == "with less shown" ? ["id"] : ["id", "item"]).EncodeSecret();
        if (what == "altered") file[file.AsSpan().IndexOf("Item-7"u8) + 5] ^= 1;
        if (what == "no record") file = file[..^1];
        var ports = new EnginePorts(
            Plans.Al, "study", study[Plans.Al].Ledger, study[Plans.Al], study[Plans.Al].Datasets, study[Plans.Al].Store, study[Plans.Al].Seen, ApprovalPolicy.AskAlways, study[Plans.Al].Seen,
            study[Plans.Al].Seen, TimeProvider.System, RandomSource.System, "test");
        var check = new DeliveryCheck(ports, plan, (DeliverQuestion)plan.Question, what == "of another attestation" ? Plans.DigestOf("other") : attestation.Id);
        var key = Keyed(what == "of another key" ? "e-2" : "e-1");
        if (what == "twice") await check.RequireAsync(key, file, None);
        if (code is null) Assert.Equal("Item-7", Assert.Single((await check.RequireAsync(key, file, None)).Values));
        else Assert.Equal(code, (await Assert.ThrowsAnyAsync<CollabException>(() => check.RequireAsync(key, file, None))).Code.Name);

        static byte[] Keyed(string text) => [(byte)text.Length, 0, 0, 0, .. Encoding.UTF8.GetBytes(text)];
    }

    [Fact]
    public async Task The_explanation_says_rule_amount_sizes_and_what_each_learns_and_a_rule_of_approval_counts_records()
    {
        await using var study = await StudyAsync();
        var plan = await PlanAsync(study, Job + "\nuses: 3\n");
        var explained = Explanation.Of(plan);
        Assert.Contains(explained.Notes, note => note.English.Contains("0.8 of what charge exceeds 500, at most 2000", StringComparison.Ordinal));
        Assert.Contains(explained.Notes, note => note.English.Contains("'J18'", StringComparison.Ordinal));
        Assert.Contains(explained.Parties.Single(p => p.Party == Plans.Bo).Learns, learnt => learnt.English == "the keys that al asks for");
        Assert.Contains(explained.Parties.Single(p => p.Party == Plans.Al).Learns, learnt => learnt.English == "no other field and no other record");

        const string Rule = "approve:\n  - { name: r, kind: deliver, dataset: encounters, requesters: al, purposes: claim-adjudication, columns: [encounter, item, diagnosis, days, charge], receivers: al, with: al, uses: 12 }\n";
        var own = plan.InputOf(Plans.Bo)!;
        Assert.IsType<PolicyDecision.Approve>(ApprovalPolicy.Parse(Rule).Decide(plan, own));
        Assert.Equal(new PolicyDecision.Ask(PolicyObjection.Uses), ApprovalPolicy.Parse(Rule.Replace("uses: 12", "uses: 11", StringComparison.Ordinal)).Decide(plan, own));
    }

    [Fact]
    public async Task An_issuer_attests_its_rows_alone_and_each_file_holds_by_the_ledger()
    {
        await using var study = await StudyAsync();
        const string Text = "kind: attest\npurpose: statements\nparties:\n  - { name: bo, dataset: encounters, where: days < 30 }\nreceivers: [bo]\nparameters: { columns: [encounter, charge, item], valid: 30d }\n";
        var plan = await study[Plans.Bo].Engine.PlanAsync(JobDescription.Parse(Text), None);
        Assert.Equal(plan.Digest, Plan.Decode(plan.Encode()).Digest);
        Assert.Null(await study.RunAsync(plan));
        var attested = Assert.IsType<JobResult.Attested>(JobResult.Decode(study[Plans.Bo].Seen.Results.Single().Value.Result.Encode()));
        Assert.Equal([1L, 2, 3, 4], attested.Rows.Select(row => row.Row));
        var question = new RecordQuestion(TimeProvider.System.GetUtcNow(), Plans.Bo) { StatusAge = null };
        await study[Plans.Al].WhenLedgerAsync(plan.Digest, page => page.Of<LedgerOperation.Attest>().Any());
        foreach (var row in attested.Rows)
        {
            var verdict = RecordVerifier.Verify(row.File, study[Plans.Al].Ledger, LedgerTimes.None, question);
            Assert.Equal(RecordStatus.Valid, verdict.Status);
            Assert.Equal(row.Handle, verdict.Record!.Header.Handle);
        }

        Assert.Equal("1234.56", PrivacyChoice.Decimal(CarriedRecord.Decode(attested.Rows[0].File).Find("charge")!.Number!.Value, 2));
        Assert.Equal(attested.Attestation, Assert.Single(study[Plans.Al].Ledger.Page(plan.Digest).Of<LedgerOperation.Attest>()).Attestation);
        Assert.Contains(Explanation.Of(plan).Notes, note => note.English.Contains("neither the records nor how many", StringComparison.Ordinal));
        Assert.Equal("plan.parties-unsuited", (await Assert.ThrowsAsync<CollabException>(() => study[Plans.Bo].Engine.PlanAsync(JobDescription.Parse(Text.Replace("receivers: [bo]", "receivers: [al]", StringComparison.Ordinal)), None))).Code.Name);
    }

    private static Plan PlanOf() => new(
        "study", Plans.DigestOf("nonce"), "deliver/1", new DeliverQuestion(KeyRule.Default, Plans.Bo, ["item"], null, null, 4, 512, TimeSpan.FromDays(1)), "claims", SecurityModel.SemiHonest, Plans.Al,
        [
            new PlanInput(Plans.Al, "c", Plans.DigestOf("1"), Plans.DigestOf("2"), 2, [new ColumnSchema("case", ColumnType.Text, 0)], ["case"]),
            new PlanInput(Plans.Bo, "e", Plans.DigestOf("3"), Plans.DigestOf("4"), 2, [new ColumnSchema("id", ColumnType.Text, 0), new ColumnSchema("item", ColumnType.Text, 0)], ["id"]),
        ],
        [Plans.Al], Plans.Created, Plans.Created.AddDays(7), 1, TimeSpan.FromMinutes(10));

    private static async Task<Study> StudyAsync(bool subject = false)
    {
        var study = new Study(Plans.Al, Plans.Bo);
        study.StartAll();
        await study[Plans.Al].OfferAsync("claims", "case", "E-3", "E-9", "e-1 ", "E-2");
        await study[Plans.Bo].OfferOfAsync(subject ? "encounter" : null, "encounters", Encounters);
        return study;
    }

    private static Task<Plan> PlanAsync(Study study, string job) => study[Plans.Al].Engine.PlanAsync(JobDescription.Parse(job), None);

    private static (Digest Run, JobResult Result) ResultOf(Study study) => Assert.Single(study[Plans.Al].Seen.Results) is var (run, result) ? (run, result.Result) : default;

    private static ConsentRecord Consent(string subject) => new(
        subject, "al", "claim-adjudication", ["*"], DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));

    private sealed class Tapped(IFrameTransport inner, ConcurrentQueue<byte[]> seen) : IFrameTransport
    {
        public ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation = default)
        {
            seen.Enqueue(frame.ToArray());
            return inner.SendAsync(frame, cancellation);
        }

        public ValueTask<OwnedFrame?> ReceiveAsync(CancellationToken cancellation = default) => inner.ReceiveAsync(cancellation);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
