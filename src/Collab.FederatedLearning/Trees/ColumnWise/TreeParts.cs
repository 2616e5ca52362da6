namespace Collab.FederatedLearning.Trees.ColumnWise;

/// <summary>What the label owner has of a model: the trees over numbered features, and the bins of its own features, which come first.</summary>
/// <param name="Ensemble">The trees. Of others' splits it has the numbers of feature and bin, and not what they mean.</param>
/// <param name="Features">The label owner's features.</param>
/// <param name="Counts">How many features each owner has: the label owner, then the others in order.</param>
public sealed record LabelPart(TreeEnsemble Ensemble, IReadOnlyList<FeatureBins> Features, IReadOnlyList<int> Counts)
{
    /// <summary>Joins all parts to a model that predicts alone: only where every owner gives its part away.</summary>
    /// <param name="others">The other owners' parts, in order.</param>
    /// <exception cref="ArgumentException">They are not the parts of this model.</exception>
    public TreeModel Join(IReadOnlyList<FeaturePart> others)
    {
        ArgumentNullException.ThrowIfNull(others);
        return new(Ensemble, [.. Features, .. others.SelectMany(part => part.Features)]);
    }
}

/// <summary>What an owner of features has of a model: the bins of its features, and its splits in the order in which they were chosen.</summary>
/// <param name="Features">Its features.</param>
/// <param name="Splits">Its splits, tree after tree, level after level, by its own numbers of features.</param>
public sealed record FeaturePart(IReadOnlyList<FeatureBins> Features, IReadOnlyList<OwnedSplit> Splits);

/// <summary>A split of a feature of its owner's.</summary>
/// <param name="Tree">The tree, from 0.</param>
/// <param name="Feature">The owner's number of the feature, from 0.</param>
/// <param name="Bin">The bin.</param>
/// <param name="MissingLeft">Where missing values go.</param>
public sealed record OwnedSplit(int Tree, int Feature, byte Bin, bool MissingLeft);
