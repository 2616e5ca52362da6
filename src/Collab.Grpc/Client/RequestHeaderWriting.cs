using Grpc.Core;
using Grpc.Framing;

namespace Grpc.Net.Client.Internal;

/// <summary>The headers of a request.</summary>
internal static class RequestHeaderWriting
{
    private const string UserAgent = "grpc-dotnet-collab/0.1";

    /// <exception cref="RpcException">A metadata value has characters that a header cannot hold.</exception>
    public static void Write(HttpRequestMessage request, string? host, TimeSpan? timeout, Metadata? metadata)
    {
        var headers = request.Headers;
        headers.TryAddWithoutValidation("te", "trailers");
        headers.TryAddWithoutValidation(GrpcHeaderNames.AcceptEncoding, GrpcHeaderNames.AcceptedEncodings);
        if (host is not null) headers.Host = host;
        if (timeout is { } left) headers.TryAddWithoutValidation(GrpcHeaderNames.Timeout, GrpcTimeout.Format(left));

        var named = false;
        foreach (var entry in metadata ?? Metadata.Empty)
        {
            if (entry.Key == GrpcHeaderNames.EncodingRequest) headers.TryAddWithoutValidation(GrpcHeaderNames.Encoding, Supported(entry.Value));
            if (GrpcHeaderNames.IsReserved(entry.Key)) continue;
            if (!MetadataCoding.TryFormat(entry, out var value))
            {
                throw new RpcException(new Status(StatusCode.Internal, "A metadata value holds characters other than printable ASCII."));
            }

            named |= entry.Key == "user-agent";
            headers.TryAddWithoutValidation(entry.Key, value);
        }

        if (!named) headers.TryAddWithoutValidation("user-agent", UserAgent);
    }

    private static string Supported(string encoding) => encoding is GrpcHeaderNames.Gzip or GrpcHeaderNames.Identity
        ? encoding
        : throw new RpcException(new Status(StatusCode.Internal, "The compression asked for is not supported."));
}
