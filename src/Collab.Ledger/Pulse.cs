namespace Collab.Ledger;

/// <summary>A number that only grows, and a way to wait for it to. Safe to use from many threads.</summary>
public sealed class Pulse
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _value;

    /// <summary>The number now.</summary>
    public long Value
    {
        get { lock (_gate) return _value; }
    }

    /// <summary>Makes it grow by one, and wakes who waits.</summary>
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

    /// <summary>Returns once the number is above <paramref name="seen"/>.</summary>
    public Task AboveAsync(long seen, CancellationToken cancellation)
    {
        lock (_gate) return _value > seen ? Task.CompletedTask : _next.Task.WaitAsync(cancellation);
    }
}
