using Collab.Engine.Descriptions;
using Collab.Engine.Planning;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Tracing;

namespace Collab.Engine.Tests;

/// <summary>Following the money of loans as a job, over real engines and ledgers.</summary>
public sealed class TraceJobTests
{
    private const string Head = "ref,account,bank,way,amount,day,traced,holder,branch,watched";

    private const string Job = """
        kind: trace
        purpose: loan-supervision
        parties:
          - { name: al, dataset: transfers }
          - { name: bo, dataset: transfers }
          - { name: cy, dataset: transfers }
        receivers: [al, bo, cy]
        parameters:
          columns: { reference: ref, direction: way, name: holder, industry: branch, watched: watched }
          hops: 3
          period: 10
          traces: 2
          mailbox: 2
          fan-out: 2
          minimum: 5.5
          alerts: { industries: [K70] }
          details: [name]
        """;

    private static readonly string[] Lender = ["L-1,a-1,bo,out,1000.00,2026-03-01,900.00,Ann,A01,yes", "L-2,a-2,bo,out,10.25,2026-03-01,0,Abe,A01,yes", "T-3,a-9,cy,in,300.00,2026-03-05,0,Estates,K70,yes"];

    private static readonly string[] Middle =
    [
        "L-1,b-1,al,in,1000.00,2026-03-01,0,Shop,G47,yes", "L-2,b-2,al,in,10.25,2026-03-01,,Bar,G47,yes",
        "T-1,b-1,cy,out,400.00,2026-03-04,0,Shop,G47,yes", "T-2,b-1,swiss,out,450.00,2026-03-05,0,Shop,G47,yes", "T-4,b-1,cy,out,450.00,2026-03-20,0,Shop,G47,yes",
    ];

    private static readonly string[] Last = ["T-1,c-1,bo,in,400.00,2026-03-04,0,Ann,G47,yes", "T-3,c-1,al,out,300.00,2026-03-05,0,Ann,G47,yes", "T-4,c-1,bo,in,450.00,2026-03-20,0,Ann,G47,yes"];

    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task The_bank_that_traces_gets_the_way_and_the_others_how_often_they_were_asked()
    {
        await using var study = await StudyAsync();
        var plan = await study[Plans.Cy].Engine.PlanAsync(JobDescription.Parse(Job), None);
        Assert.Null(await study.RunAsync(plan));
        var run = (await study[Plans.Al].Seen.WhenAsync(e => e.Run is not null)).Run!.Value;
        var (al, bo, cy) = (OutcomeOf(study, Plans.Al, run), OutcomeOf(study, Plans.Bo, run), OutcomeOf(study, Plans.Cy, run));
        Assert.Equal(
            [
                "-1 al bo L-1 90000 Followed Shop None 5000", "0 bo cy T-1 40000 Followed Ann SameName 10000",
                "1 cy al T-3 30000 LastHop Estates Industry 30000", "0 bo - T-2 45000 Outside  None 0",
            ],
            Assert.Single(al.Loans).Hops.Select(hop => $"{hop.Parent} {hop.From} {hop.To?.Name ?? "-"} {hop.Reference} {hop.Traced} {hop.End} {hop.Account.Name} {hop.Alerts} {hop.Left}"));
        Assert.All(al.Loans[0].Hops, hop => Assert.Null(hop.Account.Account));
        Assert.Equal([(1L, 1L, 0L), (1, 1, 1), (1, 1, 1)], new[] { al, bo, cy }.Select(outcome => (outcome.Asked, outcome.Found, outcome.Sent)));
        Assert.Empty(bo.Loans);
        Assert.Empty(cy.Loans);
        Assert.Empty(al.Strayed);
    }

    [Fact]
    public async Task The_plan_is_written_one_way_its_terms_are_explained_and_a_rule_can_approve_it()
    {
        await using var study = await StudyAsync();
        var plan = await study[Plans.Al].Engine.PlanAsync(JobDescription.Parse(Job), None);
        Assert.Equal(plan.Digest, Plan.Decode(plan.Encode()).Digest);
        var question = Assert.IsType<TraceQuestion>(plan.Question);
        Assert.Equal((2, 550L, true, TraceDetails.Name), (question.Scale, question.Minimum, question.SameName, question.Details));
        var explained = Explanation.Of(plan);
        Assert.Contains("at most 2 transfers", explained.Question.English, StringComparison.Ordinal);
        Assert.Equal(3, explained.Parties.Count);
        Assert.Single(explained.Parties.Select(party => string.Join('|', party.Learns.Select(learnt => learnt.English))).Distinct());
        Assert.Equal(TracePlanner.TermsOf(plan, question, default).Traffic, (explained.Cost.Messages, explained.Cost.Bytes));

        const string Rule = "approve:\n  - { name: r, kind: trace, dataset: transfers, requesters: al, purposes: loan-supervision, columns: [ref, account, bank, way, amount, day, traced, holder, branch, watched], receivers: [al, bo, cy], with: [al, cy], uses: 1 }\n";
        Assert.IsType<PolicyDecision.Approve>(ApprovalPolicy.Parse(Rule).Decide(plan, plan.InputOf(Plans.Bo)!));
    }

