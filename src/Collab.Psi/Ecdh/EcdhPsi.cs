using Collab.Arithmetic.Curves;
using Collab.Channels;
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
        using var run = await EcdhRun.BeginAsync(
            channel, Sizes, BlindingKey.Domain, items, random, options, cancellation).ConfigureAwait(false); // 1 ↔
        var order = Shuffle.Indices(items.Count, random);
        var fork = channel.Fork(SenderItems);
        await using (fork.ConfigureAwait(false))
        {
            await Concurrently.RunAsync(
                cancellation,
                stop => AnswerAsync(run, channel, stop),                                // 2 ←  H(y)^a      3 →  H(y)^ab, in order, cut
                stop => run.SendItemsAsync(fork, order, stop)).ConfigureAwait(false);   // 4 →  H(x)^b, shuffled
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
        using var run = await EcdhRun.BeginAsync(
            channel, Sizes, BlindingKey.Domain, items, random, options, cancellation).ConfigureAwait(false); // 1 ↔
        UInt128[] own = new UInt128[items.Count], sender = new UInt128[run.PeerCount];
        var fork = channel.Fork(SenderItems);
        await using (fork.ConfigureAwait(false))
        {
            await Concurrently.RunAsync(
                cancellation,
                stop => run.SendItemsAsync(channel, null, stop),                        // 2 →  H(y)^a
                stop => run.ReceiveMasksAsync(channel, ReplyBatch, own, stop),          // 3 ←  H(y)^ab, in order, cut
                stop => run.ReceiveItemsAsync(fork, SenderBatch, sender, stop)).ConfigureAwait(false); // 4 ←  H(x)^b, made H(x)^ba
        }

        Array.Sort(sender);
        PeerFaultException.ThrowUnless(!Masks128.HasRepetition(sender), channel.Peer, SenderBatch, "each item once");
        return Masks128.IndicesIn(own, sender, run.Width);                              // 5    H(y)^ab against H(x)^ba
    }

    /// <summary>Steps 2 and 3 at the sender: every batch of the receiver's points is blinded again and its masks go back.</summary>
    private static async Task AnswerAsync(EcdhRun run, IChannel channel, CancellationToken cancellation)
    {
        foreach (var (number, _, size) in Batches.Of(run.PeerCount))
        {
            var points = await run.ReceiveBatchAsync(channel, ReceiverBatch, number, size, cancellation).ConfigureAwait(false);
            var masks = Masks128.Cut(points, Curve25519.PointSize, run.Width);
            await channel.SendAsync(new SenderReply(number, masks), cancellation).ConfigureAwait(false);
            run.Report(size);
        }
    }
}
