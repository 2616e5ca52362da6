namespace Grpc.Core;

/// <summary>A call, as its method on the server sees it.</summary>
public abstract class ServerCallContext
{
    private Dictionary<object, object>? _userState;

    /// <summary>The path of the method: <c>/service/method</c>.</summary>
    public string Method => MethodCore;

    /// <summary>The host that the client asked for.</summary>
    public string Host => HostCore;

    /// <summary>The address of the peer, as <c>ipv4:address:port</c>.</summary>
    public string Peer => PeerCore;

    /// <summary>The deadline in UTC; <see cref="DateTime.MaxValue"/> when there is none.</summary>
    public DateTime Deadline => DeadlineCore;

    /// <summary>The client's metadata.</summary>
    public Metadata RequestHeaders => RequestHeadersCore;

    /// <summary>Cancelled when the client gives up, the connection breaks or the deadline passes.</summary>
    public CancellationToken CancellationToken => CancellationTokenCore;

    /// <summary>Metadata sent when the call ends.</summary>
    public Metadata ResponseTrailers => ResponseTrailersCore;

    /// <summary>The status the call ends with when its method returns.</summary>
    public Status Status
    {
        get => StatusCore;
        set => StatusCore = value;
    }

    /// <summary>Options of the following write.</summary>
    public WriteOptions? WriteOptions
    {
        get => WriteOptionsCore;
        set => WriteOptionsCore = value;
    }

    /// <summary>The identity of the peer.</summary>
    public AuthContext AuthContext => AuthContextCore;

    /// <summary>A place for the state of this call.</summary>
    public IDictionary<object, object> UserState => UserStateCore;

    /// <summary>Sends the response headers, once, before any message.</summary>
    public Task WriteResponseHeadersAsync(Metadata responseHeaders) => WriteResponseHeadersAsyncCore(responseHeaders);

    /// <summary>Makes a token that gives this call's deadline and cancellation to a call made on its behalf.</summary>
    public ContextPropagationToken CreatePropagationToken(ContextPropagationOptions? options = null) => CreatePropagationTokenCore(options);

    /// <summary>Gives <see cref="WriteResponseHeadersAsync"/> its meaning.</summary>
    protected abstract Task WriteResponseHeadersAsyncCore(Metadata responseHeaders);

    /// <summary>Gives <see cref="CreatePropagationToken"/> its meaning.</summary>
    protected abstract ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options);

    /// <summary>Gives <see cref="Method"/> its meaning.</summary>
    protected abstract string MethodCore { get; }

    /// <summary>Gives <see cref="Host"/> its meaning.</summary>
    protected abstract string HostCore { get; }

    /// <summary>Gives <see cref="Peer"/> its meaning.</summary>
    protected abstract string PeerCore { get; }

    /// <summary>Gives <see cref="Deadline"/> its meaning.</summary>
    protected abstract DateTime DeadlineCore { get; }

    /// <summary>Gives <see cref="RequestHeaders"/> its meaning.</summary>
    protected abstract Metadata RequestHeadersCore { get; }

    /// <summary>Gives <see cref="CancellationToken"/> its meaning.</summary>
    protected abstract CancellationToken CancellationTokenCore { get; }

    /// <summary>Gives <see cref="ResponseTrailers"/> its meaning.</summary>
    protected abstract Metadata ResponseTrailersCore { get; }

    /// <summary>Gives <see cref="Status"/> its meaning.</summary>
    protected abstract Status StatusCore { get; set; }

    /// <summary>Gives <see cref="WriteOptions"/> its meaning.</summary>
    protected abstract WriteOptions? WriteOptionsCore { get; set; }

    /// <summary>Gives <see cref="AuthContext"/> its meaning.</summary>
    protected abstract AuthContext AuthContextCore { get; }

    /// <summary>Gives <see cref="UserState"/> its meaning.</summary>
    protected virtual IDictionary<object, object> UserStateCore => _userState ??= [];
}
