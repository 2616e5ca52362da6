using System.Buffers;
using System.Buffers.Binary;

namespace Collab.Ledger.Storage;

/// <summary>Entries one after the other, each after its length in two bytes, big-endian (tlog-tiles).</summary>
internal static class EntryBundle
{
    /// <summary>The longest entry, in bytes.</summary>
    public const int LargestEntry = ushort.MaxValue;

    public static void Write(IBufferWriter<byte> writer, ReadOnlySpan<byte> entry)
    {
        BinaryPrimitives.WriteUInt16BigEndian(writer.GetSpan(2), checked((ushort)entry.Length));
        writer.Advance(2);
        writer.Write(entry);
    }

    public static int Size(IReadOnlyList<ReadOnlyMemory<byte>> entries) => entries.Sum(entry => 2 + entry.Length);

    /// <summary>Reads exactly that many entries that fill the bytes exactly; null when they do not.</summary>
    public static List<ReadOnlyMemory<byte>>? Parse(ReadOnlyMemory<byte> bytes, int count)
    {
        var entries = new List<ReadOnlyMemory<byte>>();
        var rest = bytes;
        for (var i = 0; i < count; i++)
        {
            if (rest.Length < 2) return null;
            var length = BinaryPrimitives.ReadUInt16BigEndian(rest.Span);
            if (rest.Length - 2 < length) return null;
            entries.Add(rest.Slice(2, length));
            rest = rest[(2 + length)..];
        }

        return rest.IsEmpty ? entries : null;
    }
}
