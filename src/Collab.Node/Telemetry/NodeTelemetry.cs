using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Collab.Engine;
using Collab.Engine.Ports;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Node.Hosting;
using Collab.Primitives;

namespace Collab.Node.Telemetry;

/// <summary>
/// What a node says of itself by traces and metrics (protocols/specs/telemetry.md): kinds of jobs, steps, seconds, messages, bytes, codes and names of
/// parties, all of them words of ours or of the consortium; never a value, a column, a dataset, a purpose or a message.
/// </summary>
internal sealed class NodeTelemetry : IJobObserver, IDisposable
{
    /// <summary>The name of the source of traces and of the meter.</summary>
    public const string Name = "Collab.Node";

    private readonly ActivitySource _source = new(Name);
    private readonly Meter _meter = new(Name);
    private readonly ConcurrentDictionary<Digest, RunSpans> _runs = new();
    private readonly Counter<long> _events;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _messages;
    private readonly Counter<long> _bytes;
    private readonly Histogram<double> _steps;
    private NodeParts? _parts;

    public NodeTelemetry()
    {
        _events = _meter.CreateCounter<long>("collab.job.events", "{event}", "Jobs that were proposed, approved, closed, committed, aborted.");
        _refusals = _meter.CreateCounter<long>("collab.job.failures", "{job}", "Jobs that were closed or aborted, by code.");
        _messages = _meter.CreateCounter<long>("collab.run.messages", "{message}", "Messages of committed runs, by direction.");
        _bytes = _meter.CreateCounter<long>("collab.run.bytes", "By", "Payload of committed runs, by direction.");
        _steps = _meter.CreateHistogram<double>("collab.run.step.duration", "s", "How long the steps of runs took.");
        _meter.CreateObservableGauge("collab.jobs", Jobs, "{job}", "Jobs by state.");
        _meter.CreateObservableGauge("collab.runs.active", () => _runs.Count, "{run}", "Runs under way.");
        _meter.CreateObservableGauge("collab.ledger.lag", () => _parts?.Ledger.Size is { } log ? log.Size - log.Final : 0, "{entry}", "Entries of the own log that are not final.");
        _meter.CreateObservableGauge("collab.peer.up", Peers, "{peer}", "1 for a party whose node answered the last time.");
        _meter.CreateObservableGauge("collab.certificate.remaining", () => _parts is { } parts ? (parts.Renewal.ValidUntil - parts.Clock.GetUtcNow()).TotalSeconds : 0, "s", "Until the node's certificate expires.");
        _meter.CreateObservableGauge("collab.process.memory", () => Environment.WorkingSet, "By", "Resident memory of the node.");
    }

    /// <summary>From here on there is something to observe.</summary>
    public void Begin(NodeParts parts) => _parts = parts;

    /// <inheritdoc/>
    public void Observe(JobEvent happened)
    {
        if (happened.Kind == JobEventKind.Progress) return;
        var before = Activity.Current;
        try
        {
            if (happened.Kind != JobEventKind.Step) _events.Add(1, new KeyValuePair<string, object?>("event", Views.Word(happened.Kind)));
            if (happened.Fault is { } fault) _refusals.Add(1, new KeyValuePair<string, object?>("code", Words.Code(fault.Code)));
            if (happened.Run is { } run) Follow(run, happened);
        }
        finally
        {
            Activity.Current = before; // the run's own calls to other parties carry no trace of ours
        }
    }

    public void Dispose()
    {
        foreach (var run in _runs.Values) run.End(null);
        _source.Dispose();
        _meter.Dispose();
    }

    private void Follow(Digest run, JobEvent happened)
    {
        switch (happened.Kind)
        {
            case JobEventKind.Step when happened.Step is { } step:
                _runs.GetOrAdd(run, _ => new RunSpans(_source, _steps, run, happened.Job, _parts?.Engine.Archive.FindPlan(happened.Job)?.Question.Kind ?? "")).Enter(step);
                break;
            case JobEventKind.Committed or JobEventKind.Aborted:
                if (_runs.TryRemove(run, out var spans)) spans.End(happened.Fault);
                if (happened.Kind == JobEventKind.Committed) Count(run);
                break;
            default:
                break;
        }
    }

    private void Count(Digest run)
    {
        if (_parts is not { } parts || parts.Engine.Archive.FindReceipt(run, parts.Self) is not { } receipt) return;
        foreach (var conversation in receipt.Conversations)
        {
            Count(conversation.Peer, "sent", conversation.Sent);
            Count(conversation.Peer, "received", conversation.Received);
        }
    }

    private void Count(PartyId peer, string direction, IReadOnlyList<ChannelDigest> channels)
    {
        TagList tags = new() { { "peer", peer.Name }, { "direction", direction } };
        _messages.Add(channels.Sum(channel => (long)channel.Messages), tags);
        _bytes.Add(channels.Sum(channel => (long)channel.Bytes), tags);
    }

    private IEnumerable<Measurement<int>> Jobs()
    {
        if (_parts is not { } parts) return [];
        var now = parts.Clock.GetUtcNow();
        return parts.Engine.Archive.Plans
            .GroupBy(plan => (State: JobState.Of(plan, parts.Ledger.PageWithPendingOf(plan), now).Name, plan.Question.Kind))
            .Select(group => new Measurement<int>(group.Count(), new("state", group.Key.State), new("kind", group.Key.Kind)));
    }

    private IEnumerable<Measurement<int>> Peers() => _parts is { } parts
        ? parts.Ledger.Witnesses.Select(witness => new Measurement<int>(witness.Value.Fault is null ? 1 : 0, new KeyValuePair<string, object?>("peer", witness.Key.Name)))
        : [];

    /// <summary>A run as one span, and a span in it for each step.</summary>
    private sealed class RunSpans(ActivitySource source, Histogram<double> durations, Digest run, Digest job, string kind)
    {
        private readonly Activity? _run = source.StartActivity("run", ActivityKind.Internal, parentContext: default, tags:
        [
            new("collab.job", job.ToString()), new("collab.run", run.ToString()), new("collab.kind", kind),
        ]);

        private Activity? _step;
        private string? _name;
        private long _entered;

        public void Enter(StepId step)
        {
            Leave();
            (_name, _entered) = (step.Name, Stopwatch.GetTimestamp());
            _step = source.StartActivity(step.Name, ActivityKind.Internal, parentContext: _run?.Context ?? default);
        }

        public void End(Fault? fault)
        {
            Leave();
            if (fault is not null) _run?.SetStatus(ActivityStatusCode.Error, Words.Code(fault.Code));
            _run?.Dispose();
        }

        private void Leave()
        {
            if (_name is not null) durations.Record(Stopwatch.GetElapsedTime(_entered).TotalSeconds, new("step", _name), new("kind", kind));
            _step?.Dispose();
            (_step, _name) = (null, null);
        }
    }
}
