using Collab.Primitives;

namespace Collab.FederatedLearning.Trees;

/// <summary>One feature as everybody may know it: how many bins and of which kind, and neither name nor edges.</summary>
/// <param name="ValueBins">Bins of values, 1 to 255; the bin of missing values comes after them.</param>
/// <param name="IsCategory">Whether a split takes one bin from the others, and not the lower from the higher.</param>
public readonly record struct FeatureShape(int ValueBins, bool IsCategory)
{
    /// <summary>The bin of missing values.</summary>
    public int MissingBin => ValueBins;

    /// <summary>All bins.</summary>
    public int Count => ValueBins + 1;

    /// <summary>Whether a bin goes to the left at a split.</summary>
    public bool GoesLeft(int bin, byte splitBin, bool missingLeft) =>
        bin == MissingBin ? missingLeft : IsCategory ? bin == splitBin : bin <= splitBin;
}

/// <summary>The places of all features' bins in a histogram: feature after feature, bin after bin.</summary>
public sealed class HistogramLayout
{
    private readonly FeatureShape[] _features;
    private readonly int[] _starts;

    /// <summary>A layout of these features.</summary>
    /// <exception cref="ArgumentException">There is none or there are more than 65,536, or one has no bins or more than 255 of values.</exception>
    public HistogramLayout(params IReadOnlyList<FeatureShape> features)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (features.Count is 0 or > 65_536) throw new ArgumentException("There are 1 to 65,536 features.", nameof(features));
        _features = [.. features];
        _starts = new int[features.Count + 1];
        for (var i = 0; i < features.Count; i++)
        {
            if (features[i].ValueBins is < 1 or >= FeatureBins.MostBins) throw new ArgumentException("A feature has 1 to 255 bins of values.", nameof(features));
            _starts[i + 1] = _starts[i] + features[i].Count;
        }
    }

    /// <summary>The features.</summary>
    public IReadOnlyList<FeatureShape> Features => _features;

    /// <summary>The bins of all features together.</summary>
    public int Bins => _starts[^1];

    /// <summary>Where a feature's bins begin.</summary>
    public int StartOf(int feature) => _starts[feature];

    /// <summary>The layout of columns in hand.</summary>
    public static HistogramLayout Of(IReadOnlyList<FeatureBins> columns) =>
        new([.. columns.Select(bins => new FeatureShape(bins.ValueBins, bins.IsCategory))]);

    /// <summary>A count, then for each feature its bins of values less one (1 byte) and whether it is of categories (1 byte).</summary>
    internal void Encode(CanonicalWriter writer) => writer.List(_features, (w, f) => w.Byte((byte)(f.ValueBins - 1)).Boolean(f.IsCategory));

    /// <summary>Reads what <see cref="Encode"/> writes, strictly.</summary>
    internal static HistogramLayout Decode(ref CanonicalReader reader)
    {
        var features = reader.List((ref CanonicalReader r) => new FeatureShape(r.Byte() + 1, r.Boolean()));
        if (features.Length is 0 or > 65_536 || features.Any(f => f.ValueBins >= FeatureBins.MostBins)) throw new MalformedException("features with 1 to 255 bins");
        return new(features);
    }
}
