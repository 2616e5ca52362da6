namespace Collab.Arithmetic.Curves;

/// <content>Square roots of ratios, signs and absolute values as RFC 9496 defines them.</content>
internal readonly partial struct Field25519
{
    /// <summary>1 and the non-negative √(u/v) if u/v is a square (0 for u = 0), else 0 and the non-negative √(√−1·u/v); 0 and 0 for v = 0, u ≠ 0.</summary>
    /// <remarks>Constant time. Source: RFC 9496, section 4.2.</remarks>
    public static (ulong WasSquare, Field25519 Root) SquareRootOfRatio(in Field25519 u, in Field25519 v) =>
        SquareRootOfRatio(u, v, PowerBase(u, v).PowerOfFiveEighths());

    /// <summary>u·v⁷: what <see cref="PowerOfFiveEighths"/> is taken of for √(u/v).</summary>
    public static Field25519 PowerBase(in Field25519 u, in Field25519 v) => u * (v.Square() * v).Square() * v;

    /// <summary>√(u/v) as above, from the power of <see cref="PowerBase"/>: the power is nearly all the work, and many can be taken at once.</summary>
    public static (ulong WasSquare, Field25519 Root) SquareRootOfRatio(in Field25519 u, in Field25519 v, in Field25519 power)
    {
        var root = u * v.Square() * v * power;
        var check = v * root.Square();
        var negatedU = -u;
        var correct = AreEqual(check, u);
        var flipped = AreEqual(check, negatedU);
        var flippedByRoot = AreEqual(check, negatedU * SquareRootOfMinusOne);
        root = Select(flipped | flippedByRoot, root * SquareRootOfMinusOne, root);
        return (correct | flipped, root.Absolute());
    }

    /// <summary>Whichever of a and −a is not negative, where an odd value in [0, p) is called negative.</summary>
    public Field25519 Absolute() => Select(Sign(), -this, this);
}
