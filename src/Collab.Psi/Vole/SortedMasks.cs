using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;

using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <summary>Masks in ascending order, each with the row of its item.</summary>
/// <remarks>
/// Two passes of counting, so that all but the first work stays in the first-level cache; no hash table. Masks are outputs of a random
/// oracle, so times depend on nothing but their number; the ascending order of a set says nothing of the order of its items.
/// </remarks>
internal sealed class SortedMasks : IDisposable
{
    private const int LogOfBucket = 10;
    private const int LargestFirstBits = 12;

    private readonly NativeBuffer<Gf128> _masks;
    private readonly int[] _rows;

    private SortedMasks(int count)
    {
        _masks = NativeBuffer<Gf128>.Allocate(count);
        _rows = ArrayPool<int>.Shared.Rent(count);
    }

    /// <summary>Number of masks.</summary>
    public int Count => _masks.Length;

    /// <summary>The masks as numbers, ascending, shape [n].</summary>
    public ReadOnlySpan<Gf128> Masks => _masks.Span;

    /// <summary>Rows of the masks' items, shape [n].</summary>
    public ReadOnlySpan<int> Rows => _rows.AsSpan(0, Count);

    /// <summary>Sorts masks that lie in the order of their rows.</summary>
    public static SortedMasks Of(ReadOnlySpan<Gf128> byRow)
    {
        var sorted = new SortedMasks(byRow.Length);
        var bits = Math.Clamp(MaskLayout.CeilingLog2(byRow.Length) - LogOfBucket, 0, LargestFirstBits);
        var ends = new int[(1 << bits) + 1];
        Scatter(byRow, bits, ends, sorted._masks.Span, sorted._rows);
        var (start, largest) = (0, 0);
        for (var bucket = 0; bucket < 1 << bits; bucket++) (start, largest) = (ends[bucket], Math.Max(largest, ends[bucket] - start));
        using var masks = NativeBuffer<Gf128>.Allocate(largest);
        var rows = new int[largest];
        start = 0;
        for (var bucket = 0; bucket < 1 << bits; bucket++)
        {
            var size = ends[bucket] - start;
            SortBucket(sorted._masks.Span.Slice(start, size), sorted._rows.AsSpan(start, size), bits, masks.Span, rows);
            start = ends[bucket];
        }

        return sorted;
    }

    /// <summary>Whether a &lt; b as numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsBelow(Gf128 a, Gf128 b) => a.High < b.High || (a.High == b.High && a.Low < b.Low);

    /// <summary>Whether a mask occurs twice.</summary>
    public bool HasRepetition()
    {
        var masks = Masks;
        for (var i = 1; i < masks.Length; i++)
        {
            if (masks[i] == masks[i - 1]) return true;
        }

        return false;
    }

    public void Dispose()
    {
        _masks.Dispose();
        ArrayPool<int>.Shared.Return(_rows, clearArray: true);
    }

    /// <summary>First pass: to the bucket of the leading bits; the ends of the buckets remain in <paramref name="ends"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Scatter(ReadOnlySpan<Gf128> byRow, int bits, int[] ends, Span<Gf128> masks, Span<int> rows)
    {
        var shift = 64 - bits;
        if (bits == 0)
        {
            byRow.CopyTo(masks);
            for (var i = 0; i < byRow.Length; i++) rows[i] = i;
            ends[0] = byRow.Length;
            return;
        }

        ref var next = ref MemoryMarshal.GetArrayDataReference(ends);
        for (var i = 0; i < byRow.Length; i++) Unsafe.Add(ref next, (nint)(byRow[i].High >> shift) + 1)++;
        for (var bucket = 1; bucket < ends.Length; bucket++) ends[bucket] += ends[bucket - 1];
        ref var toMasks = ref MemoryMarshal.GetReference(masks);
        ref var toRows = ref MemoryMarshal.GetReference(rows);
        for (var i = 0; i < byRow.Length; i++)
        {
            var mask = byRow[i];
            ref var place = ref Unsafe.Add(ref next, (nint)(mask.High >> shift));       // from its start to its end
            Unsafe.Add(ref toMasks, place) = mask;
            Unsafe.Add(ref toRows, place) = i;
            place++;
        }
    }

    /// <summary>Second pass: counting by the next bits, then insertion among the few that share them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    private static void SortBucket(Span<Gf128> masks, Span<int> rows, int bits, Span<Gf128> spareMasks, Span<int> spareRows)
    {
        Span<int> places = stackalloc int[(1 << LogOfBucket) + 1];
        places.Clear();
        ref var next = ref MemoryMarshal.GetReference(places);
        const int Shift = 64 - LogOfBucket;
        for (var i = 0; i < masks.Length; i++) Unsafe.Add(ref next, (nint)((masks[i].High << bits) >> Shift) + 1)++;
        for (var i = 1; i < places.Length; i++) places[i] += places[i - 1];
        ref var toMasks = ref MemoryMarshal.GetReference(spareMasks);
        ref var toRows = ref MemoryMarshal.GetReference(spareRows);
        for (var i = 0; i < masks.Length; i++)
        {
            ref var place = ref Unsafe.Add(ref next, (nint)((masks[i].High << bits) >> Shift));
            Unsafe.Add(ref toMasks, place) = masks[i];
            Unsafe.Add(ref toRows, place) = rows[i];
            place++;
        }

        ref var sortedMasks = ref MemoryMarshal.GetReference(masks);
        ref var sortedRows = ref MemoryMarshal.GetReference(rows);
        for (var i = 0; i < masks.Length; i++)
        {
            var (mask, row, to) = (Unsafe.Add(ref toMasks, i), Unsafe.Add(ref toRows, i), i);
            while (to > 0 && IsBelow(mask, Unsafe.Add(ref sortedMasks, to - 1)))
            {
                Unsafe.Add(ref sortedMasks, to) = Unsafe.Add(ref sortedMasks, to - 1);
                Unsafe.Add(ref sortedRows, to) = Unsafe.Add(ref sortedRows, to - 1);
                to--;
            }

            Unsafe.Add(ref sortedMasks, to) = mask;
            Unsafe.Add(ref sortedRows, to) = row;
        }
    }
}
