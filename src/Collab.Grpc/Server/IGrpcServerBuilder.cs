using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server;

/// <summary>Continues the registration of gRPC.</summary>
public interface IGrpcServerBuilder
{
    /// <summary>The services being registered.</summary>
    IServiceCollection Services { get; }
}
