using System.Numerics;
using Collab.Arithmetic.WideIntegers;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Arithmetic.Tests.WideIntegers;

public sealed class WideIntegerTests
{
    private static readonly BigInteger Modulus = BigInteger.One << 256;

    private static readonly ulong[] Edges = [0, 1, 2, ulong.MaxValue, ulong.MaxValue - 1, 1UL << 63, (1UL << 63) - 1];

    [Fact]
    public void Addition_negation_and_subtraction_are_those_of_the_integers_modulo_2_to_the_256()
    {
        var random = RandomSource.Seeded(3);
        ulong Word() => random.NextUInt64() is var r && r % 3 == 0 ? Edges[(int)(r / 3 % (ulong)Edges.Length)] : r;
        for (var i = 0; i < 20_000; i++)
        {
            var (a, b) = (new Integer256(Word(), Word(), Word(), Word()), new Integer256(Word(), Word(), Word(), Word()));
            var (x, y) = (a.ToBigIntegerVariableTime(), b.ToBigIntegerVariableTime());
            Assert.Equal(Signed(x + y), (a + b).ToBigIntegerVariableTime());
            Assert.Equal(Signed(x - y), (a - b).ToBigIntegerVariableTime());
            Assert.Equal(Signed(-x), (-a).ToBigIntegerVariableTime());
        }
    }

    [Fact]
    public void Bytes_are_little_endian_and_read_back()
    {
        var bytes = RandomSource.Seeded(4).Bytes(Integer256.Size);
        var written = new byte[Integer256.Size];
        Integer256.Read(bytes).Write(written);
        Assert.Equal(bytes, written);
        Assert.Equal(new BigInteger(bytes), Integer256.Read(bytes).ToBigIntegerVariableTime());
    }

    [Fact]
    public void A_128_bit_number_keeps_its_sign()
    {
        foreach (var value in new[] { Int128.MinValue, -1, 0, 1, Int128.MaxValue })
            Assert.Equal((BigInteger)value, ((Integer256)value).ToBigIntegerVariableTime());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(65)]
    [InlineData(4_097)]
    [InlineData((1 << 20) + 13)] // more than a block of the vector kernel
    public void Moments_are_exact_for_small_large_and_extreme_values(int length)
    {
        foreach (var kind in new[] { "small", "32-bit edges", "64-bit", "minimum", "maximum" })
        {
            var random = RandomSource.Seeded(length);
            var values = new long[length];
            for (var i = 0; i < length; i++)
            {
                var word = unchecked((long)random.NextUInt64());
                values[i] = kind switch
                {
                    "small" => word % 1000,
                    "32-bit edges" => word % 2 == 0 ? int.MinValue : int.MaxValue,
                    "64-bit" => word,
                    "minimum" => long.MinValue,
                    _ => long.MaxValue,
                };
            }

            var moments = new ExactMoments();
            moments.Add(values.AsSpan(0, length / 3));
            moments.Add(values.AsSpan(length / 3));
            var scalar = new ExactMoments();
            scalar.AddScalars(values);
            Assert.Equal((scalar.Sum, scalar.SumOfSquares), (moments.Sum, moments.SumOfSquares));
            Assert.Equal(length, moments.Count);
            Assert.Equal(values.Aggregate(BigInteger.Zero, (s, x) => s + x), moments.Sum.ToBigIntegerVariableTime());
            Assert.Equal(
                values.Aggregate(BigInteger.Zero, (s, x) => s + ((BigInteger)x * x)), moments.SumOfSquares.ToBigIntegerVariableTime());
            Assert.Equal(length == 0 ? long.MaxValue : values.Min(), moments.Minimum);
            Assert.Equal(length == 0 ? long.MinValue : values.Max(), moments.Maximum);
        }
    }

    [Fact]
    public void The_largest_totals_of_the_protocol_are_far_inside_the_ring()
    {
        // 2^40 − 1 rows of −2^63 at each of 2^8 owners: the most the protocol admits.
        var squares = (BigInteger.One << 8) * ((BigInteger.One << 40) - 1) * BigInteger.Pow(2, 126);
        Assert.True(squares < BigInteger.One << 174);
        var billion = (BigInteger)1_000_000_000 * BigInteger.Pow(2, 126);
        Assert.True(billion.GetBitLength() == 156);
    }

    private static BigInteger Signed(BigInteger value)
    {
        var residue = ((value % Modulus) + Modulus) % Modulus;
        return residue >= Modulus / 2 ? residue - Modulus : residue;
    }
}
