using Collab.Primitives;

namespace Collab.FederatedLearning.Trees.Secret;

/// <summary>Trees as training on shares makes them, in clear: which split each node takes, level after level, and each leaf's value.</summary>
/// <param name="Chosen">For each tree, the number of each node's split, 0 for none: node j of a level has the children j and j + 2^level of the next.</param>
/// <param name="Leaves">For each tree, the leaves' values with 16 fraction bits.</param>
/// <param name="FirstScore">The score before any tree, with 16 fraction bits.</param>
public sealed record PlainTrees(IReadOnlyList<int[][]> Chosen, IReadOnlyList<long[]> Leaves, long FirstScore)
{
    /// <summary>Whether both are the same, number by number.</summary>
    public bool IsSameAs(PlainTrees other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return FirstScore == other.FirstScore && Chosen.Count == other.Chosen.Count && Leaves.Zip(other.Leaves).All(pair => pair.First.SequenceEqual(pair.Second))
            && Chosen.SelectMany(tree => tree).Zip(other.Chosen.SelectMany(tree => tree)).All(pair => pair.First.SequenceEqual(pair.Second));
    }

    /// <summary>From the opened words of a model's parts: the first score, and for each tree the marks of all levels and the leaves.</summary>
    /// <exception cref="CollabException">They are not those of a model: <see cref="TreeErrors.PartsUnfit"/>.</exception>
    internal static PlainTrees Of(ReadOnlySpan<ulong> words, TreeSettings settings, int candidates)
    {
        var (chosen, leaves) = (new List<int[][]>(), new List<long[]>());
        var rest = words[1..];
        while (chosen.Count < settings.Trees)
        {
            var levels = new int[settings.Depth][];
            for (var depth = 0; depth < levels.Length; depth++)
            {
                levels[depth] = new int[1 << depth];
                for (var j = 0; j < levels[depth].Length; j++, rest = rest[candidates..]) levels[depth][j] = MarkedIn(rest[..candidates]);
            }

            var values = new long[1 << settings.Depth];
            for (var j = 0; j < values.Length; j++) values[j] = unchecked((long)rest[j]);
            rest = rest[values.Length..];
            chosen.Add(levels);
            leaves.Add(values);
        }

        return new(chosen, leaves, unchecked((long)words[0]));
    }

    private static int MarkedIn(ReadOnlySpan<ulong> marks)
    {
        var marked = marks.IndexOf(1UL);
        var (zeros, others) = (marks.Count(0UL), marks.Count(1UL));
        return others == 1 && zeros == marks.Length - 1 ? marked : throw new CollabException(TreeErrors.PartsUnfit, "The parts do not make a model: they are of several trainings, or altered.");
    }
}
