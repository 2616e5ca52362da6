using System.Numerics;

namespace Collab.Psi.Circuit;

/// <summary>What was opened to this party; null for what the plan does not open or not to it.</summary>
/// <param name="Count">Common items.</param>
/// <param name="Sum">The exact sum of the values over the common items.</param>
/// <param name="SumOfSquares">The exact sum of their squares.</param>
public sealed record IntersectionTotals(long? Count, long? Sum, Int128? SumOfSquares)
{
    /// <summary>The exact mean as a fraction; null when count or sum is not there. For decimals scaled by s, divide by s.</summary>
    public (BigInteger Numerator, BigInteger Denominator)? Mean => (Count, Sum) is ({ } n, { } sum) ? (sum, n) : null;

    /// <summary>The exact sample variance, (n·Σx² − (Σx)²) / (n·(n − 1)); null when a total is not there or n is 1. For decimals scaled by s, divide by s².</summary>
    public (BigInteger Numerator, BigInteger Denominator)? Variance => (Count, Sum, SumOfSquares) is (> 1 and { } n, { } sum, { } squares)
        ? (((BigInteger)n * (BigInteger)squares) - ((BigInteger)sum * sum), (BigInteger)n * (n - 1))
        : null;
}
