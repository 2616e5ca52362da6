using Collab.Console.Pages.Jobs;
using Collab.Wire.Operator;

namespace Collab.Console.Tests.Jobs;

/// <summary>What a job's page says of a run, from the events that a node told of it.</summary>
public class RunProgressTests
{
    private const string Run = "r1";
    private static readonly DateTimeOffset Noon = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Of_a_run_under_way_the_rate_and_what_is_left_follow_from_what_passed_and_what_was_done()
    {
        var progress = RunProgress.Of(
            [Step(0, "run.1-authorize"), Step(2, "run.6-protocol"), Passed(6, "run.6-protocol", 1000), Passed(12, "run.6-protocol", 4000), Progress(12, 25, 100)], Run);
        Assert.Equal(("run.6-protocol", StepState.UnderWay), (progress.Current!.Name, progress.Current.State));
        Assert.Equal(StepState.Done, progress.Steps[0].State);
        Assert.Equal(StepState.ToCome, progress.Steps[6].State);
        Assert.Equal(4000, progress.Bytes); // the last sums take the place of those before
        Assert.Equal(400, progress.BytesPerSecond);
        Assert.Equal(TimeSpan.FromSeconds(30), progress.Remaining); // a quarter in ten seconds
    }

    [Fact]
    public void Steps_of_the_protocols_own_count_and_stand_apart()
    {
        var progress = RunProgress.Of([Step(0, "run.6-protocol"), Passed(1, "run.6-protocol", 10), Passed(2, "statistics.2", 30), Step(3, "run.7-receipt")], Run);
        Assert.Equal(("statistics.2", 30L), (Assert.Single(progress.Protocol).Name, progress.Protocol[0].Bytes));
        Assert.Equal(40, progress.Bytes);
        Assert.Equal(10, RunProgress.All.Count);
    }

    [Theory]
    [InlineData("committed", "run.10-release", StepState.Done)]
    [InlineData("aborted", "run.6-protocol", StepState.Failed)]
    public void A_run_that_is_over_has_no_step_under_way(string end, string last, object state)
    {
        var progress = RunProgress.Of([Step(0, "run.1-authorize"), Step(1, last), new EventView(Noon.AddSeconds(2), "job", Run, end, last, 0, 0, null, null)], Run);
        Assert.Null(progress.Current);
        Assert.Equal((StepState)state, progress.Steps.Single(step => step.Name == last).State);
        Assert.Null(progress.Remaining);
    }

    [Fact]
    public void Events_of_another_run_are_not_this_ones()
    {
        var progress = RunProgress.Of([Step(0, "run.6-protocol") with { Run = "r0" }, Passed(1, "run.6-protocol", 99) with { Run = "r0" }], Run);
        Assert.Equal(0, progress.Bytes);
        Assert.All(progress.Steps, step => Assert.Equal(StepState.ToCome, step.State));
    }

    private static EventView Step(int second, string step) => new(Noon.AddSeconds(second), "job", Run, "step", step, 0, 0, null, null);

    private static EventView Progress(int second, long done, long total) => new(Noon.AddSeconds(second), "job", Run, "progress", "run.6-protocol", done, total, null, null);

    private static EventView Passed(int second, string step, long bytes) =>
        new(Noon.AddSeconds(second), "job", Run, "traffic", step, 0, 0, null, null, null, [new TrafficView("al", 1, bytes, 0, 0)]);
}
