using System.Buffers.Binary;
using Collab.Engine.Descriptions;
using Collab.Engine.Planning;
using Collab.Engine.Ports;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Tests;

/// <summary>Retrieval as a job, over real engines and ledgers: the credit report.</summary>
public sealed class RetrievalJobTests
{
    private const string Job = """
        kind: retrieval
        purpose: credit-report
        parties:
          - { name: al, dataset: firms, key: [firm] }
          - { name: bo, dataset: reports, key: [id] }
        receivers: [al]
        parameters: { columns: [score, band], keys: 3, value-size: 32, blank: fail }
        uses: 4
        """;

    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Each_run_tells_the_records_of_the_keys_follows_the_tables_and_is_counted()
    {
        await using var study = await StudyAsync();
        var plan = await study[Plans.Al].Engine.PlanAsync(JobDescription.Parse(Job), None);
        Assert.Null(await study.RunAsync(plan));
        var first = (await study[Plans.Al].Seen.WhenAsync(e => e.Run is not null)).Run!.Value;
        Assert.Equal(["1 f-7: 710.5 A", "3 f-9: 300.0 "], RowsOf(study, first));
        Assert.Equal(3, CountOf(study, plan));

        await study[Plans.Bo].OfferAsync("reports", "id,score,band,note", "F-8,800.5,AA,n", "F-9,310.5,C,n");
        Assert.Equal(["2 f-8: 800.5 AA", "3 f-9: 310.5 C"], await RunAsync());
        await study[Plans.Al].OfferAsync("firms", "firm", "f-9");
        Assert.Equal(["1 f-9: 310.5 C"], await RunAsync());
        Assert.Equal(9, CountOf(study, plan)); // filled up: that one key was asked for does not show

        await study[Plans.Al].OfferAsync("firms", "firm", "f-1", "f-2", "f-3", "f-4");
        var tooMany = await study[Plans.Al].Engine.StartRunAsync(plan.Digest, None);
        Assert.Equal("run.records-unsuited", (await study[Plans.Bo].Seen.WhenAsync(e => e.Run == tooMany && e.Kind == JobEventKind.Aborted)).Fault!.Code);
        await study[Plans.Al].Seen.WhenAsync(e => e.Run == tooMany && e.Kind == JobEventKind.Aborted);
        Assert.Equal(9, CountOf(study, plan));
        Assert.Equal("grant.used-up", (await Assert.ThrowsAsync<CollabException>(() => study[Plans.Al].Engine.StartRunAsync(plan.Digest, None))).Code.Name);

        async Task<IEnumerable<string>> RunAsync()
        {
            var run = await study[Plans.Al].Engine.StartRunAsync(plan.Digest, None);
            foreach (var party in plan.Parties)
            {
                var end = await study[party].Seen.WhenAsync(e => e.Run == run && e.Kind is JobEventKind.Aborted or JobEventKind.Committed);
                Assert.True(end.Kind == JobEventKind.Committed, $"{party}: {end.Fault?.Code} {end.Fault?.Message}");
            }

            return RowsOf(study, run);
        }
    }

    [Theory]
    [InlineData("value-size: 32", "value-size: 16", "retrieval.value-too-long")]
    [InlineData("keys: 3", "keys: 3, records: 2", "retrieval.table-full")]
    public async Task A_table_that_has_no_room_fails_the_run_at_its_owner(string correct, string wrong, string code)
    {
        await using var study = await StudyAsync();
        await study[Plans.Bo].OfferAsync("reports", "id,score,band", "F-7,710.5,A band with a long name", "F-9,300.0,B", "F-10,1.0,C");
        var plan = await study[Plans.Al].Engine.PlanAsync(JobDescription.Parse(Job.Replace(correct, wrong, StringComparison.Ordinal)), None);
        Assert.Equal(code, (await study.RunAsync(plan))?.Code);
        Assert.Empty(study[Plans.Al].Seen.Results);
    }

