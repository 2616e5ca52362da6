using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.SecretSharing.Boolean;

namespace Collab.SecretSharing.Permutations;

/// <summary>Rows that neither party knows: of each an integer modulo 2^64, shared by addition, and bits, shared by exclusive or; either may be left out.</summary>
/// <remarks>This party's shares, changed in place by <see cref="KnownMoves"/>. Has one owner, who disposes it; disposing zeroes.</remarks>
public sealed class RowShares : IDisposable
{
    /// <summary>The most bits of a row: with an integer they fill one block of a transfer.</summary>
    public const int MostBits = 64;

    /// <summary>This party's shares of rows.</summary>
    /// <param name="words">Shape [n], owned from here on; null where rows have no integer.</param>
    /// <param name="bits">Shape [n], each below 2^<paramref name="bitCount"/>, owned from here on; null where rows have no bits.</param>
    /// <param name="bitCount">Bits of a row, 0 to 64; public.</param>
    /// <exception cref="ArgumentException">Neither, other lengths, or too many bits.</exception>
    public RowShares(ulong[]? words, ulong[]? bits, int bitCount)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bitCount, MostBits);
        if ((words ?? bits) is not { } rows || (bits is null) != (bitCount == 0) || (bits ?? rows).Length != rows.Length)
            throw new ArgumentException("An integer, bits or both for each row.", nameof(words));
        (Words, Bits, BitCount, Length) = (words, bits, bitCount, rows.Length);
    }

    /// <summary>Rows.</summary>
    public int Length { get; }

    /// <summary>Bits of a row.</summary>
    public int BitCount { get; }

    /// <summary>Bytes that a row takes on the wire.</summary>
    internal int Size => SizeOf(Words is not null, BitCount);

    internal ulong[]? Words { get; }

    internal ulong[]? Bits { get; }

    /// <summary>Shares of one bit of each of the first rows; local.</summary>
    public SharedBits BitsOf(int number, int count)
    {
        var plane = new BitVector(count);
        for (var i = 0; i < count; i++) plane.Words[i >> 6] |= ((Bits![i] >> number) & 1) << (i & 63);
        return new(plane);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Length} shared rows";

    /// <summary>Zeroes the shares.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(Words.AsSpan()));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(Bits.AsSpan()));
    }

    /// <summary>Bytes that a row takes on the wire.</summary>
    public static int SizeOf(bool hasWord, int bitCount) => (hasWord ? sizeof(ulong) : 0) + ((bitCount + 7) / 8);
}
