using Collab.EndToEnd.Tests.Support;
using Collab.Primitives;
using static Collab.EndToEnd.Tests.Support.StudyConsortium;

namespace Collab.EndToEnd.Tests.Crashes;

/// <summary>kill -9 at each step of joint statistics, in a consortium of four: two witnesses are enough.</summary>
public sealed class KilledDuringStatisticsTests(KilledDuringStatisticsTests.Fixture fixture, ITestOutputHelper output)
    : IClassFixture<KilledDuringStatisticsTests.Fixture>
{
    private const string Kind = "statistics";

    public static TheoryData<string, string> Points => new(CrashWalk.PointsOf(Kind));

    [Theory]
    [MemberData(nameof(Points))]
    public Task A_node_killed_at_a_step_comes_back_to_one_verdict(string party, string step) =>
        CrashWalk.DieAndReturnAsync(fixture.Study, Kind, party, step, output);

    [Fact]
    public async Task Without_one_witness_of_four_the_job_commits_and_the_witness_catches_up()
    {
        var study = fixture.Study;
        await study.StartNodesAsync();
        await study.Local.NodeOf(Observer).KillAsync();
        var job = await study.SubmitAsync(Kind);
        var verdict = await study.SettledAsync(job);
        Assert.Equal("committed", verdict.State);
        await study.AssertEndedWellAsync(job, verdict);

        await study.Local.ForgetAsync(Observer);
        await study.StartNodesAsync();
        await Until.HoldsAsync(
            async () => (Known: (await study.StatusAsync(Observer)).Jobs, All: (await study.StatusAsync(Registry)).Jobs),
            jobs => jobs.Known == jobs.All, TimeSpan.FromSeconds(20), jobs => $"the witness knows {jobs.Known} of {jobs.All} jobs");
    }

    public sealed class Fixture : StudyFixture
    {
        internal override IReadOnlyList<PartyId> Parties => [Clinic, Hospital, Observer, Registry];
    }
}
