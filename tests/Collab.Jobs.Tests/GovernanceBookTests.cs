using Collab.Jobs.Governance;
using Collab.Primitives;

namespace Collab.Jobs.Tests;

/// <summary>Motions, votes and the standing that follows from them (protocols/specs/governance.md).</summary>
public sealed class GovernanceBookTests
{
    private static readonly PartyId[] Parties = [.. Enumerable.Range(0, 4).Select(i => PartyId.Parse($"party-{(char)('a' + i)}"))];
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    private readonly Assembly _assembly = new(Standing.Everybody(Parties), 1);

    [Fact]
    public void A_motion_is_carried_by_the_vote_that_makes_the_quorum()
    {
        Assert.Equal(3, _assembly.Book.Standing.Quorum);
        var motion = _assembly.Open(0, new MotionChange.Member(Parties[3], MemberRoles.Auditor, true));
        _assembly.Vote(1, motion);
        Assert.Equal(MemberRoles.All, _assembly.Book.Standing.Of(Parties[3]).Roles);
        _assembly.Vote(2, motion);
        Assert.Equal(MemberRoles.Auditor, _assembly.Book.Standing.Of(Parties[3]).Roles);
        Assert.Equal(Parties[..3], Assert.Single(_assembly.Book.Motions).Votes);
    }

    [Fact]
    public void One_party_has_one_vote()
    {
        var motion = _assembly.Open(0, new MotionChange.Pause(true));
        Assert.Equal(GovernanceErrors.AlreadyVoted, _assembly.WhyNotVote(0, motion));
        for (var i = 0; i < 3; i++) _assembly.Vote(0, motion);
        _assembly.Vote(1, motion);
        _assembly.Vote(1, motion);
        Assert.False(_assembly.Book.Standing.Paused);
    }

    [Fact]
    public void A_vote_for_other_words_or_for_a_motion_that_nobody_opened_counts_for_nothing()
    {
        var motion = _assembly.Open(0, new MotionChange.Pause(true));
        Assert.Equal(GovernanceErrors.MotionUnknown, _assembly.WhyNotVote(1, motion with { Change = new MotionChange.Pause(false) }));
        Assert.Equal(GovernanceErrors.MotionUnknown, _assembly.WhyNotVote(1, motion with { Author = Parties[1] })); // the same id, copied by another
        foreach (var other in new[] { motion with { Closes = motion.Closes.AddHours(1) }, motion with { Author = Parties[1] } })
            for (var i = 1; i < 4; i++) _assembly.Vote(i, other);
        Assert.Equal([Parties[0]], Assert.Single(_assembly.Book.Motions).Votes);
    }

    [Fact]
    public void Votes_after_closing_and_on_a_carried_motion_count_for_nothing()
    {
        var late = _assembly.Open(0, new MotionChange.Pause(true), open: TimeSpan.FromHours(1));
        _assembly.Vote(1, late);
        _assembly.Wait(TimeSpan.FromHours(1.1));
        Assert.Equal(GovernanceErrors.MotionClosed, _assembly.WhyNotVote(2, late));
        _assembly.Vote(2, late);
        Assert.False(_assembly.Book.Standing.Paused);

        var carried = _assembly.Open(0, new MotionChange.Pause(true));
        _assembly.Vote(1, carried);
        _assembly.Vote(2, carried);
        Assert.Equal(GovernanceErrors.MotionClosed, _assembly.WhyNotVote(3, carried));
        Assert.True(_assembly.Book.Standing.Paused);
    }

