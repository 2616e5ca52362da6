using System.Numerics;
using System.Text.Json.Nodes;
using Collab.Arithmetic.Curves;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Arithmetic.Tests.Curves;

public class Curve25519Tests
{
    private static readonly JsonNode Rfc7748 = JsonNode.Parse(File.ReadAllText("vectors/rfc7748-x25519.json"))!;

    /// <summary>The x-coordinates of order 1, 2, 4 and 8 on the curve and its twist, with those of their spellings that fit in 255 bits.</summary>
    public static TheoryData<string> SmallOrders => new(
        "0", "1",
        "325606250916557431795983626356110631294008115727848805560023387167927233504",
        "39382357235489614581723060781553021112529911719440698176882885853963445705823");

    [Theory, InlineData(0), InlineData(1)]
    public void Products_match_rfc_7748(int number)
    {
        var vector = Rfc7748["cases"]![number]!;
        Assert.Equal((string?)vector["product"], Convert.ToHexStringLower(X25519(Hex(vector["scalar"]!), Hex(vector["u"]!))));
    }

    [Fact]
    public void Iterated_products_match_rfc_7748()
    {
        byte[] scalar = [9, .. new byte[31]], point = scalar;
        for (var round = 1; round <= 1000; round++)
        {
            (scalar, point) = (X25519(scalar, point), scalar);
            if (round == 1) Assert.Equal((string?)Rfc7748["iterated"]![0]!["result"], Convert.ToHexStringLower(scalar));
        }

        Assert.Equal((string?)Rfc7748["iterated"]![1]!["result"], Convert.ToHexStringLower(scalar));
    }

    [Fact]
    public void The_ladder_equals_chord_and_tangent()
    {
        var random = RandomSource.Seeded(3);
        for (var i = 0; i < 24; i++)
        {
            var scalar = random.Bytes(32);
            var point = PointOnCurve(random);
            var expected = AffineCurve25519.Multiply(AffineCurve25519.Decode(scalar), point)?.X ?? 0;
            Assert.Equal(expected, AffineCurve25519.Decode(Multiply(AffineCurve25519.Encode(point.X), scalar)));
        }
    }

    [Fact]
    public void Small_and_extreme_scalars_equal_chord_and_tangent()
    {
        var point = PointOnCurve(RandomSource.Seeded(4));
        BigInteger[] scalars = [0, 1, 2, 3, 8, AffineCurve25519.Order - 1, AffineCurve25519.Order, 8 * AffineCurve25519.Order,
            8 * AffineCurve25519.Order + 1, (BigInteger.One << 255) - 1, BigInteger.One << 255, (BigInteger.One << 256) - 1];
        foreach (var scalar in scalars)
        {
            var expected = AffineCurve25519.Multiply(scalar, point)?.X ?? 0;
            Assert.Equal(expected, AffineCurve25519.Decode(Multiply(AffineCurve25519.Encode(point.X), AffineCurve25519.Encode(scalar))));
        }
    }

    [Fact]
    public void Scalars_are_eight_times_a_number_below_the_order()
    {
        var random = RandomSource.Seeded(5);
        var residues = new HashSet<BigInteger>();
        var scalar = new byte[32];
        for (var i = 0; i < 500; i++)
        {
            Curve25519.FillScalar(scalar, random);
            var value = AffineCurve25519.Decode(scalar);
            Assert.True(value % 8 == 0);
            Assert.InRange(value / 8, BigInteger.One, AffineCurve25519.Order - 1);
            residues.Add(value % AffineCurve25519.Order);
        }

        Assert.Equal(500, residues.Count);
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]                // 0
    [InlineData("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")]                // ℓ
    [InlineData("eed3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")]                // ℓ + 1
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff1f")]                // 2^253 − 1
    public void A_draw_that_is_0_or_not_below_the_order_is_drawn_again(string draw)
    {
        var scalar = new byte[32];
        Curve25519.FillScalar(scalar, new Draws([.. Convert.FromHexString(draw), 5, .. new byte[31]]));
        Assert.Equal(40, AffineCurve25519.Decode(scalar));
    }

    [Fact]
    public void The_order_less_one_is_a_scalar()
    {
        var scalar = new byte[32];
        Curve25519.FillScalar(scalar, new Draws(AffineCurve25519.Encode(AffineCurve25519.Order - 1)));
        Assert.Equal(8 * (AffineCurve25519.Order - 1), AffineCurve25519.Decode(scalar));
    }

    [Theory, MemberData(nameof(SmallOrders))]
    public void A_point_of_small_order_becomes_neutral_under_every_scalar(string x)
    {
        var scalar = new byte[32];
        Curve25519.FillScalar(scalar, RandomSource.Seeded(6));
        var products = Multiply([.. AffineCurve25519.Encode(9), .. AffineCurve25519.Encode(BigInteger.Parse(x))], scalar);
        Assert.Equal(1, Curve25519.IndexOfNeutral(products));
    }

