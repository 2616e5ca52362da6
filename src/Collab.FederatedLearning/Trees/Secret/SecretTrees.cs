using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Collab.FederatedLearning.Columns;
using Collab.Primitives;
using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Trees.Secret;

/// <summary>Boosted trees over the columns of two or three parties of which nothing is opened: bins, labels, derivatives, histograms, gains, splits, the rows of nodes and the leaves stay shared, and so does the model.</summary>
/// <remarks>
/// Steps are numbered as in specs/train-trees-secret.md. Source: Abspoel, Escudero, Volgushev, PoPETs 2021 (oblivious training of trees on shares); Lu et al., Squirrel, USENIX Security 2023
/// (sums over bins by products with shared indicators). The caller aligns the rows. As strong as the engine.
/// </remarks>
public static class SecretTrees
{
    /// <summary>One party's part of a training.</summary>
    /// <param name="engine">This party's end.</param>
    /// <param name="settings">What is trained; the same at every party. All 2^depth leaves; depth at most 8.</param>
    /// <param name="features">The features of each party, in the engine's order; public.</param>
    /// <param name="labelOwner">Who has the labels.</param>
    /// <param name="columns">This party's columns, as it states them.</param>
    /// <param name="labels">The labels at their owner, one for each row: 0 or 1, or numbers within the bound; null elsewhere.</param>
    /// <param name="rows">Rows; public.</param>
    /// <param name="progress">Told of the number of trees done.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ArgumentException">Settings, columns or labels do not fit what is stated.</exception>
    /// <exception cref="CollabException">Labels are unfit or all equal, or there are too many rows: <see cref="TreeErrors"/>. Before anything is sent.</exception>
    /// <exception cref="PeerFaultException">Another party broke the protocol.</exception>
    /// <remarks>Timing depends on rows, features and settings alone. Cost: the spec's section Cost.</remarks>
    public static async Task<SecretTreePart> TrainAsync(
        IVectorEngine engine, TreeSettings settings, IReadOnlyList<IReadOnlyList<FeatureShape>> features, PartyId labelOwner, IReadOnlyList<BinnedColumn> columns, double[]? labels, int rows,
        IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(columns);
        var scale = new SecretTreeScale(settings, rows);
        if (features.Count != engine.Parties.Count) throw new ArgumentException("The features of every party.", nameof(features));
        var layout = new CandidateLayout(features);
        layout.Require(engine.Index, columns, rows);
        if (!engine.Parties.Contains(labelOwner) || (engine.Parties[engine.Index] == labelOwner) != (labels is not null)) throw new ArgumentException("Labels of one of the parties.", nameof(labelOwner));
        if (labels is not null && labels.Length != rows) throw new ArgumentException("A label for each row.", nameof(labels));
        var (target, first) = labels is null ? (null, null) : Prepared(settings, scale, labels);

        using var sides = await ShareAsync(engine, layout, columns, rows, cancellation).ConfigureAwait(false);                                             // 1
        using var shared = await engine.InputAsync(labelOwner, target, rows, cancellation).ConfigureAwait(false);                                            // 1
        var firstScore = await engine.InputAsync(labelOwner, first, 1, cancellation).ConfigureAwait(false);                                                 // 1
        if (target is not null) CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(target.AsSpan()));
        var trees = new List<(SharedVector[] Chosen, SharedVector Leaves)>();
        var part = new SecretTreePart(settings, features, firstScore, trees);
        var scores = SharedVectors.Slice(firstScore, 0, 1);                                                                                                  // all rows begin alike
        try
        {
            while (trees.Count < settings.Trees)
            {
                var isLast = trees.Count == settings.Trees - 1;
                var derivatives = await SecretDerivatives.AtAsync(engine, settings.Loss, scale, scores, shared, cancellation).ConfigureAwait(false);       // 2
                var (tree, added) = await GrowAsync(engine, settings, scale, sides, derivatives, rows, withScores: !isLast, cancellation).ConfigureAwait(false);
                trees.Add(tree);
                progress?.Report(trees.Count);
                if (added is null) continue;
                using (added)
                using (var old = scores)
                using (var before = old.Length == rows ? SharedVectors.Slice(old, 0, rows) : VectorParts.Repeated(old, rows))
                    scores = SharedVectors.Add(before, added);
            }

            await engine.CheckAsync(cancellation).ConfigureAwait(false);
            return part;
        }
        catch
        {
            part.Dispose();
            throw;
        }
        finally
        {
            scores.Dispose();
        }
    }

    /// <summary>One party's part of a prediction for other rows of the same features.</summary>
    /// <param name="engine">This party's end, of the same parties in the same order.</param>
    /// <param name="part">This party's part of the model.</param>
    /// <param name="columns">This party's columns.</param>
    /// <param name="rows">Rows; public.</param>
    /// <param name="receivers">Who gets the predictions.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>At a receiver a chance for each row, or a number in the units of the labels; null elsewhere.</returns>
    /// <exception cref="ArgumentException">The columns are not those of the model.</exception>
    /// <exception cref="PeerFaultException">Another party broke the protocol.</exception>
    public static async Task<double[]?> PredictAsync(
        IVectorEngine engine, SecretTreePart part, IReadOnlyList<BinnedColumn> columns, int rows, IReadOnlyCollection<PartyId> receivers, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(part);
        ArgumentNullException.ThrowIfNull(columns);
        part.Layout.Require(engine.Index, columns, rows);
        using var sides = await ShareAsync(engine, part.Layout, columns, rows, cancellation).ConfigureAwait(false);                                        // 8
        var scores = VectorParts.Repeated(part.FirstScore, rows);
        try
        {
            foreach (var (chosen, leaves) in part.Trees)
            {
                var level = LevelRows.Root(engine, rows, null, null);
                try
                {
                    foreach (var marks in chosen)
                    {
                        using var above = level;
                        level = await above.DivideAsync(sides, marks, withDerivatives: false, cancellation).ConfigureAwait(false);                       // 9
                    }

                    using var added = await level.ValuesAsync(leaves, cancellation).ConfigureAwait(false);                                                 // 9
                    using var before = scores;
                    scores = SharedVectors.Add(before, added);
                }
                finally
                {
                    level.Dispose();
                }
            }

            var opened = await engine.OpenAsync(scores, receivers, cancellation).ConfigureAwait(false);                                                     // 10
            return opened is null ? null : [.. opened.Select(word => PredictionOf(part.Settings, unchecked((long)word)))];
        }
        finally
        {
            scores.Dispose();
        }
    }

    /// <summary>Opens the model to the parties named: where the parties agreed that it may leave.</summary>
    /// <param name="engine">This party's end, of the same parties in the same order.</param>
    /// <param name="part">This party's part.</param>
    /// <param name="receivers">Who gets the model.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>The trees at a receiver; null elsewhere.</returns>
    /// <exception cref="CollabException">The parts are not of one training: <see cref="TreeErrors.PartsUnfit"/>.</exception>
    /// <exception cref="PeerFaultException">Another party broke the protocol.</exception>
    public static async Task<PlainTrees?> RevealAsync(
        IVectorEngine engine, SecretTreePart part, IReadOnlyCollection<PartyId> receivers, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(part);
        using var all = SharedVectors.Concatenate([part.FirstScore, .. part.Trees.SelectMany(tree => tree.Chosen.Append(tree.Leaves))]);
        var opened = await engine.OpenAsync(all, receivers, cancellation).ConfigureAwait(false);                                                             // 11
        return opened is null ? null : PlainTrees.Of(opened, part.Settings, part.Layout.Count);
    }

    /// <summary>What a score with 16 fraction bits stands for.</summary>
    internal static double PredictionOf(TreeSettings settings, long score)
    {
        var value = Math.ScaleB(score, -SecretTreeScale.Score);
        return settings.Loss == TrainingLoss.Logistic ? Scores.Chance(value) : value * settings.LabelBound;
    }

    /// <summary>Labels and first score as they are shared.</summary>
    internal static (ulong[] Labels, ulong[] FirstScore) Prepared(TreeSettings settings, SecretTreeScale scale, double[] labels)
    {
        var first = LabelSums.Of(Trees.Labels.ToScores(settings, labels)).FirstScore(settings.Loss);
        return (SecretDerivatives.Labels(settings, scale, labels), [unchecked((ulong)SecretDerivatives.Rounded(first, 24 - SecretTreeScale.Score))]);
    }

    /// <summary>Steps 3 to 7 of one tree; and what it adds to each row's score, if that is wanted.</summary>
    private static async Task<((SharedVector[] Chosen, SharedVector Leaves) Tree, SharedVector? Added)> GrowAsync(
        IVectorEngine engine, TreeSettings settings, SecretTreeScale scale, ISharedColumns columns, NodeSums derivatives, int rows, bool withScores, CancellationToken cancellation)
    {
        var chosen = new SharedVector[settings.Depth];
        var level = LevelRows.Root(engine, rows, derivatives, SecretDerivatives.ConstantSecond(settings.Loss, scale));
        NodeSums totals = level.Totals(), sums = await level.SumsAsync(columns, 1, cancellation).ConfigureAwait(false);                                     // 3
        try
        {
            for (var depth = 0; ; depth++)
            {
                using var choice = await SplitChoice.ChooseAsync(engine, scale, totals, sums, cancellation).ConfigureAwait(false);                         // 4
                chosen[depth] = SharedVectors.Slice(choice.Chosen, 0, choice.Chosen.Length);
                var isLast = depth == settings.Depth - 1;
                if (!isLast || withScores)
                {
                    using var above = level;
                    level = await above.DivideAsync(columns, choice.Chosen, withDerivatives: !isLast, cancellation).ConfigureAwait(false);                 // 5
                }

                if (isLast)
                {
                    var leaves = await LeavesAsync(engine, scale, choice, cancellation).ConfigureAwait(false);                                               // 6
                    return ((chosen, leaves), withScores ? await level.ValuesAsync(leaves, cancellation).ConfigureAwait(false) : null);                    // 7
                }

                using NodeSums oldTotals = totals, oldSums = sums, rightTotals = oldTotals.Less(choice.Left);
                totals = choice.Left.Then(rightTotals);
                using var left = await level.SumsAsync(columns, level.Nodes / 2, cancellation).ConfigureAwait(false);                                      // 3
                using var right = oldSums.Less(left);
                sums = left.Then(right);
            }
        }
        finally
        {
            level.Dispose();
            totals.Dispose();
            sums.Dispose();
        }
    }

    /// <summary>−η times the quotients of the last level's sides, the left ones first, with 16 fraction bits.</summary>
    private static async Task<SharedVector> LeavesAsync(IVectorEngine engine, SecretTreeScale scale, SplitChoice choice, CancellationToken cancellation)
    {
        using SharedVector ratios = SharedVectors.Concatenate(choice.LeftRatio, choice.RightRatio), steps = engine.Affine(ratios, unchecked((ulong)-scale.LearningRate), 0);
        return await SecretDerivatives.RoundedAsync(engine, steps, SecretTreeScale.Ratio, cancellation).ConfigureAwait(false);
    }

    private static Task<ISharedColumns> ShareAsync(IVectorEngine engine, CandidateLayout layout, IReadOnlyList<BinnedColumn> columns, int rows, CancellationToken cancellation) =>
        ISharedColumns.ShareAsync(engine, layout.Counts, CandidateLayout.Sides(columns, rows), rows, bits: 1, cancellation);
}
