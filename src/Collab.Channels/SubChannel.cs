using System.Buffers;
using System.Threading.Channels;
using Collab.Primitives;

namespace Collab.Channels;

/// <summary>A received chunk of a message, and whether it is the last one.</summary>
internal readonly record struct Chunk(OwnedFrame Owned, bool Last)
{
    public ReadOnlyMemory<byte> Payload => Owned.Memory[Frames.DataHeaderSize..];
}

/// <summary>One ordered stream of messages of a connection: the root or a fork.</summary>
internal sealed class SubChannel : IChannel
{
    private readonly ChannelConnection _connection;
    private readonly Channel<Chunk> _queue = Channel.CreateUnbounded<Chunk>(new() { SingleReader = true, SingleWriter = true });
    private readonly Lock _gate = new(); // guards credit and allowance
    private TaskCompletionSource? _creditCame;
    private long _credit;                // what we may still send
    private long _allowance;             // what the peer may still send
    private int _taken;                  // read here and not yet credited back
    private bool _admitted;
    private bool _ended;
    private bool _disposed;
    private int _sending;
    private int _receiving;
    private long _messagesSent, _bytesSent, _messagesReceived, _bytesReceived;

    public SubChannel(ChannelConnection connection, string label)
    {
        (_connection, Label) = (connection, label);
        _allowance = connection.Options.Window;
        (Sent, Received) = (new TranscriptHash(label), new TranscriptHash(label));
        if (label.Length > 0) Admit();
        else IncomingId = 0;
    }

    public string Label { get; }

    public TranscriptHash Sent { get; }

    public TranscriptHash Received { get; }

    /// <summary>Whether this party asked for it; the peer may have opened it before.</summary>
    public bool IsForked { get; set; }

    /// <summary>The number we gave it, once we have sent on it.</summary>
    public uint? OutgoingId { get; set; }

    /// <summary>The number the peer gave it, once it has sent on it.</summary>
    public uint? IncomingId { get; set; }

    /// <summary>Whether nothing more comes.</summary>
    public bool HasEnded => Volatile.Read(ref _ended);

    public bool HasUnread => !_disposed && _queue.Reader.TryPeek(out _);

    public PartyId Peer => _connection.Peer;

    public ChannelUsage Usage => new(
        Volatile.Read(ref _messagesSent), Volatile.Read(ref _bytesSent), Volatile.Read(ref _messagesReceived), Volatile.Read(ref _bytesReceived));

    /// <summary>Takes the peer's window, which is known once its hello is read.</summary>
    public void Admit()
    {
        _credit = _connection.WindowOfPeer;
        _admitted = true;
    }

