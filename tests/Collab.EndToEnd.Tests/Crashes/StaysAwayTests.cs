using Collab.EndToEnd.Tests.Support;
using Collab.Engine.Runs;
using Collab.Primitives;
using static Collab.EndToEnd.Tests.Support.StudyConsortium;

namespace Collab.EndToEnd.Tests.Crashes;

/// <summary>A node is killed in the middle of the protocol and stays away: the others say so in time, and do not hang.</summary>
public sealed class StaysAwayTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(30);

    [Fact]
    public Task The_other_party_of_an_intersection_names_it_within_30_seconds() =>
        StaysAwayAsync("intersection", [Clinic, Observer, Registry], RunSteps.Protocol);

    [Fact]
    public Task The_other_parties_of_statistics_name_it_within_30_seconds() =>
        StaysAwayAsync("statistics", [Clinic, Hospital, Observer, Registry], RunSteps.Protocol);

    [Fact]
    public Task An_owner_that_never_spends_is_named_within_30_seconds() =>
        StaysAwayAsync("statistics", [Clinic, Hospital, Observer, Registry], RunSteps.Spend);

    [Theory, InlineData(AllListsKind), InlineData(EnoughListsKind)]
    public Task The_other_parties_of_an_intersection_of_three_name_it_alike_within_30_seconds(string kind) =>
        StaysAwayAsync(kind, [Clinic, Hospital, Observer, Registry], RunSteps.Protocol);

    private async Task StaysAwayAsync(string kind, IReadOnlyList<PartyId> parties, StepId step)
    {
        await using var study = await StudyConsortium.StartAsync(parties);
        var (job, _, _) = await CrashWalk.DieAsync(study, kind, Clinic, step.Name);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var others = job.Participants.Where(p => p != Clinic).ToList();
        var meanwhile = await study.SettledAsync(job, others, Promise);
        output.WriteLine($"{kind}, clinic away from {step}: {meanwhile} after {clock.Elapsed.TotalSeconds:F1} s");
        Assert.Equal("aborted", meanwhile.State);
        Assert.Equal(Clinic.Name, meanwhile.Party);

        await study.Local.ForgetAsync(Clinic);
        await study.StartNodesAsync();
        var verdict = await study.SettledAsync(job);
        Assert.Equal(meanwhile, verdict);
        await study.AssertEndedWellAsync(job, verdict);
        Assert.Equal("committed", (await study.SettledAsync(await study.SubmitAsync(kind))).State);
    }
}
