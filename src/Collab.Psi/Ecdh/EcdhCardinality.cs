using Collab.Channels;
using Collab.Cryptography.HashToCurve;
using Collab.Primitives;

namespace Collab.Psi.Ecdh;

/// <summary>The size of an intersection by commutative blinding: the receiver learns how many of its items the sender has, and not which.</summary>
/// <remarks>
/// Semi-honest parties, random oracle, Diffie-Hellman assumption, about 126 bits. Both learn the sizes of both sets; the sender learns
/// nothing else, the receiver the size of the intersection. The sender answers only when it has every point of the receiver, and with the
/// <em>ascending list</em> of masks: a function of the receiver's set that holds no order of its own, so nothing that the receiver sees
/// joins a mask to an item. A receiver that leaves the protocol and blinds each item with a scalar of its own undoes this. Steps and messages:
/// specs/psi-cardinality.md. Source: Huberman, Franklin, Hogg 1999; De Cristofaro, Gasti, Tsudik 2012. The caller makes items canonical and
/// distinct, and closes the channel, which compares the transcripts: before that the number is not to be used.
/// </remarks>
public static class EcdhCardinality
{
    internal const string Domain = "COLLAB-PSICA1-" + Curve25519Hash.Suite;

    private const string SenderItems = "sender-items";

    private static readonly StepId Sizes = new("psi-cardinality.1");
    private static readonly StepId ReceiverBatch = new("psi-cardinality.2");
    private static readonly StepId ReplyBatch = new("psi-cardinality.3");
    private static readonly StepId SenderBatch = new("psi-cardinality.4");

    /// <summary>The sender's part.</summary>
    /// <param name="channel">To the receiver; one fork, <c>sender-items</c>, is opened.</param>
    /// <param name="items">Canonical, distinct items; any length.</param>
    /// <param name="random">Key and shuffle.</param>
    /// <param name="options">Context, limits, threads, progress.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <exception cref="PeerFaultException">The receiver broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the receiver failed.</exception>
    /// <remarks>n + m multiplications of points, n own items hashed. Memory beside the items: 4 bytes for each of them, 16 for each of the receiver's.</remarks>
    public static async Task SendAsync(
        IChannel channel,
        IReadOnlyList<ReadOnlyMemory<byte>> items,
        RandomSource random,
        EcdhPsiOptions options,
        CancellationToken cancellation = default)
    {
        using var run = await EcdhRun.BeginAsync(channel, Sizes, Domain, items, random, options, cancellation).ConfigureAwait(false); // 1 ↔
        var order = Shuffle.Indices(items.Count, random);
        var receiver = new UInt128[run.PeerCount];
        var fork = channel.Fork(SenderItems);
        await using (fork.ConfigureAwait(false))
        {
            await Concurrently.RunAsync(
                cancellation,
                stop => AnswerAsync(run, channel, receiver, stop),                      // 2 ←  H(y)^a      3 →  H(y)^ab, ascending, cut
                stop => run.SendItemsAsync(fork, order, stop)).ConfigureAwait(false);   // 4 →  H(x)^b, shuffled
        }
    }

    /// <summary>The receiver's part.</summary>
    /// <param name="channel">To the sender; one fork, <c>sender-items</c>, is opened.</param>
    /// <param name="items">Canonical, distinct items; any length.</param>
    /// <param name="random">The key.</param>
    /// <param name="options">Context, limits, threads, progress.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <returns>How many of the items the sender has too.</returns>
    /// <exception cref="PeerFaultException">The sender broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the sender failed.</exception>
    /// <remarks>n + m multiplications of points, m own items hashed. Memory beside the items: 16 bytes for each item of either party.</remarks>
    public static async Task<int> ReceiveAsync(
        IChannel channel,
        IReadOnlyList<ReadOnlyMemory<byte>> items,
        RandomSource random,
        EcdhPsiOptions options,
        CancellationToken cancellation = default)
    {
        using var run = await EcdhRun.BeginAsync(channel, Sizes, Domain, items, random, options, cancellation).ConfigureAwait(false); // 1 ↔
        UInt128[] own = new UInt128[items.Count], sender = new UInt128[run.PeerCount];
        var fork = channel.Fork(SenderItems);
        await using (fork.ConfigureAwait(false))
        {
            await Concurrently.RunAsync(
                cancellation,
                stop => run.SendItemsAsync(channel, null, stop),                        // 2 →  H(y)^a
                stop => run.ReceiveMasksAsync(channel, ReplyBatch, own, stop),          // 3 ←  H(y)^ab, ascending, cut
                stop => run.ReceiveItemsAsync(fork, SenderBatch, sender, stop)).ConfigureAwait(false); // 4 ←  H(x)^b, made H(x)^ba
        }

        PeerFaultException.ThrowUnless(Masks128.IsAscending(own), channel.Peer, ReplyBatch, "masks in ascending order");
        Array.Sort(sender);
        PeerFaultException.ThrowUnless(!Masks128.HasRepetition(sender), channel.Peer, SenderBatch, "each item once");
        return Masks128.CountIn(own, sender, run.Width);                                // 5    H(y)^ab against H(x)^ba
    }

    /// <summary>Steps 2 and 3 at the sender: not one mask goes back before the receiver's last point has come.</summary>
    private static async Task AnswerAsync(EcdhRun run, IChannel channel, UInt128[] masks, CancellationToken cancellation)
    {
        await run.ReceiveItemsAsync(channel, ReceiverBatch, masks, cancellation).ConfigureAwait(false);
        Array.Sort(masks);
        // A point sent twice would mark its item in an answer without order.
        PeerFaultException.ThrowUnless(!Masks128.HasRepetition(masks), channel.Peer, ReceiverBatch, "each item once");
        foreach (var (number, start, size) in Batches.Of(masks.Length))
        {
            await channel.SendAsync(new SenderReply(number, Masks128.Write(masks.AsSpan(start, size), run.Width)), cancellation).ConfigureAwait(false);
        }
    }
}
