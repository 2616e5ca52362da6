using System.Buffers;
using System.Buffers.Binary;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Ecdh;

namespace Collab.Psi.Mutual;

/// <summary>Step 1: how many items match.</summary>
/// <param name="Count">Matches.</param>
internal sealed record MatchCount(ulong Count) : IMessage<MatchCount>
{
    public void Encode(IBufferWriter<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination.GetSpan(sizeof(ulong)), Count);
        destination.Advance(sizeof(ulong));
    }

    public static MatchCount Decode(ReadOnlySpan<byte> payload) => payload.Length == sizeof(ulong)
        ? new(BinaryPrimitives.ReadUInt64LittleEndian(payload))
        : throw new MalformedException("a count of 8 bytes");
}

/// <summary>Step 2: a numbered batch of names.</summary>
/// <param name="Number">The batch, from 0.</param>
/// <param name="Names">Shape [n, 16], as big-endian numbers ascending.</param>
internal sealed record MatchNames(uint Number, ReadOnlyMemory<byte> Names) : IMessage<MatchNames>
{
    private const int NameSize = 16;

    public int Count => Names.Length / NameSize;

    public UInt128 this[int index] => Read(Names.Span[(index * NameSize)..]);

    public static UInt128 Read(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt128BigEndian(bytes);

    public static MatchNames Of(uint number, ReadOnlySpan<UInt128> names)
    {
        var bytes = new byte[names.Length * NameSize];
        for (var i = 0; i < names.Length; i++) BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(i * NameSize), names[i]);
        return new(number, bytes);
    }

    public void Encode(IBufferWriter<byte> destination) => Batches.Encode(Number, Names.Span, destination);

    public static MatchNames Decode(ReadOnlySpan<byte> payload)
    {
        var (number, names) = Batches.Decode(payload, Batches.ItemCount * NameSize);
        return names.Length % NameSize == 0 ? new(number, names) : throw new MalformedException("whole names");
    }
}
