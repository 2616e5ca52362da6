using Collab.EndToEnd.Tests.Support;
using Collab.Primitives;
using static Collab.EndToEnd.Tests.Support.StudyConsortium;

namespace Collab.EndToEnd.Tests.Crashes;

/// <summary>kill -9 at each step of an intersection, in a consortium of three: nothing is final while one is away.</summary>
public sealed class KilledDuringIntersectionTests(KilledDuringIntersectionTests.Fixture fixture, ITestOutputHelper output)
    : IClassFixture<KilledDuringIntersectionTests.Fixture>
{
    private const string Kind = "intersection";

    public static TheoryData<string, string> Points => new(CrashWalk.PointsOf(Kind));

    [Theory]
    [MemberData(nameof(Points))]
    public Task A_node_killed_at_a_step_comes_back_to_one_verdict(string party, string step) =>
        CrashWalk.DieAndReturnAsync(fixture.Study, Kind, party, step, output);

    [Fact]
    public async Task A_killed_witness_comes_back_and_the_job_commits()
    {
        var study = fixture.Study;
        await study.StartNodesAsync();
        await study.Local.NodeOf(Observer).KillAsync();
        var submitting = study.SubmitAsync(Kind); // not final before the witness is back
        await study.Local.ForgetAsync(Observer);
        await study.StartNodesAsync();
        var job = await submitting;
        var verdict = await study.SettledAsync(job);
        Assert.Equal("committed", verdict.State);
        await study.AssertEndedWellAsync(job, verdict);
    }

    public sealed class Fixture : StudyFixture
    {
        internal override IReadOnlyList<PartyId> Parties => [Clinic, Observer, Registry];
    }
}
