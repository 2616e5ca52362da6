using Collab.Engine.Descriptions;
using Collab.Engine.Planning;
using Collab.Engine.Ports;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Engine.Tests;

/// <summary>Jobs that need the agreement of others than their owners, over real engines; the supervisor's view; and every refusal on a log.</summary>
public sealed class EndorsedJobTests
{
    private static readonly PartyId Dee = PartyId.Parse("dee"), Eve = PartyId.Parse("eve");
    private static readonly CancellationToken None = CancellationToken.None;

    private const string Job = """
        kind: statistics
        purpose: cohort-study
        parties:
          - { name: al, dataset: visits }
          - { name: bo, dataset: visits }
        receivers: [cy]
        endorsers: { of: [dee, eve], at-least: 1 }
        parameters: { columns: [age], statistics: [count, mean], minimum-group: 2, dominance: none }
        """;

    [Fact]
    public async Task A_run_starts_only_with_an_endorsement_and_the_supervisor_sees_its_life_and_no_content()
    {
        await using var study = await StartAsync();
        var plan = await ProposeAsync(study);
        await study[Plans.Cy].WhenLedgerAsync(plan.Digest, page => page.Of<LedgerOperation.Approve>().Count() == 2);
        await study[Dee].Seen.WhenAsync(e => e.Job == plan.Digest && e.Kind == JobEventKind.AwaitsApproval && e.Party == Dee);
        Assert.Equal([Dee, Eve], Assert.IsType<JobState.Proposed>(study[Plans.Cy].StateOf(plan)).Missing);

        // A run that the requester opens all the same is refused by its own node, and that stands on its log.
        var refused = await Assert.ThrowsAsync<CollabException>(() => study[Plans.Cy].Engine.StartRunAsync(plan.Digest, None));
        Assert.Equal(Authorization.EndorsementMissing, refused.Code);
        await Assert.ThrowsAsync<CollabException>(() => study[Plans.Cy].Engine.StartRunAsync(plan.Digest, None));
        await study[Dee].WhenLedgerAsync(plan.Digest, page => page.Of<LedgerOperation.DeclareRefusal>().Any());
        var declared = Assert.Single(study[Dee].Ledger.Page(plan.Digest).Of<LedgerOperation.DeclareRefusal>()); // once, though it was tried twice
        Assert.Equal((Plans.Cy, "endorsement.missing", Plans.Cy), (declared.Author, declared.Code, declared.Of));

        await study[Dee].Engine.ApproveAsync(plan.Digest, None);
        Assert.Null(await study.EndAsync(plan));

        // The supervisor follows every log; of what was computed it holds the plan, and neither receipt nor result.
        await study[Dee].WhenLedgerAsync(plan.Digest, page => page.Of<LedgerOperation.Commit>().Count() == 3);
        Assert.IsType<JobState.Committed>(study[Dee].StateOf(plan));
        var life = study[Dee].Ledger.Page(plan.Digest).Operations;
        Assert.All([typeof(LedgerOperation.Propose), typeof(LedgerOperation.Approve), typeof(LedgerOperation.Endorse), typeof(LedgerOperation.StartRun), typeof(LedgerOperation.Spend)],
            kind => Assert.Contains(life, operation => operation.GetType() == kind));
        Assert.Empty(study[Dee].Seen.Results);
        var run = life.OfType<LedgerOperation.StartRun>().Single().Run;
        Assert.All(plan.Parties, party => Assert.Null(study[Dee].Engine.Archive.FindReceipt(run, party)));
        Assert.Empty(study[Dee].Store.List("run/"));
    }

    [Fact]
    public async Task What_endorsers_refuse_or_take_back_starts_no_further_run()
    {
        await using var study = await StartAsync();
        var plan = await ProposeAsync(study, Job.Replace("at-least: 1", "at-least: 2", StringComparison.Ordinal));
        await Task.WhenAll(((PartyId[])[Dee, Eve]).Select(e => study[e].Seen.WhenAsync(seen => seen.Job == plan.Digest && seen.Kind == JobEventKind.AwaitsApproval)));
        await study[Dee].Engine.ApproveAsync(plan.Digest, None);
        await study[Dee].Engine.RevokeAsync(plan.Digest, None);
        await study[Plans.Cy].WhenLedgerAsync(plan.Digest, page => page.Of<LedgerOperation.Revoke>().Any()); // before the last endorsement makes a run possible
        await study[Eve].Engine.ApproveAsync(plan.Digest, None);
        await study[Plans.Cy].WhenLedgerAsync(plan.Digest, page => page.Of<LedgerOperation.Approve>().Count() == 2 && page.Of<LedgerOperation.Endorse>().Count() == 2 && page.Of<LedgerOperation.Revoke>().Any());
        var closed = Assert.IsType<JobState.Closed>(study[Plans.Cy].StateOf(plan));
        Assert.Equal((Authorization.EndorsementRefused, Dee), (closed.Why.Code, closed.Why.By));
        var refused = await Assert.ThrowsAsync<CollabException>(() => study[Plans.Cy].Engine.StartRunAsync(plan.Digest, None));
        Assert.Equal(Authorization.EndorsementRefused, refused.Code);
        Assert.Empty(study[Plans.Cy].Ledger.Page(plan.Digest).Starts);
    }

