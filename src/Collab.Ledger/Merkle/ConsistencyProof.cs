using System.Numerics;
using Collab.Primitives;

namespace Collab.Ledger.Merkle;

/// <summary>That one tree is a prefix of another: nothing was changed, taken out or put in before its end. Checked from bytes alone.</summary>
/// <param name="OldSize">In leaves.</param>
/// <param name="NewSize">In leaves, not below <paramref name="OldSize"/>.</param>
/// <param name="Path">The hashes of RFC 6962, section 2.1.2, at most 63; none when the sizes are equal or the old one is 0.</param>
public sealed record ConsistencyProof(long OldSize, long NewSize, IReadOnlyList<Digest> Path)
{
    internal const int LongestPath = 63; // tlog-witness: a client must not send more

    /// <summary>Whether the tree with the old root is a prefix of the tree with the new one (RFC 9162, section 2.1.4.2).</summary>
    /// <remarks>A valid proof fixes the old root: no second old root verifies against the same new root.</remarks>
    public bool Verify(Digest oldRoot, Digest newRoot)
    {
        if (OldSize < 0 || OldSize > NewSize) return false;
        if (OldSize == 0) return Path.Count == 0 && oldRoot == MerkleTree.EmptyRoot && (NewSize > 0 || newRoot == oldRoot);
        if (OldSize == NewSize) return Path.Count == 0 && oldRoot == newRoot;

        // An old tree that is itself a complete subtree is not repeated in the path.
        var begin = BitOperations.IsPow2(OldSize) ? 0 : 1;
        if (Path.Count < begin) return false;
        var (node, last) = (OldSize - 1, NewSize - 1);
        while ((node & 1) == 1) (node, last) = (node >> 1, last >> 1);
        var old = begin == 0 ? oldRoot : Path[0];
        var current = old;
        for (var i = begin; i < Path.Count; i++)
        {
            if (last == 0) return false; // longer than the tree is high
            if ((node & 1) == 1 || node == last)
            {
                old = MerkleTree.NodeHash(Path[i], old);
                current = MerkleTree.NodeHash(Path[i], current);
                while ((node & 1) == 0 && node != 0) (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                current = MerkleTree.NodeHash(current, Path[i]);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && old == oldRoot && current == newRoot;
    }

    /// <summary>Writes both sizes and the path.</summary>
    public void Encode(CanonicalWriter writer) =>
        writer.Int64(OldSize).Int64(NewSize).List(Path, static (w, digest) => w.Digest(digest));

    /// <summary>Reads what <see cref="Encode"/> writes.</summary>
    /// <exception cref="MalformedException">Sizes in the wrong order, or a path no tree has.</exception>
    public static ConsistencyProof Decode(ref CanonicalReader reader)
    {
        var (oldSize, newSize) = (reader.Int64(), reader.Int64());
        var path = reader.List(static (ref r) => r.Digest());
        if (oldSize < 0 || oldSize > newSize || path.Length > LongestPath) throw new MalformedException("a consistency proof");
        return new ConsistencyProof(oldSize, newSize, path);
    }
}
