namespace Grpc.Framing;

/// <summary>The names of the protocol's own headers, and which headers are not metadata.</summary>
internal static class GrpcHeaderNames
{
    public const string ContentType = "application/grpc";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";

    /// <summary>A client's metadata key that asks for the compression of its own messages; it does not travel.</summary>
    public const string EncodingRequest = "grpc-internal-encoding-request";

    public const string Identity = "identity";
    public const string Gzip = "gzip";
    public const string AcceptedEncodings = "identity,gzip";

    /// <summary>Whether the header belongs to the protocol or to HTTP, and so is neither read nor sent as metadata.</summary>
    public static bool IsReserved(string name) => name.ToLowerInvariant() is
        Status or Message or Timeout or Encoding or AcceptEncoding or EncodingRequest
        or "content-type" or "te" or "host" or "content-length" or "content-encoding" or "transfer-encoding" or "connection"
        or "date" or "server" or "trailer" || name.StartsWith(':');

    /// <summary>Whether a content type is gRPC, with or without a message format.</summary>
    public static bool IsGrpc(string? contentType) =>
        contentType is not null
        && contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == ContentType.Length || contentType[ContentType.Length] is ';' or '+');
}
