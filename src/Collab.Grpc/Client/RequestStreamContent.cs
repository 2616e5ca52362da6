using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Framing;

namespace Grpc.Net.Client.Internal;

/// <summary>The requests of a streaming call: written by the caller, message by message, straight into the HTTP/2 stream.</summary>
/// <remarks>A write finishes when the stream's window has taken it: nothing is queued here.</remarks>
internal sealed class RequestStreamContent<TRequest> : HttpContent, IClientStreamWriter<TRequest>
    where TRequest : class
{
    private static readonly MediaTypeHeaderValue Grpc = new(GrpcHeaderNames.ContentType);
    private readonly ClientCall _call;
    private readonly FrameBuffer _frames;
    private readonly Action<TRequest, SerializationContext> _serialize;
    private readonly TaskCompletionSource<Stream?> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _writing;
    private volatile bool _ended;

    public RequestStreamContent(ClientCall call, FrameBuffer frames, Action<TRequest, SerializationContext> serialize, WriteOptions? options)
    {
        _call = call;
        _frames = frames;
        _serialize = serialize;
        WriteOptions = options;
        Headers.ContentType = Grpc;
    }

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(TRequest message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(TRequest message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (_call.Ended is { } end) throw _call.Failure(end);
        if (_ended) throw new InvalidOperationException("Can't write the message because the client stream writer is complete.");
        if (Interlocked.Exchange(ref _writing, 1) != 0)
        {
            throw new InvalidOperationException("Can't write the message because the previous write is in progress.");
        }

        // A write given up halfway would break the frames of the stream, so giving up a write gives up the call.
        using var giveUp = cancellationToken.UnsafeRegister(
            static call => ((ClientCall)call!).End(new Status(StatusCode.Cancelled, "A write was cancelled by the client.")), _call);
        try
        {
            var stream = await _opened.Task.ConfigureAwait(false) ?? throw _call.Failure(_call.Ended!);
            var flags = WriteOptions?.Flags ?? default;
            var frame = Serialize(message, plain: flags.HasFlag(WriteFlags.NoCompress));
            await stream.WriteAsync(frame, _call.Aborted).ConfigureAwait(false);
            _frames.Release();
            if (!flags.HasFlag(WriteFlags.BufferHint)) await stream.FlushAsync(_call.Aborted).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is not RpcException || _call.Ended is null)
        {
            throw WriteFailure(fault);
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }

    public Task CompleteAsync()
    {
        if (Volatile.Read(ref _writing) != 0)
        {
            throw new InvalidOperationException("Can't complete the client stream writer because the previous write is in progress.");
        }

        _ended = true;
        _completed.TrySetResult();
        return Task.CompletedTask;
    }

    /// <summary>A call that failed must not look to the server like one whose requests ended well: the stream is reset, not closed.</summary>
    public void OnCallEnded(bool success)
    {
        _opened.TrySetResult(null);
        if (success) _completed.TrySetResult();
        else _completed.TrySetCanceled();
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellation)
    {
        // Headers go out now: the server may be the one that speaks first.
        await stream.FlushAsync(cancellation).ConfigureAwait(false);

        // A second connection cannot repeat messages that are gone.
        if (!_opened.TrySetResult(stream)) throw new IOException("A stream of requests cannot be sent again.");
        await _completed.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = -1;
        return false;
    }

    private ReadOnlyMemory<byte> Serialize(TRequest message, bool plain)
    {
        try
        {
            return _frames.Write(message, _serialize, plain);
        }
        catch (Exception fault)
        {
            throw _call.Failure(ClientFaults.Unwritable(fault));
        }
    }

    /// <summary>The status of a call that the server ended is in its trailers, which the reader of the responses reads; it stays theirs to find.</summary>
    private Exception WriteFailure(Exception fault) => _call.Ended is { } end
        ? _call.Failure(end, fault)
        : new RpcException(new Status(StatusCode.Unavailable, "The peer takes no more messages of this call; its status comes with the responses.", fault));
}
