using System.Threading.Channels;

namespace Collab.Channels;

/// <summary>Two ends of a bounded stream of frames inside one process.</summary>
public sealed class MemoryTransport : IFrameTransport
{
    private readonly Channel<OwnedFrame> _outgoing;
    private readonly Channel<OwnedFrame> _incoming;

    private MemoryTransport(Channel<OwnedFrame> outgoing, Channel<OwnedFrame> incoming)
    {
        _outgoing = outgoing;
        _incoming = incoming;
    }

    /// <summary>Makes two ends; a sender waits while <paramref name="capacity"/> frames lie unread.</summary>
    public static (MemoryTransport A, MemoryTransport B) CreatePair(int capacity = 8)
    {
        var options = new BoundedChannelOptions(capacity) { SingleReader = true, SingleWriter = true };
        var (forth, back) = (Channel.CreateBounded<OwnedFrame>(options), Channel.CreateBounded<OwnedFrame>(options));
        return (new MemoryTransport(forth, back), new MemoryTransport(back, forth));
    }

    /// <inheritdoc/>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation = default)
    {
        var copy = OwnedFrame.Copy(frame.Span);
        try
        {
            await _outgoing.Writer.WriteAsync(copy, cancellation).ConfigureAwait(false);
        }
        catch (ChannelClosedException closed)
        {
            copy.Release();
            throw new IOException("The other end is closed.", closed);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<OwnedFrame?> ReceiveAsync(CancellationToken cancellation = default)
    {
        while (await _incoming.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
        {
            if (_incoming.Reader.TryRead(out var frame)) return frame;
        }

        return null;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _outgoing.Writer.TryComplete();
        _incoming.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }
}