    [Theory]
    [InlineData("receivers: [al]", "receivers: [al, bo]", "plan.parties-unsuited")]
    [InlineData("columns: [score, band]", "columns: [score, bond]", "plan.column-unknown")]
    [InlineData("columns: [score, band]", "of: al, columns: [firm]", "plan.parties-unsuited")]
    [InlineData("key: [id]", "key: [score]", "plan.column-unsuited")]
    [InlineData("uses: 4", "security: malicious", "plan.parties-unsuited")]
    [InlineData("value-size: 32", "value-size: 4096, records: 268435456", "plan.parties-unsuited")]
    public async Task What_a_retrieval_cannot_do_is_refused_at_planning(string correct, string wrong, string code)
    {
        await using var study = await StudyAsync();
        var text = Job.Replace(correct, wrong, StringComparison.Ordinal);
        Assert.NotEqual(Job, text);
        Assert.Equal(code, (await Assert.ThrowsAsync<CollabException>(() => study[Plans.Al].Engine.PlanAsync(JobDescription.Parse(text), None))).Code.Name);
    }

    [Fact]
    public async Task The_explanation_says_what_each_learns_and_the_bytes_of_a_run_and_a_rule_counts_keys()
    {
        await using var study = await StudyAsync();
        var plan = await study[Plans.Al].Engine.PlanAsync(JobDescription.Parse(Job), None);
        Assert.All(plan.Inputs, input => Assert.True(input.IsStanding));
        Assert.Equal(plan.Digest, Plan.Decode(plan.Encode()).Digest);
        var explained = Explanation.Of(plan);
        Assert.Contains(explained.Notes, note => note.English.Contains("Every run asks for 3 keys", StringComparison.Ordinal));
        Assert.Contains(explained.Parties.Single(p => p.Party == Plans.Bo).Learns, learnt => learnt.English == "no key, and not whether one was found");
        Assert.True(explained.Cost.Bytes > 0);

        const string Rule = "approve:\n  - { name: r, kind: retrieval, dataset: reports, requesters: al, purposes: credit-report, columns: [id, score, band], receivers: al, with: al, uses: 12 }\n";
        var own = plan.InputOf(Plans.Bo)!;
        Assert.IsType<PolicyDecision.Approve>(ApprovalPolicy.Parse(Rule).Decide(plan, own));
        Assert.Equal(
            new PolicyDecision.Ask(PolicyObjection.Uses), ApprovalPolicy.Parse(Rule.Replace("uses: 12", "uses: 11", StringComparison.Ordinal)).Decide(plan, own));
    }

    private static async Task<Study> StudyAsync()
    {
        var study = new Study(Plans.Al, Plans.Bo);
        study.StartAll();
        await study[Plans.Al].OfferAsync("firms", "firm", "f-7", "f-8", "F-9 ");
        await study[Plans.Bo].OfferAsync("reports", "id,score,band,note", "F-7,710.5,A,Canary", "F-9,300.0,,Canary", "F-10,1.0,C,Canary", "F-9,999.0,D,Canary");
        return study;
    }

    private static IEnumerable<string> RowsOf(Study study, Digest run)
    {
        var result = Assert.IsType<JobResult.Join>(JobResult.Decode(study[Plans.Al].Seen.Results[run].Result.Encode()));
        Assert.Empty(study[Plans.Bo].Seen.Results);
        Assert.Equal((Plans.Bo, "score band"), (result.Of, string.Join(' ', result.Columns)));
        return result.Rows.Select(row => $"{row.Matched.Row} {string.Join('+', row.Matched.Values)}: {string.Join(' ', row.Joined)}");
    }

    /// <summary>What the owner has on its disk.</summary>
    private static long CountOf(Study study, Plan plan) =>
        BinaryPrimitives.ReadInt64LittleEndian(File.ReadAllBytes(Path.Combine(study[Plans.Bo].StandingPath, plan.Digest.ToString(), Plans.Al.Name, "asked")));
}
