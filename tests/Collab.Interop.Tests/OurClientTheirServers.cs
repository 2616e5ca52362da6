using System.Security.Cryptography;
using Collab.Interop.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Collab.Interop.Tests;

/// <summary>Our client calls the servers of grpc-js and grpcio.</summary>
public sealed class OurClientTheirServers
{
    private const string Node = "node";
    private const string Python = "python";

    [Theory, InlineData(Node), InlineData(Python)]
    public Task Unary_with_and_without_content(string peer) => WithAsync(peer, async client =>
    {
        foreach (var size in new[] { 0, 1, 100_000 })
        {
            var reply = await client.OneAsync(new Payload { Data = Pattern(size, size) });
            Assert.Equal((Pattern(size, size), size), (reply.Data, reply.Number));
        }
    });

    [Theory, InlineData(Node), InlineData(Python)]
    public Task Metadata_and_trailers_of_text_and_bytes(string peer) => WithAsync(peer, async client =>
    {
        var sent = new Metadata { { "x-text", "a b=c;%" }, { "x-bytes-bin", InteropService.Detail } };
        using var call = client.OneAsync(new Payload { Behaviour = "metadata" }, sent);
        var headers = await call.ResponseHeadersAsync;
        await call;
        foreach (var got in new[] { headers, call.GetTrailers() })
        {
            Assert.Equal("a b=c;%", got.GetValue("x-text"));
            Assert.Equal(InteropService.Detail, got.GetValueBytes("x-bytes-bin")!);
        }
    });

    [Theory, InlineData(Node), InlineData(Python)]
    public Task A_server_stream_in_order(string peer) => WithAsync(peer, async client =>
    {
        using var call = client.Many(new Payload { Number = 1_000, Data = Pattern(100, 2) });
        var next = 0L;
        await foreach (var message in call.ResponseStream.ReadAllAsync()) Assert.Equal(next++, message.Number);
        Assert.Equal(1_000, next);
    });

    [Theory, InlineData(Node), InlineData(Python)]
    public Task A_server_stream_that_fails_after_1_000_messages(string peer) => WithAsync(peer, async client =>
    {
        using var call = client.Many(new Payload { Number = 1_000, Behaviour = "fail" });
        for (var i = 0; i < 1_000; i++) Assert.True(await call.ResponseStream.MoveNext());
        var fault = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        Assert.Equal((StatusCode.DataLoss, "after the messages"), (fault.StatusCode, fault.Status.Detail));
    });

