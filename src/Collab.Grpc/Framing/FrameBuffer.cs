using System.Buffers;
using Grpc.Core;

namespace Grpc.Framing;

/// <summary>Serializes one message after another, each with its prefix, into a pooled array.</summary>
/// <remarks>Not thread-safe: a stream has one writer at a time.</remarks>
internal sealed class FrameBuffer(int? limit, bool compress) : SerializationContext, IBufferWriter<byte>
{
    /// <summary>What is kept between messages; a larger array goes back to the pool at once.</summary>
    private const int Kept = 64 * 1024;

    private byte[] _array = [];
    private int _end;
    private int? _announced;
    private bool _completed;

    /// <summary>Serializes; the result is valid until <see cref="Release"/>.</summary>
    public ReadOnlyMemory<byte> Write<T>(T message, Action<T, SerializationContext> serialize, bool plain = false)
    {
        _end = MessageFrame.PrefixSize;
        _announced = null;
        _completed = false;
        serialize(message, this);
        if (!_completed) throw new InvalidOperationException("The serializer did not complete the message.");

        var compressed = compress && !plain;
        if (compressed)
        {
            var small = GzipCoding.Deflate(_array.AsSpan(MessageFrame.PrefixSize, _end - MessageFrame.PrefixSize));
            _end = MessageFrame.PrefixSize;
            Append(small);
        }

        MessageFrame.WritePrefix(_array, compressed, _end - MessageFrame.PrefixSize);
        return _array.AsMemory(0, _end);
    }

    /// <summary>Ends the use of the last result; <paramref name="all"/> when no other message follows.</summary>
    public void Release(bool all = false)
    {
        if (_array.Length == 0 || (!all && _array.Length <= Kept)) return;
        ArrayPool<byte>.Shared.Return(_array);
        _array = [];
    }

    public override void SetPayloadLength(int payloadLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(payloadLength);
        ThrowIfAbove(payloadLength);
        _announced = payloadLength;
        Reserve(payloadLength);
    }

    public override IBufferWriter<byte> GetBufferWriter()
    {
        Reserve(0);
        return this;
    }

    public override void Complete(byte[] payload)
    {
        ThrowIfAbove(payload.Length);
        Append(payload);
        Complete();
    }

    public override void Complete()
    {
        var written = _end - MessageFrame.PrefixSize;
        ThrowIfAbove(written);
        if (_announced is { } announced && announced != written)
        {
            throw new InvalidOperationException("The serializer wrote another length than it announced.");
        }

        _completed = true;
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _array.Length - _end);
        _end += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _array.AsMemory(_end);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    private void Append(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_array.AsSpan(_end));
        _end += bytes.Length;
    }

    private void Reserve(int count)
    {
        var needed = _end + count;
        if (needed <= _array.Length) return;

        var size = _announced is null ? Math.Max(needed, Math.Min((long)_array.Length * 2, Array.MaxLength)) : needed;
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Max(size, 256));
        _array.AsSpan(0, Math.Min(_end, _array.Length)).CopyTo(larger);
        if (_array.Length > 0) ArrayPool<byte>.Shared.Return(_array);
        _array = larger;
    }

    private void ThrowIfAbove(int length)
    {
        if (length > limit) throw MessageFrame.TooLargeToSend();
    }
}
