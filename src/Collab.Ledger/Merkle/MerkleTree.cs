using System.Numerics;
using System.Security.Cryptography;
using Collab.Primitives;

namespace Collab.Ledger.Merkle;

/// <summary>The root of a complete subtree of <c>2^height</c> leaves, of which it is the <paramref name="index"/>-th from the left.</summary>
/// <param name="height">0 for a leaf hash.</param>
/// <param name="index">Counted from 0 at this height.</param>
public delegate Digest CompleteSubtree(int height, long index);

/// <summary>The hash of a node over its two children, for trees of another hash than SHA-256.</summary>
public delegate Digest CombineNodes(Digest left, Digest right);

/// <summary>The Merkle tree hash of RFC 6962 (section 2.1; the same in RFC 9162) over SHA-256. Pure functions of bytes.</summary>
public static class MerkleTree
{
    /// <summary>The root of the tree without leaves: SHA-256 of nothing.</summary>
    public static Digest EmptyRoot { get; } = Digest.Sha256([]);

    /// <summary>SHA-256(0x00 ‖ entry).</summary>
    public static Digest LeafHash(ReadOnlySpan<byte> entry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([0]);
        hash.AppendData(entry);
        Span<byte> value = stackalloc byte[Digest.Size];
        hash.GetHashAndReset(value);
        return new Digest(value);
    }

    /// <summary>SHA-256(0x01 ‖ left ‖ right).</summary>
    public static Digest NodeHash(Digest left, Digest right)
    {
        Span<byte> input = stackalloc byte[1 + (2 * Digest.Size)];
        input[0] = 1;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + Digest.Size)..]);
        return Digest.Sha256(input);
    }

    /// <summary>The root of the first <paramref name="size"/> leaves.</summary>
    /// <param name="subtree">Every complete subtree of that tree.</param>
    /// <param name="size">In leaves; 1 or more if the hash is another one.</param>
    /// <param name="combine">The hash of a node; null for <see cref="NodeHash"/>.</param>
    public static Digest Root(CompleteSubtree subtree, long size, CombineNodes? combine = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        return size == 0 ? EmptyRoot : Range(subtree, 0, size, combine ?? NodeHash);
    }

    /// <summary>PATH(m, D[n]) of RFC 6962, section 2.1.1: the siblings from the leaf to the root.</summary>
    /// <param name="subtree">Every complete subtree of the tree.</param>
    /// <param name="index">The leaf m, below <paramref name="size"/>.</param>
    /// <param name="size">The size n of the tree, in leaves.</param>
    /// <param name="combine">The hash of a node; null for <see cref="NodeHash"/>.</param>
    public static InclusionProof ProveInclusion(CompleteSubtree subtree, long index, long size, CombineNodes? combine = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var path = new List<Digest>();
        var (start, end) = (0L, size);
        while (end - start > 1)
        {
            var middle = start + Split(end - start);
            if (index < middle)
            {
                path.Add(Range(subtree, middle, end, combine ?? NodeHash));
                end = middle;
            }
            else
            {
                path.Add(Range(subtree, start, middle, combine ?? NodeHash));
                start = middle;
            }
        }

        path.Reverse(); // found from the root down, listed from the leaf up
        return new InclusionProof(index, size, path);
    }

    /// <summary>PROOF(m, D[n]) of RFC 6962, section 2.1.2: that the first tree is a prefix of the second.</summary>
    /// <param name="subtree">Every complete subtree of the larger tree.</param>
    /// <param name="oldSize">The size m, in leaves; the proof from 0 is empty.</param>
    /// <param name="newSize">The size n, not below m.</param>
    public static ConsistencyProof ProveConsistency(CompleteSubtree subtree, long oldSize, long newSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(oldSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(oldSize, newSize);
        if (oldSize == 0 || oldSize == newSize) return new ConsistencyProof(oldSize, newSize, []);
        var path = new List<Digest>();
        var (start, end) = (0L, newSize);
        while (end != oldSize)
        {
            var middle = start + Split(end - start);
            if (oldSize <= middle)
            {
                path.Add(Range(subtree, middle, end, NodeHash));
                end = middle;
            }
            else
            {
                path.Add(Range(subtree, start, middle, NodeHash));
                start = middle;
            }
        }

        if (start != 0) path.Add(Range(subtree, start, end, NodeHash)); // from 0 it is the old root itself, which the verifier has
        path.Reverse();
        return new ConsistencyProof(oldSize, newSize, path);
    }

    // The hash of D[start:end] where start is a multiple of every power of two the range is split into.
    private static Digest Range(CompleteSubtree subtree, long start, long end, CombineNodes combine)
    {
        var count = end - start;
        if (BitOperations.IsPow2(count))
        {
            var height = BitOperations.TrailingZeroCount(count);
            return subtree(height, start >> height);
        }

        var middle = start + Split(count);
        return combine(Range(subtree, start, middle, combine), Range(subtree, middle, end, combine));
    }

    // The largest power of two below count.
    private static long Split(long count) => 1L << BitOperations.Log2((ulong)(count - 1));
}
