using System.Buffers;

namespace Collab.Channels;

/// <summary>One message of a protocol: a record that writes itself and a static <see cref="Decode"/> that checks what it reads.</summary>
/// <typeparam name="TSelf">The message type itself.</typeparam>
public interface IMessage<TSelf>
    where TSelf : IMessage<TSelf>
{
    /// <summary>Writes the payload, byte by byte as the protocol's spec lays it out.</summary>
    void Encode(IBufferWriter<byte> destination);

    /// <summary>Reads a payload; copies what it keeps, for the span is reused.</summary>
    /// <exception cref="Primitives.MalformedException">The bytes are not exactly such a message.</exception>
    static abstract TSelf Decode(ReadOnlySpan<byte> payload);
}
