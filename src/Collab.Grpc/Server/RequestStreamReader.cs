using Grpc.Core;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>The requests of a streaming call.</summary>
internal sealed class RequestStreamReader<T>(ServerCall call, RequestMessageReader messages, Func<DeserializationContext, T> deserialize)
    : IAsyncStreamReader<T>
    where T : class
{
    private static readonly Task<bool> True = Task.FromResult(true);
    private static readonly Task<bool> False = Task.FromResult(false);
    private T? _current;
    private bool _ended;

    public T Current => _current ?? throw new InvalidOperationException("No message has been read.");

    public Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (call.IsOver) return Task.FromException<bool>(new InvalidOperationException("Can't read messages after the request is complete."));
        if (_ended) return False;

        var token = cancellationToken.CanBeCanceled && cancellationToken != call.CancellationToken ? cancellationToken : default;
        var read = token.CanBeCanceled ? ReadAsync(token) : messages.ReadAsync(deserialize, call.CancellationToken);
        if (!read.IsCompletedSuccessfully) return MoveNextAsync(read);
        return Take(read.Result) ? True : False;
    }

    private async Task<bool> MoveNextAsync(ValueTask<T?> read) => Take(await read.ConfigureAwait(false));

    private async ValueTask<T?> ReadAsync(CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, call.CancellationToken);
        return await messages.ReadAsync(deserialize, either.Token).ConfigureAwait(false);
    }

    private bool Take(T? message)
    {
        _current = message;
        _ended = message is null;
        return !_ended;
    }
}
