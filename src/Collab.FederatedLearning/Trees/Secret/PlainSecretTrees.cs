namespace Collab.FederatedLearning.Trees.Secret;

/// <summary>The plain twin of <see cref="SecretTrees"/>: the same integers on all columns together.</summary>
public static class PlainSecretTrees
{
    /// <summary>Trains in clear.</summary>
    /// <param name="settings">As there.</param>
    /// <param name="columns">The columns of all parties, in their order.</param>
    /// <param name="labels">A label for each row.</param>
    /// <exception cref="ArgumentException">As there.</exception>
    /// <exception cref="Primitives.CollabException">As there.</exception>
    public static PlainTrees Train(TreeSettings settings, IReadOnlyList<BinnedColumn> columns, double[] labels)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(labels);
        var rows = labels.Length;
        var scale = new SecretTreeScale(settings, rows);
        var splits = Splits(columns);
        var (target, first) = SecretTrees.Prepared(settings, scale, labels);
        var scores = new long[rows];
        var firstScore = unchecked((long)first[0]);
        Array.Fill(scores, firstScore);
        var (chosen, leaves) = (new List<int[][]>(), new List<long[]>());
        while (chosen.Count < settings.Trees)
        {
            (long First, long Second)[] derivatives = [.. scores.Zip(target, (score, label) => SecretDerivatives.At(settings.Loss, scale, score, unchecked((long)label)))];
            var (levels, values, node) = Grow(settings, scale, columns, splits, derivatives);
            chosen.Add(levels);
            leaves.Add(values);
            for (var i = 0; i < rows; i++) scores[i] += values[node[i]];
        }

        return new(chosen, leaves, firstScore);
    }

    /// <summary>The predictions of other rows.</summary>
    public static double[] Predict(TreeSettings settings, PlainTrees trees, IReadOnlyList<BinnedColumn> columns)
    {
        ArgumentNullException.ThrowIfNull(trees);
        var splits = Splits(columns);
        return [.. Enumerable.Range(0, columns[0].Rows.Length).Select(row =>
        {
            var score = trees.FirstScore;
            foreach (var (levels, leaves) in trees.Chosen.Zip(trees.Leaves))
            {
                var node = 0;
                for (var depth = 0; depth < levels.Length; depth++) node += GoesLeft(columns, splits, levels[depth][node], row) ? 0 : 1 << depth;
                score += leaves[node];
            }

            return SecretTrees.PredictionOf(settings, score);
        })];
    }

    private static (int[][] Chosen, long[] Leaves, int[] Nodes) Grow(
        TreeSettings settings, SecretTreeScale scale, IReadOnlyList<BinnedColumn> columns, (int Column, byte Bin)[] splits, (long First, long Second)[] derivatives)
    {
        var (chosen, node, leaves) = (new int[settings.Depth][], new int[derivatives.Length], Array.Empty<long>());
        for (var depth = 0; depth < settings.Depth; depth++)
        {
            var nodes = 1 << depth;
            var sums = Sums(columns, splits.Length + 1, derivatives, node, nodes);

            chosen[depth] = new int[nodes];
            leaves = new long[2 * nodes];
            for (var j = 0; j < nodes; j++)
            {
                var best = long.MinValue;
                for (var c = 0; c <= splits.Length; c++)
                {
                    var (left, total) = (sums[j, c], sums[j, 0]);
                    var right = (First: total.First - left.First, Second: total.Second - left.Second);
                    long leftRatio = SharedRatio.Divide(left.First, left.Second + scale.L2, scale.WeightBits), rightRatio = SharedRatio.Divide(right.First, right.Second + scale.L2, scale.WeightBits);
                    var valid = c == 0 || (left.Second >= scale.LeastWeight && right.Second >= scale.LeastWeight);
                    var worth = (valid ? (leftRatio * left.First) + (rightRatio * right.First) : 0) + (c == 0 ? scale.Margin : 0);
                    if (worth <= best) continue;
                    (best, chosen[depth][j]) = (worth, c);
                    (leaves[j], leaves[j + nodes]) = (Leaf(leftRatio), Leaf(rightRatio));
                }
            }

            for (var row = 0; row < node.Length; row++) node[row] += GoesLeft(columns, splits, chosen[depth][node[row]], row) ? 0 : nodes;
        }

        return (chosen, leaves, node);
        long Leaf(long ratio) => SecretDerivatives.Rounded(-scale.LearningRate * ratio, SecretTreeScale.Ratio);
    }

    /// <summary>For each node, for no split and each split, the sums over the rows that it sends to the left: those of bins, added up where bins have an order.</summary>
    private static (long First, long Second)[,] Sums(IReadOnlyList<BinnedColumn> columns, int candidates, (long First, long Second)[] derivatives, int[] node, int nodes)
    {
        var sums = new (long First, long Second)[nodes, candidates];
        for (var row = 0; row < node.Length; row++) Add(ref sums[node[row], 0], derivatives[row]);
        var start = 1;
        foreach (var column in columns)
        {
            var bins = column.Rows;
            for (var row = 0; row < node.Length; row++)
            {
                if (bins[row] != column.Bins.MissingBin) Add(ref sums[node[row], start + bins[row]], derivatives[row]);
            }

            for (var bin = 1; bin < column.Bins.ValueBins && !column.Bins.IsCategory; bin++)
            {
                for (var j = 0; j < nodes; j++) Add(ref sums[j, start + bin], sums[j, start + bin - 1]);
            }

            start += column.Bins.ValueBins;
        }

        return sums;
        static void Add(ref (long First, long Second) sum, (long First, long Second) x) => sum = (sum.First + x.First, sum.Second + x.Second);
    }

    private static (int Column, byte Bin)[] Splits(IReadOnlyList<BinnedColumn> columns) =>
        [.. columns.SelectMany((column, c) => Enumerable.Range(0, column.Bins.ValueBins).Select(bin => (c, (byte)bin)))];

    private static bool GoesLeft(IReadOnlyList<BinnedColumn> columns, (int Column, byte Bin)[] splits, int candidate, int row)
    {
        if (candidate == 0) return true;
        var (column, bin) = (columns[splits[candidate - 1].Column], splits[candidate - 1].Bin);
        return new FeatureShape(column.Bins.ValueBins, column.Bins.IsCategory).GoesLeft(column.Rows[row], bin, missingLeft: false);
    }
}