    public async ValueTask SendAsync<T>(T message, CancellationToken cancellation = default)
        where T : IMessage<T>
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Interlocked.Exchange(ref _sending, 1) != 0) throw new ArgumentException("One writer at a time.");
        var limit = _connection.MaxMessageSizeOfPeer;
        var buffer = new MessageBuffer(limit, $"A message for {Peer} has at most {limit} bytes; send more as a stream.");
        try
        {
            message.Encode(buffer);
            await SendChunksAsync(buffer, cancellation).ConfigureAwait(false);
            Interlocked.Increment(ref _messagesSent);
            Interlocked.Add(ref _bytesSent, buffer.Size);
        }
        catch (PeerFaultException fault)
        {
            await _connection.FailAsync(fault).ConfigureAwait(false);
            throw;
        }
        finally
        {
            buffer.Release();
            Volatile.Write(ref _sending, 0);
        }
    }

    public async ValueTask<T> ReceiveAsync<T>(StepId step, CancellationToken cancellation = default)
        where T : IMessage<T>
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Interlocked.Exchange(ref _receiving, 1) != 0) throw new ArgumentException("One reader at a time.");
        try
        {
            var first = await NextAsync(step, cancellation).ConfigureAwait(false);
            return first.Last
                ? await TakeAsync<T>(first, step).ConfigureAwait(false)
                : await AssembleAsync<T>(first, step, cancellation).ConfigureAwait(false);
        }
        catch (PeerFaultException fault)
        {
            await _connection.FailAsync(fault).ConfigureAwait(false);
            throw;
        }
        finally
        {
            Volatile.Write(ref _receiving, 0);
        }
    }

    public IChannel Fork(string label)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _connection.Fork(Label, label);
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        if (Label.Length == 0)
        {
            await _connection.DisposeAsync().ConfigureAwait(false);
            return;
        }

        Complete(null);
        await _connection.SendEndAsync(this).ConfigureAwait(false);
    }

    /// <summary>Takes a chunk; false when this end was disposed.</summary>
    public bool Enqueue(Chunk chunk) => _queue.Writer.TryWrite(chunk);

    /// <summary>Nothing more comes and nothing more is taken; what lies in the queue can still be read.</summary>
    public void Complete(ProtocolException? failure)
    {
        Volatile.Write(ref _ended, !_disposed || failure is not null); // after a local dispose the peer may still be sending
        _queue.Writer.TryComplete(failure);
        lock (_gate) _creditCame?.TrySetResult();
    }

    /// <summary>The peer used some of its window; false when it had less.</summary>
    public bool Spend(int cost)
    {
        lock (_gate) return (_allowance -= cost) >= 0;
    }

    /// <summary>The peer lets us send more; false when that is more than its window.</summary>
    public bool AddCredit(uint bytes)
    {
        lock (_gate)
        {
            _credit += bytes;
            _creditCame?.TrySetResult();
            return _admitted && _credit <= _connection.WindowOfPeer;
        }
    }

    private async ValueTask SendChunksAsync(MessageBuffer buffer, CancellationToken cancellation)
    {
        var offset = 0;
        try
        {
            do
            {
                var size = Math.Min(buffer.Size - offset, Frames.ChunkSize);
                await TakeCreditAsync(Frames.Cost(size), cancellation).ConfigureAwait(false);
                var last = offset + size == buffer.Size;
                await _connection.SendDataAsync(this, buffer.Frame(offset, size), last, cancellation).ConfigureAwait(false);
                offset += size;
            }
            while (offset < buffer.Size);
        }
        catch (OperationCanceledException) when (offset > 0)
        {
            await _connection.DisposeAsync().ConfigureAwait(false); // half a message has left: nothing can follow it
            throw;
        }
    }

    private async ValueTask TakeCreditAsync(int cost, CancellationToken cancellation)
    {
        while (true)
        {
            Task? came = null;
            lock (_gate)
            {
                if (!HasEnded && !_disposed)
                {
                    if (_credit >= cost)
                    {
                        _credit -= cost;
                        return;
                    }

                    _creditCame = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    came = _creditCame.Task;
                }
            }

            if (came is null)
            {
                if (!_disposed) await _connection.HearWhyAsync(cancellation).ConfigureAwait(false);
                throw _connection.FailureToSend();
            }

            await came.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private async ValueTask<Chunk> NextAsync(StepId step, CancellationToken cancellation)
    {
        try
        {
            return await _queue.Reader.ReadAsync(cancellation).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            if (!_disposed) await _connection.HearWhyAsync(cancellation).ConfigureAwait(false);
            throw _connection.FailureAt(step);
        }
    }

    private async ValueTask<T> TakeAsync<T>(Chunk chunk, StepId step)
        where T : IMessage<T>
    {
        try
        {
            return Decode<T>(chunk.Payload.Span, step);
        }
        finally
        {
            await ReleaseAsync(chunk).ConfigureAwait(false);
        }
    }

    private async ValueTask<T> AssembleAsync<T>(Chunk chunk, StepId step, CancellationToken cancellation)
        where T : IMessage<T>
    {
        var limit = _connection.Options.MaxMessageSize;
        var whole = new MessageBuffer(limit, "");
        try
        {
            while (true)
            {
                PeerFaultException.ThrowUnless(
                    whole.Size + (long)chunk.Payload.Length <= limit, Peer, step, $"a message of at most {limit} bytes");
                whole.Write(chunk.Payload.Span);
                await ReleaseAsync(chunk).ConfigureAwait(false);
                if (chunk.Last) return Decode<T>(whole.Content, step);
                chunk = await NextAsync(step, cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            await _connection.DisposeAsync().ConfigureAwait(false); // half a message was taken: nothing can be read after it
            throw;
        }
        finally
        {
            whole.Release();
        }
    }

    private T Decode<T>(ReadOnlySpan<byte> payload, StepId step)
        where T : IMessage<T>
    {
        PeerFaultException.ThrowUnless(
            payload.Length <= _connection.Options.MaxMessageSize, Peer, step, $"a message of at most {_connection.Options.MaxMessageSize} bytes");
        try
        {
            var message = T.Decode(payload);
            Interlocked.Increment(ref _messagesReceived);
            Interlocked.Add(ref _bytesReceived, payload.Length);
            return message;
        }
        catch (MalformedException malformed)
        {
            throw new PeerFaultException(Peer, step, malformed.Rule);
        }
    }

    /// <summary>Gives the chunk's memory back, and the peer its window once a quarter of it is free.</summary>
    private async ValueTask ReleaseAsync(Chunk chunk)
    {
        var cost = Frames.Cost(chunk.Payload.Length);
        chunk.Owned.Release();
        _connection.Taken(cost);
        _taken += cost;
        if (_taken < _connection.Options.Window / 4 || HasEnded) return;
        var credit = _taken;
        _taken = 0;
        lock (_gate) _allowance += credit;
        await _connection.SendCreditAsync(this, credit).ConfigureAwait(false);
    }
}
