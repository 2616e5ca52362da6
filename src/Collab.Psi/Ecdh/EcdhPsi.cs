using Collab.Arithmetic.Curves;
using Collab.Channels;
using Collab.Cryptography.HashToCurve;
using Collab.Primitives;

namespace Collab.Psi.Ecdh;

/// <summary>Private set intersection by commutative blinding on Curve25519: the receiver learns which of its items the sender has.</summary>
/// <remarks>
/// Semi-honest parties, random oracle, Diffie-Hellman assumption, about 126 bits. Both learn the sizes of both sets; the sender
/// learns nothing else, the receiver the intersection. Steps and messages: specs/psi-ecdh.md. Source: Meadows 1986; Huberman,
/// Franklin, Hogg 1999. The caller makes items canonical and distinct, and closes the channel, which compares the transcripts:
/// before that a changed message may pass for a missing item.
/// </remarks>
public static class EcdhPsi
{
    private const string SenderItems = "sender-items";

    private static readonly StepId Sizes = new("psi-ecdh.1");
    private static readonly StepId ReceiverBatch = new("psi-ecdh.2");
    private static readonly StepId ReplyBatch = new("psi-ecdh.3");
    private static readonly StepId SenderBatch = new("psi-ecdh.4");

    /// <summary>The sender's part.</summary>
    /// <param name="channel">To the receiver; one fork, <c>sender-items</c>, is opened.</param>
    /// <param name="items">Canonical, distinct items; any length.</param>
    /// <param name="random">Key and shuffle.</param>
    /// <param name="options">Context, limits, threads, progress.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <exception cref="PeerFaultException">The receiver broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the receiver failed.</exception>
    /// <remarks>n + m multiplications of points, n own items hashed. Memory beside the items: 4 bytes an item and a few batches.</remarks>
    public static async Task SendAsync(
        IChannel channel,
        IReadOnlyList<ReadOnlyMemory<byte>> items,
        RandomSource random,
        EcdhPsiOptions options,
        CancellationToken cancellation = default)
    {
        using var run = await BeginAsync(channel, items, random, options, cancellation).ConfigureAwait(false); // 1 ↔
        var order = Shuffle.Indices(items.Count, random);
        var fork = channel.Fork(SenderItems);
        await using (fork.ConfigureAwait(false))
        {
            await Concurrently.RunAsync(
                cancellation,
                stop => AnswerAsync(run, channel, stop),                                // 2 ←  H(y)^a      3 →  H(y)^ab, in order, cut
                stop => SendItemsAsync(run, fork, order, stop)).ConfigureAwait(false);  // 4 →  H(x)^b, shuffled
        }
    }

    /// <summary>The receiver's part.</summary>
    /// <param name="channel">To the sender; one fork, <c>sender-items</c>, is opened.</param>
    /// <param name="items">Canonical, distinct items; any length.</param>
    /// <param name="random">The key.</param>
    /// <param name="options">Context, limits, threads, progress.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <returns>The indices, ascending, of those items that the sender has too.</returns>
    /// <exception cref="PeerFaultException">The sender broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the sender failed.</exception>
    /// <remarks>n + m multiplications of points, m own items hashed. Memory beside the items: 16 bytes for each item of either party.</remarks>
    public static async Task<int[]> ReceiveAsync(
        IChannel channel,
        IReadOnlyList<ReadOnlyMemory<byte>> items,
        RandomSource random,
        EcdhPsiOptions options,
        CancellationToken cancellation = default)
    {
        using var run = await BeginAsync(channel, items, random, options, cancellation).ConfigureAwait(false); // 1 ↔
        UInt128[] own = new UInt128[items.Count], sender = new UInt128[run.PeerCount];
        var fork = channel.Fork(SenderItems);
        await using (fork.ConfigureAwait(false))
        {
            await Concurrently.RunAsync(
                cancellation,
                stop => SendItemsAsync(run, channel, null, stop),                       // 2 →  H(y)^a
                stop => ReceiveRepliesAsync(run, channel, own, stop),                   // 3 ←  H(y)^ab, in order, cut
                stop => ReceiveItemsAsync(run, fork, sender, stop)).ConfigureAwait(false); // 4 ←  H(x)^b, made H(x)^ba
        }

        Array.Sort(sender);
        PeerFaultException.ThrowUnless(!Masks128.HasRepetition(sender), channel.Peer, SenderBatch, "each item once");
        return Masks128.IndicesIn(own, sender, run.Width);                              // 5    H(y)^ab against H(x)^ba
    }

    /// <summary>Step 1: both say which run this is and how many items they have.</summary>
    private static async Task<Run> BeginAsync(
        IChannel channel, IReadOnlyList<ReadOnlyMemory<byte>> items, RandomSource random, EcdhPsiOptions options, CancellationToken cancellation)
    {
        options.Check(items.Count);
        await channel.SendAsync(new Announcement(options.Context, (ulong)items.Count), cancellation).ConfigureAwait(false);
        var peer = await channel.ReceiveAsync<Announcement>(Sizes, cancellation).ConfigureAwait(false);
        PeerFaultException.ThrowUnless(peer.Context == options.Context, channel.Peer, Sizes, "the context of this run");
        PeerFaultException.ThrowUnless(
            peer.ItemCount <= (ulong)options.MaximumPeerItems, channel.Peer, Sizes, $"at most {options.MaximumPeerItems} items");
        return new Run(items, (int)peer.ItemCount, random, options);
    }

