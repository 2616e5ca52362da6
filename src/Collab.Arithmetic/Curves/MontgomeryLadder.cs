using System.Runtime.CompilerServices;

namespace Collab.Arithmetic.Curves;

/// <summary>Arithmetic on x-coordinates of y² = x³ + 486662·x² + x, one point at a time. The specification of the lanes.</summary>
/// <remarks>A point is X : Z with x = X/Z; the neutral element is Z = 0. Source: RFC 7748, section 5.</remarks>
internal static class MontgomeryLadder
{
    /// <summary>The curve constant A.</summary>
    public const ulong A = 486662;

    /// <summary>(A − 2)/4.</summary>
    public const ulong A24 = 121665;

    /// <summary>x(s·P) from x(P); 0 where the product is the neutral element.</summary>
    /// <param name="x">The x-coordinate of P.</param>
    /// <param name="scalar">32 bytes, little-endian, all 256 bits used; secret.</param>
    public static Field25519 Multiply(in Field25519 x, ReadOnlySpan<byte> scalar)
    {
        var (x2, z2) = (Field25519.One, Field25519.Zero);
        var (x3, z3) = (x, Field25519.One);
        ulong swap = 0;
        for (var position = 8 * Curve25519.ScalarSize - 1; position >= 0; position--)
        {
            var bit = (ulong)(scalar[position >> 3] >> (position & 7)) & 1;
            swap ^= bit;                                                                // two swaps in a row are one or none
            Field25519.Swap(swap, ref x2, ref x3);
            Field25519.Swap(swap, ref z2, ref z3);
            swap = bit;
            Step(x, ref x2, ref z2, ref x3, ref z3);
        }

        Field25519.Swap(swap, ref x2, ref x3);
        Field25519.Swap(swap, ref z2, ref z3);
        return x2 * z2.Invert();                                                        // the inverse of 0 is 0
    }

    /// <summary>x³ + A·x² + x: a non-zero square exactly for the x of points of the curve other than (0, 0).</summary>
    public static Field25519 RightSide(in Field25519 x) => ((x + Field25519.From(A)) * x + Field25519.One) * x;

    /// <summary>X : Z of twice the point.</summary>
    public static (Field25519 X, Field25519 Z) Double(in Field25519 x, in Field25519 z)
    {
        var sum = (x + z).Square();
        var difference = (x - z).Square();
        var product = sum - difference;                                                 // 4·X·Z
        return (sum * difference, product * (sum + Field25519.From(A24) * product));
    }

    /// <summary>(P2, P3) becomes (2·P2, P2 + P3), where P3 − P2 = ±P.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Step(
        in Field25519 x1, ref Field25519 x2, ref Field25519 z2, ref Field25519 x3, ref Field25519 z3)
    {
        var sum2 = x2 + z2;
        var difference2 = x2 - z2;
        var cross = (x3 - z3) * sum2;
        var crossed = (x3 + z3) * difference2;
        x3 = (cross + crossed).Square();
        z3 = x1 * (cross - crossed).Square();

        var sumSquared = sum2.Square();
        var differenceSquared = difference2.Square();
        var product = sumSquared - differenceSquared;
        x2 = sumSquared * differenceSquared;
        z2 = product * (sumSquared + Field25519.From(A24) * product);
    }
}
