using System.Net;
using System.Net.Http.Headers;
using Collab.Grpc.Tests.Support;

namespace Collab.Grpc.Tests.Hostile;

/// <summary>Sends requests that no gRPC client would, and reads what gRPC sees of the reply.</summary>
internal sealed class RawClient(ProbeServer server) : IDisposable
{
    private readonly HttpMessageInvoker _invoker = new(server.NewHandler());

    public async Task<RawReply> SendAsync(
        string path, byte[] body, IEnumerable<(string Name, string Value)> headers, string contentType = "application/grpc", Version? version = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, path))
        {
            Version = version ?? HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        request.Headers.TryAddWithoutValidation("te", "trailers");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);

        using var response = await _invoker.SendAsync(request, CancellationToken.None);
        var content = await response.Content.ReadAsByteArrayAsync();
        return new RawReply(
            (int)response.StatusCode,
            First(response.Headers, "grpc-status") ?? First(response.TrailingHeaders, "grpc-status"),
            First(response.Headers, "grpc-message") ?? First(response.TrailingHeaders, "grpc-message"),
            First(response.Headers, "grpc-accept-encoding"),
            content.Length);
    }

    public void Dispose() => _invoker.Dispose();

    private static string? First(HttpResponseHeaders headers, string name) => headers.TryGetValues(name, out var values) ? values.First() : null;
}

internal sealed record RawReply(int Http, string? Status, string? Message, string? AcceptEncoding, int ContentLength);
