using Collab.Primitives;

namespace Collab.FederatedLearning.Trees;

/// <summary>Boosting over columns in one hand: the plain twin of every joint training, and what each is compared with.</summary>
public static class TreeTraining
{
    /// <summary>Trains in clear.</summary>
    /// <param name="settings">What is trained.</param>
    /// <param name="columns">One or more columns of one length.</param>
    /// <param name="labels">A label for each row: 0 or 1, or a number within the bound.</param>
    /// <exception cref="ArgumentException">Settings or lengths do not fit.</exception>
    /// <exception cref="CollabException">Labels are unfit or all equal, or training diverges: <see cref="TreeErrors"/>.</exception>
    /// <remarks>O(trees · depth · rows · columns).</remarks>
    public static TreeModel Train(TreeSettings settings, IReadOnlyList<BinnedColumn> columns, ReadOnlySpan<double> labels)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(columns);
        CheckColumns(settings, columns, labels.Length);
        if (columns.Count == 0) throw new ArgumentException("There is a column at least.", nameof(columns));
        var targets = Labels.ToScores(settings, labels);
        var layout = HistogramLayout.Of([.. columns.Select(c => c.Bins)]);
        var boosting = new Boosting(settings, targets, LabelSums.Of(targets));
        // Nothing is waited for: every task is done when it is returned.
        var trees = boosting.RunAsync((rows, gradients) => new OwnRows(layout, columns, rows, gradients), null, CancellationToken.None).GetAwaiter().GetResult();
        return new(boosting.Ensemble(layout, trees), [.. columns.Select(c => c.Bins)]);
    }

    internal static void CheckColumns(TreeSettings settings, IReadOnlyList<BinnedColumn> columns, int rows)
    {
        settings.Check();
        if (columns.Any(c => c.Rows.Length != rows)) throw new ArgumentException("All columns have a value for each row.", nameof(columns));
    }

    private sealed class OwnRows(HistogramLayout layout, IReadOnlyList<BinnedColumn> columns, NodeRows rows, Gradients gradients) : ITreeRows
    {
        public Task<Histogram[]> SumAsync(IReadOnlyList<int> nodes, CancellationToken cancellation) => Task.FromResult<Histogram[]>([.. nodes.Select(node =>
        {
            var histogram = new Histogram(layout);
            histogram.Add(columns, 0, rows.Of(node), gradients);
            return histogram;
        })]);

        public Task DivideAsync(IReadOnlyList<DividedNode> nodes, CancellationToken cancellation)
        {
            foreach (var (node, found, left) in nodes)
                rows.Divide(node, left, rows.Sides(node, columns[found.Split.Feature], found.Split.Bin, found.Split.MissingLeft));
            return Task.CompletedTask;
        }
    }
}
