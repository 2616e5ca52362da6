using System.Net;
using System.Net.Http.Headers;
using Collab.Probe.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Collab.Grpc.Tests.Hostile;

/// <summary>Replies that no server sends: the client ends each with a status, and with nothing else.</summary>
public sealed class HostileServers
{
    private const int Cases = 4_000;

    [Theory]
    [InlineData(HttpStatusCode.OK, "text/html", StatusCode.Internal)]
    [InlineData(HttpStatusCode.NotFound, "text/html", StatusCode.Unimplemented)]
    [InlineData(HttpStatusCode.Unauthorized, "text/html", StatusCode.Unauthenticated)]
    [InlineData(HttpStatusCode.Forbidden, "text/html", StatusCode.PermissionDenied)]
    [InlineData(HttpStatusCode.BadGateway, "text/html", StatusCode.Unavailable)]
    [InlineData(HttpStatusCode.InternalServerError, "text/html", StatusCode.Unknown)]
    [InlineData(HttpStatusCode.OK, "application/grpc", StatusCode.Unknown)]
    public async Task A_reply_that_is_not_grpc_has_a_status(HttpStatusCode http, string contentType, StatusCode expected) =>
        Assert.Equal(expected, (await FailAsync(_ => Reply(http, contentType, Frame(new Reply()), []))).StatusCode);

    [Theory]
    [InlineData("0", 0, StatusCode.Internal)]
    [InlineData("0", 2, StatusCode.Internal)]
    [InlineData("5", 0, StatusCode.NotFound)]
    [InlineData("5", 1, StatusCode.NotFound)]
    [InlineData("17", 1, StatusCode.Unknown)]
    [InlineData("-1", 1, StatusCode.Internal)]
    [InlineData("x", 1, StatusCode.Internal)]
    public async Task The_trailers_and_the_messages_must_agree(string status, int messages, StatusCode expected)
    {
        var body = Enumerable.Repeat(Frame(new Reply { Count = 1 }), messages).SelectMany(frame => frame).ToArray();
        Assert.Equal(expected, (await FailAsync(_ => Reply(HttpStatusCode.OK, "application/grpc", body, [("grpc-status", status)]))).StatusCode);
    }

    [Fact]
    public async Task A_reply_of_trailers_only_is_a_status()
    {
        var fault = await FailAsync(_ =>
        {
            var reply = Reply(HttpStatusCode.OK, "application/grpc", [], []);
            reply.Headers.TryAddWithoutValidation("grpc-status", "7");
            reply.Headers.TryAddWithoutValidation("grpc-message", "no%20way");
            reply.Headers.TryAddWithoutValidation("detail-bin", "AQI");
            return reply;
        });
        Assert.Equal((StatusCode.PermissionDenied, "no way"), (fault.StatusCode, fault.Status.Detail));
        Assert.Equal([1, 2], fault.Trailers.GetValueBytes("detail-bin")!);
    }

    [Fact]
    public async Task An_announced_length_alone_sets_nothing_aside() =>
        Assert.Equal(StatusCode.Internal, (await FailAsync(_ => Reply(HttpStatusCode.OK, "application/grpc", [0, 0, 127, 255, 255, 1], []))).StatusCode);

    [Fact]
    public async Task Thousands_of_mutated_replies_end_in_a_status()
    {
        for (var seed = 0; seed < Cases; seed++)
        {
            var random = new Random(seed);
            using var channel = Channel(_ => Mutated(random));
            var client = new Probe.V1.Probe.ProbeClient(channel);
            try
            {
                if (random.Next(2) == 0)
                {
                    await client.OneAsync(new Ask());
                }
                else
                {
                    using var call = client.Many(new Ask());
                    await foreach (var _ in call.ResponseStream.ReadAllAsync())
                    {
                    }
                }
            }
            catch (RpcException fault)
            {
                Assert.True(fault.StatusCode is > StatusCode.OK and <= StatusCode.Unauthenticated, $"Seed {seed}: {fault.StatusCode}.");
            }
        }
    }

    private static async Task<RpcException> FailAsync(Func<HttpRequestMessage, HttpResponseMessage> answer)
    {
        using var channel = Channel(answer);
        var call = new Probe.V1.Probe.ProbeClient(channel).OneAsync(new Ask());
        return await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
    }

    private static GrpcChannel Channel(Func<HttpRequestMessage, HttpResponseMessage> answer) =>
        GrpcChannel.ForAddress("http://hostile.test", new GrpcChannelOptions { HttpHandler = new Answering(answer), DisposeHttpClient = true });

    private static HttpResponseMessage Mutated(Random random)
    {
        var body = Enumerable.Range(0, random.Next(3)).SelectMany(_ => Frame(new Reply { Payload = ByteString.CopyFrom(new byte[random.Next(300)]) })).ToList();
        for (var i = random.Next(4); i > 0 && body.Count > 0; i--)
        {
            var at = random.Next(body.Count);
            if (random.Next(2) == 0) body[at] = (byte)random.Next(256);
            else body.RemoveAt(at);
        }

        var trailers = new List<(string, string)>();
        if (random.Next(5) > 0) trailers.Add(("grpc-status", random.Next(3) == 0 ? Text(random) : random.Next(20).ToString()));
        if (random.Next(3) == 0) trailers.Add(("grpc-message", Text(random)));
        if (random.Next(3) == 0) trailers.Add(("x-bin", Text(random)));
        var reply = Reply(HttpStatusCode.OK, random.Next(20) == 0 ? "text/html" : "application/grpc", [.. body], trailers);
        if (random.Next(4) == 0) reply.Headers.TryAddWithoutValidation("grpc-encoding", random.Next(2) == 0 ? "gzip" : Text(random));
        if (random.Next(20) == 0) reply.Headers.TryAddWithoutValidation("grpc-status", Text(random));
        return reply;
    }

    private static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => (char)random.Next('!', 0x7f)));

    private static HttpResponseMessage Reply(HttpStatusCode http, string contentType, byte[] body, IEnumerable<(string Name, string Value)> trailers)
    {
        var reply = new HttpResponseMessage(http) { Version = HttpVersion.Version20, Content = new ByteArrayContent(body) };
        reply.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        foreach (var (name, value) in trailers) reply.TrailingHeaders.TryAddWithoutValidation(name, value);
        return reply;
    }

    private static byte[] Frame(Reply reply)
    {
        var message = reply.ToByteArray();
        return [0, 0, 0, (byte)(message.Length >> 8), (byte)(message.Length & 0xFF), .. message];
    }

    private sealed class Answering(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await request.Content!.CopyToAsync(Stream.Null, cancellationToken);
            return answer(request);
        }
    }
}
