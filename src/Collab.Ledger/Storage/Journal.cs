using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Collab.Primitives;

namespace Collab.Ledger.Storage;

/// <summary>What a journal record holds.</summary>
internal enum RecordKind : uint
{
    /// <summary>Entries, and the signed checkpoint of the log with them.</summary>
    Batch = 1,

    /// <summary>A final checkpoint of a size the log has reached.</summary>
    Final = 2,
}

/// <summary>One record: written whole, synchronised, and only then acknowledged.</summary>
internal sealed record JournalRecord(RecordKind Kind, IReadOnlyList<ReadOnlyMemory<byte>> Entries, ReadOnlyMemory<byte> Note);

/// <summary>
/// The layout of the file <c>journal</c>: the tree up to <see cref="JournalHead.Base"/> as the hashes of its right edge, then records.
/// Each record ends in SHA-256(the hash before it ‖ the record), so none can be changed, taken out or put elsewhere.
/// </summary>
/// <remarks>Layout byte by byte: protocols/specs/ledger-embedded.md, section Storage.</remarks>
internal static class Journal
{
    private const uint RecordMark = 0x524a_4c43; // "CLJR"
    private const int RecordHead = 5 * 4;

    private static ReadOnlySpan<byte> FileMark => "collab-journal-1"u8;

    /// <summary>The head alone; its last 32 bytes are its hash, from which the chain begins.</summary>
    public static byte[] EncodeHead(long baseSize, IReadOnlyList<Tile> edge, long settledRecords)
    {
        var content = new ArrayBufferWriter<byte>();
        content.Write(FileMark);
        WriteInt64(content, baseSize);
        WriteInt64(content, settledRecords);
        WriteUInt32(content, (uint)edge.Count);
        foreach (var tile in edge)
        {
            WriteUInt32(content, (uint)tile.Count);
            content.Write(tile.ToBytes(tile.Count));
        }

        content.Write(SHA256.HashData(content.WrittenSpan));
        return content.WrittenSpan.ToArray();
    }

    /// <summary>Reads the head; null when it is not what was written.</summary>
    public static JournalHead? DecodeHead(ReadOnlySpan<byte> file)
    {
        var at = FileMark.Length + 8 + 8 + 4;
        if (file.Length < at || !file.StartsWith(FileMark)) return null;
        var baseSize = BinaryPrimitives.ReadInt64LittleEndian(file[FileMark.Length..]);
        var settled = BinaryPrimitives.ReadInt64LittleEndian(file[(FileMark.Length + 8)..]);
        var levels = BinaryPrimitives.ReadUInt32LittleEndian(file[(FileMark.Length + 16)..]);
        if (baseSize < 0 || settled < 0 || levels > 8) return null; // 256^8 entries are beyond 2^63
        var edge = new List<Tile>();
        for (var level = 0; level < levels; level++)
        {
            if (file.Length - at < 4) return null;
            var count = BinaryPrimitives.ReadUInt32LittleEndian(file[at..]);
            at += 4;
            if (count >= Tile.Width || file.Length - at < count * Digest.Size) return null;
            var tile = new Tile();
            for (var i = 0; i < count; i++, at += Digest.Size) tile.Add(new Digest(file.Slice(at, Digest.Size)));
            edge.Add(tile);
        }

        if (file.Length - at < Digest.Size) return null;
        var hash = new Digest(file.Slice(at, Digest.Size));
        return Digest.Sha256(file[..at]) == hash ? new JournalHead(baseSize, edge, at + Digest.Size, settled, hash) : null;
    }

    /// <summary>A record that follows the one whose hash is given, and its own hash.</summary>
    public static (byte[] Bytes, Digest Chain) Encode(JournalRecord record, Digest previous)
    {
        var content = new ArrayBufferWriter<byte>(RecordHead + EntryBundle.Size(record.Entries) + record.Note.Length + Digest.Size);
        WriteUInt32(content, RecordMark);
        WriteUInt32(content, (uint)record.Kind);
        WriteUInt32(content, (uint)record.Entries.Count);
        WriteUInt32(content, (uint)EntryBundle.Size(record.Entries));
        WriteUInt32(content, (uint)record.Note.Length);
        foreach (var entry in record.Entries) EntryBundle.Write(content, entry.Span);
        content.Write(record.Note.Span);
        var chain = Chain(previous, content.WrittenSpan);
        chain.CopyTo(content.GetSpan(Digest.Size));
        content.Advance(Digest.Size);
        return (content.WrittenSpan.ToArray(), chain);
    }

