using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.Primitives;

namespace Collab.Arithmetic.BinaryField;

/// <summary>A vector over GF(2), packed: bit i is bit i mod 64 of word ⌊i/64⌋.</summary>
/// <remarks>Bits of the last word beyond the length are 0 after every member here; who writes through <see cref="Words"/> calls <see cref="Trim"/>. Timing depends on lengths alone.</remarks>
public sealed class BitVector
{
    private readonly ulong[] _words;

    /// <summary>Zeros.</summary>
    /// <param name="length">In bits, 0 or more.</param>
    public BitVector(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        _words = new ulong[WordCount(length)];
    }

    /// <summary>The bits of booleans.</summary>
    public BitVector(ReadOnlySpan<bool> bits)
        : this(bits.Length)
    {
        for (var i = 0; i < bits.Length; i++) _words[i >> 6] |= (bits[i] ? 1UL : 0) << (i & 63);
    }

    /// <summary>The length, in bits.</summary>
    public int Length { get; }

    /// <summary>The words, ⌈length/64⌉ of them.</summary>
    public Span<ulong> Words => _words;

    /// <summary>The memory of the words; little-endian.</summary>
    public Span<byte> Bytes => MemoryMarshal.AsBytes(_words.AsSpan());

    /// <summary>Words that hold so many bits.</summary>
    public static int WordCount(int length) => (int)(((long)length + 63) / 64);

    /// <summary>Uniform bits.</summary>
    public static BitVector Random(int length, RandomSource random)
    {
        var vector = new BitVector(length);
        random.Fill(vector.Bytes);
        vector.Trim();
        return vector;
    }

    /// <summary>Bit i as 0 or 1, without a branch on it.</summary>
    public ulong Bit(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(unchecked((uint)index), (uint)Length, nameof(index));
        return (_words[index >> 6] >> (index & 63)) & 1;
    }

    /// <summary>Whether bit i is 1; for public bits and tests, use <see cref="Bit"/> for secret ones.</summary>
    public bool this[int index]
    {
        get => Bit(index) == 1;
        set
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(unchecked((uint)index), (uint)Length, nameof(index));
            ref var word = ref _words[index >> 6];
            word = (word & ~(1UL << (index & 63))) | ((value ? 1UL : 0) << (index & 63));
        }
    }

    /// <summary>Sets the bits beyond the length to 0.</summary>
    public void Trim()
    {
        if ((Length & 63) != 0) _words[^1] &= (1UL << (Length & 63)) - 1;
    }

    /// <summary>The number of ones.</summary>
    public long PopCount() => PopCount(_words);

    /// <summary>Zeroes the vector.</summary>
    public void Clear() => CryptographicOperations.ZeroMemory(Bytes);

    /// <summary>d[i] = x[i] xor y[i], over words.</summary>
    /// <param name="x">Shape [n].</param>
    /// <param name="y">Shape [n].</param>
    /// <param name="destination">Shape [n]; may be <paramref name="x"/> or <paramref name="y"/> itself.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Xor(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination)
    {
        RequireSameLength(x.Length, y.Length, destination.Length);
        var i = 0;
        for (; i <= x.Length - Vector<ulong>.Count; i += Vector<ulong>.Count)
        {
            (new Vector<ulong>(x[i..]) ^ new Vector<ulong>(y[i..])).CopyTo(destination[i..]);
        }

        for (; i < x.Length; i++) destination[i] = x[i] ^ y[i];
    }

    /// <summary>d[i] = x[i] and y[i], over words.</summary>
    /// <param name="x">Shape [n].</param>
    /// <param name="y">Shape [n].</param>
    /// <param name="destination">Shape [n]; may be <paramref name="x"/> or <paramref name="y"/> itself.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void And(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination)
    {
        RequireSameLength(x.Length, y.Length, destination.Length);
        var i = 0;
        for (; i <= x.Length - Vector<ulong>.Count; i += Vector<ulong>.Count)
        {
            (new Vector<ulong>(x[i..]) & new Vector<ulong>(y[i..])).CopyTo(destination[i..]);
        }

        for (; i < x.Length; i++) destination[i] = x[i] & y[i];
    }

    /// <summary>The number of ones in words.</summary>
    public static long PopCount(ReadOnlySpan<ulong> words)
    {
        long count = 0;
        foreach (var word in words) count += BitOperations.PopCount(word);
        return count;
    }

    private static void RequireSameLength(int x, int y, int destination)
    {
        if (x != y || x != destination) throw new ArgumentException("The vectors have one length.");
    }
}
