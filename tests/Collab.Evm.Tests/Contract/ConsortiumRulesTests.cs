using Refusal = Collab.Evm.Contract.ContractRefusal;

namespace Collab.Evm.Tests.Contract;

/// <summary>Each rule of protocols/specs/contract.md by a story, on the bytecode and on the model.</summary>
public sealed class ConsortiumRulesTests(ConsortiumFixture fixture) : IClassFixture<ConsortiumFixture>
{
    private const long Day = 24 * 3600;

    private static readonly int One = Scenario.Key(1, Role.Provider), Two = Scenario.Key(2, Role.Provider), Asks = Scenario.Key(2, Role.Requester),
        Makes = Scenario.Key(3, Role.Algorithm);

    private static readonly Step[] Granted = [.. Scenario.ProposedAndApproved];
    private static readonly Step[] Started = [.. Granted, Scenario.RunAndCommitted[0]];

    private static ContractCall Start(int label) => new(Operation.StartRun, Asks, Scenario.Job, label, 20 * Day);

    private static ContractCall Approve(int version, long uses = 2) =>
        new(Operation.Approve, One, Scenario.Job, Scenario.Plan, Scenario.DatasetOfOne, version, uses, Scenario.Later);

    private static Step[] Carried(int number, int kind, int subject, int value, int key = 0, Refusal why = Refusal.None) =>
    [
        new ContractCall(Operation.OpenMotion, Scenario.Key(1, Role.Operator), number, kind, subject, value, key, 20 * Day),
        new(new(Operation.Vote, Scenario.Key(3, Role.Operator), number), why),
    ];

    // ---- versions

    [Fact]
    public Task A_dataset_replaced_after_its_grant_stops_the_job_until_it_is_granted_again() => fixture.ExpectAsync([
        .. Granted,
        new ContractCall(Operation.SetDataset, One, 1, 4),
        new(Start(1), Refusal.DatasetChanged),
        new(Approve(1), Refusal.WrongVersion),
        Approve(2),
        new(Start(1), Refusal.AlgorithmNotApproved), // of the new version
        new ContractCall(Operation.ApproveAlgorithm, Makes, Scenario.Job, Scenario.Plan, Scenario.DatasetOfOne, 2),
        Start(1)]);

    [Fact]
    public Task A_dataset_withdrawn_or_put_back_as_it_was_is_not_the_one_that_was_granted() => fixture.ExpectAsync([
        .. Granted,
        new ContractCall(Operation.SetDataset, One, 1, 0),
        new(Start(1), Refusal.DatasetChanged),
        new ContractCall(Operation.SetDataset, One, 1, 1),
        new(Start(1), Refusal.DatasetChanged)]);

    [Fact]
    public Task An_algorithm_replaced_after_the_grants_stops_the_job_for_good() => fixture.ExpectAsync([
        .. Granted,
        new ContractCall(Operation.SetAlgorithm, Makes, 1, 4),
        new(Start(1), Refusal.AlgorithmChanged),
        new(new(Operation.ApproveAlgorithm, Makes, Scenario.Job, Scenario.Plan, Scenario.DatasetOfOne, 1), Refusal.AlgorithmChanged),
        new ContractCall(Operation.SetAlgorithm, Makes, 1, 3), // the same digest is another version
        new(Start(1), Refusal.AlgorithmChanged)]);

    [Fact]
    public Task A_new_grant_for_a_changed_dataset_gives_no_use_back() => fixture.ExpectAsync([
        .. Granted,
        Start(1),
        new ContractCall(Operation.SetDataset, One, 1, 4),
        new(Approve(2, uses: 1), Refusal.Malformed),
        Approve(2, uses: 2),
        new ContractCall(Operation.ApproveAlgorithm, Makes, Scenario.Job, Scenario.Plan, Scenario.DatasetOfOne, 2),
        Start(2),
        new(new(Operation.StartRun, Asks, Scenario.Job, 1, 20 * Day), Refusal.GrantSpent)]);

    // ---- grants

