using Collab.FederatedLearning.Columns;
using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Trees.Secret;

/// <summary>What is chosen for the nodes of one level, on shares: for each node the split, the sums on both sides and their quotients G / (H + λ).</summary>
/// <remarks>Numbered as in specs/train-trees-secret.md. The worth of a split is G_L²/(H_L + λ) + G_R²/(H_R + λ), which orders the splits of a node as their gains do: Chen and Guestrin, KDD 2016, equation 7.</remarks>
internal sealed class SplitChoice : IDisposable
{
    private SplitChoice(SharedVector chosen, NodeSums left, SharedVector leftRatio, SharedVector rightRatio) =>
        (Chosen, Left, LeftRatio, RightRatio) = (chosen, left, leftRatio, rightRatio);

    /// <summary>For each node, for each of its candidates, 1 at the one chosen.</summary>
    public SharedVector Chosen { get; }

    /// <summary>The sums of the left sides.</summary>
    public NodeSums Left { get; }

    /// <summary>Of the left sides, a word for each node.</summary>
    public SharedVector LeftRatio { get; }

    /// <summary>Of the right sides.</summary>
    public SharedVector RightRatio { get; }

    /// <summary>Chooses.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="scale">Widths, λ and what a split must be.</param>
    /// <param name="totals">The sums over each node's rows.</param>
    /// <param name="left">For each node, for each split, the sums over the rows that it sends to the left.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<SplitChoice> ChooseAsync(IVectorEngine engine, SecretTreeScale scale, NodeSums totals, NodeSums left, CancellationToken cancellation)
    {
        var nodes = totals.First.Length;
        var count = (left.First.Length / nodes) + 1;
        using var lefts = WithNone(totals, left, nodes, count);
        using NodeSums whole = new(VectorParts.Repeated(totals.First, count), VectorParts.Repeated(totals.Second, count)), rights = whole.Less(lefts);
        using SharedVector first = SharedVectors.Concatenate(lefts.First, rights.First), second = SharedVectors.Concatenate(lefts.Second, rights.Second);

        using var valid = await ValidAsync(engine, scale, second, count, cancellation).ConfigureAwait(false);                                          // 4a
        using var weights = engine.Affine(second, 1, (ulong)scale.L2);
        using var ratios = await SharedRatio.DivideAsync(engine, first, weights, scale.WeightBits, cancellation).ConfigureAwait(false);                // 4b
        using SharedVector leftRatios = SharedVectors.Slice(ratios, 0, nodes * count), rightRatios = SharedVectors.Slice(ratios, nodes * count, nodes * count);

        using var sum = await engine.SumOfProductsAsync([(leftRatios, lefts.First), (rightRatios, rights.First)], cancellation).ConfigureAwait(false); // 4c
        using var worth = (await engine.MultiplyAsync([(valid, sum)], cancellation).ConfigureAwait(false))[0];
        using var compared = engine.AddPublic(worth, [.. Enumerable.Range(0, nodes * count).Select(i => i % count == 0 ? (ulong)scale.Margin : 0)]);
        var chosen = await SharedArgmax.MarkAsync(engine, compared, nodes, SecretTreeScale.WorthBits, cancellation).ConfigureAwait(false);                                        // 4d
        using var values = await ChosenAsync(engine, chosen, [lefts.First, lefts.Second, leftRatios, rightRatios], nodes, count, cancellation).ConfigureAwait(false); // 4e
        SharedVector Value(int which) => SharedVectors.Slice(values, which * nodes, nodes);
        return new(chosen, new(Value(0), Value(1)), Value(2), Value(3));
    }

    /// <summary>Zeroes the shares.</summary>
    public void Dispose()
    {
        Chosen.Dispose();
        Left.Dispose();
        LeftRatio.Dispose();
        RightRatio.Dispose();
    }

    /// <summary>No split before the others: all rows to the left.</summary>
    private static NodeSums WithNone(NodeSums totals, NodeSums left, int nodes, int count)
    {
        int[] index = [.. from j in Enumerable.Range(0, nodes) from c in Enumerable.Range(0, count) select c == 0 ? j : nodes + (j * (count - 1)) + c - 1];
        using SharedVector first = SharedVectors.Concatenate(totals.First, left.First), second = SharedVectors.Concatenate(totals.Second, left.Second);
        return new(SharedVectors.Pick(first, index), SharedVectors.Pick(second, index));
    }

    /// <summary>1 for no split, and where both sides have the least weight.</summary>
    private static async Task<SharedVector> ValidAsync(IVectorEngine engine, SecretTreeScale scale, SharedVector weights, int count, CancellationToken cancellation)
    {
        var half = weights.Length / 2;
        using var excess = engine.Affine(weights, 1, unchecked((ulong)-scale.LeastWeight));
        using var less = await VectorComparisons.BitAsync(engine, excess, scale.SumBits + 1, cancellation).ConfigureAwait(false);
        using var enough = engine.Not(less);
        using var words = await engine.ToWordsAsync(enough, cancellation).ConfigureAwait(false);
        using SharedVector left = SharedVectors.Slice(words, 0, half), right = SharedVectors.Slice(words, half, half);
        using var both = (await engine.MultiplyAsync([(left, right)], cancellation).ConfigureAwait(false))[0];
        ulong[] none = [.. Enumerable.Range(0, half).Select(i => i % count == 0 ? 1UL : 0)];
        using var splits = SharedVectors.MultiplyPublic(both, [.. none.Select(mark => 1 - mark)]);
        return engine.AddPublic(splits, none);
    }

    /// <summary>Of each of these vectors, for each node, the word that is marked: vector after vector.</summary>
    private static async Task<SharedVector> ChosenAsync(
        IVectorEngine engine, SharedVector marks, SharedVector[] vectors, int nodes, int count, CancellationToken cancellation)
    {
        (SharedVector X, SharedVector Y)[] pairs = [.. from vector in vectors from j in Enumerable.Range(0, nodes)
            select (SharedVectors.Slice(marks, j * count, count), SharedVectors.Slice(vector, j * count, count))];
        var values = await engine.InnerProductsAsync(pairs, cancellation).ConfigureAwait(false);
        foreach (var (x, y) in pairs)
        {
            x.Dispose();
            y.Dispose();
        }

        return values;
    }
}
