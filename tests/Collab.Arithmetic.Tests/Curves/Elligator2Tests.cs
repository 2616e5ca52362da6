using System.Numerics;
using System.Text.Json.Nodes;
using Collab.Arithmetic.Curves;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Arithmetic.Tests.Curves;

public class Elligator2Tests
{
    public static TheoryData<int> Cases => new(Enumerable.Range(0, 5));

    [Theory, MemberData(nameof(Cases))]
    public void Maps_and_sums_match_rfc_9380(int number)
    {
        var vector = JsonNode.Parse(File.ReadAllText("vectors/rfc9380-curve25519-ro.json"))!["cases"]![number]!;
        var u0 = AffineCurve25519.Encode(Number(vector["u0"]!));
        var u1 = AffineCurve25519.Encode(Number(vector["u1"]!));

        Assert.Equal((Number(vector["Q0.x"]!), Number(vector["Q0.y"]!)), Map(u0));
        Assert.Equal((Number(vector["Q1.x"]!), Number(vector["Q1.y"]!)), Map(u1));
        Assert.Equal(Number(vector["P.x"]!), MapPair(u0, u1));
    }

    [Fact]
    public void Every_mapped_point_lies_on_the_curve_and_u_and_minus_u_map_to_the_same()
    {
        var random = RandomSource.Seeded(11);
        BigInteger[] inputs = [0, 1, AffineCurve25519.P - 1, .. Enumerable.Range(0, 32).Select(_ => AffineCurve25519.Decode(random.Bytes(32)) % AffineCurve25519.P)];
        foreach (var u in inputs)
        {
            var (x, y) = Map(AffineCurve25519.Encode(u));
            Assert.Equal(AffineCurve25519.Mod(x * x * x + AffineCurve25519.A * x * x + x), y * y % AffineCurve25519.P);
            Assert.Equal((x, y), Map(AffineCurve25519.Encode(AffineCurve25519.Mod(-u))));
        }
    }

    [Fact]
    public void The_sum_of_a_point_with_itself_is_its_double()
    {
        var u = RandomSource.Seeded(12).Bytes(32);
        u[31] &= 0x3f;
        var point = Map(u);
        Assert.Equal(AffineCurve25519.Multiply(16, point)!.Value.X, MapPair(u, u));
    }

    [Fact]
    public void The_sum_of_opposite_points_is_neutral()
    {
        var u = RandomSource.Seeded(13).Bytes(32);
        u[31] &= 0x3f;
        var point = Elligator2.Map(Field25519.Decode(u));
        var (_, z) = Elligator2.SumInSubgroup(point, point with { Y = -point.Y });
        Assert.Equal(1UL, z.IsZero());
    }

    [Fact]
    public void Results_lie_in_the_subgroup_of_prime_order()
    {
        var random = RandomSource.Seeded(14);
        for (var i = 0; i < 8; i++)
        {
            var x = MapPair(AffineCurve25519.Encode(AffineCurve25519.Decode(random.Bytes(31))), AffineCurve25519.Encode(AffineCurve25519.Decode(random.Bytes(31))));
            Assert.Null(AffineCurve25519.Multiply(AffineCurve25519.Order, AffineCurve25519.Lift(x)));
        }
    }

    private static (BigInteger X, BigInteger Y) Map(byte[] u)
    {
        var point = Elligator2.Map(Field25519.Decode(u));
        byte[] x = new byte[32], y = new byte[32];
        (point.X * point.Denominator.Invert()).Encode(x);
        point.Y.Encode(y);
        return (AffineCurve25519.Decode(x), AffineCurve25519.Decode(y));
    }

    private static BigInteger MapPair(byte[] u0, byte[] u1)
    {
        var point = new byte[32];
        Curve25519.MapPairsToSubgroup([.. u0, .. u1], point);
        return AffineCurve25519.Decode(point);
    }

    private static BigInteger Number(JsonNode hexadecimal) =>
        BigInteger.Parse("0" + (string)hexadecimal!, System.Globalization.NumberStyles.HexNumber);
}
