using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Collab.Engine.Ports;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Node.Hosting;

/// <summary>What happens to jobs, kept in a file of the node and passed on to whoever watches. A slow watcher loses progress, never the node's time.</summary>
/// <param name="file">Where events are kept, one JSON document a line; progress is not.</param>
public sealed class EventStream(string file) : IJobObserver, IEngineLog
{
    private const int WatcherBacklog = 1024;
    private const int MostTold = 1000;

    // What fails is tried again every second; what was not reported for longer than this has gone well since.
    private static readonly TimeSpan TroubleLasts = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Channel<EventView>, bool> _watchers = new();
    private readonly ConcurrentDictionary<Digest, EventView> _troubles = new();

    // Of a step that is under way only the last is of use to who comes later; of one that is over it is kept in the file.
    private readonly ConcurrentDictionary<(Digest Job, string? Run, string? Step), EventView> _traffic = new();
    private readonly ConcurrentDictionary<Digest, EventView> _progress = new();
    private readonly Lock _gate = new();

    /// <summary>The word for a kind of event.</summary>
    public static string Word(JobEventKind kind) => Views.Word(kind);

    /// <inheritdoc/>
    public void Observe(JobEvent happened)
    {
        var view = new EventView(
            happened.Time, happened.Job.ToString(), happened.Run?.ToString(), Views.Word(happened.Kind), happened.Step?.Name,
            happened.Done, happened.Total, happened.Party?.Name, happened.Fault is { } fault ? Views.Of(fault) : null, happened.Loss,
            happened.Traffic is { } traffic ? [.. traffic.Select(Views.Of)] : null);
        switch (happened.Kind)
        {
            case JobEventKind.Traffic:
                _traffic[(happened.Job, view.Run, view.Step)] = view;
                break;
            case JobEventKind.Progress:
                _progress[happened.Job] = view;
                break;
            default:
                foreach (var key in _traffic.Where(of => of.Key.Job == happened.Job).OrderBy(of => of.Value.Time).Select(of => of.Key))
                    if (_traffic.TryRemove(key, out var passed)) Keep(passed);
                _progress.TryRemove(happened.Job, out _);
                Keep(view);
                break;
        }

        foreach (var watcher in _watchers.Keys) watcher.Writer.TryWrite(view);
    }

    /// <inheritdoc/>
    public void Report(Digest job, CollabException failure)
    {
        var view = new EventView(
            DateTimeOffset.UtcNow, job.ToString(), null, "retry", failure.Step?.Name, 0, 0, failure.Party?.Name, Views.Of(failure.ToFault()));
        _troubles[job] = view;
        Keep(view);
    }

    /// <summary>What keeps a job from going on at this node, when something did a moment ago; kept in memory, for the disk may be what is full.</summary>
    public ErrorView? TroubleOf(Digest job) => Troubles.FirstOrDefault(t => t.Job == job.ToString())?.Error;

    /// <summary>The troubles of all jobs.</summary>
    public IReadOnlyList<TroubleView> Troubles => [.. _troubles.Values
        .Where(view => DateTimeOffset.UtcNow - view.Time < TroubleLasts).OrderBy(view => view.Time).Select(view => new TroubleView(view.Job, view.Error!))];

    /// <summary>What happened to a job, at most the last thousand events, and of the steps under way how far they are.</summary>
    public IReadOnlyList<EventView> Of(Digest job)
    {
        var name = job.ToString();
        List<EventView> kept = [];
        lock (_gate)
        {
            if (File.Exists(file))
                kept.AddRange(File.ReadLines(file).Where(line => line.Contains(name, StringComparison.Ordinal)).Select(Read).OfType<EventView>().Where(view => view.Job == name).TakeLast(MostTold));
        }

        kept.AddRange(_traffic.Where(of => of.Key.Job == job).Select(of => of.Value).OrderBy(view => view.Time));
        if (_progress.TryGetValue(job, out var progress)) kept.Add(progress);
        return kept;
    }

    /// <summary>Events from now on.</summary>
    public async IAsyncEnumerable<EventView> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var watcher = Channel.CreateBounded<EventView>(new BoundedChannelOptions(WatcherBacklog) { FullMode = BoundedChannelFullMode.DropOldest });
        _watchers[watcher] = true;
        try
        {
            await foreach (var view in watcher.Reader.ReadAllAsync(cancellation)) yield return view;
        }
        finally
        {
            _watchers.TryRemove(watcher, out _);
        }
    }

    // A line that a full disk cut short is no event.
    private static EventView? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<EventView>(line, OperatorJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // The log of events is a convenience for people; what counts is on the ledger. A full disk must not stop a run here.
    private void Keep(EventView view)
    {
        try
        {
            lock (_gate) File.AppendAllText(file, JsonSerializer.Serialize(view, OperatorJson.Options) + "\n");
        }
        catch (IOException)
        {
            // As above.
        }
    }
}
