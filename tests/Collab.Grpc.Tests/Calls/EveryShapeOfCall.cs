using Collab.Grpc.Tests.Support;
using Collab.Probe.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Collab.Grpc.Tests.Calls;

/// <summary>Each shape of call between our client and our server, over mutual TLS 1.3 and in clear.</summary>
public sealed class EveryShapeOfCall
{
    [Theory, InlineData(true), InlineData(false)]
    public async Task One_request_brings_one_response(bool tls)
    {
        await using var server = await ProbeServer.StartAsync(tls);
        using var channel = server.Connect();
        var client = new Probe.V1.Probe.ProbeClient(channel);
        foreach (var size in new[] { 0, 1, 5_000, 1_000_000 })
        {
            var payload = Pattern(size, size);
            var reply = await client.OneAsync(new Ask { Payload = payload });
            Assert.Equal(payload, reply.Payload);
        }

        Assert.Equal(3, client.One(new Ask { Payload = Pattern(3, 3) }).Count);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_stream_of_responses_arrives_whole_and_in_order(bool tls)
    {
        await using var server = await ProbeServer.StartAsync(tls);
        using var channel = server.Connect();
        using var call = new Probe.V1.Probe.ProbeClient(channel).Many(new Ask { Count = 2_000, Payload = Pattern(100, 1) });
        var expected = 0;
        await foreach (var reply in call.ResponseStream.ReadAllAsync()) Assert.Equal(expected++, reply.Count);
        Assert.Equal(2_000, expected);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_stream_of_requests_brings_one_response(bool tls)
    {
        await using var server = await ProbeServer.StartAsync(tls);
        using var channel = server.Connect();
        using var call = new Probe.V1.Probe.ProbeClient(channel).Collect();
        for (var i = 0; i < 40; i++) await call.RequestStream.WriteAsync(new Ask { Payload = Pattern(500_000, i) });
        await call.RequestStream.CompleteAsync();
        var reply = await call;
        Assert.Equal(40 * 500_000, reply.Count);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Both_sides_stream_64_messages_of_1_MB_with_every_byte_right(bool tls)
    {
        await using var server = await ProbeServer.StartAsync(tls);
        using var channel = server.Connect();
        using var call = new Probe.V1.Probe.ProbeClient(channel).Echo();
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 64; i++) await call.RequestStream.WriteAsync(new Ask { Payload = Pattern(1 << 20, i), Count = i });
            await call.RequestStream.CompleteAsync();
        });
        var next = 0;
        await foreach (var reply in call.ResponseStream.ReadAllAsync()) Assert.Equal(Pattern(1 << 20, next++), reply.Payload);
        await writing;
        Assert.Equal(64, next);
    }

    [Fact]
    public async Task Strict_ping_pong_needs_no_filler_to_move()
    {
        await using var server = await ProbeServer.StartAsync();
        using var channel = server.Connect();
        using var call = new Probe.V1.Probe.ProbeClient(channel).Echo();
        for (var i = 0; i < 500; i++)
        {
            await call.RequestStream.WriteAsync(new Ask { Count = i });
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(i, call.ResponseStream.Current.Count);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
        Assert.False(await call.ResponseStream.MoveNext());
    }

    [Fact]
    public async Task The_server_may_speak_first_and_end_first()
    {
        await using var server = await ProbeServer.StartAsync();
        using var channel = server.Connect();
        using var call = new Probe.V1.Probe.ProbeClient(channel).Echo();
        await call.RequestStream.WriteAsync(new Ask { Behaviour = "end" });
        Assert.False(await call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Messages_without_content_are_messages()
    {
        await using var server = await ProbeServer.StartAsync();
        using var channel = server.Connect();
        using var call = new Probe.V1.Probe.ProbeClient(channel).Echo();
        for (var i = 0; i < 3; i++) await call.RequestStream.WriteAsync(new Ask());
        await call.RequestStream.CompleteAsync();
        var count = 0;
        await foreach (var reply in call.ResponseStream.ReadAllAsync()) count += reply.CalculateSize() + 1;
        Assert.Equal(3, count);
    }

    private static ByteString Pattern(int size, int seed)
    {
        var bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return ByteString.CopyFrom(bytes);
    }
}
