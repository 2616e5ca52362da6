using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>What a method's calls have in common: limits, compression, the log.</summary>
internal sealed record MethodSettings(int? ReceiveLimit, int? SendLimit, bool Compresses, ILogger Log)
{
    public static MethodSettings Of(GrpcServiceOptions all, GrpcServiceOptions service, ILogger log)
    {
        var algorithm = service.ResponseCompressionAlgorithm ?? all.ResponseCompressionAlgorithm;
        if (algorithm is not (null or Framing.GrpcHeaderNames.Gzip or Framing.GrpcHeaderNames.Identity))
        {
            throw new InvalidOperationException("The response compression of a gRPC service is gzip or none.");
        }

        return new MethodSettings(
            service.IsReceiveSizeSet ? service.MaxReceiveMessageSize : all.MaxReceiveMessageSize,
            service.MaxSendMessageSize ?? all.MaxSendMessageSize,
            algorithm == Framing.GrpcHeaderNames.Gzip,
            log);
    }
}
