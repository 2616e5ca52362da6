using Grpc.Core;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>The responses of a streaming call; a write finishes when the transport's buffer has room again.</summary>
internal sealed class ResponseStreamWriter<T>(ServerCall call, Action<T, SerializationContext> serialize) : IServerStreamWriter<T>
    where T : class
{
    public WriteOptions? WriteOptions
    {
        get => call.WriteOptions;
        set => call.WriteOptions = value;
    }

    public Task WriteAsync(T message) => call.WriteMessageAsync(message, serialize, CancellationToken.None);

    public Task WriteAsync(T message, CancellationToken cancellationToken) => call.WriteMessageAsync(message, serialize, cancellationToken);
}
