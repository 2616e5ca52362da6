using System.Buffers;
using System.Buffers.Binary;
using Collab.Channels;
using Collab.Cryptography.Oprf;
using Collab.Primitives;

namespace Collab.Pir.Keyword;

/// <summary>Step 1: which run, the layout with its seed, and the public key of the function.</summary>
internal sealed record KeywordHeader(Digest Context, KeywordShape Shape, ReadOnlyMemory<byte> Seed, ReadOnlyMemory<byte> PublicKey) : IMessage<KeywordHeader>
{
    private const int ShapeAt = Digest.Size, SeedAt = ShapeAt + 3 * sizeof(int), KeyAt = SeedAt + KeywordDatabase.SeedSize;
    private const int Size = KeyAt + BlindedKeys.ElementSize;

    public void Encode(IBufferWriter<byte> destination)
    {
        var bytes = destination.GetSpan(Size);
        Context.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[ShapeAt..], Shape.Capacity);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[(ShapeAt + 4)..], Shape.ValueSize);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[(ShapeAt + 8)..], Shape.Bins);
        Seed.Span.CopyTo(bytes[SeedAt..]);
        PublicKey.Span.CopyTo(bytes[KeyAt..]);
        destination.Advance(Size);
    }

    public static KeywordHeader Decode(ReadOnlySpan<byte> payload) => payload.Length == Size
        ? new(
            new Digest(payload[..ShapeAt]),
            new(BinaryPrimitives.ReadInt32LittleEndian(payload[ShapeAt..]), BinaryPrimitives.ReadInt32LittleEndian(payload[(ShapeAt + 4)..]), BinaryPrimitives.ReadInt32LittleEndian(payload[(ShapeAt + 8)..])),
            payload[SeedAt..KeyAt].ToArray(), payload[KeyAt..].ToArray())
        : throw new MalformedException("context, layout, seed and public key, 92 bytes");

    /// <summary>The function's client, or null where the public key is no element.</summary>
    public OprfClient? Client()
    {
        try
        {
            return new OprfClient(OprfSuite.Ristretto255Sha512, PublicKey.Span);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}

/// <summary>Step 2: blinded keys one after the other.</summary>
internal sealed record BlindedKeys(byte[] Elements) : IMessage<BlindedKeys>
{
    /// <summary>An element of ristretto255, in bytes.</summary>
    public const int ElementSize = 32;

    public int Count => Elements.Length / ElementSize;

    public void Encode(IBufferWriter<byte> destination) => destination.Write(Elements);

    public static BlindedKeys Decode(ReadOnlySpan<byte> payload) =>
        payload.Length is > 0 and <= KeywordOptions.LargestKeys * ElementSize && payload.Length % ElementSize == 0
            ? new(payload.ToArray())
            : throw new MalformedException("1 to 4096 elements");

    public ReadOnlyMemory<byte>[] Split() => Split(Elements);

    public static ReadOnlyMemory<byte>[] Split(ReadOnlyMemory<byte> bytes)
    {
        var elements = new ReadOnlyMemory<byte>[bytes.Length / ElementSize];
        for (var i = 0; i < elements.Length; i++) elements[i] = bytes.Slice(i * ElementSize, ElementSize);
        return elements;
    }
}

/// <summary>Step 3: the evaluated elements in order, then the proof.</summary>
internal sealed record EvaluatedKeys(byte[] Bytes) : IMessage<EvaluatedKeys>
{
    private const int LargestSize = KeywordOptions.LargestKeys * BlindedKeys.ElementSize + 64;

    public void Encode(IBufferWriter<byte> destination) => destination.Write(Bytes);

    public static EvaluatedKeys Decode(ReadOnlySpan<byte> payload) => payload.Length is > 0 and <= LargestSize
        ? new(payload.ToArray())
        : throw new MalformedException("elements and a proof");
}
