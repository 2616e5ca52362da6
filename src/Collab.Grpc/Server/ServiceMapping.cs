using System.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Finds the methods of a service and gives each its route.</summary>
internal static class ServiceMapping
{
    /// <summary>Behind every route but the fallbacks of pages, which have the last order.</summary>
    private const int UnimplementedOrder = int.MaxValue - 1;

    public static IReadOnlyList<IEndpointConventionBuilder> Map<TService>(IEndpointRouteBuilder routes)
        where TService : class
    {
        var all = routes.ServiceProvider.GetRequiredService<IOptions<GrpcServiceOptions>>().Value;
        var own = routes.ServiceProvider.GetRequiredService<IOptions<GrpcServiceOptions<TService>>>().Value;
        var log = routes.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(TService));
        var binder = new MethodBinder<TService>(routes, MethodSettings.Of(all, own, log));
        Bind(typeof(TService), binder);
        if (!(all.IgnoreUnknownServices ?? false)) MapUnimplemented(routes, MethodSettings.Of(all, all, log));
        return binder.Endpoints;
    }

    private static void Bind(Type service, ServiceBinderBase binder)
    {
        for (var type = service; type is not null; type = type.BaseType)
        {
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is not { } mark) continue;
            var bind = mark.BindType.GetMethod(
                mark.BindMethodName, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static, [typeof(ServiceBinderBase), type]);
            if (bind is null) break;

            // Without an object the generated method gives descriptions alone: objects are made per call.
            bind.Invoke(null, [binder, null]);
            return;
        }

        throw new InvalidOperationException($"{service.Name} is not a generated gRPC service: no base class names its binding method.");
    }

    private static void MapUnimplemented(IEndpointRouteBuilder routes, MethodSettings settings)
    {
        const string Pattern = "/{**path:" + UnimplementedConstraint.Name + "}";
        if (routes.DataSources.SelectMany(source => source.Endpoints).Any(endpoint => endpoint.Metadata.GetMetadata<Unimplemented>() is not null)) return;

        var method = new ServerMethod(
            settings, streams: false, static _ => throw new RpcException(new Status(StatusCode.Unimplemented, "The method is unimplemented.")));
        routes.MapMethods(Pattern, ["POST"], (RequestDelegate)method.InvokeAsync)
            .WithDisplayName("gRPC - unimplemented")
            .WithMetadata(Unimplemented.Mark)
            .Add(endpoint => ((RouteEndpointBuilder)endpoint).Order = UnimplementedOrder);
    }

    private sealed class Unimplemented
    {
        public static readonly Unimplemented Mark = new();
    }
}
