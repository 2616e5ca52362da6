using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Primitives;

namespace Collab.ObliviousTransfer.Silent;

/// <summary>Trees of seeds after Goldreich, Goldwasser and Micali: one party knows all leaves, the other all but one of each tree.</summary>
/// <remarks>
/// Children are those of <see cref="AesDoubling"/> under two keys of the run. All trees are whole: were a path to lead to no leaf, a
/// receiver that chose it would know the whole tree, and with the correction Δ. The receiver's part reads and writes at the positions of
/// its own secret points: whoever shares its processor caches may learn them (security-model.md). Safe for many threads at once.
/// Source: Boyle et al., eprint 2019/1159, figure "puncturable PRF"; the level sums are those of its section 4.
/// </remarks>
internal sealed class SeedTrees : IDisposable
{
    private readonly AesDoubling _doubling;
    private readonly SilentParameters _parameters;

    public SeedTrees(SilentParameters parameters, Digest context)
    {
        _parameters = parameters;
        var keys = Digest.Of("collab.silent.tree-keys.v1", context.ToArray()).ToArray();
        _doubling = new(Gf128.Read(keys), Gf128.Read(keys.AsSpan(Gf128.Size)));
    }

    /// <summary>Grows all trees from fresh roots.</summary>
    /// <param name="random">The roots.</param>
    /// <param name="leaves">Receives the leaves.</param>
    /// <param name="sums">Receives the sums of the left and of the right children of each level, shape [TreeCount, Depth, 2].</param>
    /// <param name="totals">Receives the sum of the leaves of each tree, shape [TreeCount].</param>
    /// <param name="parallelism">Threads.</param>
    public void Grow(RandomSource random, LeafVector leaves, Memory<Gf128> sums, Memory<Gf128> totals, int parallelism)
    {
        var roots = new Gf128[_parameters.TreeCount];
        random.Fill(MemoryMarshal.AsBytes(roots.AsSpan()));
        Run(parallelism, tree =>
        {
            var nodes = leaves.Tree(tree);
            var own = sums.Span.Slice(2 * _parameters.Depth * tree, 2 * _parameters.Depth);
            nodes[0] = roots[tree];
            for (var level = 0; level < _parameters.Depth; level++)
            {
                (own[2 * level], own[(2 * level) + 1]) = _doubling.Expand(nodes[..(1 << level)], nodes[..(2 << level)]);
            }

            totals.Span[tree] = own[^2] + own[^1];
        });
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(roots.AsSpan()));
    }

    /// <summary>Grows what can be known of all trees without one leaf each; that leaf becomes 0.</summary>
    /// <param name="points">The leaves that stay unknown, each below TreeLength.</param>
    /// <param name="siblingSums">For each tree and level the sum of the children on the side that the path does not take, shape [TreeCount, Depth].</param>
    /// <param name="leaves">Receives the leaves.</param>
    /// <param name="totals">Receives the sum of the known leaves of each tree, shape [TreeCount].</param>
    /// <param name="parallelism">Threads.</param>
    public void GrowPunctured(int[] points, NativeBuffer<Gf128> siblingSums, LeafVector leaves, Memory<Gf128> totals, int parallelism) =>
        Run(parallelism, tree =>
        {
            var nodes = leaves.Tree(tree);
            var sums = siblingSums.Span.Slice(_parameters.Depth * tree, _parameters.Depth);
            nodes[0] = Gf128.Zero;
            for (var level = 0; level < _parameters.Depth; level++)
            {
                var (left, right) = _doubling.Expand(nodes[..(1 << level)], nodes[..(2 << level)]);
                var unknown = points[tree] >> (_parameters.Depth - level - 1);
                var sibling = unknown ^ 1;
                var mask = unchecked(0UL - (ulong)(sibling & 1));
                var side = new Gf128((left.Low & ~mask) | (right.Low & mask), (left.High & ~mask) | (right.High & mask));
                var other = left + right + side + nodes[unknown];       // the zero in the parent's place made two children: they are taken out
                nodes[sibling] += side + sums[level];
                nodes[unknown] = Gf128.Zero;
                if (level == _parameters.Depth - 1) totals.Span[tree] = sums[level] + other;
            }
        });

    public void Dispose() => _doubling.Dispose();

    private void Run(int parallelism, Action<int> grow)
    {
        if (parallelism > 1)
        {
            Parallel.For(0, _parameters.TreeCount, new ParallelOptions { MaxDegreeOfParallelism = parallelism }, grow);
            return;
        }

        for (var tree = 0; tree < _parameters.TreeCount; tree++) grow(tree);
    }
}
