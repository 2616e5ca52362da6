using System.Numerics;

namespace Collab.Statistics.Inference.Tables;

/// <summary>Binomial coefficients, exactly.</summary>
internal static class Binomials
{
    /// <summary>The number of ways to choose <paramref name="some"/> of <paramref name="all"/>.</summary>
    public static BigInteger Choose(int all, int some)
    {
        var ways = BigInteger.One;
        for (var i = 1; i <= Math.Min(some, all - some); i++) ways = ways * (all - i + 1) / i; // exact at each step
        return ways;
    }
}
