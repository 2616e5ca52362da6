using System.Buffers;
using Collab.Primitives;

namespace Collab.Channels.Tests;

/// <summary>A message for tests: any bytes, but not beginning with 0xFF.</summary>
internal sealed record Note(byte[] Bytes) : IMessage<Note>
{
    public static Note Of(params byte[] bytes) => new(bytes);

    public void Encode(IBufferWriter<byte> destination) => destination.Write(Bytes);

    public static Note Decode(ReadOnlySpan<byte> payload) =>
        payload is [0xFF, ..] ? throw new MalformedException("a note") : new Note(payload.ToArray());
}
