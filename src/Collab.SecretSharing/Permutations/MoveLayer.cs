namespace Collab.SecretSharing.Permutations;

/// <summary>Pairs of places that are moved between at once; no place of a layer is met twice as a target.</summary>
/// <param name="From">The lower place of each pair.</param>
/// <param name="To">The upper place of each pair.</param>
internal sealed record MoveLayer(int[] From, int[] To)
{
    /// <summary>The layers of a network that can bring n rows into any order, in the order in which they are passed (specs/oblivious-permutation.md, "The network").</summary>
    public static IEnumerable<MoveLayer> Permuting(int count)
    {
        var depth = Depth(count);
        for (var layer = 0; layer < (2 * depth) - 1; layer++) yield return Exchanges(count, LevelOf(layer, depth));
    }

    /// <summary>The layers that carry to each row what a row above it holds: at distance d the upper half of each block of 2d looks at the last row of the lower half.</summary>
    public static IEnumerable<MoveLayer> Carrying(int count)
    {
        for (var distance = 1; distance < count; distance *= 2)
        {
            var d = distance;
            int[] to = [.. Enumerable.Range(0, count).Where(i => (i & d) != 0)];
            yield return new(Array.ConvertAll(to, i => (i & -d) - 1), to);
        }
    }

    /// <summary>One layer: each row of the first half, and its partner in the second.</summary>
    public static MoveLayer Halves(int pairs) => new([.. Enumerable.Range(0, pairs)], [.. Enumerable.Range(pairs, pairs)]);

    /// <summary>How many pairs the layers of a network of n rows have, layer by layer.</summary>
    public static IEnumerable<int> PairsPermuting(int count)
    {
        var depth = Depth(count);
        for (var layer = 0; layer < (2 * depth) - 1; layer++)
        {
            var (distance, rest) = (1 << LevelOf(layer, depth), count % (2 << LevelOf(layer, depth)));
            yield return (count / (2 * distance) * distance) + Math.Max(0, rest - distance);
        }
    }

    /// <summary>The same of a carry.</summary>
    public static IEnumerable<int> PairsCarrying(int count)
    {
        for (var distance = 1; distance < count; distance *= 2) yield return (count / (2 * distance) * distance) + Math.Max(0, (count % (2 * distance)) - distance);
    }

    /// <summary>⌈log₂ n⌉.</summary>
    public static int Depth(int count) => Vectors.VectorTraffic.Log(count);

    /// <summary>Which bit of their places the pairs of a layer differ by.</summary>
    public static int LevelOf(int layer, int depth) => layer < depth ? layer : (2 * depth) - 2 - layer;

    private static MoveLayer Exchanges(int count, int level)
    {
        var d = 1 << level;
        int[] from = [.. Enumerable.Range(0, Math.Max(0, count - d)).Where(i => (i & d) == 0)];
        return new(from, Array.ConvertAll(from, i => i + d));
    }
}
