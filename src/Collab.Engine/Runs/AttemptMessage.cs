using System.Buffers;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Engine.Runs;

/// <summary>The first message of each attempt of a streamed intersection, both ways: what makes its context a new one.</summary>
/// <param name="Nonce">32 fresh random bytes.</param>
internal sealed record AttemptMessage(Digest Nonce) : IMessage<AttemptMessage>
{
    public void Encode(IBufferWriter<byte> destination)
    {
        Nonce.CopyTo(destination.GetSpan(Digest.Size));
        destination.Advance(Digest.Size);
    }

    public static AttemptMessage Decode(ReadOnlySpan<byte> payload) =>
        payload.Length == Digest.Size ? new(new Digest(payload)) : throw new MalformedException("a nonce of 32 bytes");
}
