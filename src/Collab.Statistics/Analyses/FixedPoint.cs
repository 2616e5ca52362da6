using System.Numerics;
using Collab.Arithmetic.WideIntegers;

namespace Collab.Statistics.Analyses;

/// <summary>Sums of doubles as whole numbers of 2^−64, so that owners can share them and add them up exactly.</summary>
/// <remarks>The scale and the bounds are derived in specs/regression.md, "Parameters and why". Timing depends on the value, which is the owner's own or opened.</remarks>
internal static class FixedPoint
{
    private const int FractionBits = 64;
    private const double Limit = 8.7112285931760247E+40; // 2^136: 2^52 terms stay below 2^255 with the fraction

    /// <summary>Adds a term, rounded toward zero to a whole number of 2^−64.</summary>
    /// <returns>False, and nothing added, if the term is not finite or not below 2^136.</returns>
    public static bool TryAdd(ref Integer256 sum, double term)
    {
        if (!(Math.Abs(term) < Limit)) return false;
        var bits = BitConverter.DoubleToUInt64Bits(term);
        var exponent = (int)(bits >> 52) & 0x7FF;
        var magnitude = (bits & ((1UL << 52) - 1)) | (exponent == 0 ? 0 : 1UL << 52); // times 2^(exponent − 1075)
        var shift = exponent - 1075 + FractionBits;
        var value = shift <= -64 ? default : shift < 0 ? new Integer256(magnitude >> -shift, 0, 0, 0) : Shifted(magnitude, shift);
        sum = term < 0 ? sum - value : sum + value;
        return true;
    }

    /// <summary>The nearest double of an opened sum.</summary>
    public static double Read(Integer256 sum) => Read(sum.ToBigIntegerVariableTime());

    /// <summary>The nearest double of an opened sum.</summary>
    public static double Read(BigInteger sum) => Math.ScaleB((double)sum, -FractionBits);

    private static Integer256 Shifted(ulong magnitude, int shift)
    {
        Span<ulong> words = stackalloc ulong[5]; // the shift is below 200, so the last stays 0
        var (word, bit) = (shift / 64, shift % 64);
        words[word] = magnitude << bit;
        if (bit > 0) words[word + 1] = magnitude >> (64 - bit);
        return new Integer256(words[0], words[1], words[2], words[3]);
    }
}
