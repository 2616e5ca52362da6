using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Collab.SecretSharing.Boolean;

/// <summary>Integers modulo 2^w that neither party knows: each has one uniform vector, and the integers are their sum. There is no way to read one here; opening is a protocol.</summary>
/// <param name="share">This party's vector, each below 2^w; owned from here on.</param>
/// <param name="wordBits">w: 32, 64 or 128.</param>
public sealed class SharedWords(UInt128[] share, int wordBits) : IDisposable
{
    /// <summary>How many integers.</summary>
    public int Length => share.Length;

    /// <summary>w.</summary>
    public int WordBits { get; } = wordBits is 32 or 64 or 128 ? wordBits : throw new ArgumentOutOfRangeException(nameof(wordBits), "32, 64 or 128");

    /// <summary>This party's vector, which alone says nothing of the integers.</summary>
    public ReadOnlySpan<UInt128> Share => share;

    /// <summary>2^w − 1.</summary>
    internal static UInt128 Mask(int wordBits) => wordBits == 128 ? UInt128.MaxValue : (UInt128.One << wordBits) - 1;

    /// <summary>Shares of the sums, element by element; local.</summary>
    /// <exception cref="ArgumentException">Lengths or widths differ.</exception>
    public SharedWords Add(SharedWords other)
    {
        if (other.Length != Length || other.WordBits != WordBits) throw new ArgumentException("One length and one width.", nameof(other));
        var sum = new UInt128[Length];
        for (var i = 0; i < sum.Length; i++) sum[i] = unchecked(share[i] + other.Share[i]) & Mask(WordBits);
        return new(sum, WordBits);
    }

    /// <summary>Shares of the sum of all, a vector of one; local.</summary>
    public SharedWords Total()
    {
        var sum = UInt128.Zero;
        foreach (var word in share) sum = unchecked(sum + word);
        return new([sum & Mask(WordBits)], WordBits);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Length} shared words of {WordBits} bits";

    /// <summary>Zeroes the share.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(share.AsSpan()));
}
