using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Primitives;

namespace Collab.FederatedLearning.Aggregation;

/// <summary>Threshold sharing of a seed over GF(2^128): any t of n shares give it, fewer tell nothing.</summary>
/// <remarks>Source: A. Shamir, How to share a secret, CACM 22(11), 1979. Share i, from 0, is the value of a random polynomial of degree t − 1 at the element i + 1 (as
/// bits); the seed is its value at 0. Timing depends on t and n alone.</remarks>
internal static class SeedSharing
{
    /// <summary>The n shares of a seed.</summary>
    public static Gf128[] Share(Gf128 seed, int threshold, int count, RandomSource random)
    {
        var coefficients = new Gf128[threshold];
        random.Fill(MemoryMarshal.AsBytes(coefficients.AsSpan()));
        coefficients[0] = seed;
        var shares = new Gf128[count];
        for (var i = 0; i < count; i++)
            for (var k = threshold - 1; k >= 0; k--) shares[i] = (shares[i] * PointOf(i)) + coefficients[k];
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(coefficients.AsSpan()));
        return shares;
    }

    /// <summary>The seed, from as many shares as the threshold, each with its number.</summary>
    public static Gf128 Join(IReadOnlyList<(int Number, Gf128 Share)> shares)
    {
        var seed = Gf128.Zero;
        foreach (var (number, share) in shares)
        {
            var (numerator, denominator) = (Gf128.One, Gf128.One); // Lagrange's basis at 0; in this field minus is plus
            foreach (var (other, _) in shares)
            {
                if (other == number) continue;
                numerator *= PointOf(other);
                denominator *= PointOf(other) + PointOf(number);
            }

            seed += share * numerator * denominator.Inverse();
        }

        return seed;
    }

    private static Gf128 PointOf(int number) => new((ulong)number + 1, 0);
}
