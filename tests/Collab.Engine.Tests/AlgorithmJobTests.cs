using Collab.Engine.Algorithms;
using Collab.Engine.Descriptions;
using Collab.Engine.Ports;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Primitives;

namespace Collab.Engine.Tests;

/// <summary>Jobs of a provider's algorithm, over real engines: what a version is, who lets it be used, and what a changed or withdrawn one stops.</summary>
public sealed class AlgorithmJobTests
{
    private static readonly PartyId Dee = PartyId.Parse("dee");
    private static readonly CancellationToken None = CancellationToken.None;

    private const string Question = """
        kind: statistics
        purpose: cohort-study
        parties:
          - { name: al, dataset: visits }
          - { name: bo, dataset: visits }
        receivers: [cy]
        uses: 2
        parameters: { columns: [age], statistics: [count, mean], minimum-group: 2, dominance: none }
        """;

    private static string Job(int version) => $"{Question}\nalgorithm: {{ provider: dee, name: mean age, version: {version} }}";

    [Fact]
    public async Task A_run_is_of_a_version_that_stands_and_a_newer_version_or_a_withdrawal_stops_further_runs()
    {
        await using var study = await StartAsync();
        var first = await AddAsync(study, Question);
        var plan = await ProposeAsync(study, Job(1));
        Assert.Equal(first.Reference, plan.Algorithm);
        Assert.Null(await study.EndAsync(plan));
        Assert.Equal(["5", "40"], ((JobResult.Statistics)study[Plans.Cy].Seen.Results.Single().Value.Result).Table.Rows().Select(r => r.Value));
        Assert.All([study[Plans.Al].Ledger.PageOf(plan), study[Plans.Al].Ledger.PageWithPendingOf(plan)], p => Assert.NotNull(p.Standing)); // pause, roles and own approval bind a plan with an algorithm, too
        var page = study[Plans.Al].Ledger.Page(first.Reference.Id);
        Assert.Equal((1, first.Digest), (Assert.Single(page.Of<LedgerOperation.RegisterAlgorithm>()).Version, AlgorithmHistory.Of(page, Dee).Digest));

        // A second use is left, and the grants stand; but the algorithm has a newer version.
        var second = await AddAsync(study, Question.Replace("minimum-group: 2", "minimum-group: 3", StringComparison.Ordinal));
        Assert.Equal((first.Reference.Id, 2), (second.Reference.Id, second.Reference.Version));
        Assert.NotEqual(first.Reference.Salt, second.Reference.Salt);
        await study[Plans.Cy].WhenLedgerAsync(first.Reference.Id, p => AlgorithmHistory.Of(p, Dee).Version == 2);
        Assert.Equal(Authorization.AlgorithmOtherVersion, (await RefusedAsync(() => study[Plans.Cy].Engine.StartRunAsync(plan.Digest, None))).Code);
        Assert.Equal([AlgorithmStanding.Superseded, AlgorithmStanding.Stands], study[Dee].Engine.Algorithms.List.Select(a => a.Standing));

        await study[Dee].Engine.Algorithms.WithdrawAsync("mean age", None);
        await study[Plans.Cy].WhenLedgerAsync(first.Reference.Id, p => AlgorithmHistory.Of(p, Dee).Version == 3);
        Assert.Equal(Authorization.AlgorithmWithdrawn, (await RefusedAsync(() => study[Plans.Cy].Engine.StartRunAsync(plan.Digest, None))).Code);
        Assert.Equal(Authorization.AlgorithmWithdrawn, (await RefusedAsync(() => study[Dee].Engine.Algorithms.WithdrawAsync("mean age", None))).Code);
        Assert.Equal(4, (await AddAsync(study, Question)).Reference.Version); // it may come back, under a number of its own

        // Both attempts stand on the requester's log.
        Assert.Equal(
            ["algorithm.other-version", "algorithm.withdrawn"],
            study[Plans.Cy].Ledger.PageWithPending(plan.Digest).Of<LedgerOperation.DeclareRefusal>().Select(o => o.Code));
    }

