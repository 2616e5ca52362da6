using Collab.Engine.Descriptions;
using Collab.Engine.Ports;
using Collab.Engine.Runs;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Jobs.Governance;
using Collab.Primitives;

namespace Collab.Engine.Tests;

/// <summary>What engines do while the operators have paused the consortium: any two of the three parties.</summary>
public sealed class GovernanceJobTests
{
    private const string Job = """
        kind: statistics
        purpose: cohort-study
        parties:
          - { name: al, dataset: visits }
          - { name: bo, dataset: visits }
        receivers: [cy]
        parameters:
          columns: [age]
          statistics: [count, mean, sum]
          minimum-group: 2
        """;

    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task While_paused_nothing_is_granted_or_started_and_it_goes_on_by_itself_afterwards()
    {
        await using var study = await StudyOfVisitsAsync();
        var plan = await ProposeAsync(study);
        await study[Plans.Al].Engine.ApproveAsync(plan.Digest, None);
        await CarryAsync(study, new MotionChange.Pause(true));

        Assert.Equal(GovernanceErrors.Paused, (await Assert.ThrowsAsync<CollabException>(() => study[Plans.Bo].Engine.ApproveAsync(plan.Digest, None))).Code);
        Assert.Equal(GovernanceErrors.Paused, (await Assert.ThrowsAsync<CollabException>(() => study[Plans.Cy].Engine.StartRunAsync(plan.Digest, None))).Code);
        Assert.Equal(GovernanceErrors.Paused, (await Assert.ThrowsAsync<CollabException>(() => study[Plans.Cy].Engine.SubmitAsync(plan, None))).Code);
        Assert.Equal(GovernanceErrors.Paused, Assert.IsType<JobState.Closed>(study[Plans.Cy].StateOf(plan)).Why.Code);

        await CarryAsync(study, new MotionChange.Pause(false));
        await study[Plans.Bo].Engine.ApproveAsync(plan.Digest, None);
        Assert.Null(await study.EndAsync(plan));
        Assert.Single(study[Plans.Cy].Seen.Results);
    }

    [Fact]
    public async Task A_pause_while_a_run_is_under_way_lets_it_end_and_lets_no_other_begin()
    {
        await using var study = await StudyOfVisitsAsync();
        var (reading, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        study[Plans.Bo].Datasets.BeforeRead = () =>
        {
            reading.TrySetResult();
            return goOn.Task;
        };
        var plan = await ProposeAsync(study, "uses: 2\n");
        foreach (var owner in plan.Owners) await study[owner].Engine.ApproveAsync(plan.Digest, None);
        await reading.Task.WaitAsync(TimeSpan.FromSeconds(60));

        await CarryAsync(study, new MotionChange.Pause(true));
        goOn.SetResult();
        Assert.Null(await study.EndAsync(plan));
        Assert.Equal(GovernanceErrors.Paused, (await Assert.ThrowsAsync<CollabException>(() => study[Plans.Cy].Engine.StartRunAsync(plan.Digest, None))).Code);
        await study[Plans.Al].Engine.RevokeAsync(plan.Digest, None); // that is possible
    }

    [Fact]
    public async Task A_requester_that_was_changed_to_know_of_no_pause_gets_nothing_started()
    {
        var everybody = Standing.Everybody([Plans.Al, Plans.Bo, Plans.Cy]);
        await using var study = await StudyOfVisitsAsync(party => party == Plans.Cy ? everybody with { Quorum = 3 } : everybody);
        var plan = await ProposeAsync(study);
        await study[Plans.Al].Engine.ApproveAsync(plan.Digest, None);
        await CarryAsync(study, new MotionChange.Pause(true), knows: [Plans.Al, Plans.Bo]);
        await study[Plans.Cy].WhenLedgerAsync(default, _ => study[Plans.Cy].Ledger.Motions.Any(m => m.Votes.Count == 2)); // which it takes for too few

        var (aware, unaware) = (Plans.DigestOf("aware"), Plans.DigestOf("unaware"));
        foreach (var run in new[] { aware, unaware }) // the second leaves out of its heads what it has seen
        {
            await study[Plans.Cy].Ledger.AppendAsync(
                s => new LedgerOperation.StartRun(s.Author, s.Id, s.Time, run == aware ? s.Heads : [], plan.Digest, run, s.Time + plan.RunLimit), None);
        }

        foreach (var owner in plan.Owners)
        {
            var ended = await study[owner].Seen.WhenAsync(e => e.Run == unaware && e.Kind == JobEventKind.Aborted);
            Assert.Equal((GovernanceErrors.Paused.Name, RunSteps.Authorize), (ended.Fault!.Code, ended.Fault.Step));
            Assert.Equal(unaware, Assert.Single(study[owner].Ledger.Page(plan.Digest).Starts).Run);
            Assert.Empty(study[owner].Ledger.PageWithPending(plan.Digest).Of<LedgerOperation.Spend>());
        }
    }

    private static async Task<Study> StudyOfVisitsAsync(Func<PartyId, Standing?>? founding = null)
    {
        var study = new Study([Plans.Al, Plans.Bo, Plans.Cy], EngineLimits.Default, founding);
        await study[Plans.Al].OfferAsync("visits", "id,age", "p1,20", "p2,30", "p3,40");
        await study[Plans.Bo].OfferAsync("visits", "id,age", "p8,50", "p2,60");
        study.StartAll();
        return study;
    }

    private static async Task<Plan> ProposeAsync(Study study, string more = "")
    {
        var engine = study[Plans.Cy].Engine;
        var plan = await engine.PlanAsync(JobDescription.Parse(Job + "\n" + more), None);
        await engine.SubmitAsync(plan, None);
        foreach (var owner in plan.Owners) await study[owner].Seen.WhenAsync(JobEventKind.AwaitsApproval);
        return plan;
    }

    private static async Task CarryAsync(Study study, MotionChange change, PartyId[]? knows = null)
    {
        var motion = await study[Plans.Al].Ledger.AppendAsync(
            s => new LedgerOperation.OpenMotion(s.Author, s.Id, s.Time, s.Heads, s.Id, change, s.Time.AddDays(1)), None);
        await study[Plans.Bo].WhenLedgerAsync(default, _ => study[Plans.Bo].Ledger.Motions.Any(m => m.Opened.Id == motion.Id));
        await study[Plans.Bo].Ledger.AppendAsync(
            s => new LedgerOperation.Vote(s.Author, s.Id, s.Time, s.Heads, motion.Job, Motion.DigestOf(motion)), None);
        foreach (var party in knows ?? [Plans.Al, Plans.Bo, Plans.Cy])
            await study[party].WhenLedgerAsync(default, _ => study[party].Ledger.Motions.Any(m => m.Opened.Id == motion.Id && m.Carried));
    }
}
