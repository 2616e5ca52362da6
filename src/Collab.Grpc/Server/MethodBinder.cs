using System.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Turns each method of a service into an endpoint that makes the service object, calls it and frees it.</summary>
internal sealed class MethodBinder<TService>(IEndpointRouteBuilder routes, MethodSettings settings) : ServiceBinderBase
    where TService : class
{
    private readonly List<IEndpointConventionBuilder> _endpoints = [];

    public IReadOnlyList<IEndpointConventionBuilder> Endpoints => _endpoints;

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        var call = Open<Func<TService, TRequest, ServerCallContext, Task<TResponse>>>(method, typeof(TRequest), typeof(ServerCallContext));
        Map(method, async (service, context) =>
        {
            var request = await context.ReadOnlyMessageAsync(method.RequestMarshaller.ContextualDeserializer).ConfigureAwait(false);
            await AnswerAsync(context, method, await call(service, request, context).ConfigureAwait(false)).ConfigureAwait(false);
        });
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var call = Open<Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>>>(
            method, typeof(IAsyncStreamReader<TRequest>), typeof(ServerCallContext));
        Map(method, async (service, context) =>
            await AnswerAsync(context, method, await call(service, Requests(context, method), context).ConfigureAwait(false)).ConfigureAwait(false));
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var call = Open<Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task>>(
            method, typeof(TRequest), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        Map(method, async (service, context) =>
        {
            var request = await context.ReadOnlyMessageAsync(method.RequestMarshaller.ContextualDeserializer).ConfigureAwait(false);
            await call(service, request, Responses(context, method), context).ConfigureAwait(false);
        });
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var call = Open<Func<TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task>>(
            method, typeof(IAsyncStreamReader<TRequest>), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        Map(method, (service, context) => call(service, Requests(context, method), Responses(context, method), context));
    }

    private static async ValueTask AnswerAsync<TRequest, TResponse>(ServerCall context, Method<TRequest, TResponse> method, TResponse? response)
        where TResponse : class
    {
        if (response is null) throw new RpcException(new Status(StatusCode.Cancelled, "No message returned from method."));
        await context.WriteOnlyMessageAsync(response, method.ResponseMarshaller.ContextualSerializer).ConfigureAwait(false);
    }

    private static RequestStreamReader<TRequest> Requests<TRequest, TResponse>(ServerCall context, Method<TRequest, TResponse> method)
        where TRequest : class => new(context, context.OpenRequests(), method.RequestMarshaller.ContextualDeserializer);

    private static ResponseStreamWriter<TResponse> Responses<TRequest, TResponse>(ServerCall context, Method<TRequest, TResponse> method)
        where TResponse : class => new(context, method.ResponseMarshaller.ContextualSerializer);

    /// <summary>The method of the service type, to be called with any service object.</summary>
    private static TDelegate Open<TDelegate>(IMethod method, params Type[] parameters)
        where TDelegate : Delegate => Find(method, parameters).CreateDelegate<TDelegate>();

    private static MethodInfo Find(IMethod method, Type[] parameters) =>
        typeof(TService).GetMethod(method.Name, BindingFlags.Public | BindingFlags.Instance, parameters)
        ?? throw new InvalidOperationException($"{typeof(TService).Name} has no method {method.Name} of the generated shape.");

    private void Map(IMethod method, Func<TService, ServerCall, Task> call)
    {
        var run = new ServerMethod(settings, streams: method.Type != MethodType.Unary, context => WithServiceAsync(context, call));
        var endpoint = routes.MapMethods(method.FullName, ["POST"], (RequestDelegate)run.InvokeAsync);
        endpoint.WithDisplayName($"gRPC - {method.FullName}");

        // Attributes of the class and the method, such as authorization, hold for the endpoint.
        var implementation = typeof(TService).GetMethods(BindingFlags.Public | BindingFlags.Instance).FirstOrDefault(m => m.Name == method.Name);
        endpoint.WithMetadata([.. typeof(TService).GetCustomAttributes(inherit: true), .. implementation?.GetCustomAttributes(inherit: true) ?? []]);
        endpoint.WithMetadata(new GrpcMethodMetadata(typeof(TService), method));
        _endpoints.Add(endpoint);
    }

    private static async Task WithServiceAsync(ServerCall context, Func<TService, ServerCall, Task> call)
    {
        var services = context.Http.RequestServices;
        if (services.GetService<TService>() is { } registered)
        {
            await call(registered, context).ConfigureAwait(false);
            return;
        }

        var service = Activation.Create(services, null);
        try
        {
            await call(service, context).ConfigureAwait(false);
        }
        finally
        {
            if (service is IAsyncDisposable asynchronous) await asynchronous.DisposeAsync().ConfigureAwait(false);
            else (service as IDisposable)?.Dispose();
        }
    }

    private static class Activation
    {
        public static readonly ObjectFactory<TService> Create = ActivatorUtilities.CreateFactory<TService>([]);
    }
}