    [Fact]
    public void A_motion_is_open_for_30_days_at_most_and_for_a_moment_at_least()
    {
        foreach (var open in new[] { TimeSpan.Zero, -TimeSpan.FromDays(1), TimeSpan.FromDays(30) + TimeSpan.FromMilliseconds(1) })
        {
            Assert.Equal(GovernanceErrors.MotionInvalid, _assembly.Book.Check(_assembly.Make(0, new MotionChange.Pause(true), open))?.Code);
            _assembly.Open(0, new MotionChange.Pause(true), open);
        }

        Assert.Empty(_assembly.Book.Motions);
        _assembly.Open(0, new MotionChange.Pause(true), TimeSpan.FromDays(30));
        Assert.Single(_assembly.Book.Motions);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void The_motion_of_a_clock_that_is_off_by_a_day_closes_as_it_says(int days)
    {
        _assembly.Wait(TimeSpan.FromDays(days));
        var motion = _assembly.Open(0, new MotionChange.Pause(true), TimeSpan.FromHours(12));
        _assembly.Wait(TimeSpan.FromDays(-days)); // the others' clocks are right
        for (var i = 1; i < 3; i++) _assembly.Vote(i, motion);
        Assert.Equal(days > 0, _assembly.Book.Standing.Paused);
        if (days < 0) Assert.Equal(GovernanceErrors.MotionClosed, _assembly.WhyNotVote(3, motion));
    }

    [Fact]
    public void Who_is_suspended_or_loses_the_role_loses_its_votes_for_good()
    {
        foreach (var loss in new[] { (MemberRoles.All, false), (MemberRoles.Provider, true) })
        {
            var assembly = new Assembly(Standing.Everybody(Parties), 1);
            var pause = assembly.Open(0, new MotionChange.Pause(true));
            assembly.Vote(3, pause);
            assembly.Carry(new MotionChange.Member(Parties[3], loss.Item1, loss.Item2), 0, 1, 2);
            Assert.Equal([Parties[0]], assembly.Book.Motions[0].Votes);
            assembly.Vote(3, pause); // it may not
            assembly.Vote(1, pause);
            Assert.False(assembly.Book.Standing.Paused);
            assembly.Carry(new MotionChange.Member(Parties[3], MemberRoles.All, true), 0, 1, 2);
            Assert.Equal([Parties[0], Parties[1]], assembly.Book.Motions[0].Votes);
            assembly.Vote(3, pause); // it may again
            Assert.True(assembly.Book.Standing.Paused);
        }
    }

    [Fact]
    public void A_quorum_that_nobody_can_reach_is_refused_whatever_would_make_it_one()
    {
        Assert.Equal(GovernanceErrors.QuorumUnreachable, Assert.Throws<CollabException>(() => Standing.Found([(Parties[0], MemberRoles.Operator)], 2)).Code);
        Assert.Equal(GovernanceErrors.QuorumUnreachable, Assert.Throws<CollabException>(() => Standing.Found([(Parties[0], MemberRoles.Provider)])).Code);
        var five = _assembly.Open(0, new MotionChange.Quorum(5));
        _assembly.Vote(1, five);
        Assert.Equal(GovernanceErrors.QuorumUnreachable, _assembly.WhyNotVote(2, five));
        _assembly.Vote(2, five);
        Assert.Equal(3, _assembly.Book.Standing.Quorum);
        _assembly.Carry(new MotionChange.Quorum(4), 0, 1, 2);
        var drop = _assembly.Open(0, new MotionChange.Member(Parties[3], MemberRoles.All, false));
        for (var i = 1; i < 3; i++) _assembly.Vote(i, drop);
        Assert.Equal(GovernanceErrors.QuorumUnreachable, _assembly.WhyNotVote(3, drop));
    }

    [Fact]
    public void Two_quorum_changes_that_race_give_the_same_quorum_in_every_order()
    {
        // Neither pair of voters has seen the other's motion.
        var (low, high) = (_assembly.Open(0, new MotionChange.Quorum(2), sees: []), _assembly.Open(3, new MotionChange.Quorum(4), sees: []));
        foreach (var voter in new[] { 0, 1, 2, 3 })
        {
            _assembly.Vote(voter, low, sees: [0, 3]);
            _assembly.Vote(voter, high, sees: [0, 3]);
        }

        var quorums = _assembly.InEveryOrder(50).Select(b => b.Standing.Quorum).Distinct().ToList();
        Assert.Single(quorums);
        Assert.All(_assembly.Book.Motions, m => Assert.True(m.Carried));
    }

    [Fact]
    public void The_successor_ends_all_starts_and_takes_no_pause_to_do_so()
    {
        _assembly.Carry(new MotionChange.Successor(Fixture.Named("file")), 0, 1, 2);
        Assert.False(_assembly.Book.Standing.IsOpen);
        Assert.False(_assembly.Book.Standing.Paused);
    }

    [Fact]
    public void An_operation_is_judged_by_what_its_author_had_seen()
    {
        var before = _assembly.Revoke(3) with { };
        _assembly.Carry(new MotionChange.Member(Parties[3], MemberRoles.Auditor, true), 0, 1, 2);
        var unaware = _assembly.Say(3, [], (s, heads) => new LedgerOperation.Commit(Parties[3], s, Now, heads, default, default, default));
        var aware = _assembly.Say(3, [0, 1, 2], (s, heads) => new LedgerOperation.Commit(Parties[3], s, Now, heads, default, default, default));
        Assert.True(_assembly.Book.Counts(before.Operation, before.Index));
        Assert.True(_assembly.Book.Counts(unaware.Operation, unaware.Index));
        Assert.False(_assembly.Book.Counts(aware.Operation, aware.Index));
    }

    [Fact]
    public void The_same_logs_give_the_same_standing_in_whatever_order_they_arrive()
    {
        var carried = 0;
        for (var seed = 0; seed < 60; seed++)
        {
            var assembly = new Assembly(Standing.Everybody(Parties), seed);
            assembly.Riot(40);
            var expected = Assembly.Text(assembly.Book);
            carried += assembly.Book.Motions.Count(m => m.Carried);
            foreach (var book in assembly.InEveryOrder(4))
            {
                Assert.Equal(expected, Assembly.Text(book));
                Assert.All(assembly.Entries, e => Assert.Equal(assembly.Book.Counts(e.Operation, e.Index), book.Counts(e.Operation, e.Index)));
            }

            Assert.InRange(assembly.Book.Standing.Quorum, 1, assembly.Book.Standing.ActiveOperators.Count);
            Assert.All(assembly.Book.Motions, m => Assert.Equal(m.Votes.Distinct(), m.Votes));
        }

        Assert.InRange(carried, 60, int.MaxValue); // the histories say something
    }

    [Fact]
    public void Every_operation_has_a_row_in_the_table_of_rights()
    {
        foreach (var operation in new Samples(5).OperationsOfEveryKind()) Assert.NotEqual(MemberRoles.None, OperationRights.Of(operation).Roles);
        Assert.Equal(
            typeof(LedgerOperation).GetNestedTypes().Select(t => t.Name).Order(StringComparer.Ordinal),
            new Samples(5).OperationsOfEveryKind().Select(o => o.GetType().Name).Distinct().Order(StringComparer.Ordinal));
    }
}
