using System.Buffers;
using System.Buffers.Binary;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.SecretSharing.TwoPartyRing;

/// <summary>What the second party asks of the dealer: the last factors of so many triples, or, with none, the end.</summary>
/// <param name="OfBits">Whether the triples are of bits, 64 in a word; else of words.</param>
/// <param name="Count">Words of each factor; 0 at the end.</param>
internal sealed record DealerRequest(bool OfBits, int Count) : IMessage<DealerRequest>
{
    /// <summary>Words of each factor at a time: 8 MiB.</summary>
    public const int Most = 1 << 20;

    private const int Size = 1 + sizeof(int);

    public void Encode(IBufferWriter<byte> destination)
    {
        var payload = destination.GetSpan(Size);
        payload[0] = OfBits ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(payload[1..], Count);
        destination.Advance(Size);
    }

    public static DealerRequest Decode(ReadOnlySpan<byte> payload) =>
        payload.Length == Size && payload[0] <= 1 && BinaryPrimitives.ReadInt32LittleEndian(payload[1..]) is >= 0 and <= Most and var count
            ? new(payload[0] == 1, count)
            : throw new MalformedException("a kind of triples and a number of them");
}
