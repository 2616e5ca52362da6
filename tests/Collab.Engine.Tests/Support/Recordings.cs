using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Collab.Data;
using Collab.Engine.Datasets;
using Collab.Engine.Ports;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Tests.Support;

/// <summary>Keeps what an engine says, and lets a test wait for it.</summary>
internal sealed class Recording : IJobObserver, IEngineLog, IResultSink
{
    private readonly Lock _gate = new();
    private readonly List<JobEvent> _events = [];
    private readonly List<(Func<JobEvent, bool> Is, TaskCompletionSource<JobEvent> Seen)> _waiting = [];

    public ConcurrentQueue<CollabException> Failures { get; } = new();

    public ConcurrentDictionary<Digest, SealedResult> Results { get; } = new();

    /// <summary>Is asked before a result is written; what it throws is a failing disk.</summary>
    public Action? BeforeRelease { get; set; }

    public IReadOnlyList<JobEvent> Events
    {
        get { lock (_gate) return [.. _events]; }
    }

    public void Observe(JobEvent happened)
    {
        List<TaskCompletionSource<JobEvent>> seen;
        lock (_gate)
        {
            _events.Add(happened);
            seen = [.. _waiting.Where(w => w.Is(happened)).Select(w => w.Seen)];
        }

        seen.ForEach(s => s.TrySetResult(happened));
    }

    public void Report(Digest job, CollabException failure) => Failures.Enqueue(failure);

    public void Release(Plan plan, Digest run, SealedResult result)
    {
        BeforeRelease?.Invoke();
        Results[run] = result;
    }

    /// <summary>The first event, past or to come, that is meant. The limit only says that a test is stuck.</summary>
    public async Task<JobEvent> WhenAsync(Func<JobEvent, bool> isMeant)
    {
        TaskCompletionSource<JobEvent> seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_events.Find(e => isMeant(e)) is { } past) return past;
            _waiting.Add((isMeant, seen));
        }

        return await seen.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    public Task<JobEvent> WhenAsync(JobEventKind kind) => WhenAsync(e => e.Kind == kind);
}

/// <summary>A catalogue that tells when the first row of a dataset is about to be read.</summary>
internal sealed class WatchedCatalogue(DatasetRegistry registry) : IDatasetCatalogue
{
    /// <summary>Is awaited before a source gives its first row.</summary>
    public Func<Task> BeforeRead { get; set; } = () => Task.CompletedTask;

    public IReadOnlyList<DatasetOffer> Offers => registry.Offers;

    public RegisteredDataset Open(Digest id)
    {
        var dataset = registry.Open(id);
        return dataset with { Source = new WatchedSource(dataset.Source, this) };
    }

    private sealed class WatchedSource(IDataSource inner, WatchedCatalogue catalogue) : IDataSource
    {
        public DatasetSchema Schema => inner.Schema;

        public async IAsyncEnumerable<ColumnBatch> ReadAsync(
            IReadOnlyList<string> columns, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await catalogue.BeforeRead().WaitAsync(cancellationToken);
            await foreach (var batch in inner.ReadAsync(columns, cancellationToken)) yield return batch;
        }

        public IAsyncEnumerable<ColumnBatch> ScanAsync(
            IReadOnlyList<string> columns, Action<SourceProblem> report, CancellationToken cancellationToken = default) =>
            inner.ScanAsync(columns, report, cancellationToken);
    }
}
