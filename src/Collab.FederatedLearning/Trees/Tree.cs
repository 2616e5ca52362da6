using Collab.Primitives;

namespace Collab.FederatedLearning.Trees;

/// <summary>Which rows of a node go to the left: those in the bin or below, or in the bin alone for a category, and perhaps those that lack the value.</summary>
/// <param name="Feature">The feature's number.</param>
/// <param name="Bin">The bin.</param>
/// <param name="MissingLeft">Where missing values go.</param>
/// <param name="Gain">By how much the training loss falls, in units of the loss, to second order.</param>
public sealed record Split(int Feature, byte Bin, bool MissingLeft, double Gain);

/// <summary>A split, or a leaf with the score it adds.</summary>
/// <param name="Split">The split; null for a leaf.</param>
/// <param name="Left">The number of the left child, the right one being the next; 0 for a leaf.</param>
/// <param name="Score">What a leaf adds, in units of 2^-24; 0 for a split.</param>
public readonly record struct TreeNode(Split? Split, int Left, long Score);

/// <summary>One tree: nodes level by level, the root first. The k-th node that splits has the children 2k + 1 and 2k + 2.</summary>
public sealed class Tree
{
    private readonly TreeNode[] _nodes;

    internal Tree(TreeNode[] nodes) => _nodes = nodes;

    /// <summary>The nodes, the root first.</summary>
    public IReadOnlyList<TreeNode> Nodes => _nodes;

    /// <summary>The leaf that a row falls into.</summary>
    /// <param name="layout">The kinds of the features.</param>
    /// <param name="binOf">The row's bin of a feature.</param>
    internal long ScoreOf(HistogramLayout layout, Func<int, byte> binOf)
    {
        var node = 0;
        while (_nodes[node].Split is { } split)
            node = _nodes[node].Left + (layout.Features[split.Feature].GoesLeft(binOf(split.Feature), split.Bin, split.MissingLeft) ? 0 : 1);
        return _nodes[node].Score;
    }

    /// <summary>A count, then for each node a byte 1, feature (u32), bin, missing left, gain (bits of a double), or a byte 0 and the score (i64).</summary>
    internal void Encode(CanonicalWriter writer) => writer.List(_nodes, (w, node) =>
    {
        w.Boolean(node.Split is not null);
        if (node.Split is { } split) w.UInt32((uint)split.Feature).Byte(split.Bin).Boolean(split.MissingLeft).Int64(BitConverter.DoubleToInt64Bits(split.Gain));
        else w.Int64(node.Score);
    });

    /// <summary>Reads what <see cref="Encode"/> writes, strictly: one more leaf than splits, every split of a feature and a bin that exist.</summary>
    internal static Tree Decode(ref CanonicalReader reader, HistogramLayout layout)
    {
        var splits = 0;
        var nodes = reader.List((ref CanonicalReader r) =>
        {
            if (!r.Boolean()) return new TreeNode(null, 0, Scores.Read(ref r));
            var (feature, bin, missingLeft, gain) = (r.UInt32(), r.Byte(), r.Boolean(), BitConverter.Int64BitsToDouble(r.Int64()));
            if (feature >= layout.Features.Count || bin >= layout.Features[(int)feature].ValueBins) throw new MalformedException("a feature and a bin of the model");
            if (!(gain > 0) || !double.IsFinite(gain)) throw new MalformedException("a gain above zero");
            return new TreeNode(new((int)feature, bin, missingLeft, gain), (2 * splits++) + 1, 0);
        });
        if (nodes.Length != (2 * splits) + 1) throw new MalformedException("one more leaf than splits");
        for (var (i, seen) = (0, 0); i < nodes.Length; i++)
        {
            if (i > 2 * seen) throw new MalformedException("a parent before each node");
            if (nodes[i].Split is not null) seen++;
        }

        return new(nodes);
    }
}
