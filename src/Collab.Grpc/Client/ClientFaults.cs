using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Grpc.Core;
using Grpc.Framing;

namespace Grpc.Net.Client.Internal;

/// <summary>Which status a local fault becomes. The text is ours; the exception stays beside it for the log of this side.</summary>
internal static class ClientFaults
{
    public static Status StatusOf(Exception fault)
    {
        if (fault is RpcException rpc) return rpc.Status;
        if (fault is OperationCanceledException { InnerException: TimeoutException })
        {
            return new Status(StatusCode.Unavailable, "The peer cannot be reached in time.", fault);
        }

        if (fault is OperationCanceledException) return new Status(StatusCode.Cancelled, "The call was cancelled.", fault);

        for (Exception? cause = fault; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case HttpProtocolException reset:
                    return new Status(OfReset(reset.ErrorCode), "The peer reset the call or the connection.", fault);
                case AuthenticationException:
                    return new Status(StatusCode.Unavailable, "The TLS handshake with the peer failed.", fault);
                case SocketException:
                    return new Status(StatusCode.Unavailable, "The peer cannot be reached or the connection broke.", fault);
            }
        }

        return fault switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
                new Status(StatusCode.Unavailable, "The TLS handshake with the peer failed.", fault),
            HttpRequestException or IOException =>
                new Status(StatusCode.Unavailable, "The peer cannot be reached or the connection broke.", fault),
            _ => new Status(StatusCode.Internal, "The call failed on this side.", fault),
        };
    }

    /// <summary>A request that its serializer could not write, or that is above the limit.</summary>
    public static RpcException Unwritable(Exception fault) =>
        fault as RpcException ?? new RpcException(new Status(StatusCode.Internal, "The message could not be written.", fault));

    // RFC 9113, section 7, to the codes that the gRPC documentation gives them.
    private static StatusCode OfReset(long errorCode) => errorCode switch
    {
        0x7 => StatusCode.Unavailable,
        0x8 => StatusCode.Cancelled,
        0xb => StatusCode.ResourceExhausted,
        0xc => StatusCode.PermissionDenied,
        _ => StatusCode.Internal,
    };
}
