using Grpc.Core;
using Grpc.Framing;

namespace Grpc.Net.Client.Internal;

/// <summary>A call with its message types: the four shapes.</summary>
internal sealed class ClientCall<TRequest, TResponse>(GrpcChannel channel, Method<TRequest, TResponse> method, string? host, CallOptions options)
    : ClientCall(channel, options)
    where TRequest : class
    where TResponse : class
{
    private RequestStreamContent<TRequest>? _requests;

    private bool Compresses => Options.Headers?.GetValue(GrpcHeaderNames.EncodingRequest) == GrpcHeaderNames.Gzip;

    public FrameBuffer NewFrames() => new(Channel.MaxSendMessageSize, Compresses);

    public Action<TRequest, SerializationContext> Serializer => method.RequestMarshaller.ContextualSerializer;

    public Func<DeserializationContext, TResponse> Deserializer => method.ResponseMarshaller.ContextualDeserializer;

    public Task<TResponse> SendOneReceiveOneAsync(TRequest request) => ReceiveOneAsync(Begin(new RequestContent<TRequest, TResponse>(this, request)));

    public IAsyncStreamReader<TResponse> SendOneReceiveMany(TRequest request) =>
        new ResponseStreamReader<TRequest, TResponse>(this, Begin(new RequestContent<TRequest, TResponse>(this, request)));

    public RequestStreamContent<TRequest> OpenRequests() => _requests = new RequestStreamContent<TRequest>(this, NewFrames(), Serializer, Options.WriteOptions);

    public Task<TResponse> SendManyReceiveOneAsync(RequestStreamContent<TRequest> requests) => ReceiveOneAsync(Begin(requests));

    public IAsyncStreamReader<TResponse> SendManyReceiveMany(RequestStreamContent<TRequest> requests) =>
        new ResponseStreamReader<TRequest, TResponse>(this, Begin(requests));

    /// <summary>Reads the messages of a response.</summary>
    public ResponseMessageReader OpenResponses(HttpResponseMessage response, Stream body) =>
        new(body, Channel.MaxReceiveMessageSize, ResponseHeaderReading.Encoding(response));

    /// <summary>Ends the call by its trailers; throws unless they say success.</summary>
    public void EndOrThrow(HttpResponseMessage response)
    {
        var end = EndByTrailers(response);
        if (end.Status.StatusCode != StatusCode.OK) throw Failure(end);
    }

    protected override void OnEnded(bool success) => _requests?.OnCallEnded(success);

    private Task<HttpResponseMessage?> Begin(HttpContent content) => Send(method.FullName, host, content);

    private async Task<TResponse> ReceiveOneAsync(Task<HttpResponseMessage?> sending)
    {
        using var call = (IDisposable)this;
        try
        {
            if (await sending.ConfigureAwait(false) is not { } response)
            {
                throw Ended!.Status.StatusCode == StatusCode.OK ? MessageFrame.Missing() : Failure(Ended);
            }

            var body = await response.Content.ReadAsStreamAsync(Aborted).ConfigureAwait(false);
            var reader = OpenResponses(response, body);
            var message = await reader.ReadAsync(Deserializer, Aborted).ConfigureAwait(false);
            if (message is not null && await reader.ReadAsync(Deserializer, Aborted).ConfigureAwait(false) is not null) throw MessageFrame.Surplus();
            if (message is not null)
            {
                EndOrThrow(response);
                return message;
            }

            // Trailers that say success without the message are a fault of the server.
            var status = ResponseHeaderReading.Status(response.TrailingHeaders)?.Status.StatusCode;
            if (status != StatusCode.OK) EndOrThrow(response);
            throw MessageFrame.Missing();
        }
        catch (Exception fault) when (fault is not RpcException || Ended is null)
        {
            throw Failure(fault);
        }
    }
}
