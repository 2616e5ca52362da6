using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Framing;

namespace Grpc.Net.Client.Internal;

/// <summary>The one request of a call.</summary>
/// <remarks>Serialized when the connection asks for it; it may ask again on a new connection when the first refused the stream unseen.</remarks>
internal sealed class RequestContent<TRequest, TResponse> : HttpContent
    where TRequest : class
    where TResponse : class
{
    private static readonly MediaTypeHeaderValue Grpc = new(GrpcHeaderNames.ContentType);
    private readonly ClientCall<TRequest, TResponse> _call;
    private readonly TRequest _request;

    public RequestContent(ClientCall<TRequest, TResponse> call, TRequest request)
    {
        _call = call;
        _request = request;
        Headers.ContentType = Grpc;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellation)
    {
        var frames = _call.NewFrames();
        ReadOnlyMemory<byte> frame;
        try
        {
            frame = frames.Write(_request, _call.Serializer);
        }
        catch (Exception fault)
        {
            frames.Release(all: true);
            throw _call.Failure(ClientFaults.Unwritable(fault));
        }

        // Without a finally: after a failed write the connection may still hold the array, and a lost array is only garbage.
        await stream.WriteAsync(frame, cancellation).ConfigureAwait(false);
        frames.Release(all: true);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = -1;
        return false;
    }
}
