using System.Numerics;

namespace Collab.Arithmetic.Lattices;

/// <summary>Primes p ≡ 1 modulo twice the degree, so that the negacyclic transform exists modulo p; found the same way everywhere.</summary>
public static class NttPrimes
{
    // Miller-Rabin with these bases decides every number below 3.3·10^24 (Sorenson and Webster 2015, for the first 12 and 13 primes).
    private static readonly ulong[] Bases = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];

    /// <summary>The largest primes of a bit length, descending.</summary>
    /// <param name="bits">The bit length of every prime, 10 to 48.</param>
    /// <param name="degree">The ring's degree N, a power of two: p ≡ 1 mod 2N.</param>
    /// <param name="count">How many.</param>
    /// <param name="except">Primes not to be given.</param>
    /// <exception cref="ArgumentException">There are not so many, or the arguments are out of range.</exception>
    public static ulong[] Largest(int bits, int degree, int count, params ReadOnlySpan<ulong> except)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 10);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, ResidueModulus.LargestBits);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (degree < 2 || !BitOperations.IsPow2(degree)) throw new ArgumentException("The degree is a power of two.", nameof(degree));
        var (found, step) = (new List<ulong>(), 2UL * (ulong)degree);
        for (var p = (((1UL << bits) - 2) / step * step) + 1; found.Count < count; p -= step)
        {
            if (p <= step || p >> (bits - 1) == 0) throw new ArgumentException("There are not so many primes of that length.", nameof(count));
            if (!except.Contains(p) && IsPrime(p)) found.Add(p);
        }

        return [.. found];
    }

    /// <summary>Whether a number is prime; certain for every 64-bit number. Timing depends on it.</summary>
    public static bool IsPrime(ulong number)
    {
        foreach (var small in Bases)
        {
            if (number % small == 0) return number == small;
        }

        if (number < 2) return false;
        var twos = BitOperations.TrailingZeroCount(number - 1);
        foreach (var witness in Bases)
        {
            var x = (ulong)BigInteger.ModPow(witness, (number - 1) >> twos, number);
            var composite = x != 1 && x != number - 1;
            for (var i = 1; i < twos && composite; i++)
            {
                x = (ulong)((UInt128)x * x % number);
                composite = x != number - 1;
            }

            if (composite) return false;
        }

        return true;
    }
}
