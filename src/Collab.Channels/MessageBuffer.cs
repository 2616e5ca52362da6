using System.Buffers;

namespace Collab.Channels;

/// <summary>A growing buffer from the shared pool with room for a chunk's header before its content.</summary>
/// <remarks>
/// A message is sent straight from here: the header of chunk i is written over the end of chunk i − 1, which has left already,
/// so nothing is copied.
/// </remarks>
internal sealed class MessageBuffer(int maxSize, string tooLarge) : IBufferWriter<byte>
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(1024); // the header's room also when the message is empty

    /// <summary>Bytes written.</summary>
    public int Size { get; private set; }

    public ReadOnlySpan<byte> Content => _bytes.AsSpan(Frames.DataHeaderSize, Size);

    /// <summary>A chunk with its header's room before it; it is overwritten by the header of the next.</summary>
    public Memory<byte> Frame(int offset, int size) => _bytes.AsMemory(offset, Frames.DataHeaderSize + size);

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count > _bytes.Length - Frames.DataHeaderSize - Size) throw new ArgumentException("More than the span given out.", nameof(count));
        if (Size + (long)count > maxSize) throw new ArgumentException(tooLarge);
        Size += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsMemory(Frames.DataHeaderSize + Size);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsSpan(Frames.DataHeaderSize + Size);
    }

    /// <summary>Gives the memory back; the buffer is not used after it.</summary>
    public void Release()
    {
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        Size = 0;
    }

    private void Grow(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        var wanted = Frames.DataHeaderSize + (long)Size + Math.Max(sizeHint, 1);
        if (wanted <= _bytes.Length) return;
        if (wanted > maxSize + (long)Frames.DataHeaderSize + 4096) throw new ArgumentException(tooLarge); // some ask for more than they write
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Max(wanted, Math.Min(2L * _bytes.Length, maxSize)));
        _bytes.AsSpan(0, Size == 0 ? 0 : Frames.DataHeaderSize + Size).CopyTo(larger);
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
