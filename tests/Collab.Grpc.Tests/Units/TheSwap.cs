using System.Buffers;
using System.Reflection;
using Collab.Probe.V1;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.HealthCheck;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Collab.Grpc.Tests.Units;

/// <summary>
/// Replacing this project by Grpc.Core.Api, Grpc.Net.Client, Grpc.AspNetCore, Grpc.AspNetCore.Server.Reflection and Grpc.HealthCheck
/// changes no source line: this file compiles against either (protocols/decisions/0002-grpc-runtime.md).
/// </summary>
public sealed class TheSwap
{
    /// <summary>Every public type; the real packages have each of them, with the same name in the same namespace.</summary>
    private static readonly string[] Types =
    [
        "Grpc.AspNetCore.Server.GrpcMethodMetadata", "Grpc.AspNetCore.Server.GrpcServiceOptions", "Grpc.AspNetCore.Server.GrpcServiceOptions`1",
        "Grpc.AspNetCore.Server.IGrpcServerBuilder", "Grpc.Core.AsyncClientStreamingCall`2", "Grpc.Core.AsyncDuplexStreamingCall`2",
        "Grpc.Core.AsyncServerStreamingCall`1", "Grpc.Core.AsyncStreamReaderExtensions", "Grpc.Core.AsyncUnaryCall`1", "Grpc.Core.AuthContext",
        "Grpc.Core.AuthProperty", "Grpc.Core.BindServiceMethodAttribute", "Grpc.Core.CallInvoker", "Grpc.Core.CallOptions", "Grpc.Core.ChannelBase",
        "Grpc.Core.ClientBase", "Grpc.Core.ClientBase`1", "Grpc.Core.ClientStreamingServerMethod`2", "Grpc.Core.ContextPropagationOptions",
        "Grpc.Core.ContextPropagationToken", "Grpc.Core.DeserializationContext", "Grpc.Core.DuplexStreamingServerMethod`2",
        "Grpc.Core.IAsyncStreamReader`1", "Grpc.Core.IAsyncStreamWriter`1", "Grpc.Core.IClientStreamWriter`1", "Grpc.Core.IMethod",
        "Grpc.Core.IServerStreamWriter`1", "Grpc.Core.Marshaller`1", "Grpc.Core.Marshallers", "Grpc.Core.Metadata", "Grpc.Core.Metadata+Entry",
        "Grpc.Core.MethodType", "Grpc.Core.Method`2", "Grpc.Core.RpcException", "Grpc.Core.SerializationContext", "Grpc.Core.ServerCallContext",
        "Grpc.Core.ServerCallContextExtensions", "Grpc.Core.ServerServiceDefinition", "Grpc.Core.ServerServiceDefinition+Builder",
        "Grpc.Core.ServerStreamingServerMethod`2", "Grpc.Core.ServiceBinderBase", "Grpc.Core.Status", "Grpc.Core.StatusCode",
        "Grpc.Core.UnaryServerMethod`2", "Grpc.Core.WriteFlags", "Grpc.Core.WriteOptions", "Grpc.HealthCheck.HealthServiceImpl",
        "Grpc.Net.Client.GrpcChannel", "Grpc.Net.Client.GrpcChannelOptions", "Microsoft.AspNetCore.Builder.GrpcEndpointRouteBuilderExtensions",
        "Microsoft.AspNetCore.Builder.GrpcReflectionEndpointRouteBuilderExtensions", "Microsoft.AspNetCore.Builder.GrpcServiceEndpointConventionBuilder",
        "Microsoft.Extensions.DependencyInjection.GrpcReflectionServiceExtensions", "Microsoft.Extensions.DependencyInjection.GrpcServicesExtensions",
    ];

    [Fact]
    public void The_assembly_shows_these_types_and_no_other() => Assert.Equal(
        Types.Order(StringComparer.Ordinal),
        typeof(GrpcChannel).Assembly.GetExportedTypes()
            .Where(type => type.Namespace is not ("Grpc.Health.V1" or "Grpc.Reflection.V1"))
            .Select(type => type.FullName!)
            .Order(StringComparer.Ordinal));

    [Fact]
    public void Every_member_that_is_used_has_its_real_signature()
    {
        // The compiler is the check; that the method below exists is all that remains to be seen.
        Assert.NotNull(typeof(TheSwap).GetMethod(nameof(CompileOnlyAsync), BindingFlags.NonPublic | BindingFlags.Static));
    }

    private static async Task CompileOnlyAsync(ServerCallContext context, IServiceCollection services, WebApplication routes)
    {
        // Status, failures, metadata.
        Status status = new(StatusCode.Internal, "detail", new InvalidOperationException());
        (StatusCode code, string detail, Exception? cause) = (status.StatusCode, status.Detail, status.DebugException);
        status = code == StatusCode.OK ? Status.DefaultSuccess : Status.DefaultCancelled;
        Metadata metadata = new() { { "key", "value" }, { "key-bin", new byte[] { 1 } }, new Metadata.Entry("other", detail) };
        string? text = metadata.GetValue("key") ?? metadata.Get("key")?.Value;
        byte[]? bytes = metadata.GetValueBytes("key-bin");
        bool binary = metadata.GetAll("key-bin").All(entry => entry.IsBinary && entry.Key.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.Ordinal));
        RpcException fault = new(status, metadata);
        fault = new RpcException(fault.Status, fault.Trailers, $"{fault.StatusCode}{cause}{text}{bytes?.Length}{binary}{metadata.Count}");

