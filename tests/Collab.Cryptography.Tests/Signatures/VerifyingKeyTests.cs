using System.Numerics;
using Collab.Cryptography.Signatures;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Cryptography.Tests.Signatures;

public class VerifyingKeyTests
{
    private static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    private static readonly BigInteger L = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493");
    private static readonly BigInteger D = Mod(-121_665 * Invert(121_666));

    [Fact]
    public void All_eight_points_of_small_order_are_refused_in_every_spelling()
    {
        var torsion = TorsionPoints();
        Assert.Equal(8, torsion.Count);
        foreach (var (x, y) in torsion)
            foreach (var spelling in (BigInteger[])[y, y + P])
                foreach (var sign in (byte[])[0, 0x80])
                    if (spelling < BigInteger.Pow(2, 255))
                        Assert.Throws<MalformedException>(() => VerifyingKey.Parse(Encode(spelling, sign)));
    }

    [Fact]
    public void A_y_of_p_or_more_is_refused()
    {
        for (var y = P; y < BigInteger.Pow(2, 255); y++) Assert.Throws<MalformedException>(() => VerifyingKey.Parse(Encode(y, 0)));
    }

    [Fact]
    public void Points_off_the_curve_are_refused_and_points_on_it_taken()
    {
        var (taken, refused) = (0, 0);
        for (var y = new BigInteger(2); y < 200; y++)
        {
            var encoded = Encode(y, 0);
            if (Root(y) is null)
            {
                Assert.Throws<MalformedException>(() => VerifyingKey.Parse(encoded));
                refused++;
            }
            else
            {
                Assert.Equal(encoded, VerifyingKey.Parse(encoded).Bytes.ToArray());
                taken++;
            }
        }

        Assert.True(taken > 50 && refused > 50);
    }

    [Theory, InlineData(0), InlineData(31), InlineData(33), InlineData(64)]
    public void A_key_of_another_length_is_refused(int length) =>
        Assert.Throws<MalformedException>(() => VerifyingKey.Parse(new byte[length]));

    [Fact]
    public void A_signature_whose_R_has_small_order_is_refused()
    {
        using var key = SigningKey.Generate(RandomSource.Seeded(1));
        foreach (var (x, y) in TorsionPoints())
        {
            var signature = new byte[64];
            Encode(y, (byte)(x.IsEven ? 0 : 0x80)).CopyTo(signature, 0);
            Assert.False(key.PublicKey.Verify("x"u8, signature));
        }
    }

    [Fact]
    public void Equal_bytes_are_equal_keys()
    {
        using var key = SigningKey.Generate(RandomSource.Seeded(2));
        var again = VerifyingKey.Parse(key.PublicKey.Bytes);
        Assert.Equal(key.PublicKey, again);
        Assert.Equal(key.PublicKey.GetHashCode(), again.GetHashCode());
    }

    // L times any point has an order that divides 8; enough points give all eight. Plain affine arithmetic, apart from the product's.
    private static HashSet<(BigInteger X, BigInteger Y)> TorsionPoints()
    {
        var found = new HashSet<(BigInteger, BigInteger)>();
        for (var y = new BigInteger(2); found.Count < 8 && y < 500; y++)
        {
            if (Root(y) is not { } x) continue;
            found.Add(Multiply(L, (x, y)));
        }

        return found;
    }

    private static (BigInteger X, BigInteger Y) Multiply(BigInteger times, (BigInteger X, BigInteger Y) point)
    {
        (BigInteger X, BigInteger Y) sum = (0, 1);
        for (; times > 0; times >>= 1, point = Add(point, point))
            if (!times.IsEven)
                sum = Add(sum, point);
        return sum;
    }

    private static (BigInteger X, BigInteger Y) Add((BigInteger X, BigInteger Y) a, (BigInteger X, BigInteger Y) b)
    {
        var product = Mod(D * a.X % P * b.X % P * a.Y % P * b.Y);
        return (Mod(((a.X * b.Y) + (a.Y * b.X)) * Invert(1 + product)), Mod(((a.Y * b.Y) + (a.X * b.X)) * Invert(1 - product)));
    }

    private static BigInteger? Root(BigInteger y)
    {
        var square = Mod(((y * y) - 1) * Invert((D * y * y) + 1));
        var root = BigInteger.ModPow(square, (P + 3) / 8, P);
        if (Mod(root * root) != square) root = Mod(root * BigInteger.ModPow(2, (P - 1) / 4, P));
        return Mod(root * root) == square ? root : null;
    }

    private static byte[] Encode(BigInteger y, byte sign)
    {
        var bytes = new byte[32];
        y.ToByteArray(isUnsigned: true).CopyTo(bytes, 0);
        bytes[31] |= sign;
        return bytes;
    }

    private static BigInteger Invert(BigInteger a) => BigInteger.ModPow(Mod(a), P - 2, P);

    private static BigInteger Mod(BigInteger a) => ((a % P) + P) % P;
}
