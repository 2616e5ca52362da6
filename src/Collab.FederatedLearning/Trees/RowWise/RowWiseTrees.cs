using System.Buffers;
using System.Numerics;
using Collab.Arithmetic.WideIntegers;
using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing;
using Collab.SecretSharing.Additive;

namespace Collab.FederatedLearning.Trees.RowWise;

/// <summary>Boosted trees over the rows of several owners of the same columns: histograms are added up by shares, and every owner gets the model of all rows together.</summary>
/// <remarks>
/// Semi-honest owners: each learns the histograms of all rows together and the model, and with two owners so each other's histograms. An owner that deviates can shift totals, as by false rows.
/// Steps: specs/train-trees.md, section By rows. Sums: specs/additive-sharing.md. The caller closes the channels, which compares the transcripts; the model is not to be used before.
/// </remarks>
public static class RowWiseTrees
{
    private static readonly StepId Agree = new("train-trees.rows.1");

    /// <summary>An owner's part; the same at each.</summary>
    /// <param name="others">A channel to each other owner, one at least.</param>
    /// <param name="settings">What is trained; the same at every owner.</param>
    /// <param name="columns">This owner's rows, in bins that are the same at every owner.</param>
    /// <param name="labels">A label for each row: 0 or 1, or a number within the bound.</param>
    /// <param name="random">Shares.</param>
    /// <param name="progress">Told of the number of trees done.</param>
    /// <param name="cancellation">Ends the run; the channels are of no use afterwards.</param>
    /// <exception cref="ArgumentException">Settings or lengths do not fit, or there is no column or no other owner.</exception>
    /// <exception cref="CollabException">Labels are unfit or all equal, training diverges, or totals cannot come from any rows: <see cref="TreeErrors"/>.</exception>
    /// <exception cref="PeerFaultException">Another owner broke the protocol.</exception>
    /// <returns>The model, and how many rows all owners have together.</returns>
    /// <remarks>Two rounds a level, 2·32 bytes for each bin of each node that is summed, twice to each other owner.</remarks>
    public static async Task<(TreeModel Model, long Rows)> TrainAsync(
        IReadOnlyList<IChannel> others, TreeSettings settings, IReadOnlyList<BinnedColumn> columns, ReadOnlyMemory<double> labels, RandomSource random, IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(others);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(random);
        TreeTraining.CheckColumns(settings, columns, labels.Length);
        if (columns.Count == 0) throw new ArgumentException("There is a column at least.", nameof(columns));
        if (others.Count == 0) throw new ArgumentException("There is another owner at least.", nameof(others));
        var targets = Labels.ToScores(settings, labels.Span);
        FeatureBins[] bins = [.. columns.Select(c => c.Bins)];

        var agreed = new AgreementMessage(Digest.Of("collab-trees-rows-1", new CanonicalWriter().Digest(settings.Id).List(bins, (w, b) => b.Encode(w)).Written));
        await Round.AllAsync(                                                                              // 1 ↔  settings and bins
            [
                .. others.Select(other => (Func<CancellationToken, Task>)(token => other.SendAsync(agreed, token).AsTask())),
                .. others.Select(other => (Func<CancellationToken, Task>)(async token =>
                {
                    var told = await other.ReceiveAsync<AgreementMessage>(Agree, token).ConfigureAwait(false);
                    PeerFaultException.ThrowUnless(told == agreed, other.Peer, Agree, "the settings and the bins that were agreed");
                })),
            ],
            cancellation).ConfigureAwait(false);

        var totals = new Totals(others, random);
        var own = LabelSums.Of(targets);
        var sums = await totals.AddAsync([own.Count, own.Sum, own.Squares], cancellation).ConfigureAwait(false);            // 2 ↔  first score
        var boosting = new Boosting(settings, targets, LabelsOf(sums));
        var layout = HistogramLayout.Of(bins);
        var trees = await boosting.RunAsync((rows, gradients) => new OwnRows(layout, columns, rows, gradients, totals), progress, cancellation).ConfigureAwait(false);
        return (new(boosting.Ensemble(layout, trees), bins), (long)sums[0]);
    }

