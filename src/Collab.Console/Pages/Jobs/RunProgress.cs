using Collab.Wire.Operator;

namespace Collab.Console.Pages.Jobs;

/// <summary>How far a run is at this node, step by step, from what the node told of it (protocols/specs/run.md).</summary>
/// <param name="Steps">The ten steps, in order.</param>
/// <param name="Protocol">Steps of the protocol's own, with what each passed; part of <c>run.6-protocol</c>.</param>
/// <param name="Current">The step under way; null when the run is over or has not begun here.</param>
/// <param name="Done">Of the step under way: items done.</param>
/// <param name="Total">Of the step under way: items in all; 0 when it does not say.</param>
/// <param name="Loss">Of a training: the loss so far.</param>
/// <param name="BytesPerSecond">Of the step under way: what passed in each second, both ways; null when nothing did.</param>
/// <param name="Remaining">Of the step under way: how long it still takes if it goes on like this; null when that cannot be said.</param>
internal sealed record RunProgress(
    IReadOnlyList<StepProgress> Steps, IReadOnlyList<StepProgress> Protocol, StepProgress? Current, long Done, long Total, double? Loss, double? BytesPerSecond, TimeSpan? Remaining)
{
    /// <summary>The steps of a run at every party, with what is done in each.</summary>
    public static IReadOnlyList<(string Name, TextView Words)> All { get; } =
    [
        ("run.1-authorize", new("Grants are checked", "核对授权")),
        ("run.2-spend", new("A use is spent", "扣减授权")),
        ("run.3-await-spends", new("Others' uses are awaited", "等待他方扣减")),
        ("run.4-connect", new("Parties connect", "建立连接")),
        ("run.5-read", new("Rows are read", "读取数据")),
        ("run.6-protocol", new("The protocol runs", "执行协议")),
        ("run.7-receipt", new("The receipt is written", "写入回执")),
        ("run.8-commit", new("The receipt is committed to", "提交回执")),
        ("run.9-await-commits", new("Others' commits are awaited", "等待他方提交")),
        ("run.10-release", new("The result is released", "发布结果")),
    ];

    /// <summary>All that passed in the run so far, both ways and with all peers.</summary>
    public long Bytes => Steps.Concat(Protocol).Sum(step => step.Bytes);

    /// <summary>Reads what was told.</summary>
    /// <param name="events">Events of the job, in order.</param>
    /// <param name="run">The run.</param>
    public static RunProgress Of(IReadOnlyList<EventView> events, string run)
    {
        var own = events.Where(e => e.Run == run).ToList();
        var end = own.FindLast(e => e.Event is "committed" or "aborted");
        var begun = own.Where(e => e.Event == "step" && e.Step is not null).GroupBy(e => e.Step!).ToDictionary(step => step.Key, step => step.Last().Time);
        var entered = own.FindLast(e => e.Event == "step");
        var passed = own.Where(e => e is { Event: "traffic", Step: not null, Traffic: not null }).GroupBy(e => e.Step!).ToDictionary(step => step.Key, step => step.Last());
        var order = All.Select(step => step.Name).ToList();
        List<StepProgress> steps = [.. All.Select((step, i) => new StepProgress(
            step.Name, step.Words,
            step.Name == entered?.Step ? end is null ? StepState.UnderWay : end.Event == "aborted" ? StepState.Failed : StepState.Done
                : begun.ContainsKey(step.Name) && i < order.IndexOf(entered?.Step ?? "") ? StepState.Done : StepState.ToCome,
            begun.TryGetValue(step.Name, out var time) ? time : null,
            passed.GetValueOrDefault(step.Name)?.Traffic ?? []))];
        var current = steps.Find(step => step.State == StepState.UnderWay);
        var progress = own.FindLast(e => e.Event is "progress" or "step");
        var counted = progress is { Event: "progress" };
        return new(
            steps,
            [.. passed.Where(step => !order.Contains(step.Key)).OrderBy(step => step.Key, StringComparer.Ordinal).Select(step => new StepProgress(step.Key, new(step.Key, step.Key), StepState.Done, null, step.Value.Traffic!))],
            current, counted ? progress!.Done : 0, counted ? progress!.Total : 0, counted ? progress!.Loss : null, RateOf(current, passed), RemainingOf(current, progress));
    }

    private static double? RateOf(StepProgress? current, Dictionary<string, EventView> passed) =>
        current is { Began: { } began, Bytes: > 0 and var bytes } && passed.TryGetValue(current.Name, out var last) && (last.Time - began).TotalSeconds is > 0 and var seconds ? bytes / seconds : null;

    private static TimeSpan? RemainingOf(StepProgress? current, EventView? progress) =>
        current is { Began: { } began } && progress is { Event: "progress", Done: > 0, Total: > 0 } && progress.Time > began
            ? (progress.Time - began) * ((double)Math.Max(0, progress.Total - progress.Done) / progress.Done)
            : null;
}

/// <summary>One step of a run at this node.</summary>
/// <param name="Name">Its name, as it stands in faults and receipts.</param>
/// <param name="Words">What is done in it.</param>
/// <param name="State">How it stands.</param>
/// <param name="Began">When it last began; null when it did not.</param>
/// <param name="Traffic">What it passed with each peer.</param>
public sealed record StepProgress(string Name, TextView Words, StepState State, DateTimeOffset? Began, IReadOnlyList<TrafficView> Traffic)
{
    /// <summary>What it passed both ways, with all peers.</summary>
    public long Bytes => Traffic.Sum(passed => passed.BytesSent + passed.BytesReceived);
}

/// <summary>How a step stands.</summary>
public enum StepState
{
    /// <summary>It has not begun.</summary>
    ToCome,

    /// <summary>It goes on.</summary>
    UnderWay,

    /// <summary>It is over.</summary>
    Done,

    /// <summary>The run ended in it.</summary>
    Failed,
}
