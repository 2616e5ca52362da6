using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Collab.FederatedLearning.Trees;

/// <summary>Tree after tree over rows whose labels this party has: gradients at the scores so far, a tree, new scores.</summary>
/// <param name="settings">What is trained.</param>
/// <param name="labels">The party's labels, in score units.</param>
/// <param name="sums">The sums over the labels of all parties.</param>
internal sealed class Boosting(TreeSettings settings, long[] labels, LabelSums sums)
{
    private readonly long _firstScore = sums.FirstScore(settings.Loss);

    /// <summary>f, by the rows of all parties.</summary>
    public int FractionBits { get; } = Gradients.FractionBits(settings.Loss, sums.Count);

    /// <summary>Grows all trees.</summary>
    /// <param name="rowsOf">The source of histograms of one tree.</param>
    /// <param name="progress">Told of the number of trees done.</param>
    /// <param name="cancellation">Ends the run.</param>
    public async Task<IReadOnlyList<Tree>> RunAsync(Func<NodeRows, Gradients, ITreeRows> rowsOf, IProgress<int>? progress, CancellationToken cancellation)
    {
        var scores = new long[labels.Length];
        scores.AsSpan().Fill(_firstScore);
        var trees = new List<Tree>();
        try
        {
            while (trees.Count < settings.Trees)
            {
                using var gradients = Gradients.At(settings.Loss, labels, scores, FractionBits);            // 3
                var rows = new NodeRows(labels.Length);
                var tree = await TreeGrower.GrowAsync(rowsOf(rows, gradients), settings, FractionBits, cancellation).ConfigureAwait(false);
                for (var node = 0; node < tree.Nodes.Count; node++)                                        // 7
                {
                    if (tree.Nodes[node].Split is not null) continue;
                    foreach (var row in rows.Of(node)) scores[row] += tree.Nodes[node].Score;
                }

                trees.Add(tree);
                progress?.Report(trees.Count);
            }

            return trees;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(scores.AsSpan()));
        }
    }

    /// <summary>The trees as a model of numbered features.</summary>
    public TreeEnsemble Ensemble(HistogramLayout layout, IReadOnlyList<Tree> trees) => new(settings.Loss, settings.LabelBound, layout, _firstScore, trees);
}
