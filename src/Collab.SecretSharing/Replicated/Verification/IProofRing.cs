using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Collab.Arithmetic.BinaryField;
using Collab.Primitives;

namespace Collab.SecretSharing.Replicated.Verification;

/// <summary>
/// An extension of the ring in which products were taken, large enough to check them in: differences of its challenges are invertible, and there
/// are at least 2^55 of them.
/// </summary>
internal unsafe interface IProofRing
{
    /// <summary>Words of an element.</summary>
    static abstract int Words { get; }

    /// <summary>Elements of the small ring in one word: 1, or 64 bits.</summary>
    static abstract int Lanes { get; }

    /// <summary>d ← d + x.</summary>
    static abstract void Add(ulong* d, ulong* x);

    /// <summary>d ← d − x.</summary>
    static abstract void Subtract(ulong* d, ulong* x);

    /// <summary>d ← x · y; d is neither.</summary>
    static abstract void Multiply(ulong* d, ulong* x, ulong* y);

    /// <summary>d ← d + Σ over the lanes of element l times lane l of the word.</summary>
    static abstract void Accumulate(ulong* d, ulong* elements, ulong word);

    /// <summary>Element l ← element l + weight times lane l of the word.</summary>
    static abstract void Spread(ulong* elements, ulong* weight, ulong word);

    /// <summary>Uniform elements.</summary>
    static abstract void Draw(RandomSource stream, ulong* d, int count);

    /// <summary>Whether words are elements in their one form.</summary>
    static abstract bool AreCanonical(ReadOnlySpan<ulong> elements);

    /// <summary>Uniform challenges.</summary>
    static abstract void DrawChallenges(RandomSource stream, ulong* d, int count);
}

/// <summary>GF(2^128), for bits; every element is a challenge.</summary>
internal readonly unsafe struct BinaryProofRing : IProofRing
{
    public static int Words => 2;

    public static int Lanes => 64;

    public static void Add(ulong* d, ulong* x)
    {
        d[0] ^= x[0];
        d[1] ^= x[1];
    }

    public static void Subtract(ulong* d, ulong* x) => Add(d, x);

    public static void Multiply(ulong* d, ulong* x, ulong* y) => *(Gf128*)d = *(Gf128*)x * *(Gf128*)y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate(ulong* d, ulong* elements, ulong word)
    {
        if (Vector512.IsHardwareAccelerated) Accumulate512(d, elements, word);
        else AccumulateScalar(d, elements, word);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Spread(ulong* elements, ulong* weight, ulong word)
    {
        if (Vector512.IsHardwareAccelerated) Spread512(elements, weight, word);
        else SpreadScalar(elements, weight, word);
    }

    /// <summary>Four elements a step: bit l of the word, where it is set, fills the two words of element l.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Accumulate512(ulong* d, ulong* elements, ulong word)
    {
        unchecked
        {
            var (bits, lanes, sum) = (Vector512.Create(1UL, 1, 2, 2, 4, 4, 8, 8), Vector512.Create(word), Vector512<ulong>.Zero);
            for (nint lane = 0; lane < 64; lane += 4, lanes >>>= 4)
                sum ^= Vector512.Load(elements + (2 * lane)) & Vector512.Equals(lanes & bits, bits);
            var half = sum.GetLower() ^ sum.GetUpper();
            var quarter = half.GetLower() ^ half.GetUpper();
            (quarter ^ Vector128.Load(d)).Store(d);
        }
    }

    /// <summary>As <see cref="Accumulate512"/>, of the weight to the elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Spread512(ulong* elements, ulong* weight, ulong word)
    {
        unchecked
        {
            var (bits, lanes) = (Vector512.Create(1UL, 1, 2, 2, 4, 4, 8, 8), Vector512.Create(word));
            var (low, high) = (weight[0], weight[1]);
            var all = Vector512.Create(low, high, low, high, low, high, low, high);
            for (nint lane = 0; lane < 64; lane += 4, lanes >>>= 4)
            {
                var to = elements + (2 * lane);
                (Vector512.Load(to) ^ (all & Vector512.Equals(lanes & bits, bits))).Store(to);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void AccumulateScalar(ulong* d, ulong* elements, ulong word)
    {
        unchecked
        {
            var (low, high) = (d[0], d[1]);
            for (nint lane = 0; lane < 64; lane++, word >>= 1)
            {
                var mask = 0 - (word & 1);
                low ^= elements[2 * lane] & mask;
                high ^= elements[(2 * lane) + 1] & mask;
            }

            (d[0], d[1]) = (low, high);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void SpreadScalar(ulong* elements, ulong* weight, ulong word)
    {
        unchecked
        {
            var (low, high) = (weight[0], weight[1]);
            for (nint lane = 0; lane < 64; lane++, word >>= 1)
            {
                var mask = 0 - (word & 1);
                elements[2 * lane] ^= low & mask;
                elements[(2 * lane) + 1] ^= high & mask;
            }
        }
    }

    public static void Draw(RandomSource stream, ulong* d, int count) => stream.Fill(new Span<byte>(d, checked(count * 16)));

    public static bool AreCanonical(ReadOnlySpan<ulong> elements) => true;

    public static void DrawChallenges(RandomSource stream, ulong* d, int count) => Draw(stream, d, count);
}
