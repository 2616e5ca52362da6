using System.Numerics;
using Collab.Arithmetic.Curves;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Arithmetic.Tests.Curves;

public class RistrettoScalarTests
{
    private static readonly BigInteger Order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493");

    private static IEnumerable<BigInteger> Values()
    {
        BigInteger[] edges = [0, 1, 2, Order - 1, Order - 2, Order >> 1, (BigInteger.One << 64) - 1, BigInteger.One << 128, (BigInteger.One << 252) - 1];
        var random = RandomSource.Seeded(5);
        return edges.Concat(Enumerable.Range(0, 12).Select(_ => new BigInteger(random.Bytes(40), isUnsigned: true) % Order));
    }

    [Fact]
    public void Arithmetic_is_that_of_big_integers()
    {
        foreach (var a in Values())
        {
            var x = Scalar(a);
            Assert.Equal(a, Value(x));
            Assert.Equal((Order - a) % Order, Value(-x));
            Assert.Equal(BigInteger.ModPow(a, Order - 2, Order), Value(x.Invert()));
            Assert.Equal(a.IsZero ? 1UL : 0, x.IsZero());
            foreach (var b in Values())
            {
                var y = Scalar(b);
                Assert.Equal((a + b) % Order, Value(x + y));
                Assert.Equal((a - b + Order) % Order, Value(x - y));
                Assert.Equal(a * b % Order, Value(x * y));
                Assert.Equal(a == b, x.Equals(y));
            }
        }
    }

    [Fact]
    public void Sixty_four_bytes_are_taken_modulo_the_order()
    {
        var random = RandomSource.Seeded(6);
        byte[][] inputs = [new byte[64], [.. Enumerable.Repeat((byte)0xff, 64)], .. Enumerable.Range(0, 64).Select(_ => random.Bytes(64))];
        foreach (var wide in inputs)
        {
            Assert.Equal(new BigInteger(wide, isUnsigned: true) % Order, Value(RistrettoScalar.ReduceWide(wide)));
        }
    }

    [Fact]
    public void Only_values_below_the_order_decode()
    {
        BigInteger[] refused = [Order, Order + 1, (BigInteger.One << 253) - 1, BigInteger.One << 255, (BigInteger.One << 256) - 1];
        Assert.All(refused, value =>
        {
            Assert.False(RistrettoScalar.TryDecode(Bytes(value), out var scalar));
            Assert.Equal(1UL, scalar.IsZero());
        });
        Assert.False(RistrettoScalar.TryDecode(new byte[31], out _));
        Assert.False(RistrettoScalar.TryDecode(new byte[33], out _));
    }

    [Fact]
    public void Signed_digits_add_up_to_the_scalar()
    {
        foreach (var a in Values())
        {
            var digits = new sbyte[64];
            Scalar(a).ToSignedDigits(digits);
            Assert.All(digits, digit => Assert.InRange(digit, -8, 7));
            Assert.Equal(a, digits.Reverse().Aggregate(BigInteger.Zero, (sum, digit) => 16 * sum + digit));
        }
    }

    private static RistrettoScalar Scalar(BigInteger value)
    {
        Assert.True(RistrettoScalar.TryDecode(Bytes(value), out var scalar));
        return scalar;
    }

    private static byte[] Bytes(BigInteger value)
    {
        var bytes = new byte[32];
        value.TryWriteBytes(bytes, out _, isUnsigned: true);
        return bytes;
    }

    private static BigInteger Value(in RistrettoScalar scalar)
    {
        var bytes = new byte[32];
        scalar.Encode(bytes);
        return new BigInteger(bytes, isUnsigned: true);
    }
}
