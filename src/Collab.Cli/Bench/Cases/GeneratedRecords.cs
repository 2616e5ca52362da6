using System.Buffers.Binary;

namespace Collab.Cli.Bench.Cases;

/// <summary>Records that both parties of a benchmark can make for themselves, so that what is retrieved can be compared.</summary>
internal static class GeneratedRecords
{
    /// <summary>Writes record i.</summary>
    public static void Write(int i, Span<byte> destination)
    {
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        for (var at = 0; at < destination.Length; at += word.Length)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, unchecked(((ulong)i * 0x9E3779B97F4A7C15 + (ulong)at) * 0xBF58476D1CE4E5B9));
            word[..Math.Min(word.Length, destination.Length - at)].CopyTo(destination[at..]);
        }
    }

    /// <summary>Record i.</summary>
    public static byte[] Of(int i, int size)
    {
        var record = new byte[size];
        Write(i, record);
        return record;
    }
}
