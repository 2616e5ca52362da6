using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;

namespace Collab.Psi.Vole;

/// <summary>Writes and reads the parts in which sorted masks are sent: counts of the leading bytes' values, then the bytes after them.</summary>
internal static class MaskCodec
{
    /// <summary>Where the masks of each part begin in the sorted list, and where the last ends, shape [parts + 1].</summary>
    public static int[] Starts(MaskLayout layout, ReadOnlySpan<Gf128> sorted)
    {
        var starts = new int[layout.BatchCount + 1];
        starts[^1] = sorted.Length;
        var bits = MaskLayout.CeilingLog2(layout.BatchCount);
        for (var part = 1; part < layout.BatchCount; part++)
        {
            var (low, high) = (starts[part - 1], sorted.Length);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (sorted[middle].High >> (64 - bits) < (ulong)part) low = middle + 1;
                else high = middle;
            }

            starts[part] = low;
        }

        return starts;
    }

    /// <summary>The part of that number with these masks.</summary>
    /// <exception cref="ArgumentException">More masks share their leading bytes than a count can say.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Part Write(MaskLayout layout, uint number, ReadOnlySpan<Gf128> masks)
    {
        var counts = sizeof(ushort) * layout.BucketsOfBatch;
        var part = Part.OfSize(number, counts + (masks.Length * layout.SuffixSize));
        var content = part.ToFill;
        var (first, shift, suffix) = ((int)number * layout.BucketsOfBatch, 64 - (8 * layout.PrefixSize), layout.SuffixSize);
        Span<int> buckets = new int[layout.BucketsOfBatch];
        ref var to = ref MemoryMarshal.GetReference(content[counts..]);
        foreach (var mask in masks)
        {
            buckets[layout.PrefixSize == 0 ? 0 : (int)(mask.High >> shift) - first]++;
            var (high, low) = ShiftLeft(mask, 8 * layout.PrefixSize);
            Unsafe.WriteUnaligned(ref to, BinaryPrimitives.ReverseEndianness(high));
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, 8), BinaryPrimitives.ReverseEndianness(low));
            to = ref Unsafe.Add(ref to, suffix);
        }

        for (var bucket = 0; bucket < buckets.Length; bucket++)
        {
            if (buckets[bucket] > ushort.MaxValue) throw new ArgumentException("Too many masks with the same leading bytes.", nameof(masks));
            BinaryPrimitives.WriteUInt16LittleEndian(content[(sizeof(ushort) * bucket)..], (ushort)buckets[bucket]);
        }

        return part;
    }

    /// <summary>Reads a part; −1 unless it has the right size for its counts and its masks ascend, the first above <paramref name="last"/>.</summary>
    /// <param name="layout">The layout of the run.</param>
    /// <param name="part">What was received, its number checked.</param>
    /// <param name="last">The last mask before this part; null before the first.</param>
    /// <param name="masks">Receives the masks.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Read(MaskLayout layout, Part part, Gf128? last, Span<Gf128> masks)
    {
        var counts = sizeof(ushort) * layout.BucketsOfBatch;
        var size = part.Content.Length - counts;
        if (size < 0 || size % layout.SuffixSize != 0 || size / layout.SuffixSize > masks.Length) return -1;
        var (first, shift, suffix) = ((ulong)part.Number * (ulong)layout.BucketsOfBatch, 64 - (8 * layout.PrefixSize), layout.SuffixSize);
        var (mostHigh, mostLow) = layout.Width >= 16 ? (ulong.MaxValue, ulong.MaxValue)
            : layout.Width >= 8 ? (ulong.MaxValue, layout.Width == 8 ? 0 : ulong.MaxValue << (8 * (16 - layout.Width)))
            : (ulong.MaxValue << (8 * (8 - layout.Width)), 0ul);
        var content = part.Content;
        ref var from = ref MemoryMarshal.GetReference(part.ContentAndSlack[counts..]);
        var (previous, ascending, done) = (last ?? Gf128.Zero, true, 0);
        var hasPrevious = last is not null;
        for (var bucket = 0; bucket < layout.BucketsOfBatch; bucket++)
        {
            var count = BinaryPrimitives.ReadUInt16LittleEndian(content[(sizeof(ushort) * bucket)..]);
            if (count > (size / suffix) - done) return -1;
            var leading = layout.PrefixSize == 0 ? 0 : (first + (ulong)bucket) << shift;
            for (var i = 0; i < count; i++)
            {
                var high = BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(ref from));
                var low = BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref from, 8)));
                from = ref Unsafe.Add(ref from, suffix);
                var shifted = ShiftRight(new Gf128(low, high), 8 * layout.PrefixSize);
                var mask = new Gf128(shifted.Low & mostLow, (shifted.High & mostHigh) | leading);
                ascending &= !hasPrevious | SortedMasks.IsBelow(previous, mask);
                (previous, hasPrevious) = (mask, true);
                masks[done++] = mask;
            }
        }

        return ascending && done * suffix == size ? done : -1;
    }

    private static (ulong High, ulong Low) ShiftLeft(Gf128 mask, int bits) =>
        bits == 0 ? (mask.High, mask.Low) : ((mask.High << bits) | (mask.Low >> (64 - bits)), mask.Low << bits);

    private static (ulong High, ulong Low) ShiftRight(Gf128 mask, int bits) =>
        bits == 0 ? (mask.High, mask.Low) : (mask.High >> bits, (mask.Low >> bits) | (mask.High << (64 - bits)));
}
