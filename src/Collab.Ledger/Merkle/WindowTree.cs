using Collab.Primitives;

namespace Collab.Ledger.Merkle;

/// <summary>
/// A tree of which only the leaves from one index on are at hand, and of what lies before them the roots of the complete subtrees that
/// cover it: enough for the root at every later size.
/// </summary>
/// <remarks>
/// <c>[0, first)</c> is covered by one complete subtree for each bit of <c>first</c> that is set, the largest on the left, as RFC 9162,
/// section 2.1.1 splits a tree. Two hashes a leaf over all calls: what was computed is kept. Not safe for concurrent use.
/// </remarks>
public sealed class WindowTree
{
    private readonly Dictionary<(int Height, long Index), Digest> _nodes = [];
    private readonly Dictionary<long, Digest> _roots = [];
    private readonly List<Digest> _leaves = [];

    /// <summary>Begins a window.</summary>
    /// <param name="first">The index of the first leaf that will be added.</param>
    /// <param name="before">The roots of the complete subtrees before it, the largest first.</param>
    /// <exception cref="MalformedException">Not one subtree for each bit of <paramref name="first"/>.</exception>
    public WindowTree(long first, IReadOnlyList<Digest> before)
    {
        First = first;
        if (first < 0 || long.PopCount(first) != before.Count) throw new MalformedException("a subtree for each bit of the first index");
        var (start, next) = (0L, 0);
        for (var height = 62; height >= 0; height--)
        {
            if ((first >> height & 1) == 0) continue;
            _nodes[(height, start >> height)] = before[next++];
            start += 1L << height;
        }
    }

    /// <summary>The index of the first leaf at hand.</summary>
    public long First { get; }

    /// <summary>The index after the last leaf at hand.</summary>
    public long End => First + _leaves.Count;

    /// <summary>Adds an entry as the last leaf.</summary>
    public void Add(ReadOnlySpan<byte> entry) => _leaves.Add(MerkleTree.LeafHash(entry));

    /// <summary>The root of the first <paramref name="size"/> leaves, from <see cref="First"/> to <see cref="End"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size outside the window.</exception>
    public Digest RootAt(long size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, First);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, End);
        if (!_roots.TryGetValue(size, out var root)) _roots.Add(size, root = MerkleTree.Root(Subtree, size));
        return root;
    }

    /// <summary>The subtrees that cover everything before an index, the largest first; what a window that begins there needs.</summary>
    /// <param name="index">From 0 to the size of the log.</param>
    /// <param name="leaf">The hash of the leaf at <paramref name="index"/> − 1.</param>
    /// <param name="proveInclusion">Of a leaf in a tree of a size: the siblings of the last leaf are the subtrees before it.</param>
    public static IReadOnlyList<Digest> CoverBefore(long index, Func<long, Digest> leaf, Func<long, long, InclusionProof> proveInclusion)
    {
        if (index == 0) return [];
        var cover = new List<Digest>(proveInclusion(index - 1, index).Path.Reverse()) { leaf(index - 1) };
        for (var carried = index - 1; (carried & 1) == 1; carried >>= 1) // as in adding one to a number: equal subtrees become one
        {
            var joined = MerkleTree.NodeHash(cover[^2], cover[^1]);
            cover.RemoveRange(cover.Count - 2, 2);
            cover.Add(joined);
        }

        return cover;
    }

    private Digest Subtree(int height, long index)
    {
        if (height == 0 && index >= First) return _leaves[(int)(index - First)];
        if (_nodes.TryGetValue((height, index), out var known)) return known;
        return _nodes[(height, index)] = MerkleTree.NodeHash(Subtree(height - 1, 2 * index), Subtree(height - 1, (2 * index) + 1));
    }
}
