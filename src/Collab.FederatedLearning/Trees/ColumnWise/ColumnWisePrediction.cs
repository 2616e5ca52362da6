using System.Buffers;
using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing;

namespace Collab.FederatedLearning.Trees.ColumnWise;

/// <summary>Predictions by a model whose parts stay apart: owners of features tell the label owner on which side of each of their splits a row is.</summary>
/// <remarks>
/// Semi-honest. The label owner learns that bit for every row and every split, whether the row comes there or not, and nothing of bins or edges; owners of features learn how many rows. Steps:
/// specs/train-trees.md, section Prediction. The caller aligns the rows and closes the channels; predictions are not to be used before.
/// </remarks>
public static class ColumnWisePrediction
{
    private const int BatchRows = 1 << 16;

    private static readonly StepId Agree = new("train-trees.predict.1");
    private static readonly StepId Sides = new("train-trees.predict.2");

    /// <summary>The label owner's part.</summary>
    /// <param name="owners">A channel to each owner of features, in the order of training.</param>
    /// <param name="part">The label owner's part of the model.</param>
    /// <param name="columns">Its own columns, in order; none where it had none.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>Chances, or numbers in the units of the labels, shape [rows].</returns>
    /// <exception cref="ArgumentException">Channels or columns are not those of the part.</exception>
    /// <exception cref="PeerFaultException">An owner has a part of another training, or other rows, or broke the protocol.</exception>
    public static async Task<double[]> PredictAsync(
        IReadOnlyList<IChannel> owners, LabelPart part, IReadOnlyList<BinnedColumn> columns, int rows, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(owners);
        ArgumentNullException.ThrowIfNull(part);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        if (owners.Count != part.Counts.Count - 1) throw new ArgumentException("There is a channel to each owner of features.", nameof(owners));
        if (columns.Count != part.Features.Count || columns.Any(c => c.Rows.Length != rows)) throw new ArgumentException("There is a column for each own feature, of so many rows.", nameof(columns));
        var places = Places(part);
        for (var i = 0; i < owners.Count; i++)                                                                          // 1 ↔  training, rows
        {
            await owners[i].SendAsync(new PredictionHello(part.Training, (uint)rows), cancellation).ConfigureAwait(false);
            var hello = await owners[i].ReceiveAsync<PredictionHello>(Agree, cancellation).ConfigureAwait(false);
            PeerFaultException.ThrowUnless(hello.Training == part.Training && hello.Rows == rows, owners[i].Peer, Agree, "a part of this training and as many rows");
        }

        var predictions = new double[rows];
        for (var first = 0; first < rows; first += BatchRows)
        {
            var count = Math.Min(BatchRows, rows - first);
            var sides = new byte[owners.Count][];
            await Round.AllAsync(
                [
                    .. owners.Select((owner, i) => (Func<CancellationToken, Task>)(async token =>                       // 2 ←  sides
                    {
                        sides[i] = (await owner.ReceiveAsync<SplitSides>(Sides, token).ConfigureAwait(false)).Bits;
                        PeerFaultException.ThrowUnless(sides[i].Length == SizeOf(places.Splits[i + 1], count), owner.Peer, Sides, "a bit for each split and row");
                    })),
                ],
                cancellation).ConfigureAwait(false);
            for (var row = 0; row < count; row++) predictions[first + row] = part.Ensemble.PredictionOf(ScoreOf(part, places.Of, columns, sides, first, count, row));
        }

        return predictions;
    }

