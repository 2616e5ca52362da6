using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Collab.Cli.Bench;

/// <summary>The two methods that the transport is measured with: messages of one byte string, as the nodes exchange them.</summary>
internal static class GrpcBenchProtocol
{
    private const string Service = "collab.bench.v1.Echo";

    private static readonly Marshaller<BytesValue> Message = Marshallers.Create(
        static (BytesValue message, SerializationContext context) =>
        {
            context.SetPayloadLength(message.CalculateSize());
            message.WriteTo(context.GetBufferWriter());
            context.Complete();
        },
        static context => BytesValue.Parser.ParseFrom(context.PayloadAsReadOnlySequence()));

    public static readonly Method<BytesValue, BytesValue> One = new(MethodType.Unary, Service, nameof(EchoService.One), Message, Message);

    public static readonly Method<BytesValue, BytesValue> Stream =
        new(MethodType.DuplexStreaming, Service, nameof(EchoService.Stream), Message, Message);

    /// <summary>Called by the server's binding, which looks for it by name.</summary>
    public static void BindService(ServiceBinderBase binder, EchoBase? service)
    {
        binder.AddMethod(One, service is null ? null : new UnaryServerMethod<BytesValue, BytesValue>(service.One));
        binder.AddMethod(Stream, service is null ? null : new DuplexStreamingServerMethod<BytesValue, BytesValue>(service.Stream));
    }

    [BindServiceMethod(typeof(GrpcBenchProtocol), nameof(BindService))]
    public abstract class EchoBase
    {
        public abstract Task<BytesValue> One(BytesValue request, ServerCallContext context);

        public abstract Task Stream(IAsyncStreamReader<BytesValue> requests, IServerStreamWriter<BytesValue> responses, ServerCallContext context);
    }

    /// <summary>Sends back what comes.</summary>
    public sealed class EchoService : EchoBase
    {
        public override Task<BytesValue> One(BytesValue request, ServerCallContext context) => Task.FromResult(request);

        public override async Task Stream(
            IAsyncStreamReader<BytesValue> requests, IServerStreamWriter<BytesValue> responses, ServerCallContext context)
        {
            while (await requests.MoveNext(context.CancellationToken)) await responses.WriteAsync(requests.Current);
        }
    }
}