    [Fact]
    public Task A_grant_is_for_the_owner_the_plan_and_once() => fixture.ExpectAsync([
        Scenario.ProposedAndApproved[0],
        new(Approve(1) with { Sender = Two }, Refusal.NotYours),
        new(Approve(1) with { B = 8 }, Refusal.WrongPlan),
        new(Approve(1) with { C = ConsortiumModel.IdOf(1, 2) }, Refusal.Unknown),
        new(Approve(1) with { E = 4 }, Refusal.TooMuch),
        new(Approve(1) with { F = Scenario.Later + 1 }, Refusal.TooMuch),
        new(Start(1), Refusal.GrantMissing),
        new(Approve(1), Told: new(EventKind.GrantGiven, [Scenario.Job, Scenario.DatasetOfOne, 1, 1, 2, Scenario.Later])),
        new(Approve(1), Refusal.Exists)]);

    [Fact]
    public Task The_algorithms_provider_approves_for_each_dataset() => fixture.ExpectAsync([
        .. Granted[..4],
        new(Start(1), Refusal.AlgorithmNotApproved),
        new(new(Operation.ApproveAlgorithm, Scenario.Key(2, Role.Algorithm), Scenario.Job, Scenario.Plan, Scenario.DatasetOfTwo, 1), Refusal.WrongRole),
        new(Granted[4].Call, Told: new(EventKind.JobStateChanged, [Scenario.Job, (long)ConsortiumModel.JobStage.Authorized])),
        Start(1)]);

    [Fact]
    public Task The_smaller_quota_and_the_earlier_expiry_hold_and_a_run_id_starts_once() => fixture.ExpectAsync([
        .. Granted, // two uses of one dataset, three of the other
        Start(1),
        new(Start(1), Refusal.Exists),
        Start(2),
        new(Start(2), Refusal.GrantSpent)]);

    [Fact]
    public Task Grants_and_jobs_end_by_the_time_of_the_block() => fixture.ExpectAsync([
        .. Granted,
        new ContractCall(Operation.Wait, 0, Scenario.Later - Begin()), // the last second of the job, one after that of the second grant
        new(Start(1), Refusal.GrantExpired),
        new ContractCall(Operation.Wait, 0, 1),
        new(Start(1), Refusal.JobExpired)]);

    [Fact]
    public Task Nothing_starts_before_its_window() => fixture.ExpectAsync([
        new ContractCall(Operation.Propose, Asks, 1, Scenario.Plan, 0, 0, 1L << Scenario.DatasetOfTwo, 0b100, Scenario.Later - 1, Scenario.Later, 1),
        new ContractCall(Operation.Approve, Two, Scenario.Job, Scenario.Plan, Scenario.DatasetOfTwo, 1, 1, Scenario.Later),
        new(Start(1), Refusal.JobNotBegun),
        new ContractCall(Operation.Wait, 0, Scenario.Later - 1 - Begin()),
        Start(1),
        new(Start(2), Refusal.JobSpent)]);

    [Fact]
    public Task A_revoked_job_starts_no_run_and_commits_after_it_are_flagged() => fixture.ExpectAsync([
        .. Started,
        new ContractCall(Operation.Commit, One, Scenario.Run, 5, 0, 6, 10),
        new(new(Operation.Revoke, One, Scenario.Job, Scenario.DatasetOfTwo), Refusal.NotYours),
        new ContractCall(Operation.Revoke, One, Scenario.Job, Scenario.DatasetOfOne),
        new(Start(2), Refusal.JobRevoked),
        new(Approve(1), Refusal.WrongState),
        new(new(Operation.Commit, Two, Scenario.Run, 6, 7, 8, 9), Told: new(EventKind.RunCommitted, [Scenario.Run, 2, 6, 7, 8, 9, 1]))]);

    [Fact]
    public Task A_refusal_closes_the_job_with_its_reason() => fixture.ExpectAsync([
        Scenario.ProposedAndApproved[0],
        Approve(1),
        new(new(Operation.Refuse, Two, Scenario.Job, 77), Told: new(EventKind.GrantRefused, [Scenario.Job, 2, 77])),
        new(Start(1), Refusal.JobClosed),
        new(new(Operation.Revoke, One, Scenario.Job, Scenario.DatasetOfOne), Refusal.Unknown)]); // its grant ended with the job

