using Collab.Channels;
using Collab.HomomorphicEncryption;
using Collab.Primitives;

namespace Collab.FederatedLearning.Trees.ColumnWise;

/// <summary>Boosted trees over the columns of several owners of the same rows, of whom one has the labels: gradients are encrypted, bins stay with their owners.</summary>
/// <remarks>
/// Semi-honest parties; the label owner decrypts sums for each bin of numbered features, chooses every split, and learns how rows divide at it; an owner of features learns its own splits and how
/// the rows of every node divide, and nothing of labels beside. Source: Cheng et al., SecureBoost, arXiv 1901.08755, with lattice encryption in place of Paillier's. Steps and messages:
/// specs/train-trees.md. The caller aligns the rows and closes the channels, which compares the transcripts; results are not to be used before.
/// </remarks>
public static partial class ColumnWiseTrees
{
    private static readonly StepId Hello = new("train-trees.1");
    private static readonly StepId Key = new("train-trees.2");
    private static readonly StepId Encrypted = new("train-trees.3");
    internal static readonly StepId SumsStep = new("train-trees.4");
    private static readonly StepId Chosen = new("train-trees.5");
    internal static readonly StepId Divided = new("train-trees.6");

    /// <summary>The label owner's part.</summary>
    /// <param name="owners">A channel to each other owner; the order is that of the features in the model.</param>
    /// <param name="settings">What is trained; the same at every party.</param>
    /// <param name="columns">This party's own columns; there may be none.</param>
    /// <param name="labels">A label for each row: 0 or 1, or a number within the bound.</param>
    /// <param name="random">Keys and encryption.</param>
    /// <param name="options">Threads, progress.</param>
    /// <param name="cancellation">Ends the run; the channels are of no use afterwards.</param>
    /// <exception cref="ArgumentException">Settings or lengths do not fit, or there is no other owner.</exception>
    /// <exception cref="CollabException">Labels are unfit or all equal, or training diverges: <see cref="TreeErrors"/>.</exception>
    /// <exception cref="PeerFaultException">Another party broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to another party failed.</exception>
    /// <remarks>Bytes and operations: the spec's section Cost. Timing tells of labels no more than how many rows each node has.</remarks>
    public static async Task<LabelPart> TrainAsync(
        IReadOnlyList<IChannel> owners, TreeSettings settings, IReadOnlyList<BinnedColumn> columns, ReadOnlyMemory<double> labels, RandomSource random, ColumnWiseOptions options,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(owners);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(options);
        TreeTraining.CheckColumns(settings, columns, labels.Length);
        if (owners.Count == 0) throw new ArgumentException("There is another owner at least.", nameof(owners));
        var (targets, threads) = (Labels.ToScores(settings, labels.Span), options.Threads(cancellation));
        var boosting = new Boosting(settings, targets, LabelSums.Of(targets));

        var layouts = new HistogramLayout[owners.Count];
        for (var i = 0; i < owners.Count; i++)                                                                          // 1 ←  rows, shapes of features
        {
            var hello = await owners[i].ReceiveAsync<FeatureHello>(Hello, cancellation).ConfigureAwait(false);
            PeerFaultException.ThrowUnless(hello.Settings == settings.Id, owners[i].Peer, Hello, "the settings that were agreed");
            PeerFaultException.ThrowUnless(hello.Rows == labels.Length, owners[i].Peer, Hello, "as many rows as there are labels");
            layouts[i] = hello.Layout;
        }

        var packing = new GradientPacking(GradientPacking.BestStride(labels.Length, [.. layouts.Select(l => l.Bins)], settings.Depth));
        using var secret = SecretKey.Generate(GradientPacking.Parameters, random);
        Digest training;
        using (var key = secret.PublicKey(random))
        {
            var hello = new LabelHello(settings.Id, (uint)labels.Length, (uint)packing.Stride, key.Encode());
            training = hello.Training;
            foreach (var owner in owners) await owner.SendAsync(hello, cancellation).ConfigureAwait(false);            // 2 →  public key
        }

        HistogramLayout layout = new([.. columns.Select(c => new FeatureShape(c.Bins.ValueBins, c.Bins.IsCategory)), .. layouts.SelectMany(l => l.Features)]);
        var parties = new FeatureOwners(owners, layouts, layout, columns, packing, secret, Gradients.HaveSecond(settings.Loss), threads, random);
        var trees = await boosting.RunAsync(parties.RowsOf, options.Progress, cancellation).ConfigureAwait(false);      // 3 to 7
        return new(training, boosting.Ensemble(layout, trees), [.. columns.Select(c => c.Bins)], [columns.Count, .. layouts.Select(l => l.Features.Count)]);
    }
}
