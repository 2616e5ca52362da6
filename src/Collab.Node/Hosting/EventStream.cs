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

    private readonly ConcurrentDictionary<Channel<EventView>, bool> _watchers = new();
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public void Observe(JobEvent happened)
    {
        var view = new EventView(
            happened.Time, happened.Job.ToString(), happened.Run?.ToString(), Views.Word(happened.Kind), happened.Step?.Name,
            happened.Done, happened.Total, happened.Party?.Name, happened.Fault is { } fault ? Views.Of(fault) : null);
        if (happened.Kind != JobEventKind.Progress) Keep(view);
        foreach (var watcher in _watchers.Keys) watcher.Writer.TryWrite(view);
    }

    /// <inheritdoc/>
    public void Report(Digest job, CollabException failure) => Keep(new EventView(
        DateTimeOffset.UtcNow, job.ToString(), null, "retry", failure.Step?.Name, 0, 0, failure.Party?.Name, Views.Of(failure.ToFault())));

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
