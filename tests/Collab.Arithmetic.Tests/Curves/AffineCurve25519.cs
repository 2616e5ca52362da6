using System.Numerics;

namespace Collab.Arithmetic.Tests.Curves;

/// <summary>Curve25519 by the textbook: affine points, the chord and tangent rule, big integers. The oracle; shares nothing with the product.</summary>
internal static class AffineCurve25519
{
    public static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    public static readonly BigInteger Order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493");
    public static readonly BigInteger A = 486662;

    /// <summary>Null is the neutral element.</summary>
    public static (BigInteger X, BigInteger Y)? Add((BigInteger X, BigInteger Y)? p, (BigInteger X, BigInteger Y)? q)
    {
        if (p is not { } first) return q;
        if (q is not { } second) return p;
        if (first.X == second.X && Mod(first.Y + second.Y) == 0) return null;
        var slope = first.X == second.X
            ? Mod((3 * first.X * first.X + 2 * A * first.X + 1) * Inverse(2 * first.Y))
            : Mod((second.Y - first.Y) * Inverse(second.X - first.X));
        var x = Mod(slope * slope - A - first.X - second.X);
        return (x, Mod(slope * (first.X - x) - first.Y));
    }

    public static (BigInteger X, BigInteger Y)? Multiply(BigInteger scalar, (BigInteger X, BigInteger Y)? point)
    {
        (BigInteger X, BigInteger Y)? sum = null;
        for (; scalar > 0; scalar >>= 1, point = Add(point, point))
        {
            if (!scalar.IsEven) sum = Add(sum, point);
        }

        return sum;
    }

    /// <summary>A point of the curve with this x, or null when x is on the twist.</summary>
    public static (BigInteger X, BigInteger Y)? Lift(BigInteger x)
    {
        var right = Mod(x * x * x + A * x * x + x);
        var root = BigInteger.ModPow(right, (P + 3) / 8, P);
        if (Mod(root * root - right) != 0) root = Mod(root * BigInteger.ModPow(2, (P - 1) / 4, P));
        return Mod(root * root - right) == 0 ? (x, root) : null;
    }

    public static BigInteger Mod(BigInteger value) => ((value % P) + P) % P;

    public static BigInteger Inverse(BigInteger value) => BigInteger.ModPow(Mod(value), P - 2, P);

    public static byte[] Encode(BigInteger value)
    {
        var bytes = new byte[32];
        value.TryWriteBytes(bytes, out _, isUnsigned: true);
        return bytes;
    }

    public static BigInteger Decode(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true);
}
