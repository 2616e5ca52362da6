using Collab.Primitives;

namespace Collab.FederatedLearning.Trees.ColumnWise;

/// <summary>What the label owner has of a model: the trees over numbered features, and the bins of its own features, which come first.</summary>
/// <param name="Training">Names the training; the parts of one model have the same, and no others.</param>
/// <param name="Ensemble">The trees. Of others' splits it has the numbers of feature and bin, and not what they mean.</param>
/// <param name="Features">The label owner's features.</param>
/// <param name="Counts">How many features each owner has: the label owner, then the others in order.</param>
public sealed record LabelPart(Digest Training, TreeEnsemble Ensemble, IReadOnlyList<FeatureBins> Features, IReadOnlyList<int> Counts)
{
    private const string Domain = "collab-tree-label-part-1";

    /// <summary>Joins all parts to a model that predicts alone: only where every owner gives its part away.</summary>
    /// <param name="others">The other owners' parts, in order.</param>
    /// <exception cref="ArgumentException">They are not the parts of this model.</exception>
    public TreeModel Join(IReadOnlyList<FeaturePart> others)
    {
        ArgumentNullException.ThrowIfNull(others);
        if (others.Any(part => part.Training != Training)) throw new ArgumentException("All parts are of one training.", nameof(others));
        return new(Ensemble, [.. Features, .. others.SelectMany(part => part.Features)]);
    }

    /// <summary>Whose a feature is: 0 for the label owner.</summary>
    internal int OwnerOf(int feature)
    {
        var owner = 0;
        for (var before = Counts[0]; feature >= before; before += Counts[owner]) owner++;
        return owner;
    }

    /// <summary>The canonical bytes: training, ensemble, own features, counts.</summary>
    public byte[] Encode() => new CanonicalWriter().Text(Domain).Digest(Training).Bytes(Ensemble.Encode())
        .List(Features, (w, feature) => feature.Encode(w)).List(Counts, (w, count) => w.UInt32((uint)count)).ToArray();

    /// <summary>Reads the canonical bytes, strictly.</summary>
    /// <exception cref="MalformedException">They are not exactly such a part.</exception>
    public static LabelPart Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        if (reader.Text() != Domain) throw new MalformedException("a label owner's part of this version");
        var (training, ensemble) = (reader.Digest(), TreeEnsemble.Decode(reader.Bytes()));
        var features = reader.List((ref CanonicalReader r) => FeatureBins.Decode(ref r));
        var counts = reader.List((ref CanonicalReader r) => r.UInt32());
        reader.End();
        var shapes = features.Select(f => new FeatureShape(f.ValueBins, f.IsCategory));
        if (counts.Length < 2 || counts[0] != features.Length || counts.Sum(c => (long)c) != ensemble.Layout.Features.Count || !ensemble.Layout.Features.Take(features.Length).SequenceEqual(shapes))
            throw new MalformedException("features with the bins of the ensemble");
        return new(training, ensemble, features, [.. counts.Select(c => (int)c)]);
    }
}

/// <summary>What an owner of features has of a model: the bins of its features, and its splits in the order in which they were chosen.</summary>
/// <param name="Training">Names the training.</param>
/// <param name="Features">Its features.</param>
/// <param name="Splits">Its splits, tree after tree, level after level, by its own numbers of features.</param>
public sealed record FeaturePart(Digest Training, IReadOnlyList<FeatureBins> Features, IReadOnlyList<OwnedSplit> Splits)
{
    private const string Domain = "collab-tree-feature-part-1";

    /// <summary>The canonical bytes: training, features, splits.</summary>
    public byte[] Encode() => new CanonicalWriter().Text(Domain).Digest(Training).List(Features, (w, feature) => feature.Encode(w))
        .List(Splits, (w, s) => w.UInt32((uint)s.Tree).UInt32((uint)s.Feature).Byte(s.Bin).Boolean(s.MissingLeft)).ToArray();

    /// <summary>Reads the canonical bytes, strictly.</summary>
    /// <exception cref="MalformedException">They are not exactly such a part.</exception>
    public static FeaturePart Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        if (reader.Text() != Domain) throw new MalformedException("a feature owner's part of this version");
        var training = reader.Digest();
        var features = reader.List((ref CanonicalReader r) => FeatureBins.Decode(ref r));
        var splits = reader.List((ref CanonicalReader r) =>
        {
            var (tree, feature, bin, missingLeft) = (r.UInt32(), r.UInt32(), r.Byte(), r.Boolean());
            return tree < int.MaxValue && feature < features.Length && bin < features[feature].ValueBins
                ? new OwnedSplit((int)tree, (int)feature, bin, missingLeft)
                : throw new MalformedException("splits of features and bins that there are");
        });
        reader.End();
        return new(training, features, splits);
    }
}

/// <summary>A split of a feature of its owner's.</summary>
/// <param name="Tree">The tree, from 0.</param>
/// <param name="Feature">The owner's number of the feature, from 0.</param>
/// <param name="Bin">The bin.</param>
/// <param name="MissingLeft">Where missing values go.</param>
public sealed record OwnedSplit(int Tree, int Feature, byte Bin, bool MissingLeft);