    [Fact]
    public async Task Owners_do_not_read_a_row_for_a_run_that_was_opened_without_an_endorsement()
    {
        await using var study = await StartAsync(TimeSpan.FromSeconds(2)); // what is missing stays missing
        var plan = await ProposeAsync(study);
        await study[Plans.Cy].WhenLedgerAsync(plan.Digest, page => page.Of<LedgerOperation.Approve>().Count() == 2);
        var read = false;
        foreach (var owner in plan.Owners)
        {
            study[owner].Datasets.BeforeRead = () =>
            {
                read = true;
                return Task.CompletedTask;
            };
        }

        // A requester whose node was altered: it opens the run; owners wait for what is missing and end it.
        await study[Plans.Cy].Ledger.AppendAsync(
            s => new LedgerOperation.StartRun(s.Author, s.Id, s.Time, s.Heads, plan.Digest, new Digest(RandomSource.Seeded(5).Bytes(32)), s.Time + plan.RunLimit), None);
        Assert.Equal("endorsement.missing", (await study.EndAsync(plan))?.Code);
        Assert.False(read);
    }

    [Fact]
    public async Task A_stranger_who_opens_or_grants_a_job_of_others_is_on_the_owners_logs()
    {
        await using var study = await StartAsync();
        var plan = await ProposeAsync(study);
        await study[Plans.Al].Seen.WhenAsync(e => e.Job == plan.Digest && e.Kind == JobEventKind.Approved);
        for (var i = 0; i < 3; i++)
        {
            await study[Eve].Ledger.AppendAsync(
                s => new LedgerOperation.StartRun(s.Author, s.Id, s.Time, s.Heads, plan.Digest, new Digest(RandomSource.Seeded(i).Bytes(32)), s.Time + plan.RunLimit), None);
        }

        foreach (var owner in plan.Owners)
        {
            await study[Plans.Cy].WhenLedgerAsync(plan.Digest, page => page.By<LedgerOperation.DeclareRefusal>(owner) is not null);
            var declared = study[Plans.Cy].Ledger.Page(plan.Digest).By<LedgerOperation.DeclareRefusal>(owner)!;
            Assert.Equal((RefusalRecord.WrongParty.Name, Eve), (declared.Code, declared.Of));
            Assert.NotNull(declared.Run);
        }

        Assert.Empty(study[Plans.Al].Ledger.Page(plan.Digest).Of<LedgerOperation.Spend>());
    }

    [Fact]
    public async Task Endorsers_take_no_part_and_nobody_else_can_endorse()
    {
        await using var study = await StartAsync();
        foreach (var own in (string[])["cy", "al"])
        {
            var refused = await Assert.ThrowsAsync<CollabException>(() => ProposeAsync(study, Job.Replace("[dee, eve]", $"[dee, {own}]", StringComparison.Ordinal)));
            Assert.Equal(Planner.PartiesUnsuited, refused.Code);
        }

        Assert.Equal(Planner.PartyUnknown, (await Assert.ThrowsAsync<CollabException>(() => ProposeAsync(study, Job.Replace("dee", "dea", StringComparison.Ordinal)))).Code);
        foreach (var wrong in (string[])["{ of: [dee], at-least: 2 }", "{ of: [dee, eve], at-least: 0 }", "{ of: [dee, dee] }", "{ at-least: 1 }", "dee"])
            Assert.Throws<CollabException>(() => JobDescription.Parse(Job.Replace("{ of: [dee, eve], at-least: 1 }", wrong, StringComparison.Ordinal)));
        Assert.Equal(2, JobDescription.Parse(Job.Replace(", at-least: 1", "", StringComparison.Ordinal)).Endorsers!.AtLeast);
    }

