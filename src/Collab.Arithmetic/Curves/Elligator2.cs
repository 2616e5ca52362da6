namespace Collab.Arithmetic.Curves;

/// <summary>The map from GF(p) to curve25519, and the sum of two mapped points; constant time. The specification of the lanes.</summary>
/// <remarks>Source: RFC 9380, section 6.7.1 and appendix G.2.1, whose line numbers stand in the comments.</remarks>
internal static class Elligator2
{
    /// <summary>2^((p+3)/8): c2 of appendix G.2.1.</summary>
    private static Field25519 TwoToThreeEighths => Field25519.SquareRootOfMinusOne + Field25519.One; // (1 + i)² = 2i

    /// <summary>A point with x = X/Denominator and affine y.</summary>
    internal readonly record struct MappedPoint(Field25519 X, Field25519 Denominator, Field25519 Y);

    /// <summary>Maps one element to a point of the curve, not yet of the prime-order subgroup.</summary>
    public static MappedPoint Map(in Field25519 u)
    {
        var curveA = Field25519.From(MontgomeryLadder.A);
        var doubledSquare = u.Square() * Field25519.From(2);                            // 1, 2
        var denominator = doubledSquare + Field25519.One;                               // 3   never 0: −1/2 is no square
        var x1 = -curveA;                                                               // 4
        var denominator2 = denominator.Square();                                        // 5
        var denominator3 = denominator2 * denominator;                                  // 6
        var right1 = (curveA * doubledSquare * x1 + denominator2) * x1;                 // 7 – 10   g(x1)·denominator³
        var t3 = denominator3.Square() * denominator3 * right1;                         // 11, 13, 14
        var t7 = denominator3.Square().Square() * t3;                                   // 12, 15
        var root = t7.PowerOfFiveEighths() * t3;                                        // 16, 17
        var y1 = FixRoot(root, right1, denominator3);                                   // 18 – 22
        var x2 = x1 * doubledSquare;                                                    // 23
        var right2 = right1 * doubledSquare;                                            // 27
        var y2 = FixRoot(root * u * TwoToThreeEighths, right2, denominator3);           // 24 – 26, 28 – 31
        var isFirst = Field25519.AreEqual(y1.Square() * denominator3, right1);          // 32 – 34
        var x = Field25519.Select(isFirst, x1, x2);                                     // 35
        var y = Field25519.Select(isFirst, y1, y2);                                     // 36
        y = Field25519.Select(isFirst ^ y.Sign(), -y, y);                               // 37, 38
        return new(x, denominator, y);
    }

    /// <summary>X : Z of 8·(P + Q): the sum of two mapped points, its cofactor cleared.</summary>
    public static (Field25519 X, Field25519 Z) SumInSubgroup(in MappedPoint p, in MappedPoint q)
    {
        var (x, z) = Add(p, q);
        (x, z) = MontgomeryLadder.Double(x, z);
        (x, z) = MontgomeryLadder.Double(x, z);
        return MontgomeryLadder.Double(x, z);
    }

    /// <summary>The root or √−1 times the root, whichever squares to right/denominator3; either if neither does.</summary>
    private static Field25519 FixRoot(in Field25519 root, in Field25519 right, in Field25519 denominator3) => Field25519.Select(
        Field25519.AreEqual(root.Square() * denominator3, right), root, root * Field25519.SquareRootOfMinusOne);

    /// <summary>x(P + Q) = ((yQ − yP)/(xQ − xP))² − A − xP − xQ over one denominator; x(2P) or Z = 0 where xP = xQ.</summary>
    private static (Field25519 X, Field25519 Z) Add(in MappedPoint p, in MappedPoint q)
    {
        var left = p.X * q.Denominator;
        var right = q.X * p.Denominator;
        var denominator = p.Denominator * q.Denominator;
        var run = right - left;
        var runSquared = run.Square();
        var rise = q.Y - p.Y;
        var x = (rise * denominator).Square() * denominator
            - (Field25519.From(MontgomeryLadder.A) * denominator + left + right) * runSquared;
        var z = runSquared * denominator;

        // The same x (chance 2^-254 for hashed input): either Q = P, and the double is meant, or Q = −P, and Z = 0 is.
        var (doubledX, doubledZ) = MontgomeryLadder.Double(p.X, p.Denominator);
        var isDouble = run.IsZero() & rise.IsZero();
        return (Field25519.Select(isDouble, doubledX, x), Field25519.Select(isDouble, doubledZ, z));
    }
}
