using Collab.Channels;
using Collab.HomomorphicEncryption;
using Collab.Primitives;

namespace Collab.FederatedLearning.Trees.ColumnWise;

public static partial class ColumnWiseTrees
{
    /// <summary>The part of an owner of features.</summary>
    /// <param name="channel">To the label owner.</param>
    /// <param name="settings">What is trained; the same at every party.</param>
    /// <param name="columns">This party's columns, one at least, of one length.</param>
    /// <param name="random">Masks and floods.</param>
    /// <param name="options">Threads, progress.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <exception cref="ArgumentException">Settings or columns do not fit.</exception>
    /// <exception cref="PeerFaultException">The label owner broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the label owner failed.</exception>
    /// <remarks>For each group of bins and block of rows, one plaintext made ready and two products. Timing depends on counts of rows, bins and nodes, up to what memory's caches tell locally.</remarks>
    public static async Task<FeaturePart> AssistAsync(
        IChannel channel, TreeSettings settings, IReadOnlyList<BinnedColumn> columns, RandomSource random, ColumnWiseOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(options);
        if (columns.Count == 0) throw new ArgumentException("There is a column at least.", nameof(columns));
        var (count, peer, threads) = (columns[0].Rows.Length, channel.Peer, options.Threads(cancellation));
        TreeTraining.CheckColumns(settings, columns, count);
        var layout = HistogramLayout.Of([.. columns.Select(c => c.Bins)]);

        await channel.SendAsync(new FeatureHello(settings.Id, (uint)count, layout), cancellation).ConfigureAwait(false);                 // 1 →
        var hello = await channel.ReceiveAsync<LabelHello>(Key, cancellation).ConfigureAwait(false);                                    // 2 ←  public key
        PeerFaultException.ThrowUnless(hello.Settings == settings.Id, peer, Key, "the settings that were agreed");
        PeerFaultException.ThrowUnless(hello.Rows == count && GradientPacking.IsStride(hello.Stride), peer, Key, "as many rows as the columns have, and a stride");
        using var key = Read(peer, Key, () => PublicKey.Decode(GradientPacking.Parameters, hello.PublicKey));
        using var gradients = new EncryptedGradients(new((int)hello.Stride), key, columns, layout, Gradients.HaveSecond(settings.Loss), threads, random);
        var splits = new List<OwnedSplit>();
        for (var tree = 0; tree < settings.Trees; tree++)
        {
            var rows = new NodeRows(count);
            var divided = true;
            for (var depth = 0; divided && depth < settings.Depth; depth++)
            {
                var asked = await channel.ReceiveAsync<NodesMessage>(Encrypted, cancellation).ConfigureAwait(false);                   // 3 ←  nodes
                PeerFaultException.ThrowUnless(
                    asked.Nodes.Length is > 0 and <= 4096 && asked.Nodes.All(node => node < int.MaxValue && rows.Has((int)node)) && asked.Nodes.Distinct().Count() == asked.Nodes.Length,
                    peer, Encrypted, "nodes that there are, each once");
                gradients.Begin([.. asked.Nodes.Select(node => rows.Of((int)node).ToArray())]);
                for (var block = 0; block < gradients.Blocks; block++)                                                                 // 3 ←  Enc(g), Enc(h)
                {
                    var pair = await channel.ReceiveAsync<CiphertextPair>(Encrypted, cancellation).ConfigureAwait(false);
                    Read(peer, Encrypted, () => gradients.Set(block, pair));
                }

                for (var group = 0; group < gradients.Groups; group += options.Parallelism)                      // 4 →  Enc(Σ g), Enc(Σ h)
                {
                    foreach (var answer in gradients.Sum(group, options.Parallelism))
                        await channel.SendAsync(answer, cancellation).ConfigureAwait(false);
                }

                if (!Gradients.HaveSecond(settings.Loss)) await channel.SendAsync(new BinCountsMessage(gradients.Count()), cancellation).ConfigureAwait(false); // 4 →  counts
                var own = await channel.ReceiveAsync<OwnSplitsMessage>(Chosen, cancellation).ConfigureAwait(false);                    // 5 ←  own splits
                var sides = new Sides[own.Splits.Length];
                for (var i = 0; i < sides.Length; i++)
                {
                    var (node, left, feature, bin, missingLeft) = own.Splits[i];
                    PeerFaultException.ThrowUnless(
                        IsDivision(rows, node, left) && feature < columns.Count && bin < columns[(int)feature].Bins.ValueBins, peer, Chosen, "splits of nodes and bins that there are");
                    sides[i] = new(node, left, rows.Sides((int)node, columns[(int)feature], bin, missingLeft));
                    rows.Divide((int)node, (int)left, sides[i].Left);
                    splits.Add(new(tree, (int)feature, bin, missingLeft));
                }

                await channel.SendAsync(new SidesMessage(sides), cancellation).ConfigureAwait(false);                                  // 6 →  how their rows divide
                var others = await channel.ReceiveAsync<SidesMessage>(Divided, cancellation).ConfigureAwait(false);                    // 6 ←  how all other rows divide
                foreach (var (node, left, at) in others.Nodes)
                {
                    PeerFaultException.ThrowUnless(IsDivision(rows, node, left) && at.Length == rows.Of((int)node).Length, peer, Divided, "a side for each row of a node");
                    rows.Divide((int)node, (int)left, at);
                }

                divided = sides.Length + others.Nodes.Length > 0;
            }

            options.Progress?.Report(tree + 1);
        }

        return new(hello.Training, [.. columns.Select(c => c.Bins)], splits);
    }

    private static bool IsDivision(NodeRows rows, uint node, uint leftChild) =>
        node < leftChild && leftChild < int.MaxValue - 1 && rows.Has((int)node) && !rows.Has((int)leftChild) && !rows.Has((int)leftChild + 1);

    private static T Read<T>(PartyId peer, StepId step, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (MalformedException)
        {
            throw new PeerFaultException(peer, step, "objects of the agreed parameters");
        }
    }
}
