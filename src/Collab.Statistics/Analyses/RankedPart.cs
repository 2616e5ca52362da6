using System.Buffers;
using System.Buffers.Binary;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Statistics.Analyses;

/// <summary>Step 8 of specs/shared-ranks.md: how many rows an owner brings, those included that only hide how many there are, and its part of the run's name.</summary>
/// <param name="Count">Rows, at least 1.</param>
/// <param name="Nonce">32 bytes.</param>
internal sealed record RankedPart(int Count, byte[] Nonce) : IMessage<RankedPart>
{
    public const int Size = sizeof(int) + Digest.Size;

    public void Encode(IBufferWriter<byte> destination)
    {
        var payload = destination.GetSpan(Size);
        BinaryPrimitives.WriteInt32LittleEndian(payload, Count);
        Nonce.CopyTo(payload[sizeof(int)..]);
        destination.Advance(Size);
    }

    public static RankedPart Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length != Size) throw new MalformedException("a count of rows and 32 bytes");
        var count = BinaryPrimitives.ReadInt32LittleEndian(payload);
        return count >= 1 ? new(count, payload[sizeof(int)..].ToArray()) : throw new MalformedException("a count of at least 1");
    }
}
