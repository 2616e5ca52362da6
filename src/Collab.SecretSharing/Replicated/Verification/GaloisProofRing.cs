using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Collab.Primitives;

namespace Collab.SecretSharing.Replicated.Verification;

/// <summary>The Galois ring GR(2^64, 55) = (Z modulo 2^64)[X] / (X^55 + X^24 + 1), for words. Challenges are the elements with coefficients 0 and 1.</summary>
/// <remarks>
/// The polynomial is irreducible modulo 2 (a test computes it), so that an element is invertible iff it is not 0 modulo 2, and differences of
/// challenges are. Word 55 of an element is 0. Timing is independent of values.
/// </remarks>
internal readonly unsafe struct GaloisProofRing : IProofRing
{
    internal const int Degree = 55;
    internal const int MiddleTerm = 24;
    private const int Padded = 56;

    public static int Words => Padded;

    public static int Lanes => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(ulong* d, ulong* x)
    {
        for (nint i = 0; i < Padded; i = unchecked(i + 8)) (Vector512.Load(d + i) + Vector512.Load(x + i)).Store(d + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Subtract(ulong* d, ulong* x)
    {
        for (nint i = 0; i < Padded; i = unchecked(i + 8)) (Vector512.Load(d + i) - Vector512.Load(x + i)).Store(d + i);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Multiply(ulong* d, ulong* x, ulong* y)
    {
        unchecked
        {
            var product = stackalloc ulong[2 * Padded];
            for (nint i = 0; i < 2 * Padded; i += 8) Vector512<ulong>.Zero.Store(product + i);
            for (nint i = 0; i < Degree; i++) Accumulate(product + i, y, x[i]);
            for (nint i = (2 * Degree) - 2; i >= Degree; i--)
            {
                product[i - Degree] -= product[i];
                product[i - Degree + MiddleTerm] -= product[i];
                product[i] = 0;
            }

            for (nint i = 0; i < Padded; i += 8) Vector512.Load(product + i).Store(d + i);
            new Span<ulong>(product, 2 * Padded).Clear();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate(ulong* d, ulong* elements, ulong word)
    {
        var w = Vector512.Create(word);
        for (nint i = 0; i < Padded; i = unchecked(i + 8)) (Vector512.Load(d + i) + (w * Vector512.Load(elements + i))).Store(d + i);
    }

    public static void Spread(ulong* elements, ulong* weight, ulong word) => Accumulate(elements, weight, word);

    public static void Draw(RandomSource stream, ulong* d, int count)
    {
        stream.Fill(new Span<byte>(d, checked(count * Padded * sizeof(ulong))));
        for (nint i = 0; i < count; i = unchecked(i + 1)) d[(i * Padded) + Degree] = 0;
    }

    public static bool AreCanonical(ReadOnlySpan<ulong> elements)
    {
        var padding = 0UL;
        for (var i = Degree; i < elements.Length; i += Padded) padding |= elements[i];
        return padding == 0;
    }

    public static void DrawChallenges(RandomSource stream, ulong* d, int count)
    {
        for (nint i = 0; i < count; i = unchecked(i + 1))
        {
            var bits = stream.NextUInt64();
            for (nint j = 0; j < Padded; j = unchecked(j + 1)) d[(i * Padded) + j] = j < Degree ? (bits >> (int)j) & 1 : 0;
        }
    }
}
