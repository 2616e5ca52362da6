using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Primitives;

namespace Collab.Psi.MultiParty;

/// <summary>One party's part of the zero sharing: S(x) = ⊕ over the other parties of AES(key of the pair, digest of x). Over all parties the sum is 0 for every x.</summary>
/// <remarks>Local after one key for each pair. Source: Kolesnikov et al., CCS 2017, eprint 2017/799, "unconditional zero sharing".</remarks>
internal static class ZeroShares
{
    private const int ChunkItems = 2048;

    /// <summary>values[i] += S(x[i]).</summary>
    public static void AddTo(IEnumerable<Gf128> keys, ReadOnlySpan<Gf128> digests, Span<Gf128> values)
    {
        using var chunk = NativeBuffer<Gf128>.Allocate(ChunkItems);
        foreach (var key in keys)
        {
            using var function = new AesPermutation(key);
            for (var start = 0; start < digests.Length; start += ChunkItems)
            {
                var shares = chunk.Span[..Math.Min(ChunkItems, digests.Length - start)];
                function.Permute(digests.Slice(start, shares.Length), shares);
                Gf128Vector.Add(values.Slice(start, shares.Length), shares, values.Slice(start, shares.Length));
            }
        }
    }
}
