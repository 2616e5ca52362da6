using System.Numerics;
using Collab.Arithmetic.Curves;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Arithmetic.Tests.Curves;

public class Field25519Tests
{
    private static readonly BigInteger P = AffineCurve25519.P;

    public static TheoryData<string> Values => new(All().Select(value => value.ToString("x")));

    public static TheoryData<string, string> Pairs()
    {
        var values = All();
        var pairs = new TheoryData<string, string>();
        foreach (var a in values)
        {
            foreach (var b in values) pairs.Add(a.ToString("x"), b.ToString("x"));
        }

        return pairs;
    }

    private static BigInteger[] All()
    {
        BigInteger[] edges = [0, 1, 2, 18, 19, 20, (BigInteger.One << 51) - 1, BigInteger.One << 51, (BigInteger.One << 204) - 1,
            (BigInteger.One << 254) - 1, P - 20, P - 19, P - 2, P - 1, P, P + 1, P + 18];
        var random = RandomSource.Seeded(1);
        return [.. edges, .. Enumerable.Range(0, 12).Select(_ => new BigInteger(random.Bytes(32), isUnsigned: true) >> 1)];
    }

    [Theory, MemberData(nameof(Pairs))]
    public void Sums_differences_and_products_are_those_of_big_integers(string left, string right)
    {
        var (a, b) = (Parse(left), Parse(right));
        var (x, y) = (Field(a), Field(b));

        Assert.Equal((a + b) % P, Value(x + y));
        Assert.Equal((a - b + 2 * P) % P, Value(x - y));
        Assert.Equal(a * b % P, Value(x * y));
        Assert.Equal(a * a % P, Value(x.Square()));
        Assert.Equal(a % P == b % P ? 1UL : 0, Field25519.AreEqual(x, y));
        Assert.Equal((a + b) * (a - b + 2 * P) % P, Value((x + y) * (x - y)));
        Assert.Equal((2 * P - b) % P, Value(-y));
    }

    [Theory, MemberData(nameof(Values))]
    public void Powers_are_those_of_big_integers(string value)
    {
        var a = Parse(value) % P;
        var x = Field(a);

        Assert.Equal(BigInteger.ModPow(a, P - 2, P), Value(x.Invert()));
        Assert.Equal(BigInteger.ModPow(a, (P - 5) / 8, P), Value(x.PowerOfFiveEighths()));
        Assert.Equal(BigInteger.ModPow(a, (P - 1) / 2, P), Value(x.Legendre()));
        Assert.Equal((ulong)(a & 1), x.Sign());
    }

    [Fact]
    public void Limbs_at_their_bound_do_not_overflow()
    {
        const ulong limb = (1UL << 54) - 1;
        var largest = new Field25519(limb, limb, limb, limb, limb);
        var value = new BigInteger(limb) * ((BigInteger.One << 255) - 1) / ((BigInteger.One << 51) - 1);

        Assert.Equal(value * value % P, Value(largest * largest));
        Assert.Equal(value * value % P, Value(largest.Square()));
        Assert.Equal(value % P, Value(largest));
    }

    [Fact]
    public void Forty_eight_bytes_big_endian_are_taken_modulo_p()
    {
        var random = RandomSource.Seeded(2);
        byte[][] inputs = [new byte[48], [.. Enumerable.Repeat((byte)0xff, 48)], .. Enumerable.Range(0, 64).Select(_ => random.Bytes(48))];
        foreach (var wide in inputs)
        {
            Assert.Equal(new BigInteger(wide, isUnsigned: true, isBigEndian: true) % P, Value(Field25519.ReduceWide(wide)));
        }
    }

    [Fact]
    public void Only_values_below_p_are_canonical()
    {
        BigInteger[] canonical = [0, 1, P - 1];
        BigInteger[] other = [P, P + 1, P + 18, BigInteger.One << 255, (BigInteger.One << 255) + 1, (BigInteger.One << 256) - 1];
        Assert.All(canonical, value => Assert.True(Field25519.IsCanonical(AffineCurve25519.Encode(value))));
        Assert.All(other, value => Assert.False(Field25519.IsCanonical(AffineCurve25519.Encode(value))));
    }

    private static BigInteger Parse(string hexadecimal) => BigInteger.Parse("0" + hexadecimal, System.Globalization.NumberStyles.HexNumber);

    private static Field25519 Field(BigInteger value) => Field25519.Decode(AffineCurve25519.Encode(value));

    private static BigInteger Value(Field25519 element)
    {
        var bytes = new byte[32];
        element.Encode(bytes);
        return new BigInteger(bytes, isUnsigned: true);
    }
}
