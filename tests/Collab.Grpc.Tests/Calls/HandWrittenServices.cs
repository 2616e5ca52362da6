using System.Buffers;
using Collab.Grpc.Tests.Support;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;

namespace Collab.Grpc.Tests.Calls;

/// <summary>Marshallers that generated code would not make.</summary>
public sealed class HandWrittenServices
{
    [Fact]
    public async Task A_serializer_need_not_announce_its_length()
    {
        await using var server = await ProbeServer.StartAsync(map: host => host.MapGrpcService<Hand>());
        using var channel = server.Connect();
        var reply = await channel.CreateCallInvoker().AsyncUnaryCall(HandBase.Plain, null, default, [1, 2, 3]);
        Assert.Equal([1, 2, 3], reply);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_serializer_that_breaks_its_word_fails_the_call_and_nothing_else(bool afterMessages)
    {
        await using var server = await ProbeServer.StartAsync(map: host => host.MapGrpcService<Hand>());
        using var channel = server.Connect();
        var invoker = channel.CreateCallInvoker();
        using var call = invoker.AsyncServerStreamingCall(HandBase.Broken, null, default, afterMessages ? [2] : [0]);

        // A reset may overtake whole messages before it; what must not come is an end without a failure.
        var fault = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext()) Assert.Equal([0, 1], call.ResponseStream.Current);
        });
        Assert.Equal(StatusCode.Internal, fault.StatusCode);
        Assert.Equal([9], await invoker.AsyncUnaryCall(HandBase.Plain, null, default, [9]));
    }

    [BindServiceMethod(typeof(HandBase), nameof(BindService))]
    public abstract class HandBase
    {
        private static readonly Marshaller<byte[]> Unannounced = Marshallers.Create(
            static (byte[] message, SerializationContext context) =>
            {
                context.GetBufferWriter().Write(message);
                context.Complete();
            },
            static context => context.PayloadAsNewBuffer());

        private static readonly Marshaller<byte[]> TooShort = Marshallers.Create(
            static (byte[] message, SerializationContext context) =>
            {
                // The first byte is what is missing at the end.
                context.SetPayloadLength(message.Length + message[0]);
                context.GetBufferWriter().Write(message);
                context.Complete();
            },
            static context => context.PayloadAsNewBuffer());

        public static readonly Method<byte[], byte[]> Plain = new(MethodType.Unary, "test.Hand", nameof(One), Unannounced, Unannounced);
        public static readonly Method<byte[], byte[]> Broken = new(MethodType.ServerStreaming, "test.Hand", nameof(Many), Unannounced, TooShort);

        public static void BindService(ServiceBinderBase binder, HandBase? service)
        {
            binder.AddMethod(Plain, service is null ? null : new UnaryServerMethod<byte[], byte[]>(service.One));
            binder.AddMethod(Broken, service is null ? null : new ServerStreamingServerMethod<byte[], byte[]>(service.Many));
        }

        public abstract Task<byte[]> One(byte[] request, ServerCallContext context);

        public abstract Task Many(byte[] request, IServerStreamWriter<byte[]> responses, ServerCallContext context);
    }

    public sealed class Hand : HandBase
    {
        public override Task<byte[]> One(byte[] request, ServerCallContext context) => Task.FromResult(request);

        public override async Task Many(byte[] request, IServerStreamWriter<byte[]> responses, ServerCallContext context)
        {
            for (var i = 0; i < request[0]; i++) await responses.WriteAsync([0, 1]);
            await responses.WriteAsync([5, 1]);
        }
    }
}