    [Theory, InlineData(Node), InlineData(Python)]
    public Task A_client_stream_with_its_digest(string peer) => WithAsync(peer, async client =>
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var call = client.Collect();
        for (var i = 0; i < 20; i++)
        {
            var data = Pattern(200_000, i);
            digest.AppendData(data.Span);
            await call.RequestStream.WriteAsync(new Payload { Data = data });
        }

        await call.RequestStream.CompleteAsync();
        var reply = await call;
        Assert.Equal((20 * 200_000, ByteString.CopyFrom(digest.GetHashAndReset())), (reply.Number, reply.Data));
    });

    [Theory, InlineData(Node), InlineData(Python)]
    public Task Both_ways_64_messages_of_1_MB(string peer) => WithAsync(peer, async client =>
    {
        using var call = client.Echo();
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 64; i++) await call.RequestStream.WriteAsync(new Payload { Data = Pattern(1 << 20, i), Number = i });
            await call.RequestStream.CompleteAsync();
        });
        for (var i = 0; i < 64; i++)
        {
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(Pattern(1 << 20, i), call.ResponseStream.Current.Data);
        }

        await writing;
        await EndsWithTheLastMessageAsync(call);
    });

    [Theory, InlineData(Node), InlineData(Python)]
    public Task Strict_ping_pong(string peer) => WithAsync(peer, async client =>
    {
        using var call = client.Echo();
        for (var i = 0; i < 200; i++)
        {
            await call.RequestStream.WriteAsync(new Payload { Number = i });
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(i, call.ResponseStream.Current.Number);
        }

        await call.RequestStream.CompleteAsync();
        await EndsWithTheLastMessageAsync(call);
    });

    [Theory, InlineData(Node), InlineData(Python)]
    public Task A_half_closed_stream_still_brings_messages(string peer) => WithAsync(peer, async client =>
    {
        using var call = client.Echo();
        await call.RequestStream.CompleteAsync();
        await EndsWithTheLastMessageAsync(call);
    });

    [Theory, InlineData(Node), InlineData(Python)]
    public Task A_status_with_its_text_and_trailer(string peer) => WithAsync(peer, async client =>
    {
        var fault = await FailsAsync(client.OneAsync(new Payload { Behaviour = "status" }), StatusCode.FailedPrecondition);
        Assert.Equal(InteropService.StatusText, fault.Status.Detail);
        Assert.Equal(InteropService.Detail, fault.Trailers.GetValueBytes("detail-bin")!);
    });

    [Theory, InlineData(Node), InlineData(Python)]
    public Task A_deadline(string peer) => WithAsync(peer, client =>
        FailsAsync(client.OneAsync(new Payload { Behaviour = "wait" }, deadline: DateTime.UtcNow.AddMilliseconds(300)), StatusCode.DeadlineExceeded));

    [Theory, InlineData(Node), InlineData(Python)]
    public Task A_cancelled_call(string peer) => WithAsync(peer, async client =>
    {
        using var stream = client.Echo();
        await stream.RequestStream.WriteAsync(new Payload());
        Assert.True(await stream.ResponseStream.MoveNext());
        stream.Dispose();
        var fault = await Assert.ThrowsAsync<RpcException>(() => stream.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.Cancelled, fault.StatusCode);
        await client.OneAsync(new Payload());
    });

    [Theory, InlineData(Node), InlineData(Python)]
    public Task Nine_megabytes_over_eight(string peer) => WithAsync(peer, client =>
        FailsAsync(client.OneAsync(new Payload { Data = Pattern(9 * 1024 * 1024, 1) }), StatusCode.ResourceExhausted));

    [Theory, InlineData(Node), InlineData(Python)]
    public Task Gzip(string peer) => WithAsync(peer, async client =>
    {
        var headers = new Metadata { { "grpc-internal-encoding-request", "gzip" } };
        var data = Pattern(500_000, 3);
        Assert.Equal(data, (await client.OneAsync(new Payload { Data = data, Behaviour = "gzip" }, headers)).Data);
    });

    [Theory, InlineData(Node), InlineData(Python)]
    public async Task An_unknown_method(string peer)
    {
        await using var server = await Peer.ServeAsync(peer);
        using var channel = Connect(server);
        var marshaller = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);
        var method = new Method<byte[], byte[]>(MethodType.Unary, "collab.interop.v1.Interop", "None", marshaller, marshaller);
        var call = channel.CreateCallInvoker().AsyncUnaryCall(method, null, default, []);
        Assert.Equal(StatusCode.Unimplemented, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
    }

    private static async Task EndsWithTheLastMessageAsync(AsyncDuplexStreamingCall<Payload, Payload> call)
    {
        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Equal(-1, call.ResponseStream.Current.Number);
        Assert.False(await call.ResponseStream.MoveNext());
    }

    private static async Task WithAsync(string peer, Func<V1.Interop.InteropClient, Task> test)
    {
        await using var server = await Peer.ServeAsync(peer);
        using var channel = Connect(server);
        await test(new V1.Interop.InteropClient(channel));
    }

    private static GrpcChannel Connect(Peer server) => GrpcChannel.ForAddress($"http://127.0.0.1:{server.Port}");

    private static async Task<RpcException> FailsAsync(AsyncUnaryCall<Payload> call, StatusCode code)
    {
        var fault = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Equal(code, fault.StatusCode);
        return fault;
    }

    private static ByteString Pattern(int size, int seed)
    {
        var bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return ByteString.CopyFrom(bytes);
    }
}
