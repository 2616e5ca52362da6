using Collab.Channels;
using Grpc.Core;

namespace Collab.Wire.Party;

/// <summary>One side of a <c>Converse</c> call as an <see cref="IFrameTransport"/>.</summary>
/// <remarks>
/// Receiving is never cancelled in the call itself, for that would reset the stream and throw away frames that were sent: whoever
/// stops waiting leaves the call as it is.
/// </remarks>
internal abstract class FrameTransport(IAsyncStreamReader<ConversationFrame> reader, IAsyncStreamWriter<ConversationFrame> writer) : IFrameTransport
{
    private Task<bool>? _next;
    private bool _closed;

    public async ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation = default)
    {
        try
        {
            // No copy: the message is on its way when the call completes, and the caller keeps the memory until then.
            await writer.WriteAsync(new ConversationFrame(frame), cancellation);
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException or ObjectDisposedException)
        {
            throw new IOException("The call is over.", e);
        }
    }

    public async ValueTask<OwnedFrame?> ReceiveAsync(CancellationToken cancellation = default)
    {
        try
        {
            return await MoveNextAsync().WaitAsync(cancellation) ? Taken() : null;
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException or ObjectDisposedException)
        {
            throw new IOException("The call broke.", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_closed) return;
        _closed = true;
        await CloseAsync();
    }

    /// <summary>Ends this side; frames that were sent still arrive.</summary>
    protected abstract ValueTask CloseAsync();

    /// <summary>Reads what still comes and drops it.</summary>
    protected async Task DrainAsync()
    {
        while (await MoveNextAsync()) Taken().Release();
    }

    private Task<bool> MoveNextAsync() => _next ??= reader.MoveNext(CancellationToken.None);

    private OwnedFrame Taken()
    {
        _next = null;
        return reader.Current.Take();
    }
}

/// <summary>The side that was called. The call ends, with all that was sent, when its handler returns.</summary>
internal sealed class CalledTransport(IAsyncStreamReader<ConversationFrame> reader, IAsyncStreamWriter<ConversationFrame> writer) : FrameTransport(reader, writer)
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when this side has closed.</summary>
    public Task Over => _over.Task;

    protected override ValueTask CloseAsync()
    {
        _over.TrySetResult();
        return ValueTask.CompletedTask;
    }
}

/// <summary>The side that calls. It says that it sends no more, and gives the call back when the other side has ended too.</summary>
internal sealed class CallingTransport(AsyncDuplexStreamingCall<ConversationFrame, ConversationFrame> call) : FrameTransport(call.ResponseStream, call.RequestStream)
{
    // Disposing a call resets it, and a reset may overtake frames; so the other side is given time to end it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    protected override ValueTask CloseAsync()
    {
        _ = EndAsync();
        return ValueTask.CompletedTask;
    }

    private async Task EndAsync()
    {
        try
        {
            await call.RequestStream.CompleteAsync();
            await DrainAsync().WaitAsync(Patience);
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException or IOException or TimeoutException)
        {
            // The call is over already, or the other side does not end it.
        }

        call.Dispose();
    }
}
