using Collab.Arithmetic.Matrices;

namespace Collab.Arithmetic.Tests.Matrices;

public class ByteMatrixTests
{
    private static readonly int[] Lengths = [1, 3, 7, 8, 9, 15, 16, 17, 63, 64, 65, 129];
    private static readonly VectorKernel[] Kernels = [.. Enum.GetValues<VectorKernel>().Where(kernel => kernel <= ByteMatrix.Best)];

    [Theory, InlineData(0), InlineData(1), InlineData(7), InlineData(8), InlineData(9), InlineData(17)]
    public void Every_width_multiplies_as_the_formula_says(int rows)
    {
        foreach (var columns in Lengths)
        {
            var random = new Random(columns + rows);
            var (matrix, vectors) = (Bytes(random, rows * columns), Words(random, 3 * columns));
            var expected = new uint[3 * rows];
            for (var k = 0; k < 3; k++)
            {
                for (var row = 0; row < rows; row++)
                {
                    for (var i = 0; i < columns; i++)
                        unchecked { expected[k * rows + row] += (uint)matrix[row * columns + i] * vectors[k * columns + i]; }
                }
            }

            foreach (var kernel in Kernels)
            {
                foreach (var threads in new[] { 1, 2 })
                {
                    var products = new uint[3 * rows];
                    ByteMatrix.Multiply(kernel, matrix, columns, vectors, products, threads);
                    Assert.Equal(expected, products);
                }
            }
        }
    }

    [Theory, InlineData(0), InlineData(1), InlineData(4), InlineData(5), InlineData(130)]
    public void Every_width_adds_the_product_with_words(int rows)
    {
        foreach (var width in Lengths)
        {
            var random = new Random(width + rows);
            const int Columns = 11, First = 3, Depth = 5;
            var (matrix, words, start) = (Bytes(random, rows * Columns), Words(random, Depth * width), Words(random, rows * width));
            var expected = (uint[])start.Clone();
            for (var row = 0; row < rows; row++)
            {
                for (var i = 0; i < Depth; i++)
                {
                    for (var j = 0; j < width; j++)
                        unchecked { expected[row * width + j] += (uint)matrix[row * Columns + First + i] * words[i * width + j]; }
                }
            }

            foreach (var kernel in Kernels)
            {
                var totals = (uint[])start.Clone();
                ByteMatrix.AddProduct(kernel, matrix, Columns, First, words, width, totals, 2);
                Assert.Equal(expected, totals);
            }
        }
    }

    [Theory, InlineData(1), InlineData(3), InlineData(4), InlineData(9)]
    public void Every_width_adds_the_product_with_picked_words(int rows)
    {
        foreach (var width in Lengths.Append(192))
        {
            var random = new Random(width + rows);
            int[] places = [6, 0, 3, 3, 5];
            var stride = width + 7;
            var (words, start) = (Words(random, 7 * width), Words(random, rows * stride));
            short[] factors = [.. Enumerable.Range(0, rows * places.Length).Select(i => (short)(i == 0 ? -255 : random.Next(-255, 256)))];
            var expected = (uint[])start.Clone();
            for (var row = 0; row < rows; row++)
            {
                for (var i = 0; i < places.Length; i++)
                {
                    for (var j = 0; j < width; j++)
                        unchecked { expected[row * stride + j] += (uint)factors[row * places.Length + i] * words[places[i] * width + j]; }
                }
            }

            foreach (var kernel in Kernels)
            {
                var totals = (uint[])start.Clone();
                ByteMatrix.AddProduct(kernel, factors, places, words, width, totals, stride);
                Assert.Equal(expected, totals);
            }
        }
    }

    [Fact]
    public void Every_width_multiplies_words_and_adds_multiples_of_rows()
    {
        foreach (var width in Lengths.Prepend(0))
        {
            var random = new Random(width);
            var (words, vector) = (Words(random, 3 * width), Words(random, width));
            var (expected, scaled) = (new uint[3], Words(random, width));
            var expectedScaled = (uint[])scaled.Clone();
            for (var i = 0; i < width; i++)
            {
                unchecked
                {
                    for (var row = 0; row < 3; row++) expected[row] += words[row * width + i] * vector[i];
                    expectedScaled[i] += vector[i] * (uint)-201;
                }
            }

            foreach (var kernel in Kernels)
            {
                var (products, totals) = (new uint[3], (uint[])scaled.Clone());
                ByteMatrix.MultiplyWords(kernel, words, vector, products);
                ByteMatrix.AddScaled(kernel, vector, -201, totals);
                Assert.Equal(expected, products);
                Assert.Equal(expectedScaled, totals);
            }
        }
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => ByteMatrix.Multiply(new sbyte[10], 3, new uint[3], new uint[3]));
        Assert.Throws<ArgumentException>(() => ByteMatrix.Multiply(new sbyte[9], 3, new uint[4], new uint[3]));
        Assert.Throws<ArgumentException>(() => ByteMatrix.Multiply(new sbyte[9], 3, new uint[3], new uint[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ByteMatrix.Multiply([], 0, [], []));
        Assert.Throws<ArgumentException>(() => ByteMatrix.AddProduct(new sbyte[9], 3, 2, new uint[4], 2, new uint[6]));
        Assert.Throws<ArgumentException>(() => ByteMatrix.AddProduct(new sbyte[9], 3, 0, new uint[4], 2, new uint[5]));
        Assert.Throws<ArgumentException>(() => ByteMatrix.AddProduct(new short[3], [0, 1], new uint[4], 2, new uint[4], 2));
        Assert.Throws<ArgumentException>(() => ByteMatrix.AddProduct(new short[4], [0, 2], new uint[4], 2, new uint[4], 2));
        Assert.Throws<ArgumentException>(() => ByteMatrix.AddProduct(new short[4], [0, -1], new uint[4], 2, new uint[4], 2));
        Assert.Throws<ArgumentException>(() => ByteMatrix.AddProduct(new short[4], [0, 1], new uint[4], 2, new uint[4], 1));
        Assert.Throws<ArgumentException>(() => ByteMatrix.AddProduct(new short[4], [0, 1], new uint[4], 2, new uint[4], 3));
        Assert.Throws<ArgumentException>(() => ByteMatrix.MultiplyWords(new uint[4], new uint[2], new uint[3]));
        Assert.Throws<ArgumentException>(() => ByteMatrix.AddScaled(new uint[4], 1, new uint[3]));
    }

    private static sbyte[] Bytes(Random random, int length) => [.. Enumerable.Range(0, length).Select(i => (sbyte)(i == 0 ? -128 : random.Next(-128, 128)))];

    private static uint[] Words(Random random, int length) => [.. Enumerable.Range(0, length).Select(i => i == 0 ? uint.MaxValue : (uint)random.NextInt64(1L << 32))];
}
