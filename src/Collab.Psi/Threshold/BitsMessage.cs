using System.Buffers;
using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Psi.Threshold;

/// <summary>Step 6: a party's share of the output, a bit for each bin, from the lowest of each byte; zeros after the last.</summary>
internal sealed record BitsMessage(ReadOnlyMemory<byte> Content) : IMessage<BitsMessage>
{
    public static BitsMessage Of(BitVector bits) => new(bits.Bytes[..Size(bits.Length)].ToArray());

    public static int Size(int bits) => (bits + 7) / 8;

    public void Encode(IBufferWriter<byte> destination) => destination.Write(Content.Span);

    public static BitsMessage Decode(ReadOnlySpan<byte> payload) => new(payload.ToArray());

    /// <summary>The bits, of which there are so many.</summary>
    public BitVector ToBits(int length, PartyId peer, StepId step)
    {
        PeerFaultException.ThrowUnless(Content.Length == Size(length), peer, step, "a bit for each bin");
        PeerFaultException.ThrowUnless(length % 8 == 0 || Content.Span[^1] >> (length % 8) == 0, peer, step, "zeros after the last bit");
        var bits = new BitVector(length);
        Content.Span.CopyTo(bits.Bytes);
        return bits;
    }
}
