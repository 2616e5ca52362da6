using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <summary>The two hashes of an item: its digest d of 128 bits, which stands for it from then on, and the field element H(d).</summary>
/// <remarks>
/// d(x) is the first half of SHA-256(prefix ‖ x) with a prefix of 16 bytes from the run's context; H(d) = π(d) + d with π = AES-128 under
/// a public key of the run. Why that suffices: specs/psi-vole.md, "Parameters and why". Timing depends on lengths alone.
/// </remarks>
public static class ItemDigests
{
    internal const int PrefixSize = Sha256Pairs.PrefixSize;

    private const string DigestDomain = "collab.psi-vole.item";
    private const string FieldDomain = "collab.psi-vole.field";
    private const int ChunkItems = 2048;

    /// <summary>Digests of items under the context of a run; equal items and contexts have equal digests.</summary>
    /// <param name="context">The run's context.</param>
    /// <param name="items">Canonical items of any length, n of them.</param>
    /// <param name="digests">Receives the digests, shape [n].</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Hash(Digest context, ReadOnlySpan<ReadOnlyMemory<byte>> items, Span<Gf128> digests)
    {
        if (items.Length != digests.Length) throw new ArgumentException("A digest for each item.", nameof(digests));
        Span<byte> prefix = stackalloc byte[PrefixSize];
        FillPrefix(DigestDomain, context, prefix);
        var whole = new byte[Math.Min(items.Length, ChunkItems) * Sha256Lanes.DigestSize];
        for (var start = 0; start < items.Length; start += ChunkItems)
        {
            var size = Math.Min(ChunkItems, items.Length - start);
            var chunk = whole.AsSpan(0, size * Sha256Lanes.DigestSize);
            Sha256Lanes.Hash(prefix, items.Slice(start, size), chunk);
            for (var i = 0; i < size; i++) digests[start + i] = Gf128.Read(chunk[(i * Sha256Lanes.DigestSize)..]);
        }

        CryptographicOperations.ZeroMemory(whole);
    }

    /// <summary>The first 16 bytes of a digest of domain and context: what stands before every input of a hash.</summary>
    internal static void FillPrefix(string domain, Digest context, Span<byte> prefix)
    {
        Span<byte> whole = stackalloc byte[Digest.Size];
        Digest.Of(domain, context.ToArray()).CopyTo(whole);
        whole[..PrefixSize].CopyTo(prefix);
    }

    /// <summary>The public permutation of H in a run; H(d) is its <see cref="AesPermutation.Compress"/>.</summary>
    internal static AesPermutation Permutation(Digest context)
    {
        Span<byte> key = stackalloc byte[PrefixSize];
        FillPrefix(FieldDomain, context, key);
        return new AesPermutation(Gf128.Read(key));
    }
}