    [Theory]
    [InlineData("receivers: [al, bo, cy]", "receivers: [al]", "plan.parties-unsuited")]
    [InlineData("  columns: {", "  columns: { account: acount,", "plan.column-unknown")]
    [InlineData("  columns: {", "  columns: { account: amount, amount: account,", "plan.column-unsuited")]
    [InlineData("hops: 3", "hops: 12", "plan.parties-unsuited", "mailbox: 2", "mailbox: 256", "fan-out: 2", "fan-out: 16")]
    [InlineData("purpose:", "security: malicious\npurpose:", "plan.parties-unsuited")]
    [InlineData("hops: 3", "hops: 3\n  delay: 3", "plan.protocol-unsuited")]
    [InlineData("minimum: 5.5", "minimum: 0", "description.invalid")]
    [InlineData("name: holder, ", "", "plan.protocol-unsuited")]
    [InlineData("mailbox: 2", "mailbox: 1", "plan.protocol-unsuited")]
    public async Task What_a_trace_cannot_be_is_refused(string correct, string wrong, string code, params string[] more)
    {
        await using var study = await StudyAsync();
        var text = Job.Replace(correct, wrong, StringComparison.Ordinal);
        for (var i = 0; i < more.Length; i += 2) text = text.Replace(more[i], more[i + 1], StringComparison.Ordinal);
        Assert.NotEqual(Job, text);
        Assert.Equal(code, (await Assert.ThrowsAsync<CollabException>(async () => await study[Plans.Al].Engine.PlanAsync(JobDescription.Parse(text), None))).Code.Name);
    }

    [Theory]
    [InlineData("T-9,b-1,cy,sideways,1.00,2026-03-04,0,Shop,G47,yes", "trace.value-unsuited")]
    [InlineData("T-9,b-1,cy,out,1.00,2026-02-30,0,Shop,G47,yes", "trace.value-unsuited")]
    [InlineData("T-9,b-1,cy,out,,2026-03-04,0,Shop,G47,yes", "trace.value-unsuited")]
    [InlineData("T-9,b-1,cy,out,-1.00,2026-03-04,0,Shop,G47,yes", "trace.value-unsuited")]
    [InlineData("T-9,b-1,cy,in,1.00,2026-03-04,1.00,Shop,G47,yes", "trace.value-unsuited")]
    [InlineData("T-9-with-a-reference-that-is-longer-than-any-bank-has-one,b-1,cy,out,1.00,2026-03-04,0,Shop,G47,yes", "trace.value-unsuited")]
    [InlineData("T-1,b-7,cy,out,1.00,2026-03-04,0,Shop,G47,yes", "trace.reference-repeated")]
    public async Task A_row_that_is_no_transfer_ends_the_run_at_its_bank(string row, string code)
    {
        await using var study = await StudyAsync([.. Middle, row]);
        var plan = await study[Plans.Al].Engine.PlanAsync(JobDescription.Parse(Job), None);
        Assert.Equal((code, Plans.Bo), await study.RunAsync(plan));
        Assert.Empty(study[Plans.Al].Seen.Results);
    }

    private static async Task<Study> StudyAsync(string[]? middle = null)
    {
        var study = new Study(Plans.Al, Plans.Bo, Plans.Cy);
        study.StartAll();
        await study[Plans.Al].OfferAsync("transfers", [Head, .. Lender]);
        await study[Plans.Bo].OfferAsync("transfers", [Head, .. middle ?? Middle]);
        await study[Plans.Cy].OfferAsync("transfers", [Head, .. Last]);
        return study;
    }

    private static TraceOutcome OutcomeOf(Study study, PartyId party, Digest run)
    {
        var result = study[party].Seen.Results[run].Result;
        var read = JobResult.Decode(result.Encode());
        Assert.Equal(result.Encode(), read.Encode());
        return Assert.IsType<JobResult.Traced>(read).Outcome;
    }
}
