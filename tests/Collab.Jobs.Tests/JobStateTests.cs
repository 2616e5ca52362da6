using Collab.Primitives;

namespace Collab.Jobs.Tests;

using static Fixture;

public sealed class JobStateTests
{
    private static readonly LedgerOperation.Abort First = Abort(Bo, "1", minute: 1);
    private static readonly LedgerOperation.Abort Later = Abort(Al, "1", minute: 2, code: "channel.closed");

    private static readonly Dictionary<string, (JobPage Page, DateTimeOffset Now, JobState Expected)> Table = new()
    {
        ["nothing known"] = (Page(), Now, new JobState.Proposed([Al, Bo])),
        ["proposed"] = (Page(Propose(Plan())), Now, new JobState.Proposed([Al, Bo])),
        ["one granted"] = (Page(Propose(Plan()), Approve(Al)), Now, new JobState.Proposed([Bo])),
        ["all granted"] = (Granted(), Now, new JobState.Authorized()),
        ["refused"] = (Granted(Refuse(Bo)), Now, new JobState.Closed(new(Authorization.JobRefused, Bo, "bo refused the job."))),
        ["taken back while owners are asked"] = (Page(Propose(Plan()), Revoke(Cy)), Now, new JobState.Closed(new(Authorization.JobWithdrawn, Cy, "cy took the job back."))),
        ["refused by one while another is asked"] = (Page(Propose(Plan()), Refuse(Bo)), Now, new JobState.Closed(new(Authorization.JobRefused, Bo, "bo refused the job."))),
        ["revoked"] = (Granted(Revoke(Al)), Now, new JobState.Closed(new(Authorization.GrantRevoked, Al, "al revoked its grant."))),
        ["expired"] = (Granted(), Plan().Expires, new JobState.Closed(new(Authorization.JobExpired, Cy, "The plan has expired."))),
        ["expired while it waits"] = (Page(Propose(Plan())), Plan().Expires, new JobState.Closed(new(Authorization.JobExpired, Cy, "The plan has expired."))),
        ["started"] = (Granted(Start("1")), Now, new JobState.Started(Named("1"))),
        ["started by a party that did not ask"] = (Granted(Start("1") with { Author = Al }), Now, new JobState.Authorized()),
        ["some committed"] = (Granted(Start("1"), Commit(Al, "1"), Commit(Bo, "1")), Now, new JobState.Started(Named("1"))),
        ["all committed"] = (Granted(Start("1"), CommitAll("1")[0], CommitAll("1")[1], CommitAll("1")[2]), Now, new JobState.Committed(Named("1"))),
        ["aborted"] = (Granted(Start("1"), Commit(Al, "1"), First), Now, new JobState.Aborted(Named("1"), First)),
        ["aborted twice, the later first in the page"] = (Granted(Start("1"), Later, First), Now, new JobState.Aborted(Named("1"), First)),
        ["aborted by a party that has no say"] = (Granted(Start("1"), Abort(PartyId.Parse("outsider"), "1")), Now, new JobState.Started(Named("1"))),
        ["aborted after all committed"] = (Granted([Start("1"), .. CommitAll("1"), First]), Now, new JobState.Committed(Named("1"))),
        ["committed, then revoked"] = (Granted([Start("1"), .. CommitAll("1"), Revoke(Al)]), Now, new JobState.Committed(Named("1"))),
        ["second run after a committed one"] = (Granted([Start("1"), .. CommitAll("1"), Start("2", minute: 5)]), Now, new JobState.Started(Named("2"))),
        ["abort of the run before"] = (Granted(Start("1"), First, Start("2", minute: 5)), Now, new JobState.Started(Named("2"))),
    };

    public static TheoryData<string> Rows => [.. Table.Keys];

    [Theory, MemberData(nameof(Rows))]
    public void A_state_follows_from_page_and_clock(string row)
    {
        var (page, now, expected) = Table[row];
        AssertSame(expected, JobState.Of(Plan(), page, now));
    }

    [Fact]
    public void Every_state_has_a_row_and_a_name_of_its_own()
    {
        var states = typeof(JobState).GetNestedTypes();
        Assert.Empty(states.Except(Table.Values.Select(r => r.Expected.GetType())));
        Assert.Equal(states.Length, Table.Values.Select(r => r.Expected.Name).Distinct().Count());
    }

    internal static void AssertSame(JobState expected, JobState actual)
    {
        if (expected is JobState.Proposed proposed) Assert.Equal(proposed.Missing, Assert.IsType<JobState.Proposed>(actual).Missing);
        else Assert.Equal(expected, actual);
    }

    private static LedgerOperation[] CommitAll(string run) => [Commit(Al, run), Commit(Bo, run), Commit(Cy, run)];
}
