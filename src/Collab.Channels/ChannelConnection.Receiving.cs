using Collab.Primitives;

namespace Collab.Channels;

/// <content>What arrives: one pump checks every frame and puts chunks into the queue of their sub-channel; it never waits for a reader.</content>
public sealed partial class ChannelConnection
{
    private readonly TaskCompletionSource _peerClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _expectedNumber;
    private long _lastReceived;
    private long _unread;

    /// <summary>A reader has taken a chunk.</summary>
    internal void Taken(int cost) => Interlocked.Add(ref _unread, -cost);

    private async Task GreetAsync(CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(_options.SilenceLimit, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            var hello = Frames.Encode(new Hello(
                Frames.MajorVersion, Frames.MinorVersion, RunContext, Self, Peer, (uint)_options.Window, (uint)_options.MaxMessageSize));
            Frames.WriteHeader(hello, FrameKind.Hello, _nextNumber++);
            await _transport.SendAsync(hello, either.Token).ConfigureAwait(false);
            var frame = await _transport.ReceiveAsync(either.Token).ConfigureAwait(false) ?? throw Closed();
            try
            {
                _peerHello = ReadHello(frame.Memory.Span);
            }
            finally
            {
                frame.Release();
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new ChannelException(ChannelException.Silent, Peer, $"{Peer} did not answer within {_options.SilenceLimit.TotalSeconds:0.#} s.", HelloStep);
        }
        catch (IOException broken)
        {
            throw Closed(broken);
        }
        catch (MalformedException malformed)
        {
            throw new PeerFaultException(Peer, HelloStep, malformed.Rule);
        }
    }

    private Hello ReadHello(ReadOnlySpan<byte> frame)
    {
        var (kind, number) = Frames.ReadHeader(frame);
        PeerFaultException.ThrowUnless(number == _expectedNumber++, Peer, HelloStep, "frame number 0");
        if (kind == FrameKind.Abort) throw new AbortedByPeerException(Peer, Frames.DecodeAbort(frame));
        PeerFaultException.ThrowUnless(kind == FrameKind.Hello, Peer, HelloStep, "a hello");
        var hello = Frames.DecodeHello(frame);
        RefuseUnless(hello.Major == Frames.MajorVersion, ChannelErrors.OtherVersion, $"channel protocol {Frames.MajorVersion}");
        RefuseUnless(hello.Sender == Peer && hello.Receiver == Self, ChannelErrors.OtherParty, $"a connection from {Peer} to {Self}");
        RefuseUnless(hello.Run == RunContext, ChannelErrors.OtherRun, $"run {RunContext.Short}");
        return hello;
    }

    private void RefuseUnless(bool holds, ErrorCode code, string expected)
    {
        if (!holds) throw new ChannelException(code, Peer, $"The connection of {Self} and {Peer} was refused: expected {expected}.", HelloStep);
    }

    private void Begin()
    {
        _root.Admit();
        _lastReceived = _lastSent = _options.Time.GetTimestamp();
        _pump = Task.Run(PumpAsync);
        _keepAlive = _options.Time.CreateTimer(
            static state => _ = ((ChannelConnection)state!).BeatAsync(), this, _options.KeepAlive, _options.KeepAlive);
    }

    private async Task PumpAsync()
    {
        try
        {
            while (await _transport.ReceiveAsync(_stopped.Token).ConfigureAwait(false) is { } frame)
            {
                Volatile.Write(ref _lastReceived, _options.Time.GetTimestamp());
                if (!Accept(frame)) frame.Release();
            }

            if (!_accepted.Task.IsCompletedSuccessfully) _ = FailAsync(Closed());
        }
        catch (MalformedException malformed)
        {
            _ = FailAsync(new PeerFaultException(Peer, FrameStep, malformed.Rule));
        }
        catch (ProtocolException failure)
        {
            _ = FailAsync(failure);
        }
        catch (OperationCanceledException) when (_stopped.IsCancellationRequested)
        {
            // We ended it.
        }
        catch (Exception broken) // whatever a transport throws: whoever waits for this pump must not wait for ever
        {
            _ = FailAsync(Closed(broken));
        }
    }

    /// <summary>Checks one frame and acts on it; returns whether a queue has taken it.</summary>
    private bool Accept(OwnedFrame owned)
    {
        var frame = owned.Memory.Span;
        var (kind, number) = Frames.ReadHeader(frame);
        Expect(number == _expectedNumber++, "the next frame: none missing, repeated or out of order");
        Expect(
            !_peerClosed.Task.IsCompleted || kind is FrameKind.KeepAlive or FrameKind.Abort or FrameKind.Accepted, "no frame after the close");
        switch (kind)
        {
            case FrameKind.Data:
                return AcceptData(owned);
            case FrameKind.Open:
                AcceptOpen(Frames.DecodeOpen(frame));
                break;
            case FrameKind.Credit:
                var (credited, bytes) = Frames.DecodeCredit(frame);
                Expect(Opened(_outgoing, credited)?.AddCredit(bytes) == true, "credit for a sub-channel in use, within its window");
                break;
            case FrameKind.End:
                var ended = Opened(_incoming, Frames.DecodeEnd(frame));
                Expect(ended is { HasEnded: false }, "the end of an open sub-channel");
                ended!.Complete(null);
                break;
            case FrameKind.KeepAlive:
                Frames.DecodeKeepAlive(frame);
                break;
            case FrameKind.Abort:
                throw new AbortedByPeerException(Peer, Frames.DecodeAbort(frame));
            case FrameKind.Close:
                AcceptClose(Frames.DecodeRoot(frame));
                break;
            case FrameKind.Accepted:
                Expect(_closeSent && _peerClosed.Task.IsCompleted, "both closes before one is accepted");
                Expect(Frames.DecodeRoot(frame) == SnapshotSent().Root, "the transcript of what was sent");
                _accepted.TrySetResult();
                break;
            default:
                throw new PeerFaultException(Peer, FrameStep, "a known kind of frame");
        }

        return false;
    }

    private bool AcceptData(OwnedFrame owned)
    {
        var frame = owned.Memory.Span;
        var (id, sequence, last) = Frames.ReadData(frame);
        var payload = frame[Frames.DataHeaderSize..];
        var channel = Opened(_incoming, id);
        Expect(channel is { HasEnded: false }, "data of a sub-channel that was opened and has not ended");
        Expect(sequence == channel!.Received.Next, "the next chunk of the sub-channel");
        Expect(last || payload.Length == Frames.ChunkSize, "a full chunk before the last one");
        var cost = Frames.Cost(payload.Length);
        Expect(channel.Spend(cost), "no more than the window of the sub-channel");
        channel.Received.Append(last, payload);
        if (Interlocked.Add(ref _unread, cost) > _options.MaxUnread)
            throw new ChannelException(ChannelErrors.TooMuchUnread, Peer, $"More than {_options.MaxUnread} bytes from {Peer} lie unread.");
        if (channel.Enqueue(new Chunk(owned, last))) return true;
        Taken(cost); // disposed here; the peer learns it from our end frame
        return false;
    }

    private void AcceptOpen((uint Id, string Label) open)
    {
        lock (_gate)
        {
            Expect(open.Id == _incoming.Count, "the next number of a sub-channel");
            if (_byLabel.TryGetValue(open.Label, out var channel))
            {
                Expect(channel.IncomingId is null, "a label that was not opened before");
            }
            else
            {
                Expect(_byLabel.Count <= _options.MaxForks, $"at most {_options.MaxForks} forks");
                channel = new SubChannel(this, open.Label);
                _byLabel.Add(open.Label, channel);
            }

            channel!.IncomingId = open.Id;
            _incoming.Add(channel);
        }
    }

    private void AcceptClose(Digest sentByPeer)
    {
        Expect(sentByPeer == SnapshotReceived().Root, "the transcript of what arrived");
        SubChannel[] channels;
        lock (_gate)
        {
            _peerClosed.TrySetResult();
            channels = [.. _byLabel.Values];
        }

        foreach (var channel in channels) channel.Complete(null);
    }

    private SubChannel? Opened(List<SubChannel> channels, uint id)
    {
        lock (_gate) return id < (uint)channels.Count ? channels[(int)id] : null;
    }

    private void Expect(bool holds, string rule) => PeerFaultException.ThrowUnless(holds, Peer, FrameStep, rule);

    private DirectionTranscript SnapshotReceived() => new(RunContext, Peer, Self, Entries(static channel => channel.Received));
}
