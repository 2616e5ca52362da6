namespace Grpc.AspNetCore.Server.Internal;

/// <summary>One writer at a time, until the end: whoever closes waits for the writer to leave, and nobody writes after.</summary>
internal sealed class WriteGate
{
    private const int Open = 0;
    private const int Busy = 1;
    private const int Closing = 2;
    private const int Closed = 3;

    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state;

    /// <exception cref="InvalidOperationException">Another write is in progress, or the call has ended.</exception>
    public void Enter()
    {
        var state = Interlocked.CompareExchange(ref _state, Busy, Open);
        if (state == Open) return;
        throw new InvalidOperationException(state == Busy
            ? "Can't write the message because the previous write is in progress."
            : "Can't write the message because the request is complete.");
    }

    public void Leave()
    {
        if (Interlocked.CompareExchange(ref _state, Open, Busy) == Busy) return;
        Volatile.Write(ref _state, Closed);
        _left.TrySetResult();
    }

    /// <summary>Closes; true for the one caller that closed it.</summary>
    public async ValueTask<bool> CloseAsync()
    {
        while (true)
        {
            if (Interlocked.CompareExchange(ref _state, Closed, Open) == Open) return true;
            if (Interlocked.CompareExchange(ref _state, Closing, Busy) == Busy)
            {
                await _left.Task.ConfigureAwait(false);
                return true;
            }

            if (Volatile.Read(ref _state) >= Closing) return false;
        }
    }
}
