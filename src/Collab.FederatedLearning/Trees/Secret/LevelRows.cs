using Collab.FederatedLearning.Columns;
using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Trees.Secret;

/// <summary>The rows of the nodes of one level, node after node: whether a row is in the node, 1 or 0, and what of its derivatives it adds there.</summary>
/// <remarks>Node j of a level has the children j and j + 2^level of the next.</remarks>
internal sealed class LevelRows : IDisposable
{
    private readonly IVectorEngine _engine;
    private readonly long? _second; // the second derivative of every row, where all have the same
    private readonly int _rows;

    private LevelRows(IVectorEngine engine, int nodes, int rows, SharedVector members, NodeSums? derivatives, long? second) =>
        (_engine, Nodes, _rows, Members, Derivatives, _second) = (engine, nodes, rows, members, derivatives, second);

    /// <summary>How many nodes.</summary>
    public int Nodes { get; }

    /// <summary>Whether each row is in the node.</summary>
    public SharedVector Members { get; }

    /// <summary>The derivatives of the rows in the node, 0 of others; null where they are not followed.</summary>
    public NodeSums? Derivatives { get; }

    /// <summary>All rows at the root.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="rows">How many.</param>
    /// <param name="derivatives">Theirs; null for prediction. Owned from here on.</param>
    /// <param name="second">Every row's second derivative, where all have the same.</param>
    public static LevelRows Root(IVectorEngine engine, int rows, NodeSums? derivatives, long? second)
    {
        var ones = new ulong[rows];
        Array.Fill(ones, 1UL);
        return new(engine, 1, rows, engine.Constant(ones), derivatives, second);
    }

    /// <summary>The sums over each node's rows; local.</summary>
    public NodeSums Totals()
    {
        SharedVector Sums(SharedVector x)
        {
            SharedVector[] totals = [.. Enumerable.Range(0, Nodes).Select(j =>
            {
                using var part = SharedVectors.Slice(x, j * _rows, _rows);
                return SharedVectors.Total(part);
            })];
            var all = SharedVectors.Concatenate(totals);
            foreach (var total in totals) total.Dispose();
            return all;
        }

        return new(Sums(Derivatives!.First), Sums(Derivatives.Second));
    }

    /// <summary>For each of the first so many nodes, for each split, the sums over the rows that it sends to the left.</summary>
    public async Task<NodeSums> SumsAsync(ISharedColumns columns, int nodes, CancellationToken cancellation)
    {
        using SharedVector first = SharedVectors.Slice(Derivatives!.First, 0, nodes * _rows), second = SharedVectors.Slice(Derivatives.Second, 0, nodes * _rows), both = SharedVectors.Concatenate(first, second);
        using var sums = await columns.TransposedProductsAsync(both, 2 * nodes, cancellation).ConfigureAwait(false);
        return new(SharedVectors.Slice(sums, 0, sums.Length / 2), SharedVectors.Slice(sums, sums.Length / 2, sums.Length / 2));
    }

    /// <summary>Divides the rows of every node by what was chosen for it.</summary>
    /// <param name="columns">The sides at all splits.</param>
    /// <param name="chosen">For each node, for no split and each split, 1 at the one chosen.</param>
    /// <param name="withDerivatives">Whether derivatives go along.</param>
    /// <param name="cancellation">Ends the run.</param>
    public async Task<LevelRows> DivideAsync(ISharedColumns columns, SharedVector chosen, bool withDerivatives, CancellationToken cancellation)
    {
        using var sides = await SidesAsync(columns, chosen, cancellation).ConfigureAwait(false);
        List<SharedVector> divided = [Members];
        if (withDerivatives) divided.Add(Derivatives!.First);
        if (withDerivatives && _second is null) divided.Add(Derivatives!.Second);
        var lefts = await _engine.MultiplyAsync([.. divided.Select(x => (sides, x))], cancellation).ConfigureAwait(false);
        var children = new SharedVector[lefts.Length];
        foreach (var (i, left) in lefts.Index())
        {
            using (left)
            using (var right = SharedVectors.Subtract(divided[i], left))
                children[i] = SharedVectors.Concatenate(left, right);
        }

        var second = !withDerivatives ? null : _second is { } each ? _engine.Affine(children[0], (ulong)each, 0) : children[2];
        return new(_engine, 2 * Nodes, _rows, children[0], withDerivatives ? new(children[1], second!) : null, _second);
    }

    /// <summary>For each row, the word of the node that it is in.</summary>
    public async Task<SharedVector> ValuesAsync(SharedVector words, CancellationToken cancellation)
    {
        (SharedVector X, SharedVector Y)[] pairs = [.. Enumerable.Range(0, Nodes).Select(j =>
        {
            using var word = SharedVectors.Slice(words, j, 1);
            return (SharedVectors.Slice(Members, j * _rows, _rows), VectorParts.Repeated(word, _rows));
        })];
        var values = await _engine.SumOfProductsAsync(pairs, cancellation).ConfigureAwait(false);
        foreach (var (x, y) in pairs)
        {
            x.Dispose();
            y.Dispose();
        }

        return values;
    }

    /// <summary>Zeroes the shares.</summary>
    public void Dispose()
    {
        Members.Dispose();
        Derivatives?.Dispose();
    }

    /// <summary>For each node, for each row, 1 if it goes to the left there.</summary>
    private async Task<SharedVector> SidesAsync(ISharedColumns columns, SharedVector chosen, CancellationToken cancellation)
    {
        var count = chosen.Length / Nodes;
        using SharedVector none = SharedVectors.Pick(chosen, [.. Enumerable.Range(0, Nodes).Select(j => j * count)]), everywhere = VectorParts.Repeated(none, _rows);
        using var splits = SharedVectors.Pick(chosen, [.. Enumerable.Range(0, Nodes * (count - 1)).Select(i => (i / (count - 1) * count) + 1 + (i % (count - 1)))]);
        using var sides = await columns.ProductsAsync(splits, Nodes, cancellation).ConfigureAwait(false);
        return SharedVectors.Add(everywhere, sides);
    }
}
