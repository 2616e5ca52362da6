using Collab.Primitives;

namespace Collab.Ledger.Merkle;

/// <summary>A tree held in memory, two hashes per leaf: for verifiers that have all entries at hand.</summary>
/// <param name="combine">The hash of a node; null for <see cref="MerkleTree.NodeHash"/>.</param>
public sealed class MemoryTree(CombineNodes? combine = null)
{
    private readonly CombineNodes _combine = combine ?? MerkleTree.NodeHash;
    private readonly List<List<Digest>> _nodes = [[]];

    /// <summary>In leaves.</summary>
    public long Size => _nodes[0].Count;

    /// <summary>The root of all leaves.</summary>
    public Digest Root => RootAt(Size);

    /// <summary>Adds an entry as the last leaf.</summary>
    public void Add(ReadOnlySpan<byte> entry) => AddLeaf(MerkleTree.LeafHash(entry));

    /// <summary>Adds the hash of an entry as the last leaf.</summary>
    public void AddLeaf(Digest leaf)
    {
        _nodes[0].Add(leaf);
        for (var height = 0; _nodes[height].Count % 2 == 0; height++)
        {
            if (height + 1 == _nodes.Count) _nodes.Add([]);
            _nodes[height + 1].Add(_combine(_nodes[height][^2], _nodes[height][^1]));
        }
    }

    /// <summary>The root of the first leaves.</summary>
    public Digest RootAt(long size) => MerkleTree.Root(Subtree, size, _combine);

    /// <summary>That a leaf is in the tree of the first <paramref name="size"/> leaves.</summary>
    public InclusionProof ProveInclusion(long index, long size) => MerkleTree.ProveInclusion(Subtree, index, size, _combine);

    /// <summary>That the first leaves of one number are the beginning of those of another.</summary>
    public ConsistencyProof ProveConsistency(long oldSize, long newSize) => MerkleTree.ProveConsistency(Subtree, oldSize, newSize);

    private Digest Subtree(int height, long index) => _nodes[height][(int)index];
}
