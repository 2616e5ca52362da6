using Collab.Primitives;

namespace Collab.Ledger.Merkle;

/// <summary>That one leaf stands at one place of a tree of one size. Checked from bytes alone.</summary>
/// <param name="Index">The leaf, counted from 0.</param>
/// <param name="TreeSize">In leaves.</param>
/// <param name="Path">The siblings from the leaf to the root, at most 63.</param>
public sealed record InclusionProof(long Index, long TreeSize, IReadOnlyList<Digest> Path)
{
    internal const int LongestPath = 63;

    /// <summary>Whether the leaf is in the tree with that root (RFC 9162, section 2.1.3.2).</summary>
    /// <param name="leaf">The leaf's hash, as <see cref="MerkleTree.LeafHash"/> makes it.</param>
    /// <param name="root">The root of the tree of <see cref="TreeSize"/> leaves.</param>
    /// <param name="combine">The hash of a node; null for <see cref="MerkleTree.NodeHash"/>.</param>
    public bool Verify(Digest leaf, Digest root, CombineNodes? combine = null) => RootFrom(leaf, combine) == root;

    /// <summary>The root of the tree that has the leaf at this place, or null if the path is none of such a tree.</summary>
    /// <param name="leaf">The leaf's hash.</param>
    /// <param name="combine">The hash of a node; null for <see cref="MerkleTree.NodeHash"/>.</param>
    public Digest? RootFrom(Digest leaf, CombineNodes? combine = null)
    {
        combine ??= MerkleTree.NodeHash;
        if (Index < 0 || Index >= TreeSize) return null;
        var (node, last, hash) = (Index, TreeSize - 1, leaf);
        foreach (var sibling in Path)
        {
            if (last == 0) return null; // longer than the tree is high
            if ((node & 1) == 1 || node == last)
            {
                hash = combine(sibling, hash);
                while ((node & 1) == 0 && node != 0) (node, last) = (node >> 1, last >> 1); // no sibling at these heights
            }
            else
            {
                hash = combine(hash, sibling);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 ? hash : null;
    }

    /// <summary>Writes index, size and path.</summary>
    public void Encode(CanonicalWriter writer) =>
        writer.Int64(Index).Int64(TreeSize).List(Path, static (w, digest) => w.Digest(digest));

    /// <summary>Reads what <see cref="Encode"/> writes.</summary>
    /// <exception cref="MalformedException">An index outside the tree, or a path no tree has.</exception>
    public static InclusionProof Decode(ref CanonicalReader reader)
    {
        var (index, size) = (reader.Int64(), reader.Int64());
        var path = reader.List(static (ref r) => r.Digest());
        if (index < 0 || index >= size || path.Length > LongestPath) throw new MalformedException("an inclusion proof");
        return new InclusionProof(index, size, path);
    }
}
