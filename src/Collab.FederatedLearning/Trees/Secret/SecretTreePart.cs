using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Trees.Secret;

/// <summary>One party's part of boosted trees that nobody knows: shares of which split each node takes and what each leaf adds. Zeroed when disposed.</summary>
public sealed class SecretTreePart : IDisposable
{
    private readonly IReadOnlyList<IReadOnlyList<FeatureShape>> _features;

    internal SecretTreePart(
        TreeSettings settings, IReadOnlyList<IReadOnlyList<FeatureShape>> features, SharedVector firstScore, IReadOnlyList<(SharedVector[] Chosen, SharedVector Leaves)> trees)
    {
        (Settings, _features, FirstScore, Trees) = (settings, features, firstScore, trees);
        Layout = new(features);
    }

    /// <summary>What was trained.</summary>
    public TreeSettings Settings { get; }

    /// <summary>The features of each party, as everybody knows them.</summary>
    public IReadOnlyList<IReadOnlyList<FeatureShape>> Features => _features;

    internal CandidateLayout Layout { get; }

    internal SharedVector FirstScore { get; }

    /// <summary>For each tree, the marks of each level and the leaves' values with 16 fraction bits.</summary>
    internal IReadOnlyList<(SharedVector[] Chosen, SharedVector Leaves)> Trees { get; }

    /// <inheritdoc/>
    public override string ToString() => $"a part of {Trees.Count} shared trees";

    /// <summary>Zeroes the shares.</summary>
    public void Dispose()
    {
        FirstScore.Dispose();
        foreach (var (chosen, leaves) in Trees)
        {
            foreach (var level in chosen) level.Dispose();
            leaves.Dispose();
        }
    }
}
