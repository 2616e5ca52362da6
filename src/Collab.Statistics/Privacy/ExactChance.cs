using System.Numerics;
using Collab.Primitives;

namespace Collab.Statistics.Privacy;

/// <summary>Random choices whose chances are exactly what they are said to be: integers and uniform bits, no floating point.</summary>
/// <remarks>Source: Canonne, Kamath, Steinke 2020 (arXiv 2004.00010), sampling Bernoulli(exp(−γ)); specs/differential-privacy.md, "Samplers".</remarks>
internal static class ExactChance
{
    /// <summary>A uniform integer of [0, <paramref name="bound"/>), by rejection of what is too large.</summary>
    public static BigInteger BelowVariableTime(BigInteger bound, RandomSource random)
    {
        var bits = (int)(bound - 1).GetBitLength();
        var bytes = new byte[(bits + 7) / 8];
        while (true)
        {
            random.Fill(bytes);
            if (bits % 8 != 0) bytes[^1] &= (byte)((1 << bits % 8) - 1);
            var value = new BigInteger(bytes, isUnsigned: true);
            if (value < bound) return value;
        }
    }

    /// <summary>True with chance e^(−<paramref name="numerator"/>/<paramref name="denominator"/>); at least 0 and above 0.</summary>
    public static bool ExponentialVariableTime(BigInteger numerator, BigInteger denominator, RandomSource random)
    {
        var whole = BigInteger.DivRem(numerator, denominator, out var rest);
        for (var i = BigInteger.Zero; i < whole; i++)
        {
            if (!ExponentialOfProperVariableTime(1, 1, random)) return false;
        }

        return ExponentialOfProperVariableTime(rest, denominator, random);
    }

    // For γ in [0, 1]. The first k at which a coin of chance γ/k fails is odd with chance Σ (−γ)^j / j! = e^(−γ).
    private static bool ExponentialOfProperVariableTime(BigInteger numerator, BigInteger denominator, RandomSource random)
    {
        var k = 1;
        while (BelowVariableTime(denominator * k, random) < numerator) k++;
        return k % 2 == 1;
    }
}