    [Fact]
    public Task While_paused_nothing_new_starts_and_revoking_and_evidence_go_on() => fixture.ExpectAsync([
        .. Started,
        .. Carried(1, 2, 0, 1),
        new(Start(2), Refusal.Paused),
        new ContractCall(Operation.Commit, One, Scenario.Run, 5, 0, 6, 10),
        new ContractCall(Operation.Revoke, One, Scenario.Job, Scenario.DatasetOfOne),
        .. Carried(2, 2, 0, 0),
        new(Start(2), Refusal.JobRevoked)]);

    [Fact]
    public Task A_contract_with_a_successor_starts_nothing_more() => fixture.ExpectAsync([
        .. Granted, .. Carried(1, 4, 0, 0, key: 30), new(Start(1), Refusal.Paused)]);

    // ---- who calls

    [Fact]
    public Task A_retired_key_a_lost_role_and_a_suspended_organisation_can_write_nothing() => fixture.ExpectAsync([
        .. Started,
        new ContractCall(Operation.Retire, Scenario.Administration(1), One),
        new(new(Operation.Commit, One, Scenario.Run, 5, 0, 6, 10), Refusal.UnknownKey),
        new(new(Operation.Checkpoint, One, 1, 1), Refusal.UnknownKey),
        .. Carried(1, 1, 4, 256), // the auditor keeps no role
        new(new(Operation.Checkpoint, Scenario.Key(4, Role.Auditor), 1, 1), Refusal.WrongRole),
        .. Carried(2, 1, 2, (int)Scenario.Founders[1].Roles),
        new(new(Operation.Commit, Two, Scenario.Run, 5, 0, 6, 10), Refusal.Inactive),
        new(new(Operation.Abort, Asks, Scenario.Run, 1), Refusal.Inactive),
        new(new(Operation.Checkpoint, Two, 1, 1), Refusal.Inactive),
        new(new(Operation.Nominate, Scenario.Administration(2), 25, 1), Refusal.Inactive),
        new ContractCall(Operation.Revoke, Two, Scenario.Job, Scenario.DatasetOfTwo)]); // taking back is always possible

    [Fact]
    public Task A_job_waits_while_one_of_its_parties_or_its_requester_is_suspended() => fixture.ExpectAsync([
        .. Granted,
        .. Carried(1, 1, 1, (int)Scenario.Founders[0].Roles | 256), // no change
        new ContractCall(Operation.OpenMotion, Scenario.Key(2, Role.Operator), 2, 1, 1, (int)Scenario.Founders[0].Roles, 0, 20 * Day),
        new ContractCall(Operation.Vote, Scenario.Key(3, Role.Operator), 2), // organisation 1 is suspended
        new(Start(1), Refusal.PartyOut),
        new ContractCall(Operation.OpenMotion, Scenario.Key(2, Role.Operator), 3, 1, 1, (int)Scenario.Founders[0].Roles | 256, 0, 20 * Day),
        new ContractCall(Operation.Vote, Scenario.Key(3, Role.Operator), 3),
        Start(1)]);

    [Fact]
    public async Task A_grant_that_completes_while_a_party_is_away_counts_once_it_is_back()
    {
        var model = await fixture.ExpectAsync([
            .. Granted[..4],
            new ContractCall(Operation.OpenMotion, Scenario.Key(2, Role.Operator), 1, 1, 1, (int)Scenario.Founders[0].Roles, 0, 20 * Day),
            new ContractCall(Operation.Vote, Scenario.Key(3, Role.Operator), 1),
            Granted[4],
            new ContractCall(Operation.OpenMotion, Scenario.Key(2, Role.Operator), 2, 1, 1, (int)Scenario.Founders[0].Roles | 256, 0, 20 * Day),
            new ContractCall(Operation.Vote, Scenario.Key(3, Role.Operator), 2),
            new(Start(1), Told: new(EventKind.JobStateChanged, [Scenario.Job, (long)ConsortiumModel.JobStage.Authorized]))]);
        Assert.Equal(ConsortiumModel.RunStage.Started, model.Run[Scenario.Run].Stage);
    }

