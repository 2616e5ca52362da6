using Collab.Arithmetic.BinaryField;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Arithmetic.Tests.BinaryField;

public class BitVectorTests
{
    [Theory, InlineData(0), InlineData(1), InlineData(63), InlineData(64), InlineData(65), InlineData(513), InlineData(4097)]
    public void Packed_bits_behave_as_booleans(int length)
    {
        var random = new Random(length);
        bool[] x = [.. Enumerable.Range(0, length).Select(_ => random.Next(2) == 1)], y = [.. x.Select(_ => random.Next(2) == 1)];
        BitVector a = new(x), b = new(y), sum = new(length), product = new(length);
        BitVector.Xor(a.Words, b.Words, sum.Words);
        BitVector.And(a.Words, b.Words, product.Words);

        for (var i = 0; i < length; i++)
        {
            Assert.Equal(x[i], a[i]);
            Assert.Equal(x[i] ^ y[i], sum[i]);
            Assert.Equal(x[i] && y[i], product[i]);
            Assert.Equal(x[i] ? 1UL : 0, a.Bit(i));
            a[i] = y[i];
            Assert.Equal(y[i], a[i]);
        }

        Assert.Equal(y.Count(bit => bit), a.PopCount());
        a.Clear();
        Assert.Equal(0, a.PopCount());
    }

    [Theory, InlineData(1), InlineData(63), InlineData(65)]
    public void Bits_beyond_the_length_stay_zero(int length)
    {
        var vector = BitVector.Random(length, RandomSource.Seeded(length));
        Assert.Equal(0UL, vector.Words[^1] >> (length & 63));
        vector.Words.Fill(ulong.MaxValue);
        vector.Trim();
        Assert.Equal(length, vector.PopCount());
        Assert.Throws<ArgumentOutOfRangeException>(() => vector[length]);
        Assert.Throws<ArgumentOutOfRangeException>(() => vector.Bit(-1));
    }

    [Fact]
    public void Lengths_must_agree() =>
        Assert.Throws<ArgumentException>(() => BitVector.Xor(new ulong[1], new ulong[2], new ulong[1]));
}
