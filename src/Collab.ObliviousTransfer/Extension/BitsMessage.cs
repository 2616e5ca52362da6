using System.Buffers;
using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Extension;

/// <summary>Step 5 for bits: the masked bits for choice 0, then those for choice 1, each in whole words of 64.</summary>
internal sealed record BitsMessage(ulong[] Words) : IMessage<BitsMessage>
{
    public static BitsMessage Of(BitVector zero, BitVector one) => new([.. zero.Words, .. one.Words]);

    public void Encode(IBufferWriter<byte> destination) => destination.Write(MemoryMarshal.AsBytes(Words.AsSpan()));

    public static BitsMessage Decode(ReadOnlySpan<byte> payload) => payload.Length % (2 * sizeof(ulong)) == 0
        ? new(MemoryMarshal.Cast<byte, ulong>(payload).ToArray())
        : throw new MalformedException("two vectors of whole words");
}