    // ---- runs

    [Fact]
    public Task Nobody_shows_a_transcript_before_all_are_bound_and_two_that_differ_are_a_dispute() => fixture.ExpectAsync([
        .. Started,
        new ContractCall(Operation.Commit, One, Scenario.Run, 5, 1, 6, 10),
        new(new(Operation.Commit, One, Scenario.Run, 5, 1, 6, 10), Refusal.Exists),
        new(new(Operation.Open, One, Scenario.Run, 8), Refusal.TooEarly),
        new(new(Operation.Open, Two, Scenario.Run, 8), Refusal.Unknown),
        new(new(Operation.Commit, Two, Scenario.Run, 6, 2, 7, 20), Told: new(EventKind.RunCommitted, [Scenario.Run, 2, 6, 2, 7, 20, 0])),
        new ContractCall(Operation.Open, One, Scenario.Run, 8),
        new(new(Operation.Open, Two, Scenario.Run, 9), Told: new(EventKind.RunStateChanged, [Scenario.Run, (long)ConsortiumModel.RunStage.Disputed])),
        new(new(Operation.Open, Two, Scenario.Run, 8), Refusal.Exists),
        new(new(Operation.Abort, Two, Scenario.Run, 1), Refusal.WrongState)]);

    [Fact]
    public Task Equal_transcripts_of_all_parties_commit_the_run() => fixture.ExpectAsync([
        .. Started,
        new ContractCall(Operation.Commit, One, Scenario.Run, 5, 1, 6, 10),
        new ContractCall(Operation.Commit, Two, Scenario.Run, 6, 2, 7, 20),
        new ContractCall(Operation.Open, Two, Scenario.Run, 8),
        new(new(Operation.Open, One, Scenario.Run, 8), Told: new(EventKind.RunStateChanged, [Scenario.Run, (long)ConsortiumModel.RunStage.Committed]))]);

    [Fact]
    public Task An_ended_run_takes_commits_as_evidence_and_flags_who_could_have_copied() => fixture.ExpectAsync([
        .. Started,
        new ContractCall(Operation.Commit, One, Scenario.Run, 5, 1, 6, 10),
        new(new(Operation.Expire, Scenario.Key(4, Role.Auditor), Scenario.Run), Refusal.TooEarly),
        new ContractCall(Operation.Wait, 0, Scenario.Later),
        new(new(Operation.Expire, Scenario.Key(4, Role.Auditor), Scenario.Run),
            Told: new(EventKind.RunStateChanged, [Scenario.Run, (long)ConsortiumModel.RunStage.Aborted])),
        new ContractCall(Operation.Open, One, Scenario.Run, 8),
        new(new(Operation.Commit, Two, Scenario.Run, 6, 2, 7, 20), Told: new(EventKind.RunCommitted, [Scenario.Run, 2, 6, 2, 7, 20, 2 | 4])),
        new ContractCall(Operation.Open, Two, Scenario.Run, 9)]);

    [Fact]
    public Task A_run_has_a_deadline_within_thirty_days_and_only_its_parties_write_to_it() => fixture.ExpectAsync([
        .. Granted,
        new(Start(1) with { C = 1 }, Refusal.TooLate),
        new(Start(1) with { C = 32 * Day }, Refusal.TooMuch),
        new(Start(1) with { B = 0 }, Refusal.Malformed),
        Start(1),
        new(new(Operation.Commit, Scenario.Key(3, Role.Provider), Scenario.Run, 5, 1, 6, 10), Refusal.WrongRole),
        .. Carried(1, 1, 3, (int)(Role.Any | (Role)256)),
        new(new(Operation.Commit, Scenario.Key(3, Role.Provider), Scenario.Run, 5, 1, 6, 10), Refusal.NotYours),
        new(new(Operation.Abort, Scenario.Key(3, Role.Requester), Scenario.Run, 1), Refusal.NotYours),
        new(new(Operation.Abort, One, Scenario.Run, 6), Told: new(EventKind.RunAborted, [Scenario.Run, 1, 6]))]);

