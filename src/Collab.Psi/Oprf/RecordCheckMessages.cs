using System.Buffers;
using System.Buffers.Binary;
using Collab.Channels;
using Collab.Cryptography.Oprf;
using Collab.Primitives;

namespace Collab.Psi.Oprf;

/// <summary>Step 1: suite, mode, how many tokens, and the public key of the verifiable mode.</summary>
internal sealed record ListHeader(OprfSuite Suite, OprfMode Mode, int Count, byte[] PublicKey) : IMessage<ListHeader>
{
    private const int FixedSize = 6, LargestKeySize = 33;

    public void Encode(IBufferWriter<byte> destination)
    {
        var bytes = destination.GetSpan(FixedSize);
        (bytes[0], bytes[1]) = ((byte)Suite, (byte)Mode);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[2..], Count);
        destination.Advance(FixedSize);
        destination.Write(PublicKey);
    }

    public static ListHeader Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length is < FixedSize or > FixedSize + LargestKeySize) throw new MalformedException("the header of a list");
        var (suite, mode) = ((OprfSuite)payload[0], (OprfMode)payload[1]);
        var count = BinaryPrimitives.ReadInt32LittleEndian(payload[2..]);
        return Enum.IsDefined(suite) && Enum.IsDefined(mode) && count is >= 0 and <= TokenList.LargestCount
            ? new(suite, mode, count, payload[FixedSize..].ToArray())
            : throw new MalformedException("a known suite and mode, and a count");
    }

    /// <summary>Whether the public key is one of the suite, or absent in the mode without.</summary>
    public bool HasGoodKey()
    {
        if (Mode == OprfMode.Oprf) return PublicKey.Length == 0;
        try
        {
            _ = new OprfClient(Suite, PublicKey);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

/// <summary>Step 2: a numbered part of the tokens.</summary>
internal sealed record ListPart(uint Number, ReadOnlyMemory<byte> Tokens) : IMessage<ListPart>
{
    /// <summary>Tokens of a full part; every part but the last is full.</summary>
    public const int LargestCount = 1 << 16;

    public void Encode(IBufferWriter<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination.GetSpan(sizeof(uint)), Number);
        destination.Advance(sizeof(uint));
        destination.Write(Tokens.Span);
    }

    public static ListPart Decode(ReadOnlySpan<byte> payload) => payload.Length is > sizeof(uint) and <= sizeof(uint) + 16 * LargestCount
        ? new(BinaryPrimitives.ReadUInt32LittleEndian(payload), payload[sizeof(uint)..].ToArray())
        : throw new MalformedException("a number and tokens");
}

/// <summary>Step 3: which list is meant, and blinded elements one after the other.</summary>
internal sealed record CheckQuestion(Digest Version, byte[] Elements) : IMessage<CheckQuestion>
{
    private const int LargestElementSize = 33;

    public void Encode(IBufferWriter<byte> destination)
    {
        Version.CopyTo(destination.GetSpan(Digest.Size));
        destination.Advance(Digest.Size);
        destination.Write(Elements);
    }

    public static CheckQuestion Decode(ReadOnlySpan<byte> payload) =>
        payload.Length is > Digest.Size and <= Digest.Size + RecordCheck.LargestCount * LargestElementSize
            ? new(new Digest(payload[..Digest.Size]), payload[Digest.Size..].ToArray())
            : throw new MalformedException("a list and elements");

    /// <summary>The elements, or null where the bytes are not whole ones.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? Split(int size) => Split(Elements, size);

    public static IReadOnlyList<ReadOnlyMemory<byte>>? Split(ReadOnlyMemory<byte> bytes, int size)
    {
        if (bytes.Length % size != 0) return null;
        var elements = new ReadOnlyMemory<byte>[bytes.Length / size];
        for (var i = 0; i < elements.Length; i++) elements[i] = bytes.Slice(i * size, size);
        return elements;
    }
}

/// <summary>Step 4: the evaluated elements in order, then the proof of the verifiable mode.</summary>
internal sealed record CheckAnswer(byte[] Bytes) : IMessage<CheckAnswer>
{
    private const int LargestSize = 33 * RecordCheck.LargestCount + 64;

    public void Encode(IBufferWriter<byte> destination) => destination.Write(Bytes);

    public static CheckAnswer Decode(ReadOnlySpan<byte> payload) => payload.Length is > 0 and <= LargestSize
        ? new(payload.ToArray())
        : throw new MalformedException("elements and a proof");
}
