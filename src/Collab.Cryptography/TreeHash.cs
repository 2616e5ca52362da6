using Collab.Cryptography.Sm;
using Collab.Primitives;

namespace Collab.Cryptography;

/// <summary>The hashes of a Merkle tree of RFC 6962 over the hash of a commitment algorithm: SHA-256, or SM3 in its place.</summary>
public static class TreeHash
{
    /// <summary>H(0x00 ‖ entry).</summary>
    /// <param name="algorithm">Which hash.</param>
    /// <param name="entry">The bytes of the leaf.</param>
    public static Digest Leaf(CommitmentAlgorithm algorithm, ReadOnlySpan<byte> entry) => Prefixed(algorithm, 0, entry);

    /// <summary>H(0x01 ‖ left ‖ right).</summary>
    /// <param name="algorithm">Which hash.</param>
    /// <param name="left">The left child.</param>
    /// <param name="right">The right child.</param>
    public static Digest Node(CommitmentAlgorithm algorithm, Digest left, Digest right)
    {
        Span<byte> children = stackalloc byte[2 * Digest.Size];
        left.CopyTo(children);
        right.CopyTo(children[Digest.Size..]);
        return Prefixed(algorithm, 1, children);
    }

    /// <summary>The root over leaves in their order; there is one at least.</summary>
    /// <param name="algorithm">Which hash.</param>
    /// <param name="leaves">The hashes of the leaves.</param>
    public static Digest Root(CommitmentAlgorithm algorithm, ReadOnlySpan<Digest> leaves)
    {
        if (leaves.Length == 1) return leaves[0];
        var left = 1 << System.Numerics.BitOperations.Log2((uint)leaves.Length - 1); // the largest power of two below the length
        return Node(algorithm, Root(algorithm, leaves[..left]), Root(algorithm, leaves[left..]));
    }

    /// <summary>As <see cref="Digest.Of"/>, by the algorithm's hash.</summary>
    /// <param name="algorithm">Which hash.</param>
    /// <param name="domain">What it is for.</param>
    /// <param name="content">The canonical bytes.</param>
    public static Digest Of(CommitmentAlgorithm algorithm, string domain, ReadOnlySpan<byte> content)
    {
        using var hash = CommitmentHash.Begin(algorithm, domain, (ulong)content.Length);
        hash.Append(content);
        return hash.Finish();
    }

    private static Digest Prefixed(CommitmentAlgorithm algorithm, byte prefix, ReadOnlySpan<byte> content)
    {
        const int atOnce = 512;
        Span<byte> value = stackalloc byte[Digest.Size];
        if (algorithm == CommitmentAlgorithm.SaltedSm3)
        {
            using var sm3 = SmProviders.Current.BeginSm3();
            sm3.Append([prefix]);
            sm3.Append(content);
            sm3.Finish(value);
            return new Digest(value);
        }

        var input = content.Length < atOnce ? stackalloc byte[atOnce] : new byte[content.Length + 1];
        input[0] = prefix;
        content.CopyTo(input[1..]);
        var digest = Digest.Sha256(input[..(content.Length + 1)]);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(input); // salts pass here
        return digest;
    }
}
