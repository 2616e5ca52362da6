using System.Runtime.CompilerServices;
using Collab.Arithmetic.Hashing;

namespace Collab.SecretSharing.Replicated;

/// <summary>Whether x &gt; r, for an x that one party knows and an r that two others know: the parts that each computes alone. Elements are bytes modulo 67.</summary>
/// <remarks>
/// For bits x_i, r_i of numbers that are never equal, c_i = 1 ± (r_i − x_i) + Σ_{k &gt; i} (x_k xor r_k) is 0 at one place, that of the highest bit in which they differ, if x is the greater (+) or the lesser (−), else nowhere.
/// Source: Wagh, Gupta, Chandran, SecureNN, eprint 2018/442, algorithm 3, after Damgård, Geisler, Krøigaard, ACISP 2007; specs/replicated-sharing.md, step 12. Time depends on lengths, and on which bytes of a stream are
/// drawn again, which says nothing of those that are taken.
/// </remarks>
internal static unsafe class PrivateComparison
{
    /// <summary>The modulus: a prime above 64 + 2, so that no sum but 0 is 0.</summary>
    public const int Prime = 67;

    /// <summary>Bytes uniform below a number, from a stream that its two holders draw alike.</summary>
    public static void Draw(AesPrg stream, Span<byte> d, int below)
    {
        var limit = (uint)(256 / below * below);
        Span<byte> bytes = stackalloc byte[4096];
        var at = 0;
        while (at < d.Length)
        {
            var missing = d.Length - at;
            var portion = bytes[..Math.Min(bytes.Length, missing + (missing / 2) + 16)];
            stream.Fill(portion);
            at = Take(portion, d, at, (uint)below, limit);
        }

        bytes.Clear();
    }

    /// <summary>x − p modulo 67 for the bits x of words, bit after bit: what the one who knows the words sends.</summary>
    public static void Mask(ReadOnlySpan<ulong> words, int bits, ReadOnlySpan<byte> masks, Span<byte> d)
    {
        var at = 0;
        foreach (var word in words)
        {
            for (var j = 0; j < bits; j++, at++) d[at] = Reduced((uint)((int)((word >> j) & 1) + Prime - masks[at]));
        }
    }

    /// <summary>This holder's part of the blinded c of one element: rotated, times s, and plus or less d.</summary>
    /// <param name="shares">Of the bits of the number that is known, lowest first.</param>
    /// <param name="r">What the two holders compare with: as many bits.</param>
    /// <param name="flip">0 or 1: whether the answer is to be turned round.</param>
    /// <param name="rotation">Below the number of bits and one.</param>
    /// <param name="factors">s, uniform from 0 to 65, for 1 to 66.</param>
    /// <param name="masks">d, uniform below 67.</param>
    /// <param name="first">Whether this holder is the one that takes constants and adds masks.</param>
    /// <param name="d">Receives bits + 1 bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Blind(ReadOnlySpan<byte> shares, ulong r, uint flip, int rotation, ReadOnlySpan<byte> factors, ReadOnlySpan<byte> masks, bool first, Span<byte> d)
    {
        unchecked
        {
            var (count, constant) = (shares.Length + 1, first ? 1u : 0);
            uint above = 0, turned = 0 - flip;
            for (var i = count - 1; i >= 0; i--)
            {
                // 2x and 2r + 1, so that they differ: the lowest bits are 0 and 1.
                uint x = i == 0 ? 0u : shares[i - 1], bit = i == 0 ? 1u : (uint)(r >> (i - 1)) & 1, ones = 0 - bit;
                var less = (constant & ones) + Prime - x;                                               // r − x
                var c = constant + ((less & ~turned) | (((2 * Prime) - less) & turned)) + above;
                above = Modulo(above + (((constant + Prime - x) & ones) | (x & ~ones)));            // x xor r
                var blinded = (c * (factors[i] + 1u)) + (first ? masks[i] : Prime - (uint)masks[i]);
                var place = i + rotation;
                place -= count & ~((place - count) >> 31);
                d[place] = (byte)Modulo(blinded);
            }
        }
    }

    /// <summary>1 if one of the sums is 0 modulo 67, else 0.</summary>
    public static uint HasZero(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        unchecked
        {
            var found = 0u;
            for (var i = 0; i < x.Length; i++)
            {
                uint sum = Reduced((uint)x[i] + y[i]);
                found |= (sum - 1) >> 31;
            }

            return found;
        }
    }

    /// <summary>Whether all are elements.</summary>
    public static bool AreElements(ReadOnlySpan<byte> x) => !x.ContainsAnyExceptInRange((byte)0, (byte)(Prime - 1));

    /// <summary>x modulo 67 below 134.</summary>
    private static byte Reduced(uint x)
    {
        unchecked
        {
            var less = x - Prime;
            return (byte)(less + (Prime & (0 - (less >> 31))));
        }
    }

    /// <summary>x modulo 67 below 2^16: ⌊x · 62602 / 2^22⌋ is the quotient (a test holds all).</summary>
    private static uint Modulo(uint x) => unchecked(x - (Prime * ((x * 62602) >> 22)));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Take(ReadOnlySpan<byte> bytes, Span<byte> d, int at, uint below, uint limit)
    {
        unchecked
        {
            var reciprocal = (1u << 16) / below + 1;
            foreach (uint b in bytes)
            {
                if (at == d.Length) break;
                d[at] = (byte)(b - (below * ((b * reciprocal) >> 16)));
                at += (int)((b - limit) >> 31);
            }

            return at;
        }
    }
}