    [Fact]
    public void A_small_order_part_of_a_point_leaves_no_trace()
    {
        var scalar = new byte[32];
        Curve25519.FillScalar(scalar, RandomSource.Seeded(7));
        var point = AffineCurve25519.Multiply(8, PointOnCurve(RandomSource.Seeded(8)))!.Value;
        var orderFour = AffineCurve25519.Lift(1)!.Value;
        var shifted = AffineCurve25519.Add(point, orderFour)!.Value;
        Assert.Equal(Multiply(AffineCurve25519.Encode(point.X), scalar), Multiply(AffineCurve25519.Encode(shifted.X), scalar));
    }

    [Fact]
    public void Points_of_the_curve_are_valid_and_all_others_are_not()
    {
        var random = RandomSource.Seeded(9);
        for (var i = 0; i < 64; i++)
        {
            var x = AffineCurve25519.Decode(random.Bytes(32)) % AffineCurve25519.P;
            var expected = AffineCurve25519.Lift(x) is null ? 0 : -1;
            Assert.Equal(expected, Curve25519.IndexOfInvalidVariableTime(AffineCurve25519.Encode(x)));
        }
    }

    [Fact]
    public void Zero_and_values_not_below_p_are_invalid()
    {
        var nine = AffineCurve25519.Encode(9);
        BigInteger[] bad = [0, AffineCurve25519.P - 1, AffineCurve25519.P, AffineCurve25519.P + 9, (BigInteger.One << 255) + 9];
        Assert.Equal(-1, Curve25519.IndexOfInvalidVariableTime(nine));
        Assert.All(bad, x => Assert.Equal(1, Curve25519.IndexOfInvalidVariableTime([.. nine, .. AffineCurve25519.Encode(x), .. nine])));
    }

    [Fact]
    public void Multiplications_commute()
    {
        var random = RandomSource.Seeded(10);
        byte[] a = new byte[32], b = new byte[32];
        for (var i = 0; i < 8; i++)
        {
            Curve25519.FillScalar(a, random);
            Curve25519.FillScalar(b, random);
            var point = AffineCurve25519.Encode(PointOnCurve(random).X);
            Assert.Equal(Multiply(Multiply(point, a), b), Multiply(Multiply(point, b), a));
        }
    }

    [Fact]
    public void Wrong_lengths_and_overlaps_are_refused()
    {
        var scalar = new byte[32];
        var buffer = new byte[96];
        Assert.Throws<ArgumentException>(() => Curve25519.Multiply(new byte[33], scalar, new byte[33]));
        Assert.Throws<ArgumentException>(() => Curve25519.Multiply(new byte[64], scalar, new byte[32]));
        Assert.Throws<ArgumentException>(() => Curve25519.Multiply(new byte[32], new byte[31], new byte[32]));
        Assert.Throws<ArgumentException>(() => Curve25519.Multiply(buffer.AsSpan(0, 64), scalar, buffer.AsSpan(32, 64)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Curve25519.Multiply(new byte[32], scalar, new byte[32], 0));
        Assert.Throws<ArgumentException>(() => Curve25519.ReduceWide(new byte[47], new byte[32]));
        Assert.Throws<ArgumentException>(() => Curve25519.MapPairsToSubgroup(new byte[32], new byte[32]));
        Assert.Throws<ArgumentException>(() => Curve25519.MapPairsToSubgroup(buffer.AsSpan(0, 64), buffer.AsSpan(0, 32)));
        Assert.Throws<ArgumentException>(() => Curve25519.IndexOfInvalidVariableTime(new byte[31]));
    }

    private static byte[] Multiply(byte[] points, byte[] scalar)
    {
        var products = new byte[points.Length];
        Curve25519.Multiply(points, scalar, products);
        return products;
    }

    /// <summary>The function of RFC 7748, section 5: our multiplication with its clamping.</summary>
    private static byte[] X25519(byte[] scalar, byte[] point)
    {
        byte[] clamped = [.. scalar];
        clamped[0] &= 248;
        clamped[31] = (byte)((clamped[31] & 127) | 64);
        return Multiply(point, clamped);
    }

    private static (BigInteger X, BigInteger Y) PointOnCurve(RandomSource random)
    {
        while (true)
        {
            if (AffineCurve25519.Lift(AffineCurve25519.Decode(random.Bytes(32)) % AffineCurve25519.P) is { } point) return point;
        }
    }

    private static byte[] Hex(JsonNode value) => Convert.FromHexString((string)value!);

    /// <summary>Gives out the bytes it was made with, in order.</summary>
    private sealed class Draws(byte[] bytes) : RandomSource
    {
        private int _used;

        public override void Fill(Span<byte> destination)
        {
            bytes.AsSpan(_used, destination.Length).CopyTo(destination);
            _used += destination.Length;
        }
    }
}