    /// <summary>The part of an owner of features.</summary>
    /// <param name="channel">To the label owner.</param>
    /// <param name="part">This owner's part of the model.</param>
    /// <param name="columns">Its columns, in order, of one length.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ArgumentException">The columns are not those of the part.</exception>
    /// <exception cref="PeerFaultException">The label owner has a part of another training, or other rows.</exception>
    public static async Task AssistAsync(IChannel channel, FeaturePart part, IReadOnlyList<BinnedColumn> columns, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(part);
        ArgumentNullException.ThrowIfNull(columns);
        var rows = columns.Count == 0 ? 0 : columns[0].Rows.Length;
        if (columns.Count != part.Features.Count || columns.Any(c => c.Rows.Length != rows)) throw new ArgumentException("There is a column for each feature, all of one length.", nameof(columns));
        var hello = await channel.ReceiveAsync<PredictionHello>(Agree, cancellation).ConfigureAwait(false);             // 1 ↔  training, rows
        await channel.SendAsync(new PredictionHello(part.Training, (uint)rows), cancellation).ConfigureAwait(false);
        PeerFaultException.ThrowUnless(hello.Training == part.Training && hello.Rows == rows, channel.Peer, Agree, "a part of this training and as many rows");
        for (var first = 0; first < rows; first += BatchRows)
        {
            var count = Math.Min(BatchRows, rows - first);
            var bits = new byte[SizeOf(part.Splits.Count, count)];
            for (var k = 0; k < part.Splits.Count; k++)
            {
                var split = part.Splits[k];
                var column = columns[split.Feature];
                var shape = new FeatureShape(column.Bins.ValueBins, column.Bins.IsCategory);
                for (var row = 0; row < count; row++)
                {
                    var at = ((long)k * count) + row;
                    if (shape.GoesLeft(column.Rows[first + row], split.Bin, split.MissingLeft)) bits[at / 8] |= (byte)(1 << (int)(at % 8));
                }
            }

            await channel.SendAsync(new SplitSides(bits), cancellation).ConfigureAwait(false);                          // 2 →  sides
        }
    }

    private static int SizeOf(int splits, int rows) => checked((int)((((long)splits * rows) + 7) / 8));

    // For each node that splits, whose it is and its number among that owner's; and how many each owner has.
    private static ((int Owner, int Number)[][] Of, int[] Splits) Places(LabelPart part)
    {
        var splits = new int[part.Counts.Count];
        var places = part.Ensemble.Trees.Select(tree => tree.Nodes.Select(node =>
        {
            if (node.Split is not { } split) return (0, 0);
            var owner = part.OwnerOf(split.Feature);
            return (owner, splits[owner]++);
        }).ToArray()).ToArray();
        return (places, splits);
    }

    private static long ScoreOf(LabelPart part, (int Owner, int Number)[][] places, IReadOnlyList<BinnedColumn> columns, byte[][] sides, int first, int count, int row)
    {
        var score = part.Ensemble.FirstScore;
        for (var t = 0; t < places.Length; t++)
        {
            var (nodes, node) = (part.Ensemble.Trees[t].Nodes, 0);
            while (nodes[node].Split is { } split)
            {
                var (owner, number) = places[t][node];
                var left = owner == 0
                    ? part.Ensemble.Layout.Features[split.Feature].GoesLeft(columns[split.Feature].Rows[first + row], split.Bin, split.MissingLeft)
                    : BitOf(sides[owner - 1], ((long)number * count) + row);
                node = nodes[node].Left + (left ? 0 : 1);
            }

            score += nodes[node].Score;
        }

        return score;
    }

    private static bool BitOf(byte[] bits, long at) => (bits[at / 8] >> (int)(at % 8) & 1) != 0;
}

/// <summary>Step 1: which training, how many rows.</summary>
internal sealed record PredictionHello(Digest Training, uint Rows) : IMessage<PredictionHello>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(new CanonicalWriter().Digest(Training).UInt32(Rows).Written);

    public static PredictionHello Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new CanonicalReader(payload);
        var hello = new PredictionHello(reader.Digest(), reader.UInt32());
        reader.End();
        return hello;
    }
}

/// <summary>Step 2: split after split, a bit for each row of a batch, 1 for the left.</summary>
internal sealed record SplitSides(byte[] Bits) : IMessage<SplitSides>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(Bits);

    public static SplitSides Decode(ReadOnlySpan<byte> payload) => new(payload.ToArray());
}
