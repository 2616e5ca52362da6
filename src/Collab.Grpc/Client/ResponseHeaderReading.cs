using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Framing;

namespace Grpc.Net.Client.Internal;

/// <summary>What the headers and trailers of a response say.</summary>
internal static class ResponseHeaderReading
{
    /// <summary>The end of the call when the headers already are it (an error, or a reply of trailers only); else null.</summary>
    public static (Status Status, Metadata Trailers)? Outcome(HttpResponseMessage response)
    {
        if (Status(response.Headers) is { } only) return only;
        if (response.StatusCode != HttpStatusCode.OK) return (OfHttp(response.StatusCode), []);
        if (response.Version != HttpVersion.Version20) return Bad("The response is not HTTP/2.");

        string? contentType = null;
        if (response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values)) contentType = values.ToString();
        if (!GrpcHeaderNames.IsGrpc(contentType)) return Bad("The response is not gRPC.");
        if (Encoding(response) is not (null or GrpcHeaderNames.Identity or GrpcHeaderNames.Gzip))
        {
            return (new Status(StatusCode.Unimplemented, "The response has an unknown encoding."), []);
        }

        return Metadata(response.Headers) is null ? Bad("The response metadata is malformed.") : null;
    }

    /// <summary>The encoding of a response's messages; null when it names none.</summary>
    public static string? Encoding(HttpResponseMessage response) => First(response.Headers, GrpcHeaderNames.Encoding);

    /// <summary>Status and metadata where a status is; null where none is.</summary>
    public static (Status Status, Metadata Trailers)? Status(HttpResponseHeaders headers)
    {
        if (First(headers, GrpcHeaderNames.Status) is not { } text) return null;
        if (Metadata(headers) is not { } metadata) return Bad("The trailers are malformed.");

        var detail = PercentCoding.Decode(First(headers, GrpcHeaderNames.Message) ?? "");
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return Bad("The grpc-status is malformed.");
        var code = number <= (int)StatusCode.Unauthenticated ? (StatusCode)number : StatusCode.Unknown;
        return (new Status(code, detail), metadata);
    }

    /// <summary>The metadata of headers or trailers; null when malformed.</summary>
    public static Metadata? Metadata(HttpResponseHeaders headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers.NonValidated)
        {
            foreach (var value in values)
            {
                if (!MetadataCoding.TryAdd(metadata, name, value)) return null;
            }
        }

        return metadata;
    }

    private static string? First(HttpResponseHeaders headers, string name)
    {
        if (!headers.NonValidated.TryGetValues(name, out var values)) return null;
        foreach (var value in values) return value;
        return null;
    }

    private static (Status, Metadata)? Bad(string detail) => (new Status(StatusCode.Internal, detail), []);

    // The mapping of the gRPC documentation for replies that did not come from a gRPC server.
    private static Status OfHttp(HttpStatusCode code) => new(
        code switch
        {
            HttpStatusCode.BadRequest => StatusCode.Internal,
            HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
            HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
            HttpStatusCode.NotFound => StatusCode.Unimplemented,
            HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable
                or HttpStatusCode.GatewayTimeout => StatusCode.Unavailable,
            _ => StatusCode.Unknown,
        },
        string.Create(CultureInfo.InvariantCulture, $"The reply is HTTP status {(int)code}, not gRPC."));
}
