using System.Security.Cryptography;
using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Silent;

/// <summary>Trees of seeds after Goldreich, Goldwasser and Micali: one party knows all leaves, the other all but one of each tree.</summary>
/// <remarks>
/// Children are those of <see cref="AesDoubling"/>. Nodes that lie above no leaf in use are not made. The receiver's part writes at the
/// positions of its own secret points: whoever shares its processor caches may learn them (security-model.md).
/// Source: Boyle et al., eprint 2019/1159, figure "puncturable PRF"; the level sums are those of its section 4.
/// </remarks>
internal sealed class SeedTrees : IDisposable
{
    private static readonly Gf128 LeftKey = Gf128.Read("collab.tree.left"u8), RightKey = Gf128.Read("collab.tree.rght"u8);

    private readonly AesDoubling _doubling = new(LeftKey, RightKey);
    private readonly NativeBuffer<Gf128> _level;
    private readonly SilentParameters _parameters;

    public SeedTrees(SilentParameters parameters)
    {
        _parameters = parameters;
        _level = NativeBuffer<Gf128>.Allocate(parameters.TreeLength + 1);
    }

    /// <summary>Grows a tree from its root.</summary>
    /// <param name="root">The secret root.</param>
    /// <param name="leaves">Receives the leaves, shape [TreeLength].</param>
    /// <param name="sums">Receives the sums of the left and of the right children of each level, shape [Depth, 2].</param>
    public void Grow(Gf128 root, Span<Gf128> leaves, Span<Gf128> sums)
    {
        var nodes = _level.Span;
        nodes[0] = root;
        for (var level = 1; level <= _parameters.Depth; level++)
        {
            var parents = _parameters.NodeCount(level - 1);
            (sums[2 * (level - 1)], sums[(2 * level) - 1]) = Double(nodes, parents, level);
        }

        nodes[.._parameters.TreeLength].CopyTo(leaves);
    }

    /// <summary>Grows what can be known of a tree without one leaf; that leaf becomes 0.</summary>
    /// <param name="point">The leaf that stays unknown, below TreeLength.</param>
    /// <param name="siblingSums">For each level the sum of the children on the side that the path does not take, shape [Depth].</param>
    /// <param name="leaves">Receives the leaves, shape [TreeLength].</param>
    public void GrowPunctured(int point, ReadOnlySpan<Gf128> siblingSums, Span<Gf128> leaves)
    {
        var nodes = _level.Span;
        nodes[0] = Gf128.Zero;
        for (var level = 1; level <= _parameters.Depth; level++)
        {
            var parents = _parameters.NodeCount(level - 1);
            var children = _parameters.NodeCount(level);
            var (left, right) = Double(nodes, parents, level);
            var unknown = point >> (_parameters.Depth - level);
            var sibling = unknown ^ 1;
            if (sibling < children)
            {
                var known = ((sibling & 1) == 0 ? left : right) + nodes[sibling]; // what the zero in the parent's place made is taken out
                nodes[sibling] = siblingSums[level - 1] + known;
            }

            nodes[unknown] = Gf128.Zero;
        }

        nodes[.._parameters.TreeLength].CopyTo(leaves);
    }

    public void Dispose()
    {
        _level.Dispose();
        _doubling.Dispose();
    }

    /// <summary>One level in place. A last child above no leaf in use is left out of nodes and sums.</summary>
    private (Gf128 Left, Gf128 Right) Double(Span<Gf128> nodes, int parents, int level)
    {
        var children = _parameters.NodeCount(level);
        var (left, right) = _doubling.Expand(nodes[..parents], nodes[..(2 * parents)]);
        return children == 2 * parents ? (left, right) : (left, right + nodes[children]);
    }
}
