using System.Runtime.CompilerServices;

namespace Collab.Arithmetic.Curves;

/// <content>Products: five columns of 128 bits, columns above 2^255 folded by 2^255 = 19.</content>
internal readonly partial struct Field25519
{
    /// <remarks>Limbs below 2^54 give columns below 5 · 19 · 2^108 &lt; 2^115.</remarks>
    public static Field25519 operator *(in Field25519 a, in Field25519 b)
    {
        unchecked
        {
            ulong b1 = 19 * b.Limb1, b2 = 19 * b.Limb2, b3 = 19 * b.Limb3, b4 = 19 * b.Limb4;
            return Reduce(
                Product(a.Limb0, b.Limb0) + Product(a.Limb1, b4) + Product(a.Limb2, b3) + Product(a.Limb3, b2) + Product(a.Limb4, b1),
                Product(a.Limb0, b.Limb1) + Product(a.Limb1, b.Limb0) + Product(a.Limb2, b4) + Product(a.Limb3, b3) + Product(a.Limb4, b2),
                Product(a.Limb0, b.Limb2) + Product(a.Limb1, b.Limb1) + Product(a.Limb2, b.Limb0) + Product(a.Limb3, b4) + Product(a.Limb4, b3),
                Product(a.Limb0, b.Limb3) + Product(a.Limb1, b.Limb2) + Product(a.Limb2, b.Limb1) + Product(a.Limb3, b.Limb0) + Product(a.Limb4, b4),
                Product(a.Limb0, b.Limb4) + Product(a.Limb1, b.Limb3) + Product(a.Limb2, b.Limb2) + Product(a.Limb3, b.Limb1) + Product(a.Limb4, b.Limb0));
        }
    }

    /// <summary>a²: the 25 products fall together into 15.</summary>
    public Field25519 Square()
    {
        unchecked
        {
            ulong twice0 = 2 * Limb0, twice1 = 2 * Limb1, folded3 = 19 * Limb3, folded4 = 19 * Limb4;
            return Reduce(
                Product(Limb0, Limb0) + Product(twice1, folded4) + Product(2 * Limb2, folded3),
                Product(twice0, Limb1) + Product(2 * Limb2, folded4) + Product(Limb3, folded3),
                Product(twice0, Limb2) + Product(Limb1, Limb1) + Product(2 * Limb3, folded4),
                Product(twice0, Limb3) + Product(twice1, Limb2) + Product(Limb4, folded4),
                Product(twice0, Limb4) + Product(twice1, Limb3) + Product(Limb2, Limb2));
        }
    }

    /// <summary>a^(2^count).</summary>
    /// <param name="count">Squarings, at least one; public.</param>
    public Field25519 Square(int count)
    {
        var result = Square();
        for (var i = 1; i < count; i++) result = result.Square();
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static UInt128 Product(ulong a, ulong b) => Math.BigMul(a, b);

    private static Field25519 Reduce(UInt128 column0, UInt128 column1, UInt128 column2, UInt128 column3, UInt128 column4)
    {
        unchecked
        {
            column1 += column0 >> LimbBits;
            column2 += column1 >> LimbBits;
            column3 += column2 >> LimbBits;
            column4 += column3 >> LimbBits;
            var limb0 = ((ulong)column0 & LimbMask) + 19 * (ulong)(column4 >> LimbBits); // below 2^51 + 19 · 2^60
            return new(
                limb0 & LimbMask,
                ((ulong)column1 & LimbMask) + (limb0 >> LimbBits),
                (ulong)column2 & LimbMask,
                (ulong)column3 & LimbMask,
                (ulong)column4 & LimbMask);
        }
    }
}