    [Theory]
    [InlineData("[dee, eve]", 1, "[dee, eve]", true)]
    [InlineData("[dee, eve]", 1, "[dee]", false)] // eve's would be enough
    [InlineData("[dee, eve]", 2, "[dee]", true)]
    [InlineData("[eve]", 1, "[dee]", false)]
    public void A_policy_grants_only_what_one_of_its_endorsers_must_endorse(string of, int least, string by, bool fits)
    {
        var plan = Plans.Statistics(Plans.Al, Plans.Bo, Plans.Cy) with { Endorsers = JobDescription.Parse(Job.Replace("{ of: [dee, eve], at-least: 1 }", $"{{ of: {of}, at-least: {least} }}", StringComparison.Ordinal)).Endorsers };
        var policy = ApprovalPolicy.Parse($$"""
            approve:
              - { name: x, kind: statistics, dataset: visits, requesters: [{{plan.Requester}}], purposes: [{{plan.Purpose}}], columns: [{{string.Join(", ", plan.Inputs[0].Columns.Select(c => c.Name))}}],
                  receivers: [{{string.Join(", ", plan.Receivers)}}], with: [{{string.Join(", ", plan.Owners)}}], minimum-group: 1, dominance: none, uses: 1000, within: 3650d, endorsed-by: {{by}} }
            """);
        var own = plan.Inputs[0] with { Dataset = "visits" };
        Assert.Equal(fits ? new PolicyDecision.Approve("x") : new PolicyDecision.Ask(PolicyObjection.Endorsement), policy.Decide(plan, own));
        Assert.Equal(new PolicyDecision.Ask(PolicyObjection.Endorsement), policy.Decide(plan with { Endorsers = null }, own));
    }

    [Fact]
    public async Task No_party_fills_a_log_by_trying()
    {
        await using var study = await StartAsync();
        var plan = await ProposeAsync(study);
        var record = new RefusalRecord(new EnginePorts(
            Dee, "study", study[Dee].Ledger, study[Dee], study[Dee].Datasets, study[Dee].Store, study[Dee].Seen, ApprovalPolicy.AskAlways, study[Dee].Seen, study[Dee].Seen,
            TimeProvider.System, RandomSource.Seeded(3), "test"));
        var jobs = Enumerable.Range(0, RefusalRecord.MostInAnHour + 5).Select(i => new Digest(RandomSource.Seeded(i).Bytes(32))).ToList();
        foreach (var job in jobs.Concat(jobs)) await record.WriteAsync(job, null, RefusalRecord.WrongParty, Eve, None);
        await record.WriteAsync(jobs[^1], null, RefusalRecord.WrongParty, Plans.Bo, None); // another party's attempts are written all the same
        await study[Dee].WhenLedgerAsync(jobs[^1], page => page.Of<LedgerOperation.DeclareRefusal>().Any()); // and with it all that was written before
        Assert.Equal(
            [.. Enumerable.Repeat(1, RefusalRecord.MostInAnHour), 0, 0, 0, 0, 1],
            jobs.Select(job => study[Dee].Ledger.Page(job).Of<LedgerOperation.DeclareRefusal>().Count()));
    }

    private static async Task<Study> StartAsync(TimeSpan? patience = null)
    {
        var limits = EngineLimits.Default with { Party = patience ?? EngineLimits.Default.Party, Agreement = TimeSpan.FromSeconds(20) };
        var study = new Study([Plans.Al, Plans.Bo, Plans.Cy, Dee, Eve], limits);
        await study[Plans.Al].OfferAsync("visits", "id,age", "p1,20", "p2,30", "p3,40");
        await study[Plans.Bo].OfferAsync("visits", "id,age", "p8,50", "p2,60");
        foreach (var (owner, other) in (IEnumerable<(PartyId, PartyId)>)[(Plans.Al, Plans.Bo), (Plans.Bo, Plans.Al)])
        {
            study[owner].Policy = ApprovalPolicy.Parse($$"""
                approve:
                  - { name: joint age, kind: statistics, dataset: visits, requesters: [cy], purposes: [cohort-study], columns: [age], receivers: [cy], with: [{{other}}],
                      minimum-group: 2, dominance: none, endorsed-by: [dee, eve] }
                otherwise: refuse
                """);
        }

        study.StartAll();
        return study;
    }

    private static async Task<Plan> ProposeAsync(Study study, string job = Job)
    {
        var plan = await study[Plans.Cy].Engine.PlanAsync(JobDescription.Parse(job), None);
        await study[Plans.Cy].Engine.SubmitAsync(plan, None);
        return plan;
    }
}