    /// <summary>Step 2 or 4: sends this party's items, blinded, in the order given or their own.</summary>
    private static async Task SendItemsAsync(Run run, IChannel channel, int[]? order, CancellationToken cancellation)
    {
        foreach (var (number, start, size) in Batches.Of(run.Items.Count))
        {
            var batch = new ReadOnlyMemory<byte>[size];
            for (var i = 0; i < size; i++) batch[i] = run.Items[order?[start + i] ?? start + i];
            var points = new byte[size * Curve25519.PointSize];
            run.Key.HashAndBlind(run.Hash, batch, points, run.Parallelism);
            await channel.SendAsync(new BlindedItems(number, points), cancellation).ConfigureAwait(false);
            run.Report(size);
        }
    }

    /// <summary>Steps 2 and 3 at the sender: every batch of the receiver's points is blinded again and its masks go back.</summary>
    private static async Task AnswerAsync(Run run, IChannel channel, CancellationToken cancellation)
    {
        foreach (var (number, _, size) in Batches.Of(run.PeerCount))
        {
            var points = await ReceiveBatchAsync(run, channel, ReceiverBatch, number, size, cancellation).ConfigureAwait(false);
            var masks = Masks128.Cut(points, Curve25519.PointSize, run.Width);
            await channel.SendAsync(new SenderReply(number, masks), cancellation).ConfigureAwait(false);
            run.Report(size);
        }
    }

    /// <summary>Step 3 at the receiver: the masks of its own items.</summary>
    private static async Task ReceiveRepliesAsync(Run run, IChannel channel, UInt128[] masks, CancellationToken cancellation)
    {
        foreach (var (number, start, size) in Batches.Of(masks.Length))
        {
            var reply = await channel.ReceiveAsync<SenderReply>(ReplyBatch, cancellation).ConfigureAwait(false);
            PeerFaultException.ThrowUnless(reply.Number == number, channel.Peer, ReplyBatch, "the batches in order");
            PeerFaultException.ThrowUnless(reply.Masks.Length == size * run.Width, channel.Peer, ReplyBatch, "a mask for each point");
            Masks128.Read(reply.Masks.Span, run.Width, run.Width, masks.AsSpan(start, size));
        }
    }

    /// <summary>Step 4 at the receiver: the sender's items, blinded again.</summary>
    private static async Task ReceiveItemsAsync(Run run, IChannel channel, UInt128[] masks, CancellationToken cancellation)
    {
        foreach (var (number, start, size) in Batches.Of(masks.Length))
        {
            var points = await ReceiveBatchAsync(run, channel, SenderBatch, number, size, cancellation).ConfigureAwait(false);
            Masks128.Read(points, Curve25519.PointSize, Masks128.LargestWidth, masks.AsSpan(start, size));
            run.Report(size);
        }
    }

    /// <summary>Receives a batch of points, checks each, and blinds them with this party's key.</summary>
    private static async Task<byte[]> ReceiveBatchAsync(
        Run run, IChannel channel, StepId step, uint number, int size, CancellationToken cancellation)
    {
        var batch = await channel.ReceiveAsync<BlindedItems>(step, cancellation).ConfigureAwait(false);
        PeerFaultException.ThrowUnless(batch.Number == number, channel.Peer, step, "the batches in order");
        PeerFaultException.ThrowUnless(batch.Points.Length == size * Curve25519.PointSize, channel.Peer, step, "as many points as announced");
        PeerFaultException.ThrowUnless(
            Curve25519.IndexOfInvalidVariableTime(batch.Points.Span, run.Parallelism) < 0, channel.Peer, step, "canonical points of the curve");
        var blinded = new byte[batch.Points.Length];
        run.Key.Blind(batch.Points.Span, blinded, run.Parallelism);
        PeerFaultException.ThrowUnless(Curve25519.IndexOfNeutral(blinded) < 0, channel.Peer, step, "no point of small order");
        return blinded;
    }

    /// <summary>What stays the same for one party during one run.</summary>
    private sealed class Run(IReadOnlyList<ReadOnlyMemory<byte>> items, int peerCount, RandomSource random, EcdhPsiOptions options) : IDisposable
    {
        private long _done;

        public IReadOnlyList<ReadOnlyMemory<byte>> Items => items;

        public int PeerCount => peerCount;

        public int Parallelism => options.Parallelism;

        public BlindingKey Key { get; } = BlindingKey.Generate(random);

        public Curve25519Hash Hash { get; } = new(BlindingKey.Domain, options.Context.ToArray());

        public int Width { get; } = Masks128.Width(items.Count, peerCount);

        public void Report(int count) =>
            options.Progress?.Report(new PsiProgress(Interlocked.Add(ref _done, count), (long)items.Count + peerCount));

        public void Dispose() => Key.Dispose();
    }
}
