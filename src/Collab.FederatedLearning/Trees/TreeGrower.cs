namespace Collab.FederatedLearning.Trees;

/// <summary>Where a tree's histograms come from and who divides the rows: all that differs between the ways of training.</summary>
internal interface ITreeRows
{
    /// <summary>The sums over the rows of each of these nodes, bin by bin.</summary>
    Task<Histogram[]> SumAsync(IReadOnlyList<int> nodes, CancellationToken cancellation);

    /// <summary>Gives the rows of each node to its children.</summary>
    Task DivideAsync(IReadOnlyList<DividedNode> nodes, CancellationToken cancellation);
}

/// <summary>A node that is split: its number, the split, and its left child's number, the right one's being the next.</summary>
internal readonly record struct DividedNode(int Node, FoundSplit Found, int LeftChild);

/// <summary>Grows one tree level by level: the same steps whatever the parties hold. Numbered as in specs/train-trees.md.</summary>
internal static class TreeGrower
{
    /// <summary>Grows a tree.</summary>
    /// <param name="rows">The histograms' source.</param>
    /// <param name="settings">Depth, leaves and what splits must be.</param>
    /// <param name="fractionBits">f.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<Tree> GrowAsync(ITreeRows rows, TreeSettings settings, int fractionBits, CancellationToken cancellation)
    {
        var root = (await rows.SumAsync([0], cancellation).ConfigureAwait(false))[0];
        var nodes = new List<(Split? Split, int Left, GradientSums Sums)> { (null, 0, root.TotalOf(0)) };
        var open = new List<(int Node, Histogram Histogram)> { (0, root) };
        for (var depth = 0; open.Count > 0; depth++)
        {
            var divided = Choose(open, nodes, settings, fractionBits);                                     // 5 splits of this level
            await rows.DivideAsync(divided, cancellation).ConfigureAwait(false);                           // 6
            if (divided.Count == 0) break;

            var histograms = open.ToDictionary(o => o.Node, o => o.Histogram);
            foreach (var (node, found, left) in divided)
            {
                nodes[node] = nodes[node] with { Split = found.Split, Left = left };
                nodes.Add((null, 0, found.Left));
                nodes.Add((null, 0, found.Right));
            }

            open = [];
            if (depth + 1 == settings.Depth) break;
            int[] lighter = [.. divided.Select(d => d.LeftChild + (d.Found.Left.Second <= d.Found.Right.Second ? 0 : 1))];
            var sums = await rows.SumAsync(lighter, cancellation).ConfigureAwait(false);                   // 4 the lighter child of each
            for (var i = 0; i < divided.Count; i++)
            {
                var other = histograms[divided[i].Node].Less(sums[i]);
                var isLeft = lighter[i] == divided[i].LeftChild;
                open.Add((divided[i].LeftChild, isLeft ? sums[i] : other));
                open.Add((divided[i].LeftChild + 1, isLeft ? other : sums[i]));
            }
        }

        return new([.. nodes.Select(n => n.Split is null
            ? new TreeNode(null, 0, SplitSearch.LeafValue(n.Sums, settings, fractionBits))
            : new TreeNode(n.Split, n.Left, 0))]);
    }

    // The best splits as far as the leaves go, then in order of their nodes.
    private static List<DividedNode> Choose(
        List<(int Node, Histogram Histogram)> open, List<(Split? Split, int Left, GradientSums Sums)> nodes, TreeSettings settings, int fractionBits)
    {
        var leaves = nodes.Count(n => n.Split is null);
        var next = nodes.Count;
        return
        [
            .. open.Select(o => (o.Node, Found: SplitSearch.Best(o.Histogram, nodes[o.Node].Sums, settings, fractionBits)))
                .Where(c => c.Found is not null)
                .OrderByDescending(c => c.Found!.Value.Split.Gain).ThenBy(c => c.Node)
                .Take(settings.Leaves - leaves)
                .OrderBy(c => c.Node)
                .Select((c, i) => new DividedNode(c.Node, c.Found!.Value, next + (2 * i))),
        ];
    }
}
