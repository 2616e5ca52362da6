using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Collab.Arithmetic.Curves;

/// <content>Products: five columns of 128 bits as pairs of words, columns above 2^255 folded by 2^255 = 19.</content>
internal readonly partial struct Field25519
{
    /// <remarks>Limbs below 2^54 give columns below 5 · 19 · 2^108 &lt; 2^115.</remarks>
    public static Field25519 operator *(in Field25519 a, in Field25519 b)
    {
        unchecked
        {
            ulong b1 = 19 * b.Limb1, b2 = 19 * b.Limb2, b3 = 19 * b.Limb3, b4 = 19 * b.Limb4;
            ulong low0 = (a.Limb0) * (b.Limb0), high0 = HighProduct(a.Limb0, b.Limb0);
            Accumulate(a.Limb1, b4, ref low0, ref high0);
            Accumulate(a.Limb2, b3, ref low0, ref high0);
            Accumulate(a.Limb3, b2, ref low0, ref high0);
            Accumulate(a.Limb4, b1, ref low0, ref high0);
            ulong low1 = (a.Limb0) * (b.Limb1), high1 = HighProduct(a.Limb0, b.Limb1);
            Accumulate(a.Limb1, b.Limb0, ref low1, ref high1);
            Accumulate(a.Limb2, b4, ref low1, ref high1);
            Accumulate(a.Limb3, b3, ref low1, ref high1);
            Accumulate(a.Limb4, b2, ref low1, ref high1);
            ulong low2 = (a.Limb0) * (b.Limb2), high2 = HighProduct(a.Limb0, b.Limb2);
            Accumulate(a.Limb1, b.Limb1, ref low2, ref high2);
            Accumulate(a.Limb2, b.Limb0, ref low2, ref high2);
            Accumulate(a.Limb3, b4, ref low2, ref high2);
            Accumulate(a.Limb4, b3, ref low2, ref high2);
            ulong low3 = (a.Limb0) * (b.Limb3), high3 = HighProduct(a.Limb0, b.Limb3);
            Accumulate(a.Limb1, b.Limb2, ref low3, ref high3);
            Accumulate(a.Limb2, b.Limb1, ref low3, ref high3);
            Accumulate(a.Limb3, b.Limb0, ref low3, ref high3);
            Accumulate(a.Limb4, b4, ref low3, ref high3);
            ulong low4 = (a.Limb0) * (b.Limb4), high4 = HighProduct(a.Limb0, b.Limb4);
            Accumulate(a.Limb1, b.Limb3, ref low4, ref high4);
            Accumulate(a.Limb2, b.Limb2, ref low4, ref high4);
            Accumulate(a.Limb3, b.Limb1, ref low4, ref high4);
            Accumulate(a.Limb4, b.Limb0, ref low4, ref high4);
            return Reduce(low0, high0, low1, high1, low2, high2, low3, high3, low4, high4);
        }
    }

    /// <summary>a²: the 25 products fall together into 15.</summary>
    public Field25519 Square()
    {
        unchecked
        {
            ulong twice0 = 2 * Limb0, twice1 = 2 * Limb1, folded3 = 19 * Limb3, folded4 = 19 * Limb4;
            ulong low0 = (Limb0) * (Limb0), high0 = HighProduct(Limb0, Limb0);
            Accumulate(twice1, folded4, ref low0, ref high0);
            Accumulate(2 * Limb2, folded3, ref low0, ref high0);
            ulong low1 = (twice0) * (Limb1), high1 = HighProduct(twice0, Limb1);
            Accumulate(2 * Limb2, folded4, ref low1, ref high1);
            Accumulate(Limb3, folded3, ref low1, ref high1);
            ulong low2 = (twice0) * (Limb2), high2 = HighProduct(twice0, Limb2);
            Accumulate(Limb1, Limb1, ref low2, ref high2);
            Accumulate(2 * Limb3, folded4, ref low2, ref high2);
            ulong low3 = (twice0) * (Limb3), high3 = HighProduct(twice0, Limb3);
            Accumulate(twice1, Limb2, ref low3, ref high3);
            Accumulate(Limb4, folded4, ref low3, ref high3);
            ulong low4 = (twice0) * (Limb4), high4 = HighProduct(twice0, Limb4);
            Accumulate(twice1, Limb3, ref low4, ref high4);
            Accumulate(Limb2, Limb2, ref low4, ref high4);
            return Reduce(low0, high0, low1, high1, low2, high2, low3, high3, low4, high4);
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

    /// <summary>The upper word of a product. The lower one is multiplied again: to get both at once goes through memory and takes 1.7 times as long.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong HighProduct(ulong a, ulong b) =>
        Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(a, b) : Math.BigMul(a, b, out _);

    /// <summary>(high, low) += a · b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(ulong a, ulong b, ref ulong low, ref ulong high)
    {
        unchecked
        {
            var productLow = a * b;
            low += productLow;
            high += HighProduct(a, b) + (low < productLow ? 1UL : 0);                   // a carry, set and added without a branch
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Field25519 Reduce(
        ulong low0, ulong high0, ulong low1, ulong high1, ulong low2, ulong high2, ulong low3, ulong high3, ulong low4, ulong high4)
    {
        unchecked
        {
            Carry(low0, high0, ref low1, ref high1);
            Carry(low1, high1, ref low2, ref high2);
            Carry(low2, high2, ref low3, ref high3);
            Carry(low3, high3, ref low4, ref high4);
            var limb0 = (low0 & LimbMask) + 19 * ((high4 << 13) | (low4 >> LimbBits));    // below 2^51 + 19 · 2^59
            return new(
                limb0 & LimbMask,
                (low1 & LimbMask) + (limb0 >> LimbBits),
                low2 & LimbMask,
                low3 & LimbMask,
                low4 & LimbMask);
        }
    }

    /// <summary>What a column has above 51 bits goes to the next: below 2^64, as columns are below 2^115.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Carry(ulong low, ulong high, ref ulong nextLow, ref ulong nextHigh)
    {
        unchecked
        {
            var carry = (high << 13) | (low >> LimbBits);
            nextLow += carry;
            nextHigh += nextLow < carry ? 1UL : 0;
        }
    }
}