    // ---- heads

    [Fact]
    public Task A_shrinking_head_and_a_second_root_for_a_size_are_recorded_and_move_nothing() => fixture.ExpectAsync([
        new ContractCall(Operation.Checkpoint, One, 10, 1),
        new(new(Operation.Checkpoint, One, 10, 1), Refusal.Exists),
        new(new(Operation.Checkpoint, One, 9, 2), Told: new(EventKind.CheckpointConflict, [1, 9, 2, 10, 1])),
        new(new(Operation.Checkpoint, One, 10, 3), Told: new(EventKind.CheckpointConflict, [1, 10, 3, 10, 1])),
        new(new(Operation.Checkpoint, One, 11, 4), Told: new(EventKind.Checkpoint, [1, 11, 4])),
        new(new(Operation.Checkpoint, Two, 5, 4), Told: new(EventKind.Checkpoint, [2, 5, 4]))]);

    // ---- members

    [Fact]
    public Task The_vote_of_a_removed_member_lapses_and_does_not_come_back_with_it() => fixture.ExpectAsync([
        new ContractCall(Operation.OpenMotion, Scenario.Key(1, Role.Operator), 1, 2, 0, 1, 0, 20 * Day), // organisation 1 wants to pause
        new ContractCall(Operation.OpenMotion, Scenario.Key(1, Role.Operator), 2, 2, 0, 1, 0, 20 * Day),
        new ContractCall(Operation.OpenMotion, Scenario.Key(2, Role.Operator), 3, 1, 1, (int)Role.Provider | 256, 0, 20 * Day),
        new ContractCall(Operation.Vote, Scenario.Key(3, Role.Operator), 3), // it is no operator any more
        new(new(Operation.Vote, Scenario.Key(1, Role.Operator), 1), Refusal.WrongRole),
        new ContractCall(Operation.Vote, Scenario.Key(2, Role.Operator), 1), // would be the second vote
        new ContractCall(Operation.SetDataset, One, 2, 5), // and the consortium is not paused
        new ContractCall(Operation.OpenMotion, Scenario.Key(2, Role.Operator), 4, 1, 1, (int)Scenario.Founders[0].Roles | 256, 0, 20 * Day),
        new ContractCall(Operation.Vote, Scenario.Key(3, Role.Operator), 4), // it is one again
        new ContractCall(Operation.Vote, Scenario.Key(2, Role.Operator), 2), // would be the second vote
        new ContractCall(Operation.SetDataset, One, 2, 6),
        new(new(Operation.Vote, Scenario.Key(1, Role.Operator), 2), Told: new(EventKind.Paused, [1]))]); // by a new vote

    [Fact]
    public Task Nobody_votes_twice_or_late_and_motions_have_numbers_and_an_end() => fixture.ExpectAsync([
        new(new(Operation.OpenMotion, Scenario.Key(1, Role.Operator), 1, 2, 0, 1, 0, 31 * Day), Refusal.TooMuch),
        new(new(Operation.OpenMotion, Scenario.Key(1, Role.Operator), 1, 2, 0, 1, 0, 1), Refusal.TooLate),
        new(new(Operation.OpenMotion, Scenario.Key(1, Role.Operator), 2, 2, 0, 1, 0, 20 * Day), Refusal.Exists),
        new ContractCall(Operation.OpenMotion, Scenario.Key(1, Role.Operator), 1, 2, 0, 1, 0, 20 * Day),
        new(new(Operation.OpenMotion, Scenario.Key(1, Role.Operator), 1, 2, 0, 1, 0, 20 * Day), Refusal.Exists),
        new(new(Operation.Vote, Scenario.Key(1, Role.Operator), 1), Refusal.Exists),
        new ContractCall(Operation.Wait, 0, 20 * Day),
        new(new(Operation.Vote, Scenario.Key(2, Role.Operator), 1), Refusal.TooLate)]);

