using System.Net;
using System.Net.Sockets;
using Collab.Grpc.Tests.Support;
using Collab.Probe.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Collab.Grpc.Tests.Calls;

/// <summary>Every way to fail ends in one clean status on both sides.</summary>
public sealed class FailingCalls : IAsyncLifetime
{
    private ProbeServer _server = null!;
    private GrpcChannel _channel = null!;
    private Probe.V1.Probe.ProbeClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ProbeServer.StartAsync();
        _channel = _server.Connect();
        _client = new Probe.V1.Probe.ProbeClient(_channel);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_status_keeps_its_text_and_its_trailers()
    {
        var fault = await FailsAsync(_client.OneAsync(new Ask { Behaviour = "status" }), StatusCode.FailedPrecondition);
        Assert.Equal("Ärger: 100 %\nzweite Zeile", fault.Status.Detail);
        Assert.Equal([8, 9, 18, 1, 120], fault.Trailers.GetValueBytes("grpc-status-details-bin")!);
        Assert.Equal("test", fault.Trailers.GetValue("reason"));
    }

    [Fact]
    public async Task An_exception_of_a_method_does_not_leave_the_server()
    {
        var fault = await FailsAsync(_client.OneAsync(new Ask { Behaviour = "throw" }), StatusCode.Unknown);
        Assert.Equal("Exception was thrown by handler.", fault.Status.Detail);
        Assert.DoesNotContain(fault.Trailers, entry => !entry.IsBinary && entry.Value.Contains("4711", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_method_that_returns_nothing_fails() =>
        await FailsAsync(_client.OneAsync(new Ask { Behaviour = "null" }), StatusCode.Cancelled);

    [Fact]
    public async Task A_trailer_that_no_header_can_hold_fails_the_call() =>
        await FailsAsync(_client.OneAsync(new Ask { Behaviour = "bad-trailer" }), StatusCode.Internal);

    [Fact]
    public async Task A_status_set_on_the_context_is_the_status_of_the_call() =>
        await FailsAsync(_client.OneAsync(new Ask { Behaviour = "no-message" }), StatusCode.NotFound);

    [Fact]
    public async Task Metadata_that_no_header_can_hold_fails_before_it_is_sent() =>
        await FailsAsync(_client.OneAsync(new Ask(), new Metadata { { "note", "line\nbreak" } }), StatusCode.Internal);

    [Fact]
    public async Task Nine_megabytes_are_over_the_limit_of_eight()
    {
        var large = ByteString.CopyFrom(new byte[9 * 1024 * 1024]);
        await FailsAsync(_client.OneAsync(new Ask { Payload = large }), StatusCode.ResourceExhausted);
        using var stream = _client.Echo();
        await Assert.ThrowsAnyAsync<RpcException>(async () =>
        {
            await stream.RequestStream.WriteAsync(new Ask { Payload = large });
            await stream.ResponseStream.MoveNext();
        });
        await _client.OneAsync(new Ask { Payload = ByteString.CopyFrom(new byte[(8 * 1024 * 1024) - 16]) });
    }

    [Fact]
    public async Task Each_limit_of_a_channel_holds_to_the_byte()
    {
        using var receiving = _server.Connect(options => options.MaxReceiveMessageSize = 1_000);
        await FailsAsync(new Probe.V1.Probe.ProbeClient(receiving).OneAsync(new Ask { Payload = Bytes(1_000) }), StatusCode.ResourceExhausted);
        var fits = await new Probe.V1.Probe.ProbeClient(receiving).OneAsync(new Ask { Payload = Bytes(994) });
        Assert.Equal(1_000, fits.CalculateSize());

        using var sending = _server.Connect(options => options.MaxSendMessageSize = 1_000);
        await FailsAsync(new Probe.V1.Probe.ProbeClient(sending).OneAsync(new Ask { Payload = Bytes(998) }), StatusCode.ResourceExhausted);
        await new Probe.V1.Probe.ProbeClient(sending).OneAsync(new Ask { Payload = Bytes(997) });
        using var stream = new Probe.V1.Probe.ProbeClient(sending).Collect();
        var fault = await Assert.ThrowsAsync<RpcException>(() => stream.RequestStream.WriteAsync(new Ask { Payload = Bytes(998) }));
        Assert.Equal(StatusCode.ResourceExhausted, fault.StatusCode);
    }

    [Fact]
    public async Task A_deadline_of_300_ms_ends_the_call_and_cancels_the_method()
    {
        await FailsAsync(_client.OneAsync(new Ask { Behaviour = "wait" }, deadline: DateTime.UtcNow.AddMilliseconds(300)), StatusCode.DeadlineExceeded);
        await _server.State.Event("cancelled").Task;
    }

    [Fact]
    public async Task A_deadline_ends_a_stream_between_messages()
    {
        using var call = _client.Many(new Ask { Count = 3, Behaviour = "wait" }, deadline: DateTime.UtcNow.AddMilliseconds(300));
        for (var i = 0; i < 3; i++) Assert.True(await call.ResponseStream.MoveNext());
        var fault = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.DeadlineExceeded, fault.StatusCode);
    }

    [Fact]
    public async Task A_method_that_ignores_its_deadline_does_not_hold_the_answer()
    {
        await FailsAsync(_client.OneAsync(new Ask { Behaviour = "stubborn" }, deadline: DateTime.UtcNow.AddMilliseconds(300)), StatusCode.DeadlineExceeded);
        await _server.State.Event("stubborn-started").Task;
        _server.State.Event("stubborn-may-end").SetResult("");
        await _client.OneAsync(new Ask());
    }

    [Fact]
    public async Task A_deadline_that_has_passed_sends_nothing() =>
        await FailsAsync(_client.OneAsync(new Ask(), deadline: DateTime.UtcNow.AddSeconds(-1)), StatusCode.DeadlineExceeded);

    [Fact]
    public void A_deadline_in_local_time_is_refused() =>
        Assert.Throws<InvalidOperationException>(() => { _client.OneAsync(new Ask(), deadline: DateTime.Now.AddDays(1)); });

    [Fact]
    public async Task A_cancelled_call_cancels_the_method()
    {
        using var giveUp = new CancellationTokenSource();
        var call = _client.OneAsync(new Ask { Behaviour = "wait" }, cancellationToken: giveUp.Token);
        await _server.State.Event("waiting").Task;
        await giveUp.CancelAsync();
        await FailsAsync(call, StatusCode.Cancelled);
        await _server.State.Event("cancelled").Task;
    }

    [Fact]
    public async Task A_channel_may_throw_the_exception_of_cancellation_instead()
    {
        using var channel = _server.Connect(options => options.ThrowOperationCanceledOnCancellation = true);
        using var giveUp = new CancellationTokenSource();
        var call = new Probe.V1.Probe.ProbeClient(channel).OneAsync(new Ask { Behaviour = "wait" }, cancellationToken: giveUp.Token);
        await _server.State.Event("waiting").Task;
        await giveUp.CancelAsync();
        var fault = await Assert.ThrowsAsync<OperationCanceledException>(() => call.ResponseAsync);
        Assert.Equal(giveUp.Token, fault.CancellationToken);
    }

    [Fact]
    public async Task A_cancelled_stream_reaches_the_server_without_being_disposed()
    {
        using var giveUp = new CancellationTokenSource();
        var call = _client.Many(new Ask { Count = 1, Behaviour = "wait" }, cancellationToken: giveUp.Token);
        Assert.True(await call.ResponseStream.MoveNext());
        await _server.State.Event("waiting").Task;
        await giveUp.CancelAsync();
        await _server.State.Event("cancelled").Task;
        var fault = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.Cancelled, fault.StatusCode);
    }

    [Fact]
    public async Task Requests_that_were_given_up_do_not_look_complete_to_the_server()
    {
        var call = _client.Collect();
        await call.RequestStream.WriteAsync(new Ask { Payload = Bytes(100) });
        call.Dispose();
        await _server.State.Event("collect-failed").Task;
        Assert.False(_server.State.Event("collect-completed").Task.IsCompleted);
        await FailsAsync(call.ResponseAsync, StatusCode.Cancelled);
        await Assert.ThrowsAsync<RpcException>(() => call.RequestStream.WriteAsync(new Ask()));
    }

    [Fact]
    public async Task Disposing_the_channel_cancels_its_calls()
    {
        var channel = _server.Connect();
        var call = new Probe.V1.Probe.ProbeClient(channel).OneAsync(new Ask { Behaviour = "wait" });
        await _server.State.Event("waiting").Task;
        channel.Dispose();
        await FailsAsync(call, StatusCode.Cancelled);
        await _server.State.Event("cancelled").Task;
        Assert.Throws<ObjectDisposedException>(channel.CreateCallInvoker);
    }

    [Fact]
    public async Task A_stream_that_fails_after_1_000_messages_delivers_them_first()
    {
        using var call = _client.Many(new Ask { Count = 1_000, Behaviour = "fail" });
        for (var i = 0; i < 1_000; i++)
        {
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(i, call.ResponseStream.Current.Count);
        }

        var fault = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        Assert.Equal((StatusCode.DataLoss, "after the messages"), (fault.StatusCode, fault.Status.Detail));
        Assert.Equal(StatusCode.DataLoss, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task A_server_that_has_enough_ends_the_writing_with_its_own_status()
    {
        using var call = _client.Collect();
        await call.RequestStream.WriteAsync(new Ask { Behaviour = "enough" });
        await FailsAsync(call.ResponseAsync, StatusCode.OutOfRange);
        var fault = await Assert.ThrowsAsync<RpcException>(() => call.RequestStream.WriteAsync(new Ask()));
        Assert.Equal(StatusCode.OutOfRange, fault.StatusCode);
    }

    [Fact]
    public async Task A_failing_echo_gives_its_status_to_the_reader()
    {
        using var call = _client.Echo();
        await call.RequestStream.WriteAsync(new Ask { Behaviour = "fail" });
        var fault = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        Assert.Equal((StatusCode.Aborted, "asked to fail"), (fault.StatusCode, fault.Status.Detail));
    }

    [Fact]
    public async Task Writing_twice_at_once_or_after_the_end_is_a_mistake_of_the_caller()
    {
        using var call = _client.Echo();
        await call.RequestStream.CompleteAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.RequestStream.WriteAsync(new Ask()));
        Assert.Throws<InvalidOperationException>(() => call.GetStatus());
    }

    [Fact]
    public async Task Nobody_listening_is_unavailable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");
        var client = new Probe.V1.Probe.ProbeClient(channel);
        await FailsAsync(client.OneAsync(new Ask()), StatusCode.Unavailable);
        using var stream = client.Echo();
        await Assert.ThrowsAsync<RpcException>(() => stream.RequestStream.WriteAsync(new Ask()));
        var fault = await Assert.ThrowsAsync<RpcException>(() => stream.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.Unavailable, fault.StatusCode);
        fault = await Assert.ThrowsAsync<RpcException>(() => stream.ResponseHeadersAsync);
        Assert.Equal(StatusCode.Unavailable, fault.StatusCode);
    }

    [Fact]
    public async Task A_right_name_from_a_strangers_authority_is_refused()
    {
        using var channel = _server.Connect(stranger: true);
        await FailsAsync(new Probe.V1.Probe.ProbeClient(channel).OneAsync(new Ask()), StatusCode.Unavailable);
    }

    [Theory, InlineData("collab.probe.v1.Probe", "Unknown"), InlineData("no.Such", "One"), InlineData("a", "b/c/d")]
    public async Task An_unknown_method_is_unimplemented(string service, string name)
    {
        var marshaller = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);
        var method = new Method<byte[], byte[]>(MethodType.Unary, service, name, marshaller, marshaller);
        await FailsAsync(_channel.CreateCallInvoker().AsyncUnaryCall(method, null, default, [1]).ResponseAsync, StatusCode.Unimplemented);
    }

    [Fact]
    public async Task Five_hundred_calls_at_once_all_end()
    {
        var calls = Enumerable.Range(0, 500).Select(async i =>
        {
            if (i % 2 == 0) return (await _client.OneAsync(new Ask { Payload = Bytes(i) })).Count == i;
            using var stream = _client.Echo();
            await stream.RequestStream.WriteAsync(new Ask { Count = i });
            var answered = await stream.ResponseStream.MoveNext() && stream.ResponseStream.Current.Count == i;
            await stream.RequestStream.CompleteAsync();
            return answered && !await stream.ResponseStream.MoveNext();
        });
        Assert.All(await Task.WhenAll(calls), Assert.True);
    }

    private static ByteString Bytes(int size) => ByteString.CopyFrom(new byte[size]);

    private static Task<RpcException> FailsAsync(AsyncUnaryCall<Reply> call, StatusCode code) => FailsAsync(call.ResponseAsync, code);

    private static async Task<RpcException> FailsAsync<T>(Task<T> call, StatusCode code)
    {
        var fault = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(code, fault.StatusCode);
        return fault;
    }
}
