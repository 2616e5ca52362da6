using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Primitives;

namespace Collab.HomomorphicEncryption.Rings;

/// <summary>The three distributions of the scheme, drawn from a key stream; timing depends on lengths alone, but for public uniform elements.</summary>
internal static class Sampling
{
    /// <summary>The largest error: half of the 42 coins of one.</summary>
    public const int LargestError = 21;

    /// <summary>The variance of an error, 42/4: a standard deviation of 3.24, above the 3.2 of the standard.</summary>
    public const double ErrorVariance = LargestError / 2.0;

    private const ulong Coins = (1UL << LargestError) - 1;

    /// <summary>Uniform in −1, 0, 1: ⌊3·w/2^64⌋ − 1 for a word w, uniform but for 2^-62.</summary>
    public static void Ternary(AesPrg prg, Span<double> destination)
    {
        using var words = Words(prg, destination.Length);
        var source = words.Span;
        for (var i = 0; i < destination.Length; i++) destination[i] = unchecked((double)(long)Math.BigMul(source[i], 3UL, out _)) - 1.0;
    }

    /// <summary>Centred binomial: the heads of 21 coins less those of 21 others.</summary>
    public static void Error(AesPrg prg, Span<double> destination)
    {
        using var words = Words(prg, destination.Length);
        var source = words.Span;
        for (var i = 0; i < destination.Length; i++)
            destination[i] = BitOperations.PopCount(source[i] & Coins) - BitOperations.PopCount((source[i] >> LargestError) & Coins);
    }

    /// <summary>Uniform in [0, 2^bits), for at most 48 bits.</summary>
    public static void Bits(AesPrg prg, int bits, Span<double> destination)
    {
        using var words = Words(prg, destination.Length);
        var source = words.Span;
        for (var i = 0; i < destination.Length; i++) destination[i] = (long)(source[i] & ((1UL << bits) - 1));
    }

    /// <summary>A uniform element that a public seed stands for: for each prime in turn, words cut to its bit length, those at or above it left out.</summary>
    /// <remarks>Variable time, of a public value. Each prime begins at a new block of 8192 words of the stream.</remarks>
    public static RingElement<Evaluations> Uniform(RingBase ring, Gf128 seed)
    {
        const int Block = 8192;
        using var prg = new AesPrg(seed);
        using var words = NativeBuffer<ulong>.Allocate(Block);
        var element = RingElement<Evaluations>.Public(ring);
        for (var limb = 0; limb < ring.Limbs; limb++)
        {
            var (prime, bits, filled) = (ring.Moduli[limb].Value, ring.Moduli[limb].Bits, 0);
            while (filled < ring.Degree)
            {
                prg.Fill(MemoryMarshal.AsBytes(words.Span));
                filled += Accept(words.Span, (1UL << bits) - 1, prime, element[limb][filled..]);
            }
        }

        return element;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int Accept(ReadOnlySpan<ulong> words, ulong mask, ulong prime, Span<double> destination)
    {
        var count = 0;
        for (var i = 0; i < words.Length && count < destination.Length; i++)
        {
            var word = words[i] & mask;
            destination[count] = word;
            count += word < prime ? 1 : 0;
        }

        return count;
    }

    private static NativeBuffer<ulong> Words(AesPrg prg, int count)
    {
        var words = NativeBuffer<ulong>.Allocate(count);
        prg.Fill(MemoryMarshal.AsBytes(words.Span));
        return words;
    }
}
