using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Primitives;
using Collab.Psi.Vole;

namespace Collab.Psi.Circuit;

/// <summary>The bins of an item and its key in each: three distinct bins, and for the j-th of them the key H_j(d) of 128 bits.</summary>
/// <remarks>H_j(d) = π_j(d) + d with AES-128 under a public key of run and j, as psi-vole's H; bins from H_0. Timing depends on counts alone.</remarks>
internal static class BinHash
{
    private const int ChunkItems = 2048;
    private const int PositionBits = 42;

    /// <summary>bins[j·n + i] is the j-th bin of item i.</summary>
    public static void Bins(Digest context, ReadOnlySpan<Gf128> digests, BinLayout layout, Span<int> bins)
    {
        using var permutation = Permutation(context, 0);
        using var hashes = NativeBuffer<Gf128>.Allocate(ChunkItems);
        var n = digests.Length;
        for (var start = 0; start < n; start += ChunkItems)
        {
            var size = Math.Min(ChunkItems, n - start);
            permutation.Compress(digests.Slice(start, size), hashes.Span[..size]);
            for (var i = 0; i < size; i++)
            {
                var hash = new UInt128(hashes.Span[i].High, hashes.Span[i].Low);
                var (first, second, third) = (Below(hash, layout.BinCount), Below(hash >> PositionBits, layout.BinCount - 1), Below(hash >> (2 * PositionBits), layout.BinCount - 2));
                second += second >= first ? 1 : 0;                                      // the second of the bins but the first, and so on
                var (low, high) = (Math.Min(first, second), Math.Max(first, second));
                third += third >= low ? 1 : 0;
                third += third >= high ? 1 : 0;
                (bins[start + i], bins[n + start + i], bins[(2 * n) + start + i]) = (first, second, third);
            }
        }

        static int Below(UInt128 bits, int bound) =>
            (int)(((UInt128)(unchecked((ulong)bits) & ((1UL << PositionBits) - 1)) * (uint)bound) >> PositionBits);
    }

    /// <summary>keys[i] = H_j(digests[i]).</summary>
    public static void Keys(Digest context, int choice, ReadOnlySpan<Gf128> digests, Span<Gf128> keys)
    {
        using var permutation = Permutation(context, choice + 1);
        permutation.Compress(digests, keys);
    }

    private static AesPermutation Permutation(Digest context, int number) =>
        ItemDigests.Permutation(Digest.Of("collab.psi-circuit.hash-" + number, context.ToArray()));
}
