using Collab.Channels;
using Collab.Engine.Ports;
using Collab.Engine.Runs;
using Collab.Node.Hosting;
using Collab.Primitives;

namespace Collab.Node.Tests.Hosting;

/// <summary>What a node tells of a job to who comes when it is under way or over.</summary>
public sealed class EventStreamTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);
    private static readonly Digest Job = Digest.Sha256("job"u8), Other = Digest.Sha256("other"u8), Run = Digest.Sha256("run"u8);

    private readonly string _folder = Directory.CreateTempSubdirectory("collab-events-").FullName;

    private string FilePath => Path.Combine(_folder, "events.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Of_a_step_under_way_the_last_sums_and_the_last_progress_are_told()
    {
        var stream = new EventStream(FilePath);
        stream.Observe(Of(Job, JobEventKind.Step, RunSteps.Protocol));
        stream.Observe(Passed(Job, 10));
        stream.Observe(Of(Job, JobEventKind.Progress, RunSteps.Protocol) with { Done = 3, Total = 9 });
        stream.Observe(Passed(Job, 25));
        stream.Observe(Passed(Other, 99));

        var told = stream.Of(Job);
        Assert.Equal(["step", "traffic", "progress"], told.Select(view => view.Event));
        Assert.Equal(25, Assert.Single(told[1].Traffic!).BytesSent);
        Assert.Equal((3, 9), (told[2].Done, told[2].Total));
    }

    [Fact]
    public void What_a_step_passed_outlives_the_node_once_the_next_step_began()
    {
        var stream = new EventStream(FilePath);
        stream.Observe(Of(Job, JobEventKind.Step, RunSteps.Protocol));
        stream.Observe(Passed(Job, 10));
        stream.Observe(Passed(Job, 25));
        stream.Observe(Of(Job, JobEventKind.Step, RunSteps.Receipt));

        var again = new EventStream(FilePath).Of(Job);
        Assert.Equal(["step", "traffic", "step"], again.Select(view => view.Event));
        Assert.Equal(25, Assert.Single(again[1].Traffic!).BytesSent);
    }

    [Fact]
    public void A_line_that_was_cut_short_is_passed_over()
    {
        var stream = new EventStream(FilePath);
        stream.Observe(Of(Job, JobEventKind.Step, RunSteps.Authorize));
        File.AppendAllText(FilePath, $"{{\"time\":\"2026-11-27T12:00:00Z\",\"job\":\"{Job}\",\n");
        stream.Observe(Of(Job, JobEventKind.Step, RunSteps.Spend));
        Assert.Equal([RunSteps.Authorize.Name, RunSteps.Spend.Name], stream.Of(Job).Select(view => view.Step));
    }

    private static JobEvent Of(Digest job, JobEventKind kind, StepId step) => new(Noon, job, Run, kind, step);

    private static JobEvent Passed(Digest job, long bytes) =>
        Of(job, JobEventKind.Traffic, RunSteps.Protocol) with { Traffic = [new PeerTraffic(Plans.Bureau, new ChannelUsage(1, bytes, 0, 0))] };
}
