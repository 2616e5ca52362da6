using Collab.Engine.Descriptions;
using Collab.Engine.Ports;
using Collab.Engine.Runs;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Privacy;

namespace Collab.Engine.Tests;

/// <summary>Private answers one after the other: what they cost is kept, and what an owner does not give is refused, also after a restart.</summary>
public sealed class PrivacyLedgerTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static readonly Plan Plan = Private(400_000);

    private static readonly PlanInput Own = Plan.InputOf(Plans.Al)!;

    [Fact]
    public void A_budget_is_spent_to_its_end_and_kept_by_the_store()
    {
        var store = new MemoryStore();
        var policy = Policy("{ epsilon: 1 }");
        Spend(store, policy, Private(400_000));
        Spend(store, policy, Private(400_000));
        var refused = Assert.Throws<CollabException>(() => Spend(store, policy, Private(200_001)));
        Assert.Equal((PrivacyErrors.BudgetSpent, Plans.Al), (refused.Code, refused.Party));
        Assert.Equal("al's budget for 'visits' has left, for al, epsilon 0.2 of Laplace noise; the job asks for epsilon 0.200001.", refused.Message);
        Spend(store, policy, Private(200_000));
        Assert.Throws<CollabException>(() => Spend(store, policy, Private(1)));
        Assert.Equal(3, store.List("privacy-spent/").Count);

        // Others, and other datasets, have budgets of their own.
        Spend(store, policy, Private(1_000_000) with { Requester = Plans.Cy });
        PrivacyLedger.Spend(store, policy, Plan, Own with { DatasetId = Plans.DigestOf("other") });
        Assert.Throws<CollabException>(() => Spend(store, Policy("{ epsilon: 2, per: dataset }"), Private(1)));
        Spend(store, Policy("{ epsilon: 2.5, per: dataset }"), Private(500_000));
    }

    [Fact]
    public void What_was_answered_without_a_budget_counts_once_there_is_one()
    {
        var store = new MemoryStore();
        Spend(store, ApprovalPolicy.AskAlways, Private(90_000_000));
        Assert.Throws<CollabException>(() => Spend(store, Policy("{ epsilon: 90 }"), Private(1)));
        PrivacyLedger.Spend(store, Policy("{ epsilon: 1 }"), Plans.Statistics(Plans.Al, Plans.Bo, Plans.Cy), Own); // an exact answer is no matter of the budget
    }

    [Fact]
    public void Two_runs_at_once_do_not_both_spend_the_last_of_it()
    {
        var store = new MemoryStore();
        var policy = Policy("{ epsilon: 1 }");
        var refused = 0;
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 16 }, _ =>
        {
            try
            {
                Spend(store, policy, Private(300_000));
            }
            catch (CollabException e) when (e.Code == PrivacyErrors.BudgetSpent)
            {
                Interlocked.Increment(ref refused);
            }
        });
        Assert.Equal((3, 61), (store.List("privacy-spent/").Count, refused));
    }

    [Fact]
    public void What_the_disk_does_not_keep_is_not_spent_and_the_answer_does_not_leave()
    {
        var store = new MemoryStore { BeforePut = _ => throw new IOException("full") };
        Assert.Throws<IOException>(() => Spend(store, Policy("{ epsilon: 1 }"), Private(300_000)));
        store.BeforePut = null;
        Spend(store, Policy("{ epsilon: 1 }"), Private(1_000_000));
    }

    [Fact]
    public async Task Answers_are_told_with_their_noise_until_the_budget_is_spent_and_a_restart_changes_nothing()
    {
        await using var study = new Study(Plans.Al, Plans.Bo, Plans.Cy);
        foreach (var owner in new[] { Plans.Al, Plans.Bo })
        {
            await study[owner].OfferAsync("visits", ["age", .. Enumerable.Range(0, 400).Select(i => $"{20 + (i % 60)}")]);
            study[owner].Policy = ApprovalPolicy.Parse("otherwise: ask\n" + (owner == Plans.Al ? "privacy: required\nprivacy-budget: { epsilon: 1, delta: 0.000001 }\n" : ""));
        }

        study.StartAll();
        var first = await AskAsync(study, Job("epsilon: 0.6"));
        var result = Assert.IsType<JobResult.Statistics>(Assert.Single(study[Plans.Cy].Seen.Results).Value.Result).Table;
        Assert.Null(first);
        Assert.Equal(2, result.Noise!.Owners);
        Assert.All(result.Rows(), row => Assert.StartsWith("noise of standard deviation ", row.Exactness, StringComparison.Ordinal));
        Assert.Equal([new BudgetLeft("visits", Plans.Cy, "0.4", "0")], study[Plans.Al].Engine.BudgetsLeft);
        Assert.Empty(study[Plans.Bo].Engine.BudgetsLeft);

        await study[Plans.Al].StopEngineAsync();
        study[Plans.Al].StartEngine();
        Assert.Equal(PrivacyErrors.BudgetSpent.Name, await RefusedAsync(study, Job("epsilon: 0.5")));
        Assert.Equal("policy.privacy", await RefusedAsync(study, Job("")));
        Assert.Null(await AskAsync(study, Job("epsilon: 0.4")));
        Assert.Equal([new BudgetLeft("visits", Plans.Cy, "0", "0")], study[Plans.Al].Engine.BudgetsLeft);
    }

    [Fact]
    public async Task An_owner_whose_disk_does_not_keep_what_is_spent_sends_nothing()
    {
        await using var study = new Study(Plans.Al, Plans.Bo, Plans.Cy);
        foreach (var owner in new[] { Plans.Al, Plans.Bo }) await study[owner].OfferAsync("visits", ["age", .. Enumerable.Range(0, 60).Select(i => $"{20 + i}")]);
        study[Plans.Al].Store.BeforePut = key =>
        {
            if (key.StartsWith("privacy-spent/", StringComparison.Ordinal)) throw new IOException("full");
        };
        study.StartAll();
        Assert.Equal(RunErrors.Unexpected.Name, await AskAsync(study, Job("epsilon: 0.6")));
        Assert.Empty(study[Plans.Cy].Seen.Results);
        foreach (var party in new[] { Plans.Al, Plans.Bo, Plans.Cy })
            Assert.DoesNotContain(study[party].Seen.Events, e => e.Kind == JobEventKind.Step && e.Step == Statistics.JointStatistics.OpenTotals);
    }

    [Fact]
    public async Task Of_two_jobs_granted_before_either_ran_the_second_finds_the_budget_spent()
    {
        await using var study = new Study(Plans.Al, Plans.Bo, Plans.Cy);
        foreach (var owner in new[] { Plans.Al, Plans.Bo }) await study[owner].OfferAsync("visits", ["age", .. Enumerable.Range(0, 60).Select(i => $"{20 + i}")]);
        study[Plans.Al].Policy = Policy("{ epsilon: 1 }");
        study.StartAll();
        var jobs = new List<Plan>();
        for (var i = 0; i < 2; i++)
        {
            var plan = await study[Plans.Cy].Engine.PlanAsync(JobDescription.Parse(Job("epsilon: 0.6")), None);
            await study[Plans.Cy].Engine.SubmitAsync(plan, None);
            jobs.Add(plan);
        }

        foreach (var plan in jobs)
            foreach (var owner in plan.Owners) await study[owner].Seen.WhenAsync(e => e.Job == plan.Digest && e.Kind == JobEventKind.AwaitsApproval);
        foreach (var plan in jobs)
            foreach (var owner in plan.Owners) await study[owner].Engine.ApproveAsync(plan.Digest, None);

        var ends = new List<string?>();
        foreach (var plan in jobs)
        {
            var (asked, refused) = (await EndAsync(study[Plans.Cy], plan), await EndAsync(study[Plans.Al], plan));
            ends.Add(asked?.Code);
            Assert.Equal((asked?.Code, asked?.Party), (refused?.Code, refused?.Party));
            if (refused is not null)
                Assert.Equal("al's budget for 'visits' has left, for cy, epsilon 0.4 of Laplace noise; the job asks for epsilon 0.6.", refused.Message);
        }

        Assert.Equal([null, PrivacyErrors.BudgetSpent.Name], ends.Order(StringComparer.Ordinal));
        Assert.Single(study[Plans.Al].Store.List("privacy-spent/"));
    }

    private static void Spend(IJobStore store, ApprovalPolicy policy, Plan plan) => PrivacyLedger.Spend(store, policy, plan, Own);

    private static ApprovalPolicy Policy(string budget) => ApprovalPolicy.Parse($"privacy-budget: {budget}");

    private static Plan Private(long epsilon)
    {
        var plan = Plans.Statistics(Plans.Al, Plans.Bo, Plans.Cy);
        return plan with
        {
            Question = (StatisticsQuestion)plan.Question with { Privacy = new PrivacyChoice(NoiseMechanism.Laplace, epsilon, 0, [new ValueRange("age", 0, 0, 110)]) },
        };
    }

    private static string Job(string epsilon) => $$"""
        kind: statistics
        purpose: cohort-study
        parties:
          - { name: al, dataset: visits }
          - { name: bo, dataset: visits }
        receivers: [cy]
        parameters:
          columns: [age]
          statistics: [count, mean]
          minimum-group: 1
          {{(epsilon.Length == 0 ? "" : $"privacy: {{ mechanism: laplace, {epsilon}, ranges: [{{ column: age, min: 0, max: 110 }}] }}")}}
        """;

    private static async Task<string?> AskAsync(Study study, string job)
    {
        var plan = await study[Plans.Cy].Engine.PlanAsync(JobDescription.Parse(job), None);
        await study[Plans.Cy].Engine.SubmitAsync(plan, None);
        foreach (var owner in plan.Owners)
        {
            await study[owner].Seen.WhenAsync(e => e.Job == plan.Digest && e.Kind == JobEventKind.AwaitsApproval);
            await study[owner].Engine.ApproveAsync(plan.Digest, None);
        }

        foreach (var party in plan.Parties)
            if (await EndAsync(study[party], plan) is { } fault) return fault.Code;
        return null;
    }

    private static async Task<Fault?> EndAsync(StudyNode node, Plan plan) =>
        (await node.Seen.WhenAsync(e => e.Job == plan.Digest && e.Kind is JobEventKind.Committed or JobEventKind.Aborted && e.Job == plan.Digest)).Fault;

    private static async Task<string> RefusedAsync(Study study, string job)
    {
        var plan = await study[Plans.Cy].Engine.PlanAsync(JobDescription.Parse(job), None);
        await study[Plans.Cy].Engine.SubmitAsync(plan, None);
        await study[Plans.Cy].WhenLedgerAsync(plan.Digest, page => page.By<LedgerOperation.Refuse>(Plans.Al) is not null);
        return study[Plans.Cy].Ledger.Page(plan.Digest).By<LedgerOperation.Refuse>(Plans.Al)!.Reason;
    }
}
