using Collab.Arithmetic.BinaryField;

namespace Collab.Arithmetic.Tests.BinaryField;

public class BitMatrixTests
{
    [Theory, InlineData(0, 0), InlineData(1, 1), InlineData(127, 1), InlineData(128, 1), InlineData(129, 2), InlineData(129, 3), InlineData(1100, 9)]
    public void Bit_j_of_row_i_is_bit_i_of_column_j(int count, int stride)
    {
        var random = new Random(count);
        Gf128[] columns = [.. Enumerable.Range(0, 128 * stride).Select(_ => new Gf128((ulong)random.NextInt64(), (ulong)random.NextInt64() << 1))];
        var rows = new Gf128[count];
        BitMatrix.TransposeColumns(columns, stride, rows);
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < 128; j++)
            {
                if (Bit(rows[i], j) != Bit(columns[j * stride + i / 128], i % 128)) Assert.Fail($"row {i}, column {j}");
            }
        }
    }

    [Theory, InlineData(0), InlineData(1), InlineData(255), InlineData(256), InlineData(257), InlineData(511), InlineData(512), InlineData(513), InlineData(4097), InlineData(4500)]
    public void All_widths_give_the_same_bits(int count)
    {
        var random = new Random(count);
        var stride = count / 128 + 2;
        Gf128[] columns = [.. Enumerable.Range(0, 128 * stride).Select(_ => new Gf128((ulong)random.NextInt64(), (ulong)random.NextInt64() << 1))];
        Gf128[] expected = new Gf128[count], rows = new Gf128[count];
        BitMatrix.TransposeColumns(columns, stride, expected, 128);
        foreach (var width in new[] { 256, 512 })
        {
            if (width > BitMatrix.BestWidth) continue;
            Array.Clear(rows);
            BitMatrix.TransposeColumns(columns, stride, rows, width);
            Assert.Equal(expected, rows);
        }
    }

    [Fact]
    public void Lengths_must_fit()
    {
        Assert.Throws<ArgumentException>(() => BitMatrix.TransposeColumns(new Gf128[127], 1, new Gf128[1]));
        Assert.Throws<ArgumentException>(() => BitMatrix.TransposeColumns(new Gf128[128], 1, new Gf128[129]));
    }

    private static ulong Bit(Gf128 element, int index) => ((index < 64 ? element.Low : element.High) >> (index & 63)) & 1;
}
