using Collab.Channels;
using Collab.Wire.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Collab.Wire.Party;

/// <summary>One side of a <c>Converse</c> call as an <see cref="IFrameTransport"/>.</summary>
internal sealed class FrameTransport(IAsyncStreamReader<Frame> reader, IAsyncStreamWriter<Frame> writer, Func<ValueTask> close) : IFrameTransport
{
    private bool _closed;

    public async ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation = default)
    {
        try
        {
            // No copy: the message is on its way when the call completes, and the caller keeps the memory until then.
            await writer.WriteAsync(new Frame { Payload = UnsafeByteOperations.UnsafeWrap(frame) }, cancellation);
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
            return await reader.MoveNext(cancellation) ? OwnedFrame.Of(reader.Current.Payload.Memory) : null;
        }
        catch (RpcException e) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException("The call broke.", e);
        }
        catch (RpcException e)
        {
            throw new OperationCanceledException("Receiving was cancelled.", e, cancellation);
        }
        catch (Exception e) when (e is InvalidOperationException or ObjectDisposedException)
        {
            throw new IOException("The call is over.", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_closed) return;
        _closed = true;
        await close();
    }
}
