using Collab.Engine.Descriptions;
using Collab.Engine.Planning;
using Collab.Engine.Replays;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Tests.Replays;

/// <summary>A party's side of a run recomputed from its seed, its rows and what it received: an honest one gives every message again, any other does not.</summary>
public sealed class ReplayTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static readonly string Streamed = $", rows: {IntersectionProtocol.LargestInMemory + 1}";

    private static readonly Dictionary<string, string> Jobs = new()
    {
        ["statistics"] = """
            kind: statistics
            parties: [{ name: al, dataset: table }, { name: bo, dataset: table }]
            receivers: [cy]
            parameters: { columns: [age], statistics: [count, mean, sum], minimum-group: 2 }
            """,
        ["statistics to an owner"] = """
            kind: statistics
            parties: [{ name: al, dataset: table }, { name: bo, dataset: table }, { name: cy, dataset: table }]
            receivers: [bo]
            parameters: { columns: [age], statistics: [count, mean], minimum-group: 2 }
            """,
        ["private statistics"] = """
            kind: statistics
            parties: [{ name: al, dataset: table }, { name: bo, dataset: table }]
            receivers: [cy]
            parameters: { columns: [age], statistics: [count, mean], minimum-group: 2, privacy: { mechanism: laplace, epsilon: 1, ranges: [{ column: age, min: 0, max: 120 }] } }
            """,
        ["analysis"] = """
            kind: analysis
            parties: [{ name: al, dataset: table }, { name: bo, dataset: table }]
            receivers: [cy]
            parameters: { minimum-group: 2, analyses: [{ test: shape, value: age }] }
            """,
        ["quantiles"] = """
            kind: analysis
            parties: [{ name: al, dataset: table }, { name: bo, dataset: table }]
            receivers: [cy]
            parameters: { minimum-group: 2, analyses: [{ test: median, value: age }] }
            """,
        ["ranks"] = """
            kind: analysis
            parties: [{ name: al, dataset: arms }, { name: bo, dataset: arms }]
            receivers: [cy]
            parameters: { minimum-group: 2, analyses: [{ test: mann-whitney, value: dose, by: { column: arm, levels: [a, b] } }] }
            """,
        ["ranks with a dealer"] = """
            kind: analysis
            parties: [{ name: al, dataset: arms }, { name: bo, dataset: arms }]
            receivers: [cy]
            parameters: { minimum-group: 2, analyses: [{ test: mann-whitney, value: dose, by: { column: arm, levels: [a, b] }, dealer: receiver }] }
            """,
        ["computation"] = """
            kind: computation
            parties: [{ name: al, dataset: one }, { name: bo, dataset: one }]
            receivers: [al]
            parameters:
              inputs: [{ name: price, column: price, min: 0, max: 1000 }]
              program: |
                open winner = at_max(price, party)
                open all = sort(price)
            """,
        ["sorted values of three"] = """
            kind: computation
            parties: [{ name: al, dataset: one }, { name: bo, dataset: one }, { name: cy, dataset: one }]
            receivers: [al]
            parameters:
              inputs: [{ name: price, column: price, min: 0, max: 1000 }]
              program: |
                open all = sort(price)
            """,
        ["curve"] = Intersection("[al]", "protocol: ecdh"),
        ["curve, both"] = Intersection("[al, bo]", "protocol: ecdh"),
        ["vole"] = Intersection("[bo]", "protocol: rr22"),
        ["vole, both, malicious"] = Intersection("[al, bo]", "protocol: rr22", "malicious"),
        ["streamed"] = Intersection("[al, bo]", "protocol: rr22", rows: Streamed),
        ["cardinality"] = Intersection("[al]", "reveal: cardinality"),
        ["differences"] = Intersection("[al]", "reveal: differences"),
        ["aggregates"] = Intersection("[al]", "reveal: aggregates, of: bo, columns: [age], statistics: [count, sum], minimum: 2"),
        ["join"] = Intersection("[al]", "reveal: join, columns: [city]"),
        ["unbalanced"] = Intersection("[al]", "protocol: unbalanced"),
        ["three lists"] = """
            kind: intersection
            parties: [{ name: al, dataset: table, key: id }, { name: bo, dataset: table, key: id }, { name: cy, dataset: table, key: id }]
            receivers: [al]
            """,
        ["two of three lists"] = """
            kind: intersection
            parties: [{ name: al, dataset: table, key: id }, { name: bo, dataset: table, key: id }, { name: cy, dataset: table, key: id }]
            receivers: [al]
            parameters: { at-least: 2 }
            """,
    };

    public static TheoryData<string> Kinds => [.. Jobs.Keys];

    [Theory, MemberData(nameof(Kinds))]
    public async Task Every_party_of_an_honest_run_sends_again_what_it_sent(string kind)
    {
        await using var study = await StudyAsync();
        var (plan, run) = await study.RunAsync(Kept(kind), Plans.Al);
        foreach (var party in plan.Parties)
        {
            var verdict = await study.CheckAsync(study.Open(party, run), plan, run);
            Assert.True(verdict.Holds, $"{party} of {plan.Protocol}: {string.Join("; ", verdict.Findings.Select(f => $"{f.Code.Name}: {f.Message}"))}");
            Assert.Equal(SentBy(study, plan, run, party), verdict.Messages);
            Assert.DoesNotContain(verdict.NotChecked, line => line.Contains("same program", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_node_that_was_patched_to_send_one_altered_message_is_caught()
    {
        await using var study = await StudyAsync();
        var patch = Patch();
        Restart(study, Plans.Bo, (recorder, channels) => CheatingChannel.Around(channels, patch) is var cheating && recorder is not null ? recorder.Channels(cheating) : cheating);
        var (plan, run) = await study.RunAsync(Kept("curve"), Plans.Al); // all commit: the protocol stands against parties who follow it, and notices nothing
        Assert.True(patch.IsDone);
        var (al, bo) = (study.Open(Plans.Al, run), study.Open(Plans.Bo, run));
        Assert.True((await study.CheckAsync(al, plan, run)).Holds);

        var verdict = await study.CheckAsync(bo, plan, run);
        var finding = Assert.Single(verdict.Findings);
        Assert.Equal(ReplayErrors.MessageDiffers, finding.Code);
        Assert.Contains("from bo to al", finding.Message, StringComparison.Ordinal);
        Assert.Contains("hides which message it was", finding.Message, StringComparison.Ordinal);

        var named = Assert.Single((await study.CheckAsync(bo, plan, run, others: al)).Findings); // what the receiver recorded shows which
        Assert.Equal(ReplayErrors.MessageDiffers, named.Code);
        Assert.Matches("message [0-9]+, of [0-9]+ bytes, is another as recomputed than was received by al", named.Message);
    }

    [Fact]
    public async Task A_patched_node_that_records_what_it_sends_names_the_message_itself()
    {
        await using var study = await StudyAsync();
        var patch = Patch();
        Restart(study, Plans.Bo, (recorder, channels) => CheatingChannel.Around(recorder?.Channels(channels) ?? channels, patch));
        var (plan, run) = await study.RunAsync(Kept("curve"), Plans.Al);
        var finding = Assert.Single((await study.CheckAsync(study.Open(Plans.Bo, run), plan, run)).Findings);
        Assert.Equal(ReplayErrors.MessageDiffers, finding.Code);
        Assert.Matches("message [0-9]+, of [0-9]+ bytes, is another as recomputed than was recorded as sent", finding.Message);
    }

    [Fact]
    public async Task What_is_opened_must_be_what_was_committed_to()
    {
        await using var study = await StudyAsync();
        var (plan, run) = await study.RunAsync(Kept("curve"), Plans.Al);
        var (other, otherRun) = await study.RunAsync(Kept("curve"), Plans.Al);
        var package = study.Open(Plans.Bo, run);
        await Refused(ReplayErrors.CommitmentMismatch, study.Changed(package, bytes => Flip(bytes, 16)));             // another seed
        await Refused(ReplayErrors.CommitmentMismatch, study.Changed(package, bytes => Flip(bytes, 16 + 32 + 1)));    // another opening
        await Refused(ReplayErrors.CommitmentMismatch, study.Changed(package, bytes => Flip(bytes, bytes.AsSpan().IndexOf("p7"u8) + 1))); // another row
        await Refused(ReplayErrors.CommitmentMismatch, study.Changed(package, bytes => Flip(bytes, bytes.Length - 10))); // another message or digest
        await Refused(ReplayErrors.Malformed, study.Changed(package, bytes => bytes[..^1]));
        await Refused(ReplayErrors.Malformed, study.Changed(package, bytes => bytes[..(bytes.Length / 2)]));
        await Refused(ReplayErrors.Malformed, study.Changed(package, bytes => [.. bytes, 0]));
        await Refused(ReplayErrors.Malformed, study.Changed(package, bytes => Flip(bytes, 0)));
        await Refused(ReplayErrors.Malformed, study.Changed(package, _ => []));
        await Refused(ReplayErrors.OtherRun, study.Open(Plans.Bo, otherRun));

        var cut = study.Study.Export(Plans.Al, plan, run)[..^1];
        var verdict = await ReplayCheck.RunAsync(package, [], cut, null, "test", None);
        Assert.Equal(ReplayErrors.EvidenceBroken, Assert.Single(verdict.Findings).Code);
        Assert.Equal(ReplayErrors.OtherRun, Assert.Single((await study.CheckAsync(package, other, otherRun)).Findings).Code);

        var elsewhere = await study.CheckAsync(package, plan, run, software: "test 9");
        Assert.True(elsewhere.Holds);
        Assert.Contains(elsewhere.NotChecked, line => line.Contains("it ran under test, and this is test 9", StringComparison.Ordinal));

        async Task Refused(ErrorCode code, string changed) => Assert.Equal(code, Assert.Single((await study.CheckAsync(changed, plan, run)).Findings).Code);
    }

    [Fact]
    public async Task A_recording_of_other_rows_or_messages_than_the_receipt_tells_is_refused()
    {
        await using var study = await StudyAsync();
        var rows = new ColumnBatch(7, 1, [new TextColumn(new ColumnSchema("id", ColumnType.Text, 0), ["p77"])]);
        foreach (var (block, code) in new (ReplayBlock, ErrorCode)[]
        {
            (new ReplayBlock.Rows(0, rows), ReplayErrors.SnapshotMismatch),
            (new ReplayBlock.Received(Plans.Al, "", new byte[] { 1 }), ReplayErrors.ReceivedMismatch),
            (new ReplayBlock.Received(Plans.Al, "nobody-asked", new byte[] { 1 }), ReplayErrors.ReceivedMismatch),
        })
        {
            Restart(study, Plans.Bo, (recorder, channels) =>
            {
                recorder!.Write(block);
                return recorder.Channels(channels);
            });
            var (plan, run) = await study.RunAsync(Kept("curve"), Plans.Al);
            Assert.Equal(code, Assert.Single((await study.CheckAsync(study.Open(Plans.Bo, run), plan, run)).Findings).Code);
        }
    }

    [Fact]
    public async Task A_run_without_kept_replay_records_nothing_and_its_receipt_commits_to_nothing()
    {
        await using var study = await StudyAsync();
        var (plan, run) = await study.RunAsync(Kept("curve").Replace("replay: kept", "replay: none", StringComparison.Ordinal), Plans.Al);
        foreach (var party in plan.Parties)
        {
            Assert.False(study.Study[party].Replays.Has(run));
            Assert.Null(study.Study[party].Engine.Archive.RequireReceipt(run, party).Replay);
            Assert.Equal(ReplayErrors.NotKept, Assert.Throws<CollabException>(() => study.Open(party, run)).Code);
        }
    }

    [Theory]
    [InlineData("kind: retrieval\nparties: [{ name: al, dataset: table, key: [id] }, { name: bo, dataset: table, key: [id] }]\nreceivers: [al]\nparameters: { columns: [city], keys: 3, value-size: 32, blank: fail }")]
    [InlineData("kind: intersection\nparties: [{ name: al, dataset: table, key: id }, { name: bo, dataset: table, key: id }]\nreceivers: [al]\nparameters: { reveal: changes }\nuses: 3")]
    public async Task A_job_that_cannot_be_recomputed_is_not_planned_with_it(string job)
    {
        await using var study = await StudyAsync();
        var refused = await Assert.ThrowsAsync<CollabException>(() => study.Study[Plans.Al].Engine.PlanAsync(JobDescription.Parse($"{job}\npurpose: test\nreplay: kept"), None));
        Assert.Equal(ReplayErrors.NotForThisJob, refused.Code);
    }

    private static string Intersection(string receivers, string parameters, string security = "semi-honest", string rows = "") => $$"""
        kind: intersection
        parties: [{ name: al, dataset: table, key: id{{rows}} }, { name: bo, dataset: table, key: id{{rows}} }]
        receivers: {{receivers}}
        security: {{security}}
        parameters: { {{parameters}} }
        """;

    private static string Kept(string kind) => $"{Jobs[kind]}\npurpose: test\nreplay: kept\n";

    private static async Task<ReplayStudy> StudyAsync()
    {
        var study = await ReplayStudy.StartAsync();
        await study.Study[Plans.Al].OfferAsync("one", "price", "500");
        await study.Study[Plans.Bo].OfferAsync("one", "price", "700");
        await study.Study[Plans.Cy].OfferAsync("one", "price", "600");
        await study.Study[Plans.Al].OfferAsync("arms", "dose,arm", "1,a", "2,b", "3,a", "4,b", "6,b");
        await study.Study[Plans.Bo].OfferAsync("arms", "dose,arm", "5,a", "2,b", "7,b", "9,a", "8,a");
        return study;
    }

    // This sub-channel has the sender's own list under its key, in random order: two of its places exchanged is nothing that a receiver can see.
    private static CheatingChannel.Patch Patch() => new("sender-items", static payload =>
    {
        var two = payload.AsSpan(payload.Length - 64);
        var kept = two[32..].ToArray();
        two[..32].CopyTo(two[32..]);
        kept.CopyTo(two);
    });

    private static byte[] Flip(byte[] bytes, int at)
    {
        bytes[at] ^= 1;
        return bytes;
    }

    private static void Restart(
        ReplayStudy study, PartyId party,
        Func<ReplayRecorder?, IReadOnlyDictionary<PartyId, Channels.IChannel>, IReadOnlyDictionary<PartyId, Channels.IChannel>> between)
    {
        study.Study[party].StopEngineAsync().GetAwaiter().GetResult();
        study.Study[party].Between = between;
        study.Study[party].StartEngine();
    }

    private static long SentBy(ReplayStudy study, Plan plan, Digest run, PartyId party) =>
        study.Study[plan.Parties[0]].Engine.Archive.RequireReceipt(run, party).Conversations.Sum(c => c.Sent.Sum(line => (long)line.Messages));
}
