using System.Buffers.Binary;
using System.Numerics;

namespace Collab.Psi.Ecdh;

/// <summary>The first bytes of twice blinded points, by which they are compared.</summary>
/// <remarks>
/// Held as big-endian numbers of 16 bytes, so that cutting to fewer bytes keeps their order. A function of a message of the
/// published protocol, so it tells no more than that message: specs/psi-ecdh.md, "Parameters and why".
/// </remarks>
internal static class Masks128
{
    /// <summary>Bytes kept at most; enough for any two sets that fit in memory.</summary>
    public const int LargestWidth = 16;

    private const int StatisticalBits = 40;

    /// <summary>Bytes that are compared: ⌈(40 + ⌈log₂ n⌉ + ⌈log₂ m⌉)/8⌉, so that two different items meet with chance 2^-40 at most in a run.</summary>
    public static int Width(long n, long m) => (StatisticalBits + CeilingLog2(n) + CeilingLog2(m) + 7) / 8;

    /// <summary>Reads masks of the given width, which lie <paramref name="stride"/> bytes apart.</summary>
    public static void Read(ReadOnlySpan<byte> source, int stride, int width, Span<UInt128> masks)
    {
        Span<byte> padded = stackalloc byte[LargestWidth];
        padded.Clear();
        for (var i = 0; i < masks.Length; i++)
        {
            source.Slice(i * stride, width).CopyTo(padded);
            masks[i] = BinaryPrimitives.ReadUInt128BigEndian(padded);
        }
    }

    /// <summary>The first bytes of each point, one after the other.</summary>
    public static byte[] Cut(ReadOnlySpan<byte> points, int stride, int width)
    {
        var masks = new byte[points.Length / stride * width];
        for (int from = 0, to = 0; to < masks.Length; from += stride, to += width) points.Slice(from, width).CopyTo(masks.AsSpan(to));
        return masks;
    }

    /// <summary>The first bytes of each mask, one after the other.</summary>
    public static byte[] Write(ReadOnlySpan<UInt128> masks, int width)
    {
        Span<byte> whole = stackalloc byte[LargestWidth];
        var bytes = new byte[masks.Length * width];
        for (var i = 0; i < masks.Length; i++)
        {
            BinaryPrimitives.WriteUInt128BigEndian(whole, masks[i]);
            whole[..width].CopyTo(bytes.AsSpan(i * width));
        }

        return bytes;
    }

    /// <summary>Whether no value is below the one before it.</summary>
    public static bool IsAscending(ReadOnlySpan<UInt128> masks)
    {
        for (var i = 1; i < masks.Length; i++)
        {
            if (masks[i] < masks[i - 1]) return false;
        }

        return true;
    }

    /// <summary>Whether a sorted list holds a value twice.</summary>
    public static bool HasRepetition(ReadOnlySpan<UInt128> sorted)
    {
        for (var i = 1; i < sorted.Length; i++)
        {
            if (sorted[i] == sorted[i - 1]) return true;
        }

        return false;
    }

    /// <summary>The indices, ascending, of those masks whose first bytes stand in the sorted list too.</summary>
    /// <param name="masks">This party's, of the given width, rest zero.</param>
    /// <param name="sorted">The other party's, whole 16 bytes, ascending; overwritten by their first bytes.</param>
    /// <param name="width">Bytes to compare.</param>
    public static int[] IndicesIn(ReadOnlySpan<UInt128> masks, Span<UInt128> sorted, int width)
    {
        var kept = UInt128.MaxValue << (8 * (LargestWidth - width));
        foreach (ref var value in sorted) value &= kept;                                // keeps the order
        var indices = new List<int>();
        for (var i = 0; i < masks.Length; i++)
        {
            if (sorted.BinarySearch(masks[i]) >= 0) indices.Add(i);
        }

        return [.. indices];
    }

    /// <summary>How many of the masks stand in the sorted list too, both ascending, by their first bytes.</summary>
    /// <param name="masks">One party's, of the given width, rest zero.</param>
    /// <param name="sorted">The other party's, whole 16 bytes.</param>
    /// <param name="width">Bytes to compare.</param>
    public static int CountIn(ReadOnlySpan<UInt128> masks, ReadOnlySpan<UInt128> sorted, int width)
    {
        var kept = UInt128.MaxValue << (8 * (LargestWidth - width));
        int count = 0, at = 0;
        foreach (var mask in masks)
        {
            while (at < sorted.Length && (sorted[at] & kept) < mask) at++;
            if (at < sorted.Length && (sorted[at] & kept) == mask) count++;
        }

        return count;
    }

    private static int CeilingLog2(long n) => n <= 1 ? 0 : BitOperations.Log2((ulong)(n - 1)) + 1;
}
