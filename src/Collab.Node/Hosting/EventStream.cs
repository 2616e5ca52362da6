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

    // What fails is tried again every second; what was not reported for longer than this has gone well since.
    private static readonly TimeSpan TroubleLasts = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Channel<EventView>, bool> _watchers = new();
    private readonly ConcurrentDictionary<Digest, EventView> _troubles = new();
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public void Observe(JobEvent happened)
    {
        var view = new EventView(
            happened.Time, happened.Job.ToString(), happened.Run?.ToString(), Views.Word(happened.Kind), happened.Step?.Name,
            happened.Done, happened.Total, happened.Party?.Name, happened.Fault is { } fault ? Views.Of(fault) : null, happened.Loss);
        if (happened.Kind != JobEventKind.Progress) Keep(view);
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
