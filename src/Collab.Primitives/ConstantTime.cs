using System.Security.Cryptography;

namespace Collab.Primitives;

/// <summary>Choices and comparisons whose timing does not depend on their inputs.</summary>
/// <remarks>Branch-free C# is a strong habit, not a proof: the JIT may still branch (security-model.md).</remarks>
public static class ConstantTime
{
    /// <summary>Returns 1 if a &lt; b, else 0.</summary>
    public static ulong LessThan(ulong a, ulong b)
        => unchecked((a ^ ((a ^ b) | ((a - b) ^ b))) >> 63); // the borrow bit of a − b

    /// <summary>Returns <paramref name="ifOne"/> when bit is 1, <paramref name="ifZero"/> when bit is 0.</summary>
    public static ulong Select(ulong bit, ulong ifOne, ulong ifZero)
        => unchecked(ifZero ^ ((0 - bit) & (ifOne ^ ifZero)));

    /// <summary>Whether two spans hold the same bytes; timing depends on their lengths only.</summary>
    public static bool Equal(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => CryptographicOperations.FixedTimeEquals(a, b);
}
