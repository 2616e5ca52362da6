using System.Buffers;

namespace Collab.Channels;

/// <summary>An ordered two-way stream of frames between two processes; gRPC is one, <see cref="MemoryTransport"/> another.</summary>
/// <remarks>
/// One sender and one receiver at a time. Sending waits while the other side does not take. <see cref="IAsyncDisposable.DisposeAsync"/>
/// closes: frames sent before still arrive, then the other side receives null.
/// </remarks>
public interface IFrameTransport : IAsyncDisposable
{
    /// <summary>Sends one frame; the memory may be used again once the call has completed.</summary>
    /// <exception cref="IOException">The way is closed or broken.</exception>
    ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation = default);

    /// <summary>Receives the next frame, or null when the other side has closed. The caller releases the frame.</summary>
    /// <exception cref="IOException">The way broke.</exception>
    ValueTask<OwnedFrame?> ReceiveAsync(CancellationToken cancellation = default);
}

/// <summary>A received frame with its one owner, who releases it once.</summary>
public readonly struct OwnedFrame
{
    private readonly byte[]? _pooled;

    private OwnedFrame(ReadOnlyMemory<byte> memory, byte[]? pooled)
    {
        Memory = memory;
        _pooled = pooled;
    }

    /// <summary>The frame; not to be read after <see cref="Release"/>.</summary>
    public ReadOnlyMemory<byte> Memory { get; }

    /// <summary>A frame whose memory belongs to nobody else and is left to the garbage collector.</summary>
    public static OwnedFrame Of(ReadOnlyMemory<byte> memory) => new(memory, null);

    /// <summary>A copy in memory from the shared pool.</summary>
    public static OwnedFrame Copy(ReadOnlySpan<byte> frame)
    {
        var pooled = ArrayPool<byte>.Shared.Rent(frame.Length);
        frame.CopyTo(pooled);
        return new OwnedFrame(pooled.AsMemory(0, frame.Length), pooled);
    }

    /// <summary>A copy of what lies in pieces, in memory from the shared pool.</summary>
    public static OwnedFrame Copy(in ReadOnlySequence<byte> frame)
    {
        var size = checked((int)frame.Length);
        var pooled = ArrayPool<byte>.Shared.Rent(size);
        frame.CopyTo(pooled);
        return new OwnedFrame(pooled.AsMemory(0, size), pooled);
    }

    /// <summary>Gives the memory back.</summary>
    public void Release()
    {
        if (_pooled is not null) ArrayPool<byte>.Shared.Return(_pooled);
    }
}
