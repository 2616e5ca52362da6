using Collab.Primitives;

namespace Collab.Channels;

/// <content>What leaves: frames are numbered, hashed and handed over under one lock, so that their order is one.</content>
public sealed partial class ChannelConnection
{
    private readonly SemaphoreSlim _writing = new(1, 1);
    private ulong _nextNumber;
    private long _lastSent;
    private bool _closeSent;

    /// <summary>Sends one chunk, which stands in <paramref name="frame"/> after room for its header.</summary>
    internal async ValueTask SendDataAsync(SubChannel channel, Memory<byte> frame, bool last, CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            ThrowIfFailed();
            if (_closeSent) throw new ArgumentException("The connection was closed; nothing can be sent any more.");
            if (channel.OutgoingId is null) await OpenAsync(channel).ConfigureAwait(false);
            Frames.WriteData(frame.Span, _nextNumber, channel.OutgoingId!.Value, channel.Sent.Next, last);
            channel.Sent.Append(last, frame.Span[Frames.DataHeaderSize..]);
            await HandOverAsync(frame).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Lets the peer send so many more bytes into a sub-channel that it has opened.</summary>
    internal ValueTask SendCreditAsync(SubChannel channel, int bytes) =>
        SendControlAsync(FrameKind.Credit, Frames.EncodeCredit(channel.IncomingId!.Value, (uint)bytes));

    /// <summary>Says that we are done with a sub-channel; best effort, for a connection that has failed has said more.</summary>
    internal async ValueTask SendEndAsync(SubChannel channel)
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_failure is not null || _closeSent || _peerClosed.Task.IsCompleted) return;
            if (channel.OutgoingId is null) await OpenAsync(channel).ConfigureAwait(false);
            await NumberAndHandOverAsync(FrameKind.End, Frames.EncodeEnd(channel.OutgoingId!.Value)).ConfigureAwait(false);
        }
        catch (ProtocolException)
        {
            // The connection failed meanwhile; the failure is kept there.
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task SendCloseAsync(CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            ThrowIfFailed();
            if (_closeSent) return;
            _closeSent = true;
            await NumberAndHandOverAsync(FrameKind.Close, Frames.EncodeRoot(SnapshotSent().Root)).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task SendAcceptedAsync()
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            ThrowIfFailed();
            await NumberAndHandOverAsync(FrameKind.Accepted, Frames.EncodeRoot(SnapshotReceived().Root)).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async ValueTask SendControlAsync(FrameKind kind, byte[] frame)
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            ThrowIfFailed();
            if (!_closeSent) await NumberAndHandOverAsync(kind, frame).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task TrySendAbortAsync(Fault fault)
    {
        using var patience = new CancellationTokenSource(_options.AbortPatience, _options.Time);
        try
        {
            await _writing.WaitAsync(patience.Token).ConfigureAwait(false);
            try
            {
                var frame = Frames.EncodeAbort(fault);
                Frames.WriteHeader(frame, FrameKind.Abort, _nextNumber++);
                await _transport.SendAsync(frame, patience.Token).ConfigureAwait(false);
            }
            finally
            {
                _writing.Release();
            }
        }
        catch (Exception unreachable) when (unreachable is OperationCanceledException or IOException)
        {
            // The peer cannot be told; closing the transport tells it that something ended.
        }
    }

    /// <summary>On each beat: fails a silent connection, and keeps an idle one alive.</summary>
    private async Task BeatAsync()
    {
        if (_options.Time.GetElapsedTime(Volatile.Read(ref _lastReceived)) >= _options.SilenceLimit)
        {
            var limit = _options.SilenceLimit.TotalSeconds;
            await FailAsync(new ChannelException(ChannelException.Silent, Peer, $"Nothing came from {Peer} for {limit:0.#} s.")).ConfigureAwait(false);
            return;
        }

        if (_options.Time.GetElapsedTime(Volatile.Read(ref _lastSent)) < _options.KeepAlive) return;
        if (!await _writing.WaitAsync(0).ConfigureAwait(false)) return; // a frame is leaving, which says the same
        try
        {
            if (_failure is null) await NumberAndHandOverAsync(FrameKind.KeepAlive, new byte[Frames.HeaderSize]).ConfigureAwait(false);
        }
        catch (ProtocolException)
        {
            // The pump sees the end of the transport too, and says why.
        }
        finally
        {
            _writing.Release();
        }
    }

    private async ValueTask OpenAsync(SubChannel channel)
    {
        var id = (uint)_outgoing.Count;
        await NumberAndHandOverAsync(FrameKind.Open, Frames.EncodeOpen(id, channel.Label)).ConfigureAwait(false);
        lock (_gate)
        {
            channel.OutgoingId = id;
            _outgoing.Add(channel);
        }
    }

    private ValueTask NumberAndHandOverAsync(FrameKind kind, byte[] frame)
    {
        Frames.WriteHeader(frame, kind, _nextNumber);
        return HandOverAsync(frame);
    }

    /// <remarks>
    /// A frame on its way is not taken back when its caller is cancelled: the numbers after it would not fit. A stalled transport
    /// ends by the silence limit or by an abort.
    /// </remarks>
    private async ValueTask HandOverAsync(ReadOnlyMemory<byte> frame)
    {
        _nextNumber++;
        try
        {
            await _transport.SendAsync(frame, _stopped.Token).ConfigureAwait(false);
            Volatile.Write(ref _lastSent, _options.Time.GetTimestamp());
        }
        catch (Exception broken) when (broken is IOException or OperationCanceledException)
        {
            await LearnWhyAsync().ConfigureAwait(false);
            SetFailure(Closed(broken), null);
            throw _failure ?? Closed(broken);
        }
    }

    /// <summary>The peer may have said why before it closed: lets the pump read to the end before we blame the line.</summary>
    private async Task LearnWhyAsync()
    {
        using var patience = new CancellationTokenSource(_options.AbortPatience, _options.Time);
        await Task.WhenAny(_pump, Task.Delay(Timeout.Infinite, patience.Token)).ConfigureAwait(false);
    }

    private ChannelException Closed(Exception? inner = null) =>
        new(ChannelException.Closed, Peer, $"{Peer} closed the connection before the protocol was done.", null, inner);

    private DirectionTranscript SnapshotSent() => new(RunContext, Self, Peer, Entries(static channel => channel.Sent));

    private TranscriptEntry[] Entries(Func<SubChannel, TranscriptHash> hash)
    {
        lock (_gate)
        {
            return [.. _byLabel.Values.Select(channel => hash(channel).Entry()).OfType<TranscriptEntry>().OrderBy(entry => entry.Label, StringComparer.Ordinal)];
        }
    }
}
