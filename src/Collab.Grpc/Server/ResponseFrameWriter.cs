using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Framing;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Serializes messages straight into a response body: the prefix, then the payload, without a buffer between.</summary>
/// <remarks>Not thread-safe: a call has one writer at a time.</remarks>
internal sealed class ResponseFrameWriter(PipeWriter body, int? limit, bool compress) : SerializationContext, IBufferWriter<byte>
{
    /// <summary>Asking for more than the pipe's 4 KB blocks saves most of the segments of a large message.</summary>
    private const int Chunk = 64 * 1024;

    private FrameBuffer? _buffer;
    private int _remaining;
    private bool _announced;
    private bool _completed;

    /// <summary>Whether a message was begun and not finished: the body can then only be reset.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Writes one message; flushing is the caller's.</summary>
    public void Write<T>(T message, Action<T, SerializationContext> serialize, bool plain = false)
    {
        if (IsBroken) throw new InvalidOperationException("An earlier message of this call was not finished.");
        if (compress)
        {
            WriteBuffered(message, serialize, plain);
            return;
        }

        _announced = _completed = false;
        serialize(message, this);
        if (!_completed) throw new InvalidOperationException("The serializer did not complete the message.");
    }

    public override void SetPayloadLength(int payloadLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(payloadLength);
        ThrowIfAbove(payloadLength);
        _remaining = payloadLength;
        _announced = true;
    }

    public override IBufferWriter<byte> GetBufferWriter()
    {
        if (!_announced) throw new InvalidOperationException("The length of the message must be set before it is written.");
        IsBroken = true;
        WritePrefix(_remaining);
        return this;
    }

    public override void Complete(byte[] payload)
    {
        ThrowIfAbove(payload.Length);
        WritePrefix(payload.Length);
        body.Write(payload);
        _completed = true;
    }

    public override void Complete()
    {
        if (!IsBroken || _remaining != 0) throw new InvalidOperationException("The serializer wrote another length than it announced.");
        IsBroken = false;
        _completed = true;
    }

    public void Advance(int count)
    {
        if (count > _remaining) throw new InvalidOperationException("The serializer wrote another length than it announced.");
        _remaining -= count;
        body.Advance(count);
    }

    public Memory<byte> GetMemory(int sizeHint = 0) => body.GetMemory(Size(sizeHint));

    public Span<byte> GetSpan(int sizeHint = 0) => body.GetSpan(Size(sizeHint));

    private int Size(int sizeHint) => Math.Max(sizeHint, Math.Clamp(_remaining, 1, Chunk));

    private void WriteBuffered<T>(T message, Action<T, SerializationContext> serialize, bool plain)
    {
        _buffer ??= new FrameBuffer(limit, compress: true);
        try
        {
            body.Write(_buffer.Write(message, serialize, plain).Span);
        }
        finally
        {
            _buffer.Release(all: true);
        }
    }

    private void WritePrefix(int length)
    {
        MessageFrame.WritePrefix(body.GetSpan(MessageFrame.PrefixSize), compressed: false, length);
        body.Advance(MessageFrame.PrefixSize);
    }

    private void ThrowIfAbove(int length)
    {
        if (length > limit) throw MessageFrame.TooLargeToSend();
    }
}
