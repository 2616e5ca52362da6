using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Pir.Index;

/// <summary>Step 1: which run, and which version the client has. As long with a version as without.</summary>
internal sealed record KnownVersion(Digest Context, Digest? Version) : IMessage<KnownVersion>
{
    private const int Size = 2 * Digest.Size + 1;

    public void Encode(IBufferWriter<byte> destination)
    {
        var bytes = destination.GetSpan(Size)[..Size];
        bytes.Clear();
        Context.CopyTo(bytes);
        bytes[Digest.Size] = Version is null ? (byte)0 : (byte)1;
        Version?.CopyTo(bytes[(Digest.Size + 1)..]);
        destination.Advance(Size);
    }

    public static KnownVersion Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length != Size || payload[Digest.Size] > 1) throw new MalformedException("a context and a version, 65 bytes");
        var version = payload[(Digest.Size + 1)..];
        if (payload[Digest.Size] == 1) return new(new Digest(payload[..Digest.Size]), new Digest(version));
        return version.ContainsAnyExcept((byte)0) ? throw new MalformedException("zeros for no version") : new(new Digest(payload[..Digest.Size]), null);
    }
}

/// <summary>Step 2: shape, seed, version, and how many updates follow; −1 where the whole hint does.</summary>
internal sealed record IndexHeader(IndexShape Shape, ReadOnlyMemory<byte> Seed, Digest Version, int Updates) : IMessage<IndexHeader>
{
    private const int Size = 4 * sizeof(int) + IndexParameters.SeedSize + Digest.Size;

    public void Encode(IBufferWriter<byte> destination)
    {
        var bytes = destination.GetSpan(Size);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Shape.Records);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], Shape.RecordSize);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], Shape.Columns);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], Updates);
        Seed.Span.CopyTo(bytes[16..]);
        Version.CopyTo(bytes[(16 + IndexParameters.SeedSize)..]);
        destination.Advance(Size);
    }

    public static IndexHeader Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length != Size) throw new MalformedException("shape, seed and version, 64 bytes");
        var updates = BinaryPrimitives.ReadInt32LittleEndian(payload[12..]);
        if (updates < -1) throw new MalformedException("a number of updates");
        return new(
            new(BinaryPrimitives.ReadInt32LittleEndian(payload), BinaryPrimitives.ReadInt32LittleEndian(payload[4..]), BinaryPrimitives.ReadInt32LittleEndian(payload[8..])),
            payload.Slice(16, IndexParameters.SeedSize).ToArray(),
            new Digest(payload[(16 + IndexParameters.SeedSize)..]),
            updates);
    }
}

/// <summary>Step 3: a numbered part of a whole hint.</summary>
internal sealed record HintPart(uint Number, ReadOnlyMemory<uint> Words) : IMessage<HintPart>
{
    /// <summary>Words of a full part; every part but the last is full.</summary>
    public const int LargestCount = 1 << 18;

    public void Encode(IBufferWriter<byte> destination) => WordsOf.Encode(Number, Words.Span, destination);

    public static HintPart Decode(ReadOnlySpan<byte> payload)
    {
        var (number, words) = WordsOf.Decode(payload, LargestCount);
        return new(number, words);
    }
}

/// <summary>Step 4: which version is asked, and how many queries follow.</summary>
internal sealed record QueryCount(Digest Version, int Count) : IMessage<QueryCount>
{
    private const int Size = Digest.Size + sizeof(int);

    public void Encode(IBufferWriter<byte> destination)
    {
        var bytes = destination.GetSpan(Size);
        Version.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[Digest.Size..], Count);
        destination.Advance(Size);
    }

    public static QueryCount Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length != Size) throw new MalformedException("a version and a count, 36 bytes");
        var count = BinaryPrimitives.ReadInt32LittleEndian(payload[Digest.Size..]);
        return count >= 0 ? new(new Digest(payload[..Digest.Size]), count) : throw new MalformedException("a count");
    }
}

/// <summary>Steps 4 and 5: a numbered batch of queries or of answers.</summary>
internal sealed record WordBatch(uint Number, ReadOnlyMemory<uint> Words) : IMessage<WordBatch>
{
    /// <summary>8 MiB, or one query or answer that is larger: 2^20 columns, or the rows of a table of 2^31 bytes.</summary>
    public const int LargestCount = 1 << 21;

    public void Encode(IBufferWriter<byte> destination) => WordsOf.Encode(Number, Words.Span, destination);

    public static WordBatch Decode(ReadOnlySpan<byte> payload)
    {
        var (number, words) = WordsOf.Decode(payload, LargestCount);
        return new(number, words);
    }
}

/// <summary>A number and words, little-endian.</summary>
internal static class WordsOf
{
    public static void Encode(uint number, ReadOnlySpan<uint> words, IBufferWriter<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination.GetSpan(sizeof(uint)), number);
        destination.Advance(sizeof(uint));
        destination.Write(MemoryMarshal.AsBytes(words)); // every platform of .NET 10 that we run on is little-endian
    }

    public static (uint Number, uint[] Words) Decode(ReadOnlySpan<byte> payload, int largest)
    {
        if (payload.Length <= sizeof(uint) || payload.Length % sizeof(uint) != 0 || payload.Length > (largest + 1L) * sizeof(uint))
            throw new MalformedException("a number and words");
        return (BinaryPrimitives.ReadUInt32LittleEndian(payload), MemoryMarshal.Cast<byte, uint>(payload[sizeof(uint)..]).ToArray());
    }
}