    [Fact]
    public Task No_motion_leaves_fewer_operators_than_the_quorum() => fixture.ExpectAsync([
        .. Carried(1, 3, 0, 4, why: Refusal.Unreachable),
        .. Carried(2, 3, 0, 3),
        new ContractCall(Operation.OpenMotion, Scenario.Key(1, Role.Operator), 3, 1, 2, (int)Role.Provider | 256, 0, 20 * Day),
        new ContractCall(Operation.Vote, Scenario.Key(2, Role.Operator), 3),
        new(new(Operation.Vote, Scenario.Key(3, Role.Operator), 3), Refusal.Unreachable)]);

    [Fact]
    public async Task A_quorum_that_nobody_can_reach_is_not_deployed_nor_founders_that_make_no_sense()
    {
        (int, Role, int) one = (1, Role.Operator, 1);
        foreach (var (founders, quorum, delay, why) in new ((int, Role, int)[], long, long, Refusal)[]
        {
            (Scenario.Founders, 3, 30 * Day, Refusal.None),
            (Scenario.Founders, 0, 0, Refusal.Unreachable),
            (Scenario.Founders, 4, 0, Refusal.Unreachable), // of three operators
            (Scenario.Founders, 3, 31 * Day, Refusal.TooMuch),
            ([], 1, 0, Refusal.Unreachable),
            ([one, one with { Item3 = 2 }], 1, 0, Refusal.Exists), // twice the same
            ([one with { Item1 = 0 }], 1, 0, Refusal.Malformed),
            ([one with { Item2 = (Role)40 }], 1, 0, Refusal.Malformed),
            ([one with { Item3 = 0 }], 1, 0, Refusal.Malformed), // the zero address, so no key to claim it
        })
        {
            Assert.Equal(why, await fixture.Chain.SimulateDeploymentAsync(founders, quorum, delay));
        }
    }

    [Fact]
    public Task A_member_leaves_only_without_live_grants() => fixture.ExpectAsync([
        .. Granted,
        .. Carried(1, 1, 1, (int)Role.Operator | 256, why: Refusal.LiveGrants),
        new ContractCall(Operation.Wait, 0, Scenario.Later),
        new(new(Operation.Vote, Scenario.Key(3, Role.Operator), 1), Refusal.LiveGrants), // over, but not yet closed
        new ContractCall(Operation.Close, Scenario.Key(4, Role.Auditor), Scenario.Job),
        new ContractCall(Operation.Vote, Scenario.Key(3, Role.Operator), 1)]);

    // ---- keys and ids

    [Fact]
    public Task A_key_claims_its_own_place_after_the_delay_unless_it_is_cancelled() => fixture.ExpectAsync([
        new ContractCall(Operation.Nominate, Scenario.Administration(1), 25, (int)Role.Provider),
        new ContractCall(Operation.Nominate, Scenario.Administration(2), 25, (int)Role.Provider), // naming another's key takes nothing from anyone
        new(new(Operation.Claim, 25, 1), Refusal.TooEarly),
        new(new(Operation.Claim, 26, 1), Refusal.Unknown),
        new ContractCall(Operation.Wait, 0, Scenario.KeyDelay),
        new ContractCall(Operation.Claim, 25, 1),
        new(new(Operation.Claim, 25, 2), Refusal.Exists),
        new(new(Operation.Nominate, Scenario.Administration(2), 25, (int)Role.Provider), Refusal.Exists),
        new(new(Operation.Nominate, Scenario.Administration(2), 26, 3), Refusal.Malformed), // one role for a key
        new ContractCall(Operation.Retire, Scenario.Administration(1), 25),
        new(new(Operation.Nominate, Scenario.Administration(1), 25, (int)Role.Provider), Refusal.Exists), // it never comes back
        new ContractCall(Operation.Nominate, Scenario.Administration(1), 26, (int)Role.Provider),
        new ContractCall(Operation.Retire, Scenario.Administration(1), 26),
        new ContractCall(Operation.Wait, 0, Scenario.KeyDelay),
        new(new(Operation.Claim, 26, 1), Refusal.Unknown)]);

