using Collab.Jobs;
using Collab.Primitives;

namespace Collab.FederatedLearning.Features;

/// <summary>The levels of a column of text, as many as the recipe allows.</summary>
internal sealed class LevelSummary(ColumnSchema column, int most, string? missing)
{
    private readonly HashSet<string> _levels = new(StringComparer.Ordinal);

    /// <summary>In ordinal order.</summary>
    public string[] Levels => _levels.Count == 0
        ? throw new CollabException(FeatureErrors.ColumnEmpty, $"Column {column.Name} has no level in the rows of training.")
        : [.. _levels.Order(StringComparer.Ordinal)];

    public void Add(TextColumn text)
    {
        foreach (var value in text.Values)
        {
            if ((value ?? missing) is { } level && _levels.Add(level) && _levels.Count > most)
                throw new CollabException(FeatureErrors.LevelsTooMany, $"Column {column.Name} has more levels than the recipe allows.");
        }
    }
}