    /// <summary>Reads the record at that place; null when it is cut short or not what was written.</summary>
    public static (JournalRecord Record, int Size, Digest Chain)? Decode(ReadOnlyMemory<byte> file, int at, Digest previous)
    {
        var rest = file[at..];
        if (rest.Length < RecordHead + Digest.Size) return null;
        var head = rest.Span;
        if (BinaryPrimitives.ReadUInt32LittleEndian(head) != RecordMark) return null;
        var kind = (RecordKind)BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        var count = BinaryPrimitives.ReadUInt32LittleEndian(head[8..]);
        var entriesSize = BinaryPrimitives.ReadUInt32LittleEndian(head[12..]);
        var noteSize = BinaryPrimitives.ReadUInt32LittleEndian(head[16..]);
        var size = (long)RecordHead + entriesSize + noteSize;
        if (!Enum.IsDefined(kind) || count > entriesSize / 2 || rest.Length - Digest.Size < size) return null;
        var chain = Chain(previous, head[..(int)size]);
        if (chain != new Digest(head.Slice((int)size, Digest.Size))) return null;
        var entries = EntryBundle.Parse(rest.Slice(RecordHead, (int)entriesSize), (int)count);
        if (entries is null) return null;
        var note = rest.Slice(RecordHead + (int)entriesSize, (int)noteSize);
        return (new JournalRecord(kind, entries, note), (int)size + Digest.Size, chain);
    }

    /// <summary>
    /// Whether a valid record follows the broken one at that place. Records are written one at a time, each after the one before it was
    /// acknowledged: the broken one was acknowledged then, and is damaged, not torn.
    /// </summary>
    public static bool IsFollowed(ReadOnlyMemory<byte> file, int at)
    {
        var rest = file.Span[at..];
        if (rest.Length < RecordHead) return false;
        var size = (long)RecordHead + BinaryPrimitives.ReadUInt32LittleEndian(rest[12..])
            + BinaryPrimitives.ReadUInt32LittleEndian(rest[16..]) + Digest.Size;
        return size <= rest.Length
            && Decode(file, at + (int)size, new Digest(rest.Slice((int)size - Digest.Size, Digest.Size))) is not null;
    }

    private static Digest Chain(Digest previous, ReadOnlySpan<byte> record)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> value = stackalloc byte[Digest.Size];
        previous.CopyTo(value);
        hash.AppendData(value);
        hash.AppendData(record);
        hash.GetHashAndReset(value);
        return new Digest(value);
    }

    private static void WriteUInt32(ArrayBufferWriter<byte> writer, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(writer.GetSpan(4), value);
        writer.Advance(4);
    }

    private static void WriteInt64(ArrayBufferWriter<byte> writer, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(writer.GetSpan(8), value);
        writer.Advance(8);
    }
}

/// <summary>The beginning of a journal.</summary>
/// <param name="Base">Entries before it, all in full bundles and tiles; a multiple of 256.</param>
/// <param name="Edge">The partial tile of each level at that size, level 0 first.</param>
/// <param name="Size">The head's length, in bytes.</param>
/// <param name="SettledRecords">Bytes of records that were synchronised before the file got its name.</param>
/// <param name="Hash">Where the chain of records begins.</param>
internal sealed record JournalHead(long Base, List<Tile> Edge, int Size, long SettledRecords, Digest Hash);

/// <summary>
/// The file <c>acknowledged</c>: how far the journal was synchronised when the last append was answered. It tells a torn tail, which may be
/// cut, from a damaged record, which may not. Written in place without a synchronisation of its own: older than the truth is harmless.
/// </summary>
internal sealed record AcknowledgedMark(long Base, long Length, Digest Chain)
{
    public const int Size = 8 + 8 + (2 * Digest.Size);

    public byte[] Encode()
    {
        var bytes = new byte[Size];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, Base);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), Length);
        Chain.CopyTo(bytes.AsSpan(16));
        Digest.Sha256(bytes.AsSpan(0, Size - Digest.Size)).CopyTo(bytes.AsSpan(Size - Digest.Size));
        return bytes;
    }

    public static AcknowledgedMark? Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size || Digest.Sha256(bytes[..^Digest.Size]) != new Digest(bytes[^Digest.Size..])) return null;
        return new AcknowledgedMark(
            BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]), new Digest(bytes.Slice(16, Digest.Size)));
    }
}
