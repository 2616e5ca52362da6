using Grpc.Core;

namespace Grpc.Net.Client.Internal;

/// <summary>The responses of a streaming call. It pulls: what nobody reads stays in the peer's window.</summary>
internal sealed class ResponseStreamReader<TRequest, TResponse>(ClientCall<TRequest, TResponse> call, Task<HttpResponseMessage?> sending)
    : IAsyncStreamReader<TResponse>
    where TRequest : class
    where TResponse : class
{
    private static readonly Task<bool> True = Task.FromResult(true);
    private static readonly Task<bool> False = Task.FromResult(false);
    private HttpResponseMessage? _response;
    private ResponseMessageReader? _reader;
    private TResponse? _current;
    private int _reading;

    public TResponse Current => _current ?? throw new InvalidOperationException("No message has been read.");

    public Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (call.Ended is { } end) return AfterTheEnd(end);
        if (Interlocked.Exchange(ref _reading, 1) != 0)
        {
            return Task.FromException<bool>(new InvalidOperationException("Can't read the next message because the previous read is still in progress."));
        }

        var move = MoveNextAsync(cancellationToken);
        if (!move.IsCompletedSuccessfully) return move.AsTask();
        return move.Result ? True : False;
    }

    private async ValueTask<bool> MoveNextAsync(CancellationToken cancellation)
    {
        // Bytes read by a cancelled read would be lost, so giving up a read gives up the call.
        using var giveUp = cancellation.UnsafeRegister(
            static call => ((ClientCall)call!).End(new Status(StatusCode.Cancelled, "A read was cancelled by the client.")), call);
        try
        {
            if (_reader is null && !await OpenAsync().ConfigureAwait(false)) return await AfterTheEnd(call.Ended!).ConfigureAwait(false);

            _current = await _reader!.ReadAsync(call.Deserializer, call.Aborted).ConfigureAwait(false);
            if (_current is not null) return true;

            call.EndOrThrow(_response!);
            return false;
        }
        catch (Exception fault) when (fault is not RpcException || call.Ended is null)
        {
            throw call.Failure(fault);
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }

    private async ValueTask<bool> OpenAsync()
    {
        if (await sending.ConfigureAwait(false) is not { } response) return false;
        var body = await response.Content.ReadAsStreamAsync(call.Aborted).ConfigureAwait(false);
        _response = response;
        _reader = call.OpenResponses(response, body);
        return true;
    }

    private Task<bool> AfterTheEnd(CallEnd end)
    {
        _current = null;
        return end.Status.StatusCode == StatusCode.OK ? False : Task.FromException<bool>(call.Failure(end));
    }
}
