using System.Buffers;
using Collab.Channels;
using Collab.Wire.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Collab.Wire.Party;

/// <summary>The message <c>Frame</c> of a conversation as the transport handles it: written from the sender's memory, read into pooled memory.</summary>
/// <remarks>
/// The generated class gives each received payload an array of its own; those are large objects, which the runtime clears before and
/// collects after. The bytes on the wire are the same. What another writer may have put differently, such as an unknown field, is left to
/// the generated parser.
/// </remarks>
public sealed class ConversationFrame
{
    private const byte PayloadTag = (Frame.PayloadFieldNumber << 3) | 2;            // length-delimited
    private const int LargestHeader = 1 + 5;

    private readonly ReadOnlyMemory<byte> _payload;
    private readonly OwnedFrame _owned;

    /// <summary>A frame to send; the memory stays the caller's, untouched until it is sent.</summary>
    public ConversationFrame(ReadOnlyMemory<byte> payload) => _payload = payload;

    private ConversationFrame(OwnedFrame received) => _owned = received;

    /// <summary>The method <c>Converse</c> with frames of this form.</summary>
    internal static Method<ConversationFrame, ConversationFrame> Converse { get; } = Describe();

    /// <summary>Hands the payload of a received frame over; whoever takes it releases it.</summary>
    internal OwnedFrame Take() => _owned;

    private static Method<ConversationFrame, ConversationFrame> Describe()
    {
        var marshaller = Marshallers.Create<ConversationFrame>(static (frame, context) => frame.Write(context), Read);
        return new(MethodType.DuplexStreaming, V1.Party.Descriptor.FullName, nameof(Converse), marshaller, marshaller);
    }

    private void Write(SerializationContext context)
    {
        Span<byte> header = stackalloc byte[LargestHeader];
        var size = _payload.IsEmpty ? 0 : WriteHeader(header, _payload.Length); // an empty field is left out
        context.SetPayloadLength(size + _payload.Length);
        var writer = context.GetBufferWriter();
        writer.Write(header[..size]);
        writer.Write(_payload.Span);
        context.Complete();
    }

    private static ConversationFrame Read(DeserializationContext context)
    {
        var message = context.PayloadAsReadOnlySequence();
        Span<byte> start = stackalloc byte[LargestHeader], expected = stackalloc byte[LargestHeader];
        start = start[..(int)Math.Min(LargestHeader, message.Length)];
        message.Slice(0, start.Length).CopyTo(start);
        for (var size = 2; size <= start.Length; size++)
        {
            var length = (int)message.Length - size;
            if (length > 0 && WriteHeader(expected, length) == size && start[..size].SequenceEqual(expected[..size]))
            {
                return new ConversationFrame(OwnedFrame.Copy(message.Slice(size)));
            }
        }

        return new ConversationFrame(OwnedFrame.Of(Frame.Parser.ParseFrom(message).Payload.Memory));
    }

    /// <summary>Tag and length; returns their size.</summary>
    private static int WriteHeader(Span<byte> header, int length)
    {
        header[0] = PayloadTag;
        var size = 1;
        for (; length >= 0x80; length >>= 7) header[size++] = (byte)((length & 0x7F) | 0x80);
        header[size++] = (byte)length;
        return size;
    }
}
