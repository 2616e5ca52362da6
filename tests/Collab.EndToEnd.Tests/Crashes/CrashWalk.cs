using Collab.Cli.Sandbox;
using Collab.EndToEnd.Tests.Support;
using Collab.Engine.Runs;
using Collab.Primitives;

namespace Collab.EndToEnd.Tests.Crashes;

/// <summary>What a node that is killed at a step, and started again, must leave behind: RELIABILITY.md, invariants F1 to F8.</summary>
internal static class CrashWalk
{
    /// <summary>Every step of a run at every party that takes part in it.</summary>
    public static IEnumerable<(string Party, string Step)> PointsOf(string kind, params string[] protocolSteps) =>
        from party in StudyJob.ParticipantsOf(kind)
        from step in RunSteps.All.Select(s => s.Name).Concat(protocolSteps)
        select (party.Name, step);

    public static async Task DieAndReturnAsync(StudyConsortium study, string kind, string party, string step, ITestOutputHelper output)
    {
        var doomed = PartyId.Parse(party);
        await study.StartNodesAsync();
        var before = await DieAsync(study, kind, doomed, step);
        await study.Local.ForgetAsync(doomed);
        await study.StartNodesAsync();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var verdict = await study.SettledAsync(before.Job);
        output.WriteLine($"{kind}, {party} killed at {step}: {verdict}, all parties {clock.Elapsed.TotalSeconds:F1} s after the node listened again");

        await study.AssertEndedWellAsync(before.Job, verdict);
        AssertFits(verdict, party, step);
        var after = await study.StatusAsync(doomed);
        Assert.True(after.LogSize >= before.LogSize, $"The log had {before.LogSize} entries and has {after.LogSize}.");
        Assert.True(after.LogFinal >= before.LogFinal, $"{before.LogFinal} entries were final, and {after.LogFinal} are.");

        var next = await study.SubmitAsync(kind);
        Assert.Equal("committed", (await study.SettledAsync(next)).State);
    }

    /// <summary>Submits a job and waits until the node has killed itself at the step; the job, and the most that its log was seen to hold.</summary>
    public static async Task<(StudyJob Job, long LogSize, long LogFinal)> DieAsync(StudyConsortium study, string kind, PartyId doomed, string step)
    {
        var order = Path.Combine(study.Local.HomeOf(doomed).Folder, "die-at-step");
        await File.WriteAllTextAsync(order, step);
        var process = study.Local.NodeOf(doomed);
        var (size, final) = (0L, 0L);
        var watching = WatchLogAsync();
        var job = await study.SubmitAsync(kind);
        using var limited = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        try
        {
            await process.WaitForExitAsync(limited.Token);
        }
        catch (OperationCanceledException)
        {
            var view = await study.FindAsync(doomed, job);
            File.Delete(order);
            Assert.Fail($"{doomed} never came to {step}; its job is {(view is null ? "unknown" : Verdict.Of(view))}.");
        }

        await watching;
        return (job, size, final);

        async Task WatchLogAsync()
        {
            try
            {
                while (true)
                {
                    var status = await study.StatusAsync(doomed);
                    (size, final) = (Math.Max(size, status.LogSize), Math.Max(final, status.LogFinal));
                    await Task.Delay(20);
                }
            }
            catch (CollabException)
            {
                // The node is dead; what was seen last counts.
            }
        }
    }

    // Up to the receipt a run whose node died is over; from the commit on it must not be. A node that died before its first mark on disk has begun nothing.
    // Between the two lies the last message of the conversation: whether it left the node before it died decides (two generals), and all say the same.
    private static void AssertFits(Verdict verdict, string party, string step)
    {
        var isPast = step == RunSteps.Commit.Name || step == RunSteps.AwaitCommits.Name || step == RunSteps.Release.Name;
        var lastMessageWasLost = step == RunSteps.Commit.Name && verdict.State == "aborted";
        if ((isPast && !lastMessageWasLost) || step == RunSteps.Authorize.Name)
        {
            Assert.Equal("committed", verdict.State);
            return;
        }

        Assert.Equal("aborted", verdict.State);
        Assert.Equal(party, verdict.Party);
        Assert.NotNull(verdict.Step);
    }
}
