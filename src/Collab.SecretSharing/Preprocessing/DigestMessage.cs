using System.Buffers;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.SecretSharing.Preprocessing;

/// <summary>Step 8: the binding of a unit that its sender has stored.</summary>
internal sealed record DigestMessage(Digest Value) : IMessage<DigestMessage>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(Value.ToArray());

    public static DigestMessage Decode(ReadOnlySpan<byte> payload) =>
        payload.Length == Digest.Size ? new(new Digest(payload)) : throw new MalformedException("a digest");
}
