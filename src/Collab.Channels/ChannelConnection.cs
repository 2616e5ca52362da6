using Collab.Primitives;

namespace Collab.Channels;

/// <summary>The connection of one run and one pair of parties: a root channel and its forks over one <see cref="IFrameTransport"/>.</summary>
/// <remarks>
/// Whatever fails, fails the whole connection, on both sides: waiting callers get the reason, the peer is told, the transport is
/// closed. Source: protocols/specs/channels.md.
/// </remarks>
public sealed partial class ChannelConnection : IAsyncDisposable
{
    /// <summary>The step that a fault in a frame itself, and not in a message, is reported at.</summary>
    internal static readonly StepId FrameStep = new("channel.frame");
    private static readonly StepId HelloStep = new("channel.hello");
    private static readonly StepId CloseStep = new("channel.close");

    private readonly IFrameTransport _transport;
    private readonly ChannelOptions _options;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Lock _gate = new();             // guards the three tables of sub-channels, the failure and the start of the ending
    private readonly Dictionary<string, SubChannel> _byLabel = [];
    private readonly List<SubChannel> _outgoing = []; // by the number we gave
    private readonly List<SubChannel> _incoming = []; // by the number the peer gave
    private readonly TaskCompletionSource<ProtocolException> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SubChannel _root;
    private Hello _peerHello = null!;
    private Task _pump = Task.CompletedTask;
    private ITimer? _keepAlive;
    private Task? _ending;
    private volatile ProtocolException? _failure;
    private Fault? _told; // to the peer: of the failure that came first, whatever arrives after it

    private ChannelConnection(IFrameTransport transport, PartyId self, PartyId peer, Digest runContext, ChannelOptions options)
    {
        options.Check();
        (_transport, Self, Peer, RunContext, _options) = (transport, self, peer, runContext, options);
        _root = new SubChannel(this, "") { IsForked = true, OutgoingId = 0 };
        _byLabel.Add("", _root);
        _outgoing.Add(_root);
        _incoming.Add(_root);
    }

    /// <summary>This party.</summary>
    public PartyId Self { get; }

    /// <summary>The party at the other end.</summary>
    public PartyId Peer { get; }

    /// <summary>What the connection was opened for; both parties gave the same.</summary>
    public Digest RunContext { get; }

    /// <summary>The root channel. Disposing it disposes the connection.</summary>
    public IChannel Root => _root;

    /// <summary>Messages and payload bytes so far, each way, of all sub-channels together.</summary>
    public ChannelUsage Usage
    {
        get
        {
            lock (_gate)
            {
                return _byLabel.Values.Aggregate(default(ChannelUsage), static (sum, channel) => sum + channel.Usage);
            }
        }
    }

    /// <summary>
    /// Completes with the reason once the connection has failed, and never when it closes well. A run with several connections
    /// watches them all: a party that waits for one peer must also learn that another has failed.
    /// </summary>
    public Task<ProtocolException> Failed => _failed.Task;

    internal ChannelOptions Options => _options;

    internal long Unread => Interlocked.Read(ref _unread);

    internal bool HasUnread => Unread > 0;

    internal int MaxMessageSizeOfPeer => (int)Math.Min(_peerHello.MaxMessageSize, int.MaxValue / 2);

    internal int WindowOfPeer => (int)_peerHello.Window;