    // |label| is at most 1, in score units: what is beyond comes from no rows.
    private static LabelSums LabelsOf(BigInteger[] sums)
    {
        var (count, sum, squares, one) = (sums[0], sums[1], sums[2], (BigInteger)Scores.Of(1));
        return count.Sign >= 0 && count <= int.MaxValue && BigInteger.Abs(sum) <= count * one && squares >= 0 && squares <= count * one * one && sum * sum <= count * squares
            ? new((long)count, (Int128)sum, (Int128)squares)
            : throw Impossible();
    }

    private static CollabException Impossible() => new(TreeErrors.TotalsImpossible, "The owners' totals cannot come from any rows.");

    /// <summary>Sums over all owners that all learn.</summary>
    private sealed class Totals(IReadOnlyList<IChannel> others, RandomSource random)
    {
        public async Task<BigInteger[]> AddAsync(Int128[] own, CancellationToken cancellation)
        {
            using var shares = await AdditiveSharing.ShareAndAddAsync(others, Array.ConvertAll(own, value => (Integer256)value), random, cancellation).ConfigureAwait(false);
            var opened = Array.Empty<Integer256>();
            await Round.AllAsync(
                [
                    .. others.Select(other => (Func<CancellationToken, Task>)(token => AdditiveSharing.OpenAsync(other, shares, token).AsTask())),
                    async token => opened = await AdditiveSharing.ReceiveAsync(others, own.Length, shares, token).ConfigureAwait(false),
                ],
                cancellation).ConfigureAwait(false);
            return Array.ConvertAll(opened, value => value.ToBigIntegerVariableTime());                    // totals: public to the owners
        }
    }

    private sealed class OwnRows(HistogramLayout layout, IReadOnlyList<BinnedColumn> columns, NodeRows rows, Gradients gradients, Totals totals) : ITreeRows
    {
        public async Task<Histogram[]> SumAsync(IReadOnlyList<int> nodes, CancellationToken cancellation)
        {
            var histograms = nodes.Select(_ => new Histogram(layout)).ToArray();
            for (var i = 0; i < nodes.Count; i++) histograms[i].Add(columns, 0, rows.Of(nodes[i]), gradients);
            var sums = await totals.AddAsync([.. histograms.SelectMany(h => h.First.Concat(h.Second)).Select(v => (Int128)v)], cancellation).ConfigureAwait(false);
            if (sums.Any(sum => BigInteger.Abs(sum) > Gradients.LargestSum)) throw Impossible();
            for (var i = 0; i < nodes.Count; i++)
            {
                for (var bin = 0; bin < layout.Bins; bin++)
                {
                    histograms[i].First[bin] = (long)sums[(2 * i * layout.Bins) + bin];
                    histograms[i].Second[bin] = (long)sums[(((2 * i) + 1) * layout.Bins) + bin];
                }

                // Every row is in a bin of every feature.
                for (var f = 1; f < columns.Count; f++)
                {
                    if (histograms[i].TotalOf(f) != histograms[i].TotalOf(0)) throw Impossible();
                }
            }

            return histograms;
        }

        public Task DivideAsync(IReadOnlyList<DividedNode> nodes, CancellationToken cancellation)
        {
            foreach (var (node, found, left) in nodes)
                rows.Divide(node, left, rows.Sides(node, columns[found.Split.Feature], found.Split.Bin, found.Split.MissingLeft));
            return Task.CompletedTask;
        }
    }
}

/// <summary>Step 1: a digest of settings and bins.</summary>
internal sealed record AgreementMessage(Digest Agreed) : IMessage<AgreementMessage>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(Agreed.ToArray());

    public static AgreementMessage Decode(ReadOnlySpan<byte> payload) =>
        payload.Length == Digest.Size ? new(new Digest(payload)) : throw new MalformedException("a digest of settings and bins");
}