    [Fact]
    public Task A_new_administration_key_replaces_the_old_after_the_delay() => fixture.ExpectAsync([
        new ContractCall(Operation.Nominate, Scenario.Administration(1), 25, (int)Role.Administration),
        new(new(Operation.Claim, 25, 1), Refusal.TooEarly),
        new ContractCall(Operation.Wait, 0, Scenario.KeyDelay),
        new(new(Operation.Claim, 25, 1), Told: new(EventKind.KeyChanged, [1, Scenario.Administration(1), 0])),
        new(new(Operation.Nominate, Scenario.Administration(1), 26, 1), Refusal.UnknownKey),
        new ContractCall(Operation.Nominate, 25, 26, 1),
        new(new(Operation.Retire, 25, 25), Refusal.WrongState),
        new(new(Operation.Retire, 25, Two), Refusal.Unknown)]); // another organisation's

    [Fact]
    public Task A_motion_cannot_take_an_organisation_from_an_administration_key_that_objects() => fixture.ExpectAsync([
        .. Carried(1, 1, 2, (int)Scenario.Founders[1].Roles | 256, key: 25),
        new(new(Operation.Claim, 25, 2), Refusal.TooEarly),
        new ContractCall(Operation.Retire, Scenario.Administration(2), 25),
        new ContractCall(Operation.Wait, 0, Scenario.KeyDelay),
        new(new(Operation.Claim, 25, 2), Refusal.Unknown),
        .. Carried(2, 1, 5, (int)Role.Auditor | 256, key: 26), // a new member's key is ready at once
        new ContractCall(Operation.Claim, 26, 5),
        .. Carried(3, 1, 5, (int)Role.Auditor | 256, key: One, why: Refusal.Exists)]);

    [Fact]
    public async Task Ids_are_their_owners_so_nobody_takes_anothers()
    {
        var model = await fixture.ExpectAsync([
            .. Carried(1, 1, 1, (int)Role.Any | 256),
            new ContractCall(Operation.Propose, Scenario.Key(1, Role.Requester), 1, Scenario.Plan, 0, 0, 1L << Scenario.DatasetOfOne, 0b10, 1, Scenario.Later, 1),
            .. Granted, // the same label, of another organisation
            new(Granted[0].Call, Refusal.Exists),
            new ContractCall(Operation.Approve, One, ConsortiumModel.IdOf(1, 1), Scenario.Plan, Scenario.DatasetOfOne, 1, 1, Scenario.Later),
            new(new(Operation.StartRun, Scenario.Key(1, Role.Requester), Scenario.Job, 1, 20 * Day), Refusal.NotYours),
            new ContractCall(Operation.StartRun, Scenario.Key(1, Role.Requester), ConsortiumModel.IdOf(1, 1), 1, 20 * Day),
            Start(1)]);
        Assert.Equal(2, model.Run.Count(r => r.Stage == ConsortiumModel.RunStage.Started));
    }

    [Fact]
    public Task A_proposal_names_current_things_and_every_owner_as_a_party() => fixture.ExpectAsync([
        new(Granted[0].Call with { F = 0b100 }, Refusal.PartyOut), // the owner of one dataset is missing
        new(Granted[0].Call with { F = 0b11110 }, Refusal.PartyOut), // an auditor takes no part
        new(Granted[0].Call with { D = 2 }, Refusal.AlgorithmChanged),
        new(Granted[0].Call with { C = 0 }, Refusal.Malformed),
        new(Granted[0].Call with { E = 1L << ConsortiumModel.IdOf(1, 2) }, Refusal.DatasetChanged), // not registered
        new(Granted[0].Call with { E = 0 }, Refusal.Malformed),
        new(Granted[0].Call with { F = 0 }, Refusal.Malformed),
        new(Granted[0].Call with { B = 0 }, Refusal.Malformed),
        new(Granted[0].Call with { I = 0 }, Refusal.Malformed),
        new(Granted[0].Call with { G = Scenario.Later }, Refusal.Malformed),
        new(Granted[0].Call with { G = 1, H = 2 }, Refusal.TooLate),
        Granted[0]]);

    private static long Begin() => 1 + Scenario.SetUp.Count + Scenario.KeyDelay + 1;
}