    /// <summary>Exchanges the hellos and begins. The connection owns the transport from here on, also when this fails.</summary>
    /// <param name="transport">A fresh transport; nothing was sent on it yet.</param>
    /// <param name="self">This party.</param>
    /// <param name="peer">Who must be at the other end.</param>
    /// <param name="runContext">Digest of the run: id, plan and whatever else both must agree on.</param>
    /// <param name="options">Limits; null for <see cref="ChannelOptions.Default"/>.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="ChannelException">Another version, run or party; closed; or silent. The peer is told which.</exception>
    /// <exception cref="PeerFaultException">What came is no hello.</exception>
    public static async Task<ChannelConnection> OpenAsync(
        IFrameTransport transport,
        PartyId self,
        PartyId peer,
        Digest runContext,
        ChannelOptions? options = null,
        CancellationToken cancellation = default)
    {
        var connection = new ChannelConnection(transport, self, peer, runContext, options ?? ChannelOptions.Default);
        try
        {
            await connection.GreetAsync(cancellation).ConfigureAwait(false);
        }
        catch (ProtocolException failure)
        {
            await connection.FailAsync(failure).ConfigureAwait(false);
            throw;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        connection.Begin();
        return connection;
    }

    /// <summary>What passed so far, both ways.</summary>
    public Transcript Snapshot() => new(SnapshotSent(), SnapshotReceived());

    /// <summary>
    /// Ends a protocol that is done: says so, waits until the peer is done too, and compares what was sent with what arrived.
    /// Completes when the peer has found the same, so that a message changed on the way fails both.
    /// </summary>
    /// <returns>The transcript, which the peer holds too with the directions exchanged.</returns>
    /// <exception cref="PeerFaultException">The peer sent other bytes than arrived, or a message nobody expected.</exception>
    /// <exception cref="ProtocolException">The peer aborted, or the way failed.</exception>
    public async Task<Transcript> CloseAsync(CancellationToken cancellation = default)
    {
        await SendCloseAsync(cancellation).ConfigureAwait(false);
        await _peerClosed.Task.WaitAsync(cancellation).ConfigureAwait(false);
        bool unread;
        lock (_gate) unread = _byLabel.Values.Any(static channel => channel.HasUnread);
        if (unread)
        {
            var fault = new PeerFaultException(Peer, CloseStep, "no message after the last");
            await FailAsync(fault).ConfigureAwait(false);
            throw fault;
        }

        await SendAcceptedAsync().ConfigureAwait(false);
        await _accepted.Task.WaitAsync(cancellation).ConfigureAwait(false);
        await EndAsync().ConfigureAwait(false);
        return Snapshot();
    }

    /// <summary>Gives up: tells the peer why, closes, and fails whoever waits here. Works while sends wait for the peer.</summary>
    public Task AbortAsync(Fault fault)
    {
        SetFailure(new AbortedHereException(fault), fault);
        return EndAsync();
    }

    /// <summary>Closes. Before <see cref="CloseAsync"/> has completed, this fails the peer too.</summary>
    public async ValueTask DisposeAsync()
    {
        SetFailure(new ChannelException(ChannelException.Closed, Peer, $"The connection to {Peer} was closed here."), null);
        await EndAsync().ConfigureAwait(false);
    }

    /// <summary>Whether either side has opened the label; for tests that wait for a frame to arrive.</summary>
    internal bool Knows(string label)
    {
        lock (_gate) return _byLabel.ContainsKey(label);
    }

    internal SubChannel Fork(string parent, string label)
    {
        var full = parent.Length == 0 ? label : $"{parent}/{label}";
        if (!Frames.IsLabelPart(label) || !Frames.IsLabel(full))
            throw new ArgumentException("A label has 1 to 64 of a-z 0-9 - . / and 255 with those above it.", nameof(label));
        lock (_gate)
        {
            if (_byLabel.TryGetValue(full, out var channel))
            {
                if (channel.IsForked) throw new ArgumentException($"The channel '{full}' was forked already; a label is used once.", nameof(label));
            }
            else
            {
                if (_byLabel.Count > _options.MaxForks)
                    throw new ArgumentException($"More than {_options.MaxForks} forks of one connection.", nameof(label));
                channel = new SubChannel(this, full);
                _byLabel.Add(full, channel);
            }

            channel.IsForked = true;
            if (_failure is { } failure) channel.Complete(failure);
            else if (_peerClosed.Task.IsCompleted) channel.Complete(null);
            return channel;
        }
    }

    internal void ThrowIfFailed()
    {
        if (_failure is { } failure) throw failure;
    }

    /// <summary>What a caller who waited on a channel is told: the reason, at the caller's step.</summary>
    internal ProtocolException FailureAt(StepId? step) => _failure switch
    {
        null => new ChannelException(ChannelException.Closed, Peer, $"{Peer} closed the channel before the protocol was done.", step),
        ChannelException { Step: null } failure => new ChannelException(failure.Code, Peer, failure.Message, step, failure),
        var failure => failure,
    };

    /// <summary>
    /// What a caller who wanted to send is told. A peer that has said it is done while we still send follows another protocol: the
    /// same disagreement that it would find as an unread message, had ours arrived before its close.
    /// </summary>
    internal ProtocolException FailureToSend() => _failure is null && _peerClosed.Task.IsCompletedSuccessfully
        ? new PeerFaultException(Peer, CloseStep, "no close before the last message")
        : FailureAt(null);

    /// <summary>
    /// A peer whose protocol failed first ends the forks it is in and then tells why: a caller whom the end of a fork takes by surprise waits a
    /// moment for the reason, so that both report the same failure.
    /// </summary>
    internal async ValueTask HearWhyAsync(CancellationToken cancellation)
    {
        if (_failure is not null || _peerClosed.Task.IsCompleted) return;
        await Task.WhenAny(_failed.Task, _peerClosed.Task, Task.Delay(_options.AbortPatience, _options.Time, cancellation)).ConfigureAwait(false);
    }

    /// <summary>Fails everything that waits, tells the peer, and closes.</summary>
    internal Task FailAsync(ProtocolException failure)
    {
        SetFailure(failure, failure is AbortedByPeerException ? null : failure.ToFault()); // who aborted knows already
        return EndAsync();
    }

    private void SetFailure(ProtocolException failure, Fault? told)
    {
        SubChannel[] channels;
        lock (_gate)
        {
            if (_failure is not null || _ending is not null) return;
            (_failure, _told) = (failure, told);
            channels = [.. _byLabel.Values];
        }

        foreach (var channel in channels) channel.Complete(failure);
        _failed.TrySetResult(failure);
        foreach (var wait in new[] { _peerClosed, _accepted })
        {
            wait.TrySetException(failure);
            _ = wait.Task.Exception; // observed: nobody may be waiting
        }
    }

    private Task EndAsync()
    {
        lock (_gate) return _ending ??= EndOnceAsync(_told);
    }

    private async Task EndOnceAsync(Fault? fault)
    {
        await Task.Yield(); // out of the lock
        if (_keepAlive is not null) await _keepAlive.DisposeAsync().ConfigureAwait(false);
        if (fault is not null) await TrySendAbortAsync(fault).ConfigureAwait(false);
        await _stopped.CancelAsync().ConfigureAwait(false);
        await _transport.DisposeAsync().ConfigureAwait(false);
    }
}
