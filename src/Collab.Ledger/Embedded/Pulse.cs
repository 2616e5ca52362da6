namespace Collab.Ledger.Embedded;

/// <summary>A number that only grows, and a way to wait for it to.</summary>
internal sealed class Pulse
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _value;

    public long Value
    {
        get { lock (_gate) return _value; }
    }

    public void Beat()
    {
        TaskCompletionSource waiting;
        lock (_gate)
        {
            _value++;
            (waiting, _next) = (_next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        waiting.SetResult();
    }

    public Task AboveAsync(long seen, CancellationToken cancellation)
    {
        lock (_gate) return _value > seen ? Task.CompletedTask : _next.Task.WaitAsync(cancellation);
    }
}
