using Collab.Engine.Descriptions;
using Collab.Engine.Ports;
using Collab.Engine.Tests.Support;
using Collab.Jobs;

namespace Collab.Engine.Tests;

/// <summary>One bill of a million among many small ones, over real engines: its cell is withheld by the rule of the plan, and an owner that asks for a stricter one refuses before it reads.</summary>
public sealed class DominanceJobTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData("", true)] // the default
    [InlineData("dominance: { n: 1, k: 60 }", true)]
    [InlineData("dominance: none", false)]
    public async Task A_dominated_cell_is_withheld_unless_the_plan_says_otherwise(string rule, bool withheld)
    {
        await using var study = await StartAsync("dominance: none");
        var plan = await SubmitAsync(study, rule);
        foreach (var party in plan.Parties)
            Assert.Equal(JobEventKind.Committed, (await study[party].Seen.WhenAsync(e => e.Job == plan.Digest && e.Kind is JobEventKind.Committed or JobEventKind.Aborted)).Kind);
        var rows = Assert.IsType<JobResult.Statistics>(Assert.Single(study[Plans.Cy].Seen.Results).Value.Result).Table.Rows().ToList();
        Assert.Equal(["age", "age", "cost", "cost"], withheld ? rows.Select(r => r.Measure).Append("cost") : rows.Select(r => r.Measure));
        Assert.Equal(withheld, rows.Exists(r => r.Measure == "cost" && r.Value is null));
        Assert.Equal(withheld, rows.Exists(r => r.Exactness.Contains("few make up the sum", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("", "dominance: none")] // the default asks for p of 10
    [InlineData("dominance: { p: 10, n: 2, k: 85 }", "dominance: { p: 15 }")]
    public async Task An_owner_whose_policy_asks_for_a_stricter_rule_refuses_and_says_so(string policy, string rule)
    {
        await using var study = await StartAsync(policy);
        var plan = await SubmitAsync(study, rule);
        foreach (var node in study.Nodes)
        {
            await node.WhenLedgerAsync(plan.Digest, page => page.By<LedgerOperation.Refuse>(Plans.Al) is not null && page.By<LedgerOperation.Refuse>(Plans.Bo) is not null);
            Assert.IsType<JobState.Closed>(node.StateOf(plan));
            Assert.Equal("policy.dominance", node.Ledger.Page(plan.Digest).By<LedgerOperation.Refuse>(Plans.Al)!.Reason);
        }

        Assert.Empty(study[Plans.Cy].Seen.Results);
    }

    private static async Task<Plan> SubmitAsync(Study study, string rule)
    {
        var plan = await study[Plans.Cy].Engine.PlanAsync(JobDescription.Parse($$"""
            kind: statistics
            purpose: cohort-study
            parties:
              - { name: al, dataset: visits }
              - { name: bo, dataset: visits }
            receivers: [cy]
            parameters:
              columns: [age, cost]
              statistics: [count, mean]
              minimum-group: 5
              {{rule}}
            """), None);
        await study[Plans.Cy].Engine.SubmitAsync(plan, None);
        return plan;
    }

    private static async Task<Study> StartAsync(string dominance)
    {
        var study = new Study(Plans.Al, Plans.Bo, Plans.Cy);
        await study[Plans.Al].OfferAsync("visits", ["age,cost", .. Enumerable.Range(0, 20).Select(i => $"{30 + i},{100 + i}")]);
        await study[Plans.Bo].OfferAsync("visits", ["age,cost", "50,1000000", .. Enumerable.Range(0, 20).Select(i => $"{40 + i},{200 + i}")]);
        foreach (var (owner, other) in new[] { (Plans.Al, Plans.Bo), (Plans.Bo, Plans.Al) })
        {
            study[owner].Policy = ApprovalPolicy.Parse($$"""
                approve:
                  - name: costs
                    kind: statistics
                    dataset: visits
                    requesters: [cy]
                    purposes: [cohort-study]
                    columns: [age, cost]
                    receivers: [cy]
                    with: [{{other}}]
                    minimum-group: 5
                    {{dominance}}
                otherwise: refuse
                """);
        }

        study.StartAll();
        return study;
    }
}