    [Fact]
    public async Task What_is_not_the_version_to_the_letter_is_not_planned()
    {
        await using var study = await StartAsync();
        var stored = await AddAsync(study, Question);
        Task<CollabException> RefusedToPlan(string job) => RefusedAsync(() => study[Plans.Cy].Engine.PlanAsync(JobDescription.Parse(job), None));
        Assert.Equal(Authorization.AlgorithmOtherContent, (await RefusedToPlan(Job(1).Replace("minimum-group: 2", "minimum-group: 3", StringComparison.Ordinal))).Code);
        Assert.Equal(Authorization.AlgorithmUnknown, (await RefusedToPlan(Job(2))).Code);
        Assert.Equal(Authorization.AlgorithmUnknown, (await RefusedToPlan(Job(1).Replace("mean age,", "mean ages,", StringComparison.Ordinal))).Code);
        Assert.Equal(Authorization.AlgorithmUnknown, (await RefusedToPlan(Job(1).Replace("provider: dee", "provider: al", StringComparison.Ordinal))).Code);
        foreach (var wrong in (string[])["{ provider: dee, name: x }", "{ provider: dee, version: 1 }", "{ provider: dee, name: x, version: 0 }", "mean age"])
            Assert.Throws<CollabException>(() => JobDescription.Parse($"{Question}\nalgorithm: {wrong}"));

        // A provider that hands over something else than it was asked for.
        study[Dee].HandOver = a => a with { Reference = a.Reference with { Version = 7 } };
        Assert.Equal(Authorization.AlgorithmOtherContent, (await RefusedToPlan(Job(1))).Code);

        // Another salt than the registered one: nobody can tell before the ledger is asked, and owners refuse.
        study[Dee].HandOver = a => a with { Reference = a.Reference with { Salt = Digest.Sha256("salt"u8) } };
        var plan = await ProposeAsync(study, Job(1));
        Assert.NotEqual(stored.Reference.Salt, plan.Algorithm!.Salt);
        await study[Plans.Cy].WhenLedgerAsync(plan.Digest, page => plan.Owners.All(o => page.By<LedgerOperation.Refuse>(o) is not null));
        Assert.All(study[Plans.Cy].Ledger.Page(plan.Digest).Of<LedgerOperation.Refuse>(), refusal => Assert.Equal("algorithm.other-content", refusal.Reason));

        var bytes = stored.Encode();
        Assert.Equal(bytes, StoredAlgorithm.Decode(bytes).Encode());
        for (var length = 0; length < bytes.Length; length++) Assert.Throws<MalformedException>(() => StoredAlgorithm.Decode(bytes.AsSpan(0, length)));
        Assert.Throws<MalformedException>(() => StoredAlgorithm.Decode([.. bytes, 0]));
    }

    [Fact]
    public async Task A_provider_that_wants_to_be_asked_decides_and_may_take_it_back()
    {
        await using var study = await StartAsync();
        await AddAsync(study, Question, asks: true);
        var plan = await ProposeAsync(study, Job(1));
        await study[Dee].Seen.WhenAsync(e => e.Job == plan.Digest && e.Kind == JobEventKind.AwaitsApproval && e.Party == Dee);
        await study[Plans.Cy].WhenLedgerAsync(plan.Digest, page => page.Of<LedgerOperation.Approve>().Count() == 2);
        Assert.Equal([Dee], Assert.IsType<JobState.Proposed>(study[Plans.Cy].StateOf(plan)).Missing);
        await study[Dee].Engine.ApproveAsync(plan.Digest, None);
        Assert.Null(await study.EndAsync(plan));
        await study[Dee].Engine.RevokeAsync(plan.Digest, None);
        await study[Plans.Cy].WhenLedgerAsync(plan.Digest, page => page.By<LedgerOperation.Revoke>(Dee) is not null);
        Assert.Equal(Authorization.AlgorithmRefused, (await RefusedAsync(() => study[Plans.Cy].Engine.StartRunAsync(plan.Digest, None))).Code);
        Assert.Null(study[Dee].Store.List("run/").FirstOrDefault()); // it saw the plan, and no run
    }

    private static async Task<Study> StartAsync()
    {
        var study = new Study([Plans.Al, Plans.Bo, Plans.Cy, Dee], EngineLimits.Default);
        await study[Plans.Al].OfferAsync("visits", "id,age", "p1,20", "p2,30", "p3,40");
        await study[Plans.Bo].OfferAsync("visits", "id,age", "p8,50", "p2,60");
        foreach (var (owner, other) in (IEnumerable<(PartyId, PartyId)>)[(Plans.Al, Plans.Bo), (Plans.Bo, Plans.Al)])
        {
            study[owner].Policy = ApprovalPolicy.Parse($$"""
                approve:
                  - { name: joint age, kind: statistics, dataset: visits, requesters: [cy], purposes: [cohort-study], columns: [age], receivers: [cy], with: [{{other}}],
                      minimum-group: 2, dominance: none, uses: 2 }
                otherwise: refuse
                """);
        }

        study.StartAll();
        return study;
    }

    private static async Task<StoredAlgorithm> AddAsync(Study study, string job, bool asks = false)
    {
        var plan = await study[Dee].Engine.PlanAsync(JobDescription.Parse(job), None);
        return await study[Dee].Engine.Algorithms.AddAsync("mean age", plan.Question, asks, None);
    }

    private static async Task<Plan> ProposeAsync(Study study, string job)
    {
        var plan = await study[Plans.Cy].Engine.PlanAsync(JobDescription.Parse(job), None);
        await study[Plans.Cy].Engine.SubmitAsync(plan, None);
        return plan;
    }

    private static Task<CollabException> RefusedAsync(Func<Task> act) => Assert.ThrowsAsync<CollabException>(act);
}
