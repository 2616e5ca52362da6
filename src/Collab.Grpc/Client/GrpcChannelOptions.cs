using Grpc.Framing;

namespace Grpc.Net.Client;

/// <summary>Options of a channel.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>The largest message this side sends, in bytes; null for no limit of its own.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>The largest message this side receives, in bytes, after inflation; 8 MB unless set, null for none.</summary>
    public int? MaxReceiveMessageSize { get; set; } = MessageFrame.DefaultReceiveLimit;

    /// <summary>The handler that carries the calls, with its TLS settings; null for one with the defaults of the transport specification.</summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>Whether disposing the channel disposes <see cref="HttpHandler"/>.</summary>
    public bool DisposeHttpClient { get; set; }

    /// <summary>Whether a cancelled call throws <see cref="OperationCanceledException"/> rather than <see cref="Core.RpcException"/>.</summary>
    public bool ThrowOperationCanceledOnCancellation { get; set; }
}
