using Collab.FederatedLearning.Trees;
using Collab.Primitives;

namespace Collab.FederatedLearning.Features;

/// <summary>Counts goods and bads by bins where one party has both; the plain twin of the joint counts.</summary>
public static class LabelCounting
{
    /// <summary>Goods and bads of each bin of a column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="labels">0 or 1 for each row.</param>
    /// <exception cref="CollabException">A label is neither, or all are equal: <see cref="FeatureErrors"/>.</exception>
    public static BinCounts Of(BinnedColumn column, ReadOnlySpan<double> labels)
    {
        ArgumentNullException.ThrowIfNull(column);
        if (labels.Length != column.Rows.Length) throw new ArgumentException("There is a label for each row.", nameof(labels));
        Check(labels);
        long[] goods = new long[column.Bins.Count], bads = new long[column.Bins.Count];
        for (var row = 0; row < labels.Length; row++) (labels[row] == 0 ? goods : bads)[column.Rows[row]]++;
        return new(goods, bads);
    }

    /// <summary>Whether labels are fit.</summary>
    internal static void Check(ReadOnlySpan<double> labels)
    {
        var ones = 0;
        foreach (var label in labels) ones += label is 0 or 1 ? (int)label : throw new CollabException(FeatureErrors.LabelUnfit, "Every label is 0 or 1.");
        if (ones == 0 || ones == labels.Length) throw new CollabException(FeatureErrors.LabelConstant, "All labels are equal: there is no evidence in them.");
    }
}
