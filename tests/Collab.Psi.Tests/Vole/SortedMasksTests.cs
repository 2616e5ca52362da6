using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Primitives;
using Collab.Psi.Vole;

namespace Collab.Psi.Tests.Vole;

public class SortedMasksTests
{
    [Theory, InlineData(0), InlineData(1), InlineData(2), InlineData(1023), InlineData(1025), InlineData(5000), InlineData(70_000), InlineData(600_000)]
    public void Masks_come_in_ascending_order_with_their_rows(int count)
    {
        var masks = Random(count, count);
        using var sorted = SortedMasks.Of(masks);
        var expected = masks.Select((mask, row) => (mask.High, mask.Low, row)).Order().ToArray();
        Assert.Equal(expected.Select(e => e.row), sorted.Rows.ToArray());
        Assert.Equal(expected.Select(e => new Gf128(e.Low, e.High)), sorted.Masks.ToArray());
        Assert.False(sorted.HasRepetition());
    }

    [Fact]
    public void A_repetition_is_found()
    {
        var masks = Random(3000, 1);
        masks[17] = masks[2900];
        using var sorted = SortedMasks.Of(masks);
        Assert.True(sorted.HasRepetition());
    }

    /// <summary>Counts about the edges of prefixes and parts, widths of both forms.</summary>
    public static TheoryData<int, int> Layouts
    {
        get
        {
            var data = new TheoryData<int, int>();
            foreach (var width in new[] { 5, 8, 10, 16 })
            {
                foreach (var count in new[] { 1, 100, 2047, 2048, 16_384, 16_385, 40_000 }) data.Add(count, width);
            }

            data.Add((1 << 19) - 1, 10);
            data.Add(1 << 19, 10);
            data.Add(1 << 19, 16);
            return data;
        }
    }

    [Theory, MemberData(nameof(Layouts))]
    public void What_was_written_is_read(int count, int width)
    {
        var layout = new MaskLayout(count, width);
        var sorted = Sorted(layout, count);
        var starts = MaskCodec.Starts(layout, sorted);
        long bytes = 0;
        Gf128? last = null;
        var read = new Gf128[layout.LargestBatch];
        for (var number = 0; number < layout.BatchCount; number++)
        {
            var part = MaskCodec.Write(layout, (uint)number, sorted.AsSpan(starts[number]..starts[number + 1]));
            bytes += Part.HeaderSize + part.Content.Length;
            var size = MaskCodec.Read(layout, part, last, read);
            Assert.Equal(sorted[starts[number]..starts[number + 1]], read[..size]);
            if (size > 0) last = read[size - 1];
            part.Release();
        }

        Assert.Equal(layout.TotalBytes, bytes);
    }

    [Theory, InlineData(100), InlineData(3000)]
    public void Masks_that_do_not_ascend_or_do_not_fit_their_counts_are_refused(int count)
    {
        var layout = new MaskLayout(count, 16);
        var read = new Gf128[layout.LargestBatch];
        var sorted = Sorted(layout, count);
        sorted[50] = sorted[49];
        var part = MaskCodec.Write(layout, 0, sorted);
        Assert.Equal(-1, MaskCodec.Read(layout, part, null, read));
        sorted = Sorted(layout, count);
        part = MaskCodec.Write(layout, 0, sorted);
        Assert.Equal(count, MaskCodec.Read(layout, part, null, read));
        Assert.Equal(-1, MaskCodec.Read(layout, part, sorted[0], read));
        Assert.Equal(-1, MaskCodec.Read(layout, part, null, read.AsSpan(0, count - 1)));
        part.ToFill[0]++;
        Assert.Equal(-1, MaskCodec.Read(layout, part, null, read));
        part.ToFill[0] -= 2;
        Assert.Equal(-1, MaskCodec.Read(layout, part, null, read));
    }

    private static Gf128[] Sorted(MaskLayout layout, int count)
    {
        var kept = UInt128.MaxValue << (8 * (16 - layout.Width));
        var masks = Random(count, 3).Select(mask => new Gf128(mask.Low & unchecked((ulong)kept), mask.High & (ulong)(kept >> 64))).ToArray();
        using var sorted = SortedMasks.Of(masks);
        return sorted.Masks.ToArray();
    }

    private static Gf128[] Random(int count, int seed)
    {
        var masks = new Gf128[count];
        new Random(seed).NextBytes(MemoryMarshal.AsBytes(masks.AsSpan()));
        return masks;
    }
}
