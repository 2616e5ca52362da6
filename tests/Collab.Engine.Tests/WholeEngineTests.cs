using Collab.Channels;
using Collab.Engine.Descriptions;
using Collab.Engine.Ports;
using Collab.Engine.Runs;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Ledger.Embedded;
using Collab.Primitives;
using Collab.Statistics.Results;

namespace Collab.Engine.Tests;

/// <summary>Three engines over three ledgers: the way of a job through the house, and every way in which it ends early.</summary>
public sealed class WholeEngineTests
{
    private const string StatisticsJob = """
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

    private const string IntersectionJob = """
        kind: intersection
        purpose: cohort-study
        parties:
          - { name: al, dataset: patients, key: id }
          - { name: bo, dataset: patients, key: id }
        receivers: [al]
        """;

    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Joint_statistics_reach_the_receiver_alone_and_all_commit()
    {
        await using var study = await StudyOfVisitsAsync();
        var (plan, run) = await SubmitAsync(study, StatisticsJob, by: Plans.Cy);
        await AllCommittedAsync(study, plan);

        var sealedResult = Assert.Single(study[Plans.Cy].Seen.Results).Value;
        var rows = Assert.IsType<JobResult.Statistics>(sealedResult.Result).Table.Rows().ToList();
        Assert.Equal(["5", "40", "200"], rows.Select(r => r.Value)); // 20 30 40 | 50 60
        Assert.Empty(study[Plans.Al].Seen.Results);
        Assert.Empty(study[Plans.Bo].Seen.Results);
        await EveryLogTellsAsync(study, plan, run);
    }

    [Fact]
    public async Task An_intersection_reaches_the_receiver_alone_and_all_commit()
    {
        await using var study = await StudyOfVisitsAsync();
        var (plan, run) = await SubmitAsync(study, IntersectionJob, by: Plans.Al);
        await AllCommittedAsync(study, plan);

        var sealedResult = Assert.Single(study[Plans.Al].Seen.Results).Value;
        var result = Assert.IsType<JobResult.Intersection>(sealedResult.Result);
        Assert.Equal(["id"], result.Columns);
        Assert.Equal(["p2", "p3"], result.Matches.Select(m => Assert.Single(m.Key)));
        Assert.Empty(study[Plans.Bo].Seen.Results);
        Assert.Empty(study[Plans.Cy].Seen.Results);
        await EveryLogTellsAsync(study, plan, run);
    }

    [Theory]
    [InlineData(StatisticsJob, "cy")]
    [InlineData(IntersectionJob, "al")]
    public async Task What_the_steps_of_a_run_pass_is_in_sum_what_its_receipts_say(string job, string by)
    {
        await using var study = await StudyOfVisitsAsync();
        var (plan, run) = await SubmitAsync(study, job, PartyId.Parse(by));
        await AllCommittedAsync(study, plan);
        foreach (var party in plan.Parties)
        {
            // The last report of each step counts; no later one may say less.
            var told = study[party].Seen.Events.Where(e => e.Kind == JobEventKind.Traffic && e.Run == run).ToList();
            Assert.All(told, e => Assert.All(e.Traffic!, of => Assert.True(of.Usage.MessagesSent + of.Usage.MessagesReceived > 0)));
            var sums = told.GroupBy(e => e.Step!).SelectMany(step => step.Last().Traffic!).ToLookup(of => of.Peer, of => of.Usage);
            foreach (var conversation in study[party].Engine.Archive.RequireReceipt(run, party).Conversations)
            {
                Assert.Equal(UsageOf(conversation), sums[conversation.Peer].Aggregate(default(ChannelUsage), (sum, usage) => sum + usage));
                Assert.NotEqual(default, UsageOf(conversation));
            }
        }
    }

    private static ChannelUsage UsageOf(Conversation conversation) => new(
        conversation.Sent.Sum(line => (long)line.Messages), conversation.Sent.Sum(line => (long)line.Bytes),
        conversation.Received.Sum(line => (long)line.Messages), conversation.Received.Sum(line => (long)line.Bytes));

    [Fact]
    public async Task An_intersection_for_both_reaches_both_and_each_has_its_own_rows()
    {
        await using var study = await StudyOfVisitsAsync();
        var job = IntersectionJob.Replace("[al]", "[al, bo]", StringComparison.Ordinal);
        var (plan, run) = await SubmitAsync(study, job, by: Plans.Al);
        await AllCommittedAsync(study, plan);
        Assert.Equal(["2:p2", "3:p3"], MatchesOf(study, Plans.Al));
        Assert.Equal(["1:p3", "2:p2"], MatchesOf(study, Plans.Bo));
        await EveryLogTellsAsync(study, plan, run);

        static IEnumerable<string> MatchesOf(Study study, PartyId party) =>
            Assert.IsType<JobResult.Intersection>(Assert.Single(study[party].Seen.Results).Value.Result).Matches.Select(m => $"{m.Row}:{string.Join('+', m.Key)}");
    }

    [Fact]
    public async Task No_row_is_read_before_every_owners_spend_is_final()
    {
        await using var study = await StudyOfVisitsAsync();
        var spendsSeenAtRead = new System.Collections.Concurrent.ConcurrentDictionary<PartyId, int>();
        foreach (var owner in new[] { Plans.Al, Plans.Bo })
        {
            study[owner].Datasets.BeforeRead = () =>
            {
                var ledger = study[owner].Ledger;
                spendsSeenAtRead[owner] = ledger.Page(Assert.Single(ledger.Jobs)).Of<LedgerOperation.Spend>().Select(s => s.Author).Distinct().Count();
                return Task.CompletedTask;
            };
        }

        var (plan, _) = await SubmitAsync(study, StatisticsJob, by: Plans.Cy);
        await AllCommittedAsync(study, plan);
        Assert.Equal([2, 2], [spendsSeenAtRead[Plans.Al], spendsSeenAtRead[Plans.Bo]]);
    }

    [Fact]
    public async Task A_second_run_of_a_job_with_one_use_is_refused()
    {
        await using var study = await StudyOfVisitsAsync();
        var (plan, _) = await SubmitAsync(study, StatisticsJob, by: Plans.Cy);
        await AllCommittedAsync(study, plan);

        var refused = await Assert.ThrowsAsync<CollabException>(() => study[Plans.Cy].Engine.StartRunAsync(plan.Digest, None));
        Assert.Equal(Authorization.GrantUsedUp, refused.Code);
    }

    [Fact]
    public async Task A_second_run_that_its_requester_opens_all_the_same_is_ended_by_the_owners_before_any_row_is_read()
    {
        await using var study = await StudyOfVisitsAsync();
        var (plan, _) = await SubmitAsync(study, StatisticsJob, by: Plans.Cy);
        await AllCommittedAsync(study, plan);
        foreach (var owner in new[] { Plans.Al, Plans.Bo })
            study[owner].Datasets.BeforeRead = () => throw new InvalidOperationException("No row may be read.");

        var second = Plans.DigestOf("second run");
        await OpenRunAsync(study[Plans.Cy], plan, second);
        await AllReportAsync(study, second, (Authorization.GrantUsedUp.Name, Plans.Al, RunSteps.Authorize));
    }

    [Fact]
    public async Task Of_two_runs_opened_at_once_for_one_use_no_owner_reads_for_both_and_at_most_one_is_committed()
    {
        await using var study = await StudyOfVisitsAsync(new EngineLimits { Party = TimeSpan.FromSeconds(4) }, ApprovalPolicy.AskAlways);
        var reads = new Dictionary<PartyId, int>();
        foreach (var owner in new[] { Plans.Al, Plans.Bo })
        {
            reads[owner] = 0;
            study[owner].Datasets.BeforeRead = () =>
            {
                lock (reads) reads[owner]++;
                return Task.CompletedTask;
            };
        }

        var plan = await ProposeAsync(study, StatisticsJob, by: Plans.Cy);
        await study[Plans.Cy].StopEngineAsync(); // a requester who opens what it likes
        foreach (var owner in plan.Owners)
        {
            await study[owner].Seen.WhenAsync(JobEventKind.AwaitsApproval);
            await study[owner].Engine.ApproveAsync(plan.Digest, None);
        }

        await study[Plans.Cy].WhenLedgerAsync(plan.Digest, page => plan.Owners.All(owner => page.By<LedgerOperation.Approve>(owner) is not null));
        Digest[] runs = [Plans.DigestOf("one run"), Plans.DigestOf("another run")];
        await Task.WhenAll(runs.Select(run => OpenRunAsync(study[Plans.Cy], plan, run)));
        study[Plans.Cy].StartEngine();

        var committed = 0;
        foreach (var run in runs)
        {
            List<JobEventKind> ends = [];
            foreach (var node in study.Nodes) ends.Add((await node.Seen.WhenAsync(e => e.Run == run && e.Kind is JobEventKind.Committed or JobEventKind.Aborted)).Kind);
            committed += Assert.Single(ends.Distinct()) == JobEventKind.Committed ? 1 : 0;
        }

        Assert.True(committed <= 1);
        Assert.Equal(committed, study[Plans.Cy].Seen.Results.Count);
        Assert.All(reads.Values, count => Assert.True(count <= 1));
        Assert.All(plan.Owners, owner => Assert.True(study[owner].Ledger.PageWithPending(plan.Digest).UsesSpentBy(owner) <= 1));
    }

    [Fact]
    public async Task A_grant_revoked_before_the_run_is_opened_refuses_it()
    {
        await using var study = await StudyOfVisitsAsync(policy: ApprovalPolicy.AskAlways);
        var plan = await ProposeAsync(study, StatisticsJob, by: Plans.Cy);
        await study[Plans.Al].Seen.WhenAsync(JobEventKind.AwaitsApproval);
        await study[Plans.Al].Engine.ApproveAsync(plan.Digest, None);
        await study[Plans.Al].Engine.RevokeAsync(plan.Digest, None);
        foreach (var node in new[] { study[Plans.Bo], study[Plans.Cy] }) // logs arrive each for itself: both have it before the last grant makes a run possible
            await node.WhenLedgerAsync(plan.Digest, page => page.By<LedgerOperation.Revoke>(Plans.Al) is not null);
        await study[Plans.Bo].Seen.WhenAsync(JobEventKind.AwaitsApproval);
        await study[Plans.Bo].Engine.ApproveAsync(plan.Digest, None);

        await study[Plans.Cy].WhenLedgerAsync(plan.Digest, page =>
            page.By<LedgerOperation.Revoke>(Plans.Al) is not null && page.By<LedgerOperation.Approve>(Plans.Bo) is not null);
        var refused = await Assert.ThrowsAsync<CollabException>(() => study[Plans.Cy].Engine.StartRunAsync(plan.Digest, None));
        Assert.Equal((Authorization.GrantRevoked, Plans.Al), (refused.Code, refused.Party));

        var run = Plans.DigestOf("run");
        await OpenRunAsync(study[Plans.Cy], plan, run); // a requester who does not care
        await AllReportAsync(study, run, (Authorization.GrantRevoked.Name, Plans.Al, RunSteps.Authorize));
        Assert.Empty(study[Plans.Cy].Ledger.Page(plan.Digest).Of<LedgerOperation.Spend>());
    }

    [Fact]
    public Task A_grant_revoked_while_rows_are_read_ends_the_run_on_all_sides() =>
        EndsWhileRowsAreReadAsync((study, plan) => study[Plans.Al].Engine.RevokeAsync(plan.Digest, None), (Authorization.GrantRevoked.Name, Plans.Al, RunSteps.Authorize));

    [Fact]
    public async Task A_job_that_its_requester_takes_back_is_closed_for_everybody_and_by_nobody_else()
    {
        await using var study = await StudyOfVisitsAsync(policy: ApprovalPolicy.AskAlways);
        var plan = await ProposeAsync(study, StatisticsJob, by: Plans.Cy);
        await study[Plans.Al].Seen.WhenAsync(JobEventKind.AwaitsApproval);
        var stranger = await Assert.ThrowsAsync<CollabException>(() => study[Plans.Al].Engine.CancelAsync(plan.Digest, None));
        Assert.Equal((RefusalRecord.WrongParty, Plans.Cy), (stranger.Code, stranger.Party));
        await study[Plans.Al].Engine.ApproveAsync(plan.Digest, None);

        await study[Plans.Cy].Engine.CancelAsync(plan.Digest, None);
        foreach (var node in study.Nodes)
        {
            await node.WhenLedgerAsync(plan.Digest, page => page.By<LedgerOperation.Revoke>(Plans.Cy) is not null);
            var closed = Assert.IsType<JobState.Closed>(node.StateOf(plan));
            Assert.Equal((Authorization.JobWithdrawn, Plans.Cy), (closed.Why.Code, closed.Why.By));
        }

        var late = await Assert.ThrowsAsync<CollabException>(() => study[Plans.Bo].Engine.ApproveAsync(plan.Digest, None));
        Assert.Equal((Authorization.JobWithdrawn, Plans.Cy), (late.Code, late.Party));
        var refused = await Assert.ThrowsAsync<CollabException>(() => study[Plans.Cy].Engine.StartRunAsync(plan.Digest, None));
        Assert.Equal((Authorization.JobWithdrawn, Plans.Cy), (refused.Code, refused.Party));

        var run = Plans.DigestOf("run");
        await OpenRunAsync(study[Plans.Cy], plan, run); // a requester who does not care
        await AllReportAsync(study, run, (Authorization.JobWithdrawn.Name, Plans.Cy, RunSteps.Authorize));
        Assert.Empty(study[Plans.Cy].Ledger.Page(plan.Digest).Of<LedgerOperation.Spend>());
    }

    [Fact]
    public Task A_job_that_is_taken_back_while_rows_are_read_ends_its_run_on_all_sides() =>
        EndsWhileRowsAreReadAsync((study, plan) => study[Plans.Cy].Engine.CancelAsync(plan.Digest, None), (Authorization.JobWithdrawn.Name, Plans.Cy, RunSteps.Authorize));

    [Fact]
    public async Task An_owner_whose_policy_refuses_closes_the_job_with_its_reason_on_all_sides()
    {
        await using var study = await StudyOfVisitsAsync();
        var (plan, _) = (await ProposeAsync(study, StatisticsJob.Replace("cohort-study", "marketing", StringComparison.Ordinal), by: Plans.Cy), 0);

        foreach (var node in study.Nodes)
        {
            await node.WhenLedgerAsync(plan.Digest, page => page.By<LedgerOperation.Refuse>(Plans.Al) is not null && page.By<LedgerOperation.Refuse>(Plans.Bo) is not null);
            var closed = Assert.IsType<JobState.Closed>(node.StateOf(plan));
            Assert.Equal((Authorization.JobRefused, Plans.Al), (closed.Why.Code, closed.Why.By));
            Assert.Equal("policy.purpose", node.Ledger.Page(plan.Digest).By<LedgerOperation.Refuse>(Plans.Al)!.Reason);
        }
    }

    [Fact]
    public async Task Data_that_changed_after_registration_end_the_run_alike_at_all_nodes_and_nothing_leaves()
    {
        await using var study = await StudyOfVisitsAsync();
        await File.AppendAllTextAsync(study[Plans.Bo].PathOf("visits"), "p9,70\n");
        var (_, run) = await SubmitAsync(study, StatisticsJob, by: Plans.Cy);

        await AllReportAsync(study, run, (RunErrors.DataChanged.Name, Plans.Bo, RunSteps.Read));
        Assert.All(study.Meeting.Opened.Where(c => c.Self == Plans.Bo), c => Assert.Equal(0, c.Usage.BytesSent));
        Assert.Empty(study[Plans.Cy].Seen.Results);
    }

    [Fact]
    public async Task An_owner_whose_disk_fails_before_its_spend_ends_the_run_for_all()
    {
        await using var study = await StudyOfVisitsAsync();
        study[Plans.Bo].Store.BeforePut = key =>
        {
            if (key.EndsWith("/begun", StringComparison.Ordinal)) throw new IOException("The disk is full.");
        };
        var (_, run) = await SubmitAsync(study, StatisticsJob, by: Plans.Cy);
        await AllReportAsync(study, run, (RunErrors.Unexpected.Name, Plans.Bo, RunSteps.Authorize));
    }

    [Fact]
    public async Task An_owner_whose_disk_fails_at_its_receipt_ends_the_run_also_for_those_who_have_committed()
    {
        await using var study = await StudyOfVisitsAsync();
        study[Plans.Bo].Store.BeforePut = key =>
        {
            if (key.EndsWith("/receipt/bo", StringComparison.Ordinal)) throw new IOException("The disk is full.");
        };
        var (_, run) = await SubmitAsync(study, StatisticsJob, by: Plans.Cy);
        await AllReportAsync(study, run, (RunErrors.Unexpected.Name, Plans.Bo, RunSteps.Receipt));
        Assert.Empty(study[Plans.Cy].Seen.Results);
        Assert.Null(study[Plans.Cy].Engine.Archive.FindResult(run)); // the sealed one is gone too
    }

    [Fact]
    public async Task An_owner_that_never_spends_is_named_by_the_others()
    {
        await using var study = await StudyOfVisitsAsync(new EngineLimits { Party = TimeSpan.FromSeconds(2) }, ApprovalPolicy.AskAlways);
        var plan = await ProposeAsync(study, StatisticsJob, by: Plans.Cy);
        await study[Plans.Bo].Seen.WhenAsync(JobEventKind.AwaitsApproval);
        await study[Plans.Bo].Engine.ApproveAsync(plan.Digest, None);
        await study[Plans.Bo].StopEngineAsync(); // it still witnesses; it just does nothing for the run
        await study[Plans.Al].Seen.WhenAsync(JobEventKind.AwaitsApproval);
        await study[Plans.Al].Engine.ApproveAsync(plan.Digest, None);

        var run = await RunOfAsync(study[Plans.Al], plan);
        foreach (var node in new[] { study[Plans.Al], study[Plans.Cy] })
        {
            var ended = await node.Seen.WhenAsync(e => e.Kind == JobEventKind.Aborted && e.Run == run);
            Assert.Equal((RunErrors.PartyMissing.Name, Plans.Bo, RunSteps.AwaitSpends), (ended.Fault!.Code, ended.Fault.Party, ended.Fault.Step));
        }

        study[Plans.Bo].StartEngine(); // late, it finds the run ended and says the same
        await AllReportAsync(study, run, (RunErrors.PartyMissing.Name, Plans.Bo, RunSteps.AwaitSpends));
    }

    [Fact]
    public async Task A_node_that_restarts_before_its_receipt_ends_the_run_and_all_say_the_same()
    {
        await using var study = await StudyOfVisitsAsync(new EngineLimits { Recovery = TimeSpan.FromSeconds(10), Agreement = TimeSpan.FromSeconds(1) });
        var reading = new TaskCompletionSource();
        study[Plans.Bo].Datasets.BeforeRead = () =>
        {
            reading.TrySetResult();
            return new TaskCompletionSource().Task;
        };
        var (plan, run) = await SubmitAsync(study, StatisticsJob, by: Plans.Cy);
        await reading.Task.WaitAsync(TimeSpan.FromSeconds(60));

        await study[Plans.Bo].StopAsync();
        await study[Plans.Al].Seen.WhenAsync(e => e.Kind == JobEventKind.Aborted && e.Run == run);
        study[Plans.Bo].Start();
        await AllReportAsync(study, run, (ChannelException.Closed.Name, Plans.Bo, RunSteps.Protocol));
        Assert.IsType<JobState.Aborted>(study[Plans.Bo].StateOf(plan));
    }

    [Fact]
    public async Task A_node_that_restarts_after_its_receipt_goes_on_and_the_result_is_released()
    {
        await using var study = await StudyOfVisitsAsync();
        study[Plans.Cy].Seen.BeforeRelease = () => throw new IOException("The disk is full.");
        var (plan, run) = await SubmitAsync(study, StatisticsJob, by: Plans.Cy);
        await study[Plans.Cy].Seen.WhenAsync(e => e.Step == RunSteps.Release);
        await study[Plans.Cy].StopAsync();

        study[Plans.Cy].Start();
        await study[Plans.Cy].Seen.WhenAsync(e => e.Kind == JobEventKind.Committed && e.Run == run);
        Assert.Single(study[Plans.Cy].Seen.Results);
        await AllCommittedAsync(study, plan);
    }

    [Fact]
    public async Task A_result_that_cannot_be_written_is_kept_and_written_later()
    {
        await using var study = await StudyOfVisitsAsync(new EngineLimits { Retry = TimeSpan.FromMilliseconds(50) });
        var attempts = 0;
        study[Plans.Cy].Seen.BeforeRelease = () =>
        {
            if (Interlocked.Increment(ref attempts) <= 2) throw new IOException("The disk is full.");
        };
        var (plan, _) = await SubmitAsync(study, StatisticsJob, by: Plans.Cy);
        await AllCommittedAsync(study, plan);
        Assert.Single(study[Plans.Cy].Seen.Results);
        Assert.Equal(2, study[Plans.Cy].Seen.Failures.Count(f => f.Code == RunErrors.Unexpected));
    }

    // Three parties with small tables; the owners' policy allows exactly what the jobs ask for.
    private static async Task<Study> StudyOfVisitsAsync(EngineLimits? limits = null, ApprovalPolicy? policy = null)
    {
        var study = new Study([Plans.Al, Plans.Bo, Plans.Cy], limits ?? EngineLimits.Default);
        await study[Plans.Al].OfferAsync("visits", "id,age", "p1,20", "p2,30", "p3,40");
        await study[Plans.Bo].OfferAsync("visits", "id,age", "p8,50", "p2,60");
        await study[Plans.Al].OfferAsync("patients", "id,city", "p1,Rome", "P2,Oslo", "p3,Bonn");
        await study[Plans.Bo].OfferAsync("patients", "id,city", "p3,Bern", "p2,Lyon", "p7,Kyiv");
        foreach (var owner in new[] { Plans.Al, Plans.Bo })
        {
            var other = owner == Plans.Al ? Plans.Bo : Plans.Al;
            study[owner].Policy = policy ?? ApprovalPolicy.Parse($"""
                approve:
                  - name: joint age
                    kind: statistics
                    dataset: visits
                    requesters: [cy]
                    purposes: [cohort-study]
                    columns: [age]
                    receivers: [cy]
                    with: [{other}]
                    minimum-group: 2
                  - name: shared patients
                    kind: intersection
                    dataset: patients
                    requesters: [al]
                    purposes: [cohort-study]
                    columns: [id]
                    receivers: [al, bo]
                    with: [{other}]
                otherwise: refuse
                """);
        }

        study.StartAll();
        return study;
    }

    private static async Task<Plan> ProposeAsync(Study study, string job, PartyId by)
    {
        var engine = study[by].Engine;
        var plan = await engine.PlanAsync(JobDescription.Parse(job), None);
        await engine.SubmitAsync(plan, None);
        return plan;
    }

    private static async Task<(Plan Plan, Digest Run)> SubmitAsync(Study study, string job, PartyId by)
    {
        var plan = await ProposeAsync(study, job, by);
        return (plan, await RunOfAsync(study[by], plan));
    }

    private static async Task<Digest> RunOfAsync(StudyNode node, Plan plan)
    {
        await node.WhenLedgerAsync(plan.Digest, page => page.Starts.Any());
        return node.Ledger.Page(plan.Digest).Starts.First().Run;
    }

    private static Task<LedgerOperation.StartRun> OpenRunAsync(StudyNode requester, Plan plan, Digest run) => requester.Ledger.AppendAsync(
        s => new LedgerOperation.StartRun(s.Author, s.Id, s.Time, s.Heads, plan.Digest, run, s.Time + plan.RunLimit), None);

    private static async Task AllCommittedAsync(Study study, Plan plan)
    {
        foreach (var party in plan.Parties)
        {
            var ended = await study[party].Seen.WhenAsync(e => e.Kind is JobEventKind.Committed or JobEventKind.Aborted);
            Assert.True(ended.Kind == JobEventKind.Committed, $"{party}: {ended.Fault}");
            Assert.IsType<JobState.Committed>(study[party].StateOf(plan));
        }
    }

    // Bo's source never answers: only what is done meanwhile ends the run.
    private static async Task EndsWhileRowsAreReadAsync(Func<Study, Plan, Task> act, (string Code, PartyId Party, StepId Step) expected)
    {
        await using var study = await StudyOfVisitsAsync();
        var reading = new TaskCompletionSource();
        study[Plans.Bo].Datasets.BeforeRead = () =>
        {
            reading.TrySetResult();
            return new TaskCompletionSource().Task;
        };
        var (plan, run) = await SubmitAsync(study, StatisticsJob, by: Plans.Cy);
        await reading.Task.WaitAsync(TimeSpan.FromSeconds(60));

        await act(study, plan);
        await AllReportAsync(study, run, expected);
        Assert.Empty(study[Plans.Cy].Seen.Results);
    }

    private static async Task AllReportAsync(Study study, Digest run, (string Code, PartyId Party, StepId Step) expected)
    {
        foreach (var node in study.Nodes)
        {
            var ended = await node.Seen.WhenAsync(e => e.Run == run && e.Kind is JobEventKind.Committed or JobEventKind.Aborted);
            Assert.True(ended.Kind == JobEventKind.Aborted, $"{node.Self} committed");
            Assert.Equal((node.Self, expected.Code, expected.Party, expected.Step), (node.Self, ended.Fault!.Code, ended.Fault.Party, ended.Fault.Step));
            Assert.Equal(ended.Fault, node.Engine.Archive.FaultOf(run));
        }
    }

    private static async Task EveryLogTellsAsync(Study study, Plan plan, Digest run)
    {
        foreach (var node in study.Nodes)
        {
            await node.WhenLedgerAsync(plan.Digest, page => plan.Parties.All(p => page.CommitOf(p, run) is not null));
            foreach (var owner in plan.Owners)
            {
                ILogView log = node.Ledger.LogOf(owner);
                var own = node.Ledger.Page(plan.Digest).Operations.Where(o => o.Author == owner).Select(o => o.GetType().Name);
                string[] expected = owner == plan.Requester ? ["Propose", "Approve", "StartRun", "Spend", "Commit"] : ["Approve", "Spend", "Commit"];
                Assert.Equal(expected, own);
                Assert.NotNull(log.Final);
            }
        }
    }
}
