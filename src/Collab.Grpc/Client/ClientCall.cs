using System.Net;
using Grpc.Core;
using Grpc.Framing;

namespace Grpc.Net.Client.Internal;

/// <summary>One call of a client, from its headers to its status. Whatever ends it first, ends it: later ends change nothing.</summary>
internal abstract class ClientCall : IDisposable
{
    public static readonly Func<object, Task<Metadata>> ResponseHeaders = static call => ((ClientCall)call).GetResponseHeadersAsync();
    public static readonly Func<object, Status> GetStatus = static call => ((ClientCall)call).EndOrThrow().Status;
    public static readonly Func<object, Metadata> GetTrailers = static call => ((ClientCall)call).EndOrThrow().Trailers;
    public static readonly Action<object> Release = static call => ((ClientCall)call).Abandon();

    private readonly CancellationTokenSource _abort = new();
    private readonly CancellationToken _userToken;
    private readonly CancellationToken _propagatedToken;
    private readonly DateTime _deadline;
    private CancellationTokenRegistration _onUserCancel;
    private CancellationTokenRegistration _onPropagatedCancel;
    private CancellationTokenRegistration _onChannelClosed;
    private Timer? _timer;
    private CallEnd? _end;
    private HttpResponseMessage? _response;
    private Task<HttpResponseMessage?> _sending = Task.FromResult<HttpResponseMessage?>(null);

    protected ClientCall(GrpcChannel channel, CallOptions options)
    {
        Channel = channel;
        Options = options;
        _userToken = options.CancellationToken;
        _deadline = options.Deadline ?? DateTime.MaxValue;
        if (_deadline.Kind != DateTimeKind.Utc && _deadline != DateTime.MaxValue && _deadline != DateTime.MinValue)
        {
            throw new InvalidOperationException("Deadline must have a kind DateTimeKind.Utc or be equal to DateTime.MaxValue or DateTime.MinValue.");
        }

        if (options.PropagationToken is { } parent)
        {
            _propagatedToken = parent.Cancellation;
            if (parent.Deadline is { } inherited && inherited < _deadline) _deadline = inherited;
        }
    }

    /// <summary>Cancelled when the call has ended without success; every wait of the call takes it.</summary>
    public CancellationToken Aborted => _abort.Token;

    /// <summary>How the call ended; null while it runs.</summary>
    public CallEnd? Ended => Volatile.Read(ref _end);

    protected GrpcChannel Channel { get; }

    protected CallOptions Options { get; }

    /// <summary>Called once, when the call has ended: whoever waits to send need not.</summary>
    protected abstract void OnEnded(bool success);

    /// <summary>Ends the call unless it has ended.</summary>
    public void End(Status status, Metadata? trailers = null)
    {
        if (Interlocked.CompareExchange(ref _end, new CallEnd(status, trailers ?? []), null) is not null) return;

        Disarm();
        var success = status.StatusCode == StatusCode.OK;
        OnEnded(success);
        if (success) return;

        // The token ends waits up to the headers; behind them, only disposing the response resets the stream.
        _abort.Cancel();
        Volatile.Read(ref _response)?.Dispose();
    }

    /// <summary>The failure to throw: of the end that came first, which is <paramref name="fault"/>'s when none came before.</summary>
    public Exception Failure(Exception fault)
    {
        End(ClientFaults.StatusOf(fault), (fault as RpcException)?.Trailers);
        return Failure(Ended!, fault);
    }

    /// <summary>The failure to throw for an end.</summary>
    public Exception Failure(CallEnd end, Exception? cause = null)
    {
        if (Channel.ThrowsOperationCanceled && (end.Status.StatusCode is StatusCode.Cancelled or StatusCode.DeadlineExceeded))
        {
            return new OperationCanceledException(end.Status.Detail, cause, _userToken);
        }

        return new RpcException(end.Status, end.Trailers);
    }

    /// <summary>Begins the call; the response is null when the call ended before one that has messages.</summary>
    protected Task<HttpResponseMessage?> Send(string path, string? host, HttpContent content) => _sending = SendAsync(path, host, content);

    /// <summary>Ends the call by the trailers of a response whose messages have all been read.</summary>
    protected CallEnd EndByTrailers(HttpResponseMessage response)
    {
        var (status, trailers) = ResponseHeaderReading.Status(response.TrailingHeaders)
            ?? (new Status(StatusCode.Unknown, "The response has no grpc-status."), new Metadata());
        End(status, trailers);
        return Ended!;
    }

    void IDisposable.Dispose() => Abandon();

    private void Abandon()
    {
        End(new Status(StatusCode.Cancelled, "The call was disposed."));
        _response?.Dispose();
    }

    private CallEnd EndOrThrow() => Ended ?? throw new InvalidOperationException("Unable to get the status or trailers because the call is not complete.");

    private async Task<Metadata> GetResponseHeadersAsync()
    {
        await _sending.ConfigureAwait(false);
        return _response is { } response && ResponseHeaderReading.Metadata(response.Headers) is { } headers ? headers : throw Failure(EndOrThrow());
    }

    private async Task<HttpResponseMessage?> SendAsync(string path, string? host, HttpContent content)
    {
        try
        {
            if (!Arm(out var timeout)) return null;

            var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Channel.Address, path))
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = content,
            };
            RequestHeaderWriting.Write(request, host, timeout, Options.Headers);
            var response = await Channel.Invoker.SendAsync(request, Aborted).ConfigureAwait(false);
            Volatile.Write(ref _response, response);
            if (ResponseHeaderReading.Outcome(response) is var (status, trailers)) End(status, trailers);
            if (Ended is null) return response;

            response.Dispose();
            return null;
        }
        catch (Exception fault)
        {
            // Not rethrown: whoever awaits the call learns it from its end; nobody may be awaiting this task.
            End(ClientFaults.StatusOf(fault), (fault as RpcException)?.Trailers);
            return null;
        }
    }

    /// <summary>Sets what can end the call from outside; false when it ended at once.</summary>
    private bool Arm(out TimeSpan? timeout)
    {
        timeout = null;
        if (_deadline < DateTime.MaxValue)
        {
            var left = _deadline.Ticks == 0 ? TimeSpan.Zero : _deadline - DateTime.UtcNow;
            if (left <= TimeSpan.Zero)
            {
                Expire();
                return false;
            }

            if (left <= GrpcTimeout.Longest)
            {
                timeout = left;
                _timer = new Timer(static call => ((ClientCall)call!).Expire(), this, left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
            }
        }

        _onUserCancel = OnCancel(_userToken, "The call was cancelled by the client.");
        _onPropagatedCancel = OnCancel(_propagatedToken, "The call was cancelled with the one it was made for.");
        _onChannelClosed = OnCancel(Channel.Closed, "The channel was disposed.");
        if (Ended is null) return true;
        Disarm();
        return false;
    }

    private void Disarm()
    {
        _timer?.Dispose();
        _onUserCancel.Unregister();
        _onPropagatedCancel.Unregister();
        _onChannelClosed.Unregister();
    }

    private CancellationTokenRegistration OnCancel(CancellationToken token, string detail) =>
        token.CanBeCanceled ? token.UnsafeRegister(_ => End(new Status(StatusCode.Cancelled, detail)), null) : default;

    private void Expire() => End(new Status(StatusCode.DeadlineExceeded, "The deadline has passed."));
}

/// <summary>How a call ended.</summary>
internal sealed record CallEnd(Status Status, Metadata Trailers);