        // Marshallers and methods, as generated code and hand-written services make them.
        Marshaller<byte[]> marshaller = Marshallers.Create<byte[]>(Write, static given => given.PayloadAsReadOnlySequence().ToArray());
        marshaller = Marshallers.Create<byte[]>(value => value, value => value);
        Method<byte[], byte[]> method = new(MethodType.DuplexStreaming, "service", "name", marshaller, marshaller);
        text = ((IMethod)method).FullName + method.ServiceName + method.Name + method.Type;

        // Client.
        using GrpcChannel channel = GrpcChannel.ForAddress(new Uri("https://localhost:1"), new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler(),
            DisposeHttpClient = true,
            MaxReceiveMessageSize = 1,
            MaxSendMessageSize = null,
            ThrowOperationCanceledOnCancellation = false,
        });
        ChannelBase channelBase = channel;
        CallInvoker invoker = channelBase.CreateCallInvoker();
        CallOptions options = new CallOptions(metadata, DateTime.UtcNow, context.CancellationToken, new WriteOptions(WriteFlags.BufferHint))
            .WithDeadline(DateTime.UtcNow).WithHeaders(metadata).WithCancellationToken(default).WithPropagationToken(context.CreatePropagationToken());
        using AsyncUnaryCall<byte[]> unary = invoker.AsyncUnaryCall(method, null, options, []);
        byte[] reply = await unary.ConfigureAwait(false);
        metadata = await unary.ResponseHeadersAsync;
        using AsyncDuplexStreamingCall<byte[], byte[]> duplex = invoker.AsyncDuplexStreamingCall(method, null, options);
        IClientStreamWriter<byte[]> requests = duplex.RequestStream;
        requests.WriteOptions = new WriteOptions();
        await requests.WriteAsync(reply);
        await requests.WriteAsync(reply, context.CancellationToken);
        await requests.CompleteAsync();
        IAsyncStreamReader<byte[]> responses = duplex.ResponseStream;
        if (await responses.MoveNext(context.CancellationToken)) reply = responses.Current;
        await foreach (byte[] message in responses.ReadAllAsync(context.CancellationToken)) reply = message;
        (status, metadata) = (duplex.GetStatus(), duplex.GetTrailers());
        using AsyncServerStreamingCall<byte[]> many = invoker.AsyncServerStreamingCall(method, null, options, reply);
        using AsyncClientStreamingCall<byte[], byte[]> collect = invoker.AsyncClientStreamingCall(method, null, options);
        reply = await collect.ResponseAsync;
        Probe.V1.Probe.ProbeClient client = new(invoker);
        Reply generated = await client.OneAsync(new Ask(), options);
        await channel.ShutdownAsync();

        // Server.
        HttpContext http = context.GetHttpContext();
        AuthProperty? identity = context.AuthContext.IsPeerAuthenticated ? context.AuthContext.PeerIdentity.First() : null;
        text = context.Method + context.Host + context.Peer + context.Deadline + http.TraceIdentifier + identity?.Value + generated;
        context.ResponseTrailers.Add("key", context.RequestHeaders.GetValue("key") ?? text);
        context.Status = status;
        context.WriteOptions = new WriteOptions(WriteFlags.NoCompress);
        context.UserState["key"] = reply;
        await context.WriteResponseHeadersAsync([]);
        IGrpcServerBuilder grpc = services.AddGrpc(all =>
        {
            all.MaxReceiveMessageSize = 1;
            all.MaxSendMessageSize = 1;
            all.ResponseCompressionAlgorithm = "gzip";
            all.IgnoreUnknownServices = false;
        });
        grpc.AddServiceOptions<HealthServiceImpl>(one => one.MaxReceiveMessageSize = null).Services.AddGrpcReflection();
        GrpcServiceEndpointConventionBuilder endpoints = routes.MapGrpcService<HealthServiceImpl>();
        endpoints.WithMetadata(new GrpcMethodMetadata(typeof(HealthServiceImpl), method));
        routes.MapGrpcReflectionService();
        ServerServiceDefinition.Builder definition = ServerServiceDefinition.CreateBuilder();
        definition.AddMethod(method, new DuplexStreamingServerMethod<byte[], byte[]>((_, _, _) => Task.CompletedTask)).Build();
    }

    private static void Write(byte[] value, SerializationContext context)
    {
        context.SetPayloadLength(value.Length);
        IBufferWriter<byte> writer = context.GetBufferWriter();
        writer.Write(value);
        context.Complete();
    }
}
