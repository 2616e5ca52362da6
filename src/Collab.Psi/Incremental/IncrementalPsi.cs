using Collab.Channels;
using Collab.Cryptography.HashToCurve;
using Collab.Primitives;
using Collab.Psi.Ecdh;

namespace Collab.Psi.Incremental;

/// <summary>Intersection of two changing sets: an update costs what it changes, and tells the receiver what entered and left the intersection.</summary>
/// <remarks>
/// Commutative blinding on Curve25519 under keys that both parties keep. Semi-honest parties, random oracle, Diffie-Hellman assumption, about
/// 126 bits. Leaks more than a run afresh: the sizes of the changes, in which update a matching item of the sender came, and that an item
/// came back. Steps, messages, leakage, state and crashes: specs/psi-incremental.md. The shape is that of Badrinarayanan, Miao, Xie, eprint
/// 2021/1349, with one receiver. An update that failed is repeated under its name with the same changes.
/// </remarks>
public static class IncrementalPsi
{
    internal const string Domain = "COLLAB-PSIINC1-" + Curve25519Hash.Suite;

    private const string Added = "sender-added", Removed = "sender-removed";

    private static readonly StepId State = new("psi-incremental.1");
    private static readonly StepId ReceiverBatch = new("psi-incremental.2");
    private static readonly StepId ReplyBatch = new("psi-incremental.3");
    private static readonly StepId SenderBatch = new("psi-incremental.4");
    private static readonly StepId Ready = new("psi-incremental.5");

    /// <summary>The sender's part of one update.</summary>
    /// <param name="channel">To the receiver; two forks, <c>sender-added</c> and <c>sender-removed</c>, are opened.</param>
    /// <param name="state">This party's state.</param>
    /// <param name="additions">Canonical, distinct items that were not in the set.</param>
    /// <param name="removals">Distinct items that were in the set; none of the additions.</param>
    /// <param name="random">Shuffles.</param>
    /// <param name="options">Name of the update, limits, threads.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards, the state is.</param>
    /// <returns>The version that both parties now have.</returns>
    /// <exception cref="IncrementalStateException">The states of the two parties have not one history.</exception>
    /// <exception cref="PeerFaultException">The receiver broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the receiver failed.</exception>
    /// <exception cref="ArgumentException">Another update was not finished, or this is the receiver's state.</exception>
    /// <remarks>One multiplication for each change of either party's. The sender keeps its key and the history and nothing of any item.</remarks>
    public static Task<long> SendAsync(
        IChannel channel,
        IncrementalState state,
        IReadOnlyList<ReadOnlyMemory<byte>> additions,
        IReadOnlyList<ReadOnlyMemory<byte>> removals,
        RandomSource random,
        IncrementalPsiOptions options,
        CancellationToken cancellation = default) => SendAsync(channel, state, additions, removals, null, random, options, cancellation);

    /// <summary>The sender's part of one update, from its whole set; the state remembers the names of its items, 16 bytes each.</summary>
    /// <param name="channel">To the receiver; two forks, <c>sender-added</c> and <c>sender-removed</c>, are opened.</param>
    /// <param name="state">This party's state, used with whole sets from its beginning.</param>
    /// <param name="difference">What became of the set since the state's version.</param>
    /// <param name="random">Shuffles.</param>
    /// <param name="options">Name of the update, limits, threads.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards, the state is.</param>
    /// <returns>The version that both parties now have, or have prepared.</returns>
    /// <remarks>Exceptions as in the other; one multiplication for each change of either party's.</remarks>
    public static Task<long> SendAsync(
        IChannel channel, IncrementalState state, SetDifference difference, RandomSource random, IncrementalPsiOptions options, CancellationToken cancellation = default) =>
        SendAsync(channel, state, ItemsOf(difference.Added), ItemsOf(difference.Removed), difference, random, options, cancellation);

    private static async Task<long> SendAsync(
        IChannel channel,
        IncrementalState state,
        IReadOnlyList<ReadOnlyMemory<byte>> additions,
        IReadOnlyList<ReadOnlyMemory<byte>> removals,
        SetDifference? difference,
        RandomSource random,
        IncrementalPsiOptions options,
        CancellationToken cancellation)
    {
        if (state.IsReceiver) throw new ArgumentException("This is the receiver's state.", nameof(state));
        options.Check(additions.Count, removals.Count);
        if (await AgreeAsync(channel, state, additions.Count, removals.Count, options, cancellation).ConfigureAwait(false) is not { } peer) // 1 ↔
        {
            return state.Version;
        }

        using var history = new UpdateHistory(state.Manifest.Chain, options.Update);
        var (added, removed) = (channel.Fork(Added), channel.Fork(Removed));
        await using (added.ConfigureAwait(false))
        await using (removed.ConfigureAwait(false))
        {
            await Concurrently.RunAsync(
                cancellation,
                stop => AnswerAsync(channel, state, (int)peer.Additions, history, options, stop),   // 2 ←  H(y)^a      3 →  H(y)^ab, in order, cut
                async stop =>                                                           // 4 →  H(x)^b, shuffled, of what comes and of what goes
                {
                    await SendItemsAsync(added, state, Shuffled(additions, random), history.Added, options, stop).ConfigureAwait(false);
                    await SendItemsAsync(removed, state, Shuffled(removals, random), history.Removed, options, stop).ConfigureAwait(false);
                }).ConfigureAwait(false);
        }

        var names = difference is null ? state.Manifest.ById : ExtendNames(state, difference);
        var next = state.Manifest with { Version = state.Manifest.Version + 1, Chain = history.Finish(), Update = options.Update, ById = names };
        await FinishAsync(channel, state, next, options, cancellation).ConfigureAwait(false); // 5 ↔
        return (long)next.Version;
    }

    /// <summary>The receiver's part of one update.</summary>
    /// <param name="channel">To the sender; two forks, <c>sender-added</c> and <c>sender-removed</c>, are opened.</param>
    /// <param name="state">This party's state.</param>
    /// <param name="additions">Items that come into the set.</param>
    /// <param name="removals">Identifiers of items that leave it; one may be among the additions with another item.</param>
    /// <param name="options">Name of the update, limits, threads.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards, the state is.</param>
    /// <returns>What entered and left the intersection; if the update had been finished before, the same once more.</returns>
    /// <exception cref="IncrementalStateException">The states of the two parties have not one history.</exception>
    /// <exception cref="PeerFaultException">The sender broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the sender failed.</exception>
    /// <exception cref="ArgumentException">
    /// Another update was not finished, this is the sender's state, an identifier is removed that is not there, or an identifier or item added that is.
    /// </exception>
    /// <remarks>
    /// One multiplication for each change of either party's, and one block of each layer of the state read for each. Memory: about 100 bytes a
    /// change. On disk: 64 bytes for each own item and 16 for each of the sender's.
    /// </remarks>
    public static async Task<IncrementalChanges> ReceiveAsync(
        IChannel channel,
        IncrementalState state,
        IReadOnlyList<IncrementalItem> additions,
        IReadOnlyList<UInt128> removals,
        IncrementalPsiOptions options,
        CancellationToken cancellation = default)
    {
        if (!state.IsReceiver) throw new ArgumentException("This is the sender's state.", nameof(state));
        options.Check(additions.Count, removals.Count);
        if (await AgreeAsync(channel, state, additions.Count, 0, options, cancellation).ConfigureAwait(false) is not { } peer) // 1 ↔
        {
            return state.ReadChanges(state.Manifest);
        }

        using var update = new ReceiverUpdate(state, additions, removals);
        UInt128[] own = new UInt128[additions.Count], came = new UInt128[peer.Additions], went = new UInt128[peer.Removals];
        using var history = new UpdateHistory(state.Manifest.Chain, options.Update);
        var (added, removed) = (channel.Fork(Added), channel.Fork(Removed));
        await using (added.ConfigureAwait(false))
        await using (removed.ConfigureAwait(false))
        {
            var items = new ReadOnlyMemory<byte>[additions.Count];
            for (var i = 0; i < items.Length; i++) items[i] = additions[i].Item;
            await Concurrently.RunAsync(
                cancellation,
                stop => SendItemsAsync(channel, state, items, history.Points, options, stop),   // 2 →  H(y)^a
                stop => ReceiveMasksAsync(channel, own, history, stop),                 // 3 ←  H(y)^ab, in order, cut
                async stop =>                                                           // 4 ←  H(x)^b, made H(x)^ba
                {
                    await ReceiveItemsAsync(added, state, came, history.Added, options, stop).ConfigureAwait(false);
                    await ReceiveItemsAsync(removed, state, went, history.Removed, options, stop).ConfigureAwait(false);
                }).ConfigureAwait(false);
        }

        var next = update.Write(own, came, went, channel.Peer, SenderBatch, ReplyBatch) with { Chain = history.Finish(), Update = options.Update };
        options.After?.Invoke("written");
        await FinishAsync(channel, state, next, options, cancellation).ConfigureAwait(false); // 5 ↔
        return state.ReadChanges(next);
    }

    /// <summary>The receiver's part of one update, from its whole set; identifiers are the names of <paramref name="difference"/>.</summary>
    /// <param name="channel">To the sender; two forks, <c>sender-added</c> and <c>sender-removed</c>, are opened.</param>
    /// <param name="state">This party's state, used with whole sets from its beginning.</param>
    /// <param name="difference">What became of the set since the state's version.</param>
    /// <param name="options">Name of the update, limits, threads.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards, the state is.</param>
    /// <returns>What entered and left the intersection.</returns>
    /// <remarks>Exceptions and cost as in the other.</remarks>
    public static Task<IncrementalChanges> ReceiveAsync(
        IChannel channel, IncrementalState state, SetDifference difference, IncrementalPsiOptions options, CancellationToken cancellation = default) =>
        ReceiveAsync(channel, state, difference.Added, [.. difference.Removed.Select(item => item.Id)], options, cancellation);

    /// <summary>Step 1: both say what they hold, and settle an update that one of them may not have finished. Null if this very update is done.</summary>
    private static async Task<StateAnnouncement?> AgreeAsync(
        IChannel channel, IncrementalState state, int additions, int removals, IncrementalPsiOptions options, CancellationToken cancellation)
    {
        if (state.UnfinishedUpdate is { } unfinished && (options.CallerSettles || unfinished != options.Update))
        {
            throw new ArgumentException("Another update was begun and has to be repeated first, under its name.", nameof(options));
        }

        var own = new StateAnnouncement(
            state.Context, options.Update, state.Manifest.Version, state.Manifest.Chain, state.Pending?.Chain ?? default, (ulong)additions, (ulong)removals);
        await channel.SendAsync(own, cancellation).ConfigureAwait(false);
        var peer = await channel.ReceiveAsync<StateAnnouncement>(State, cancellation).ConfigureAwait(false);
        PeerFaultException.ThrowUnless(peer.Update == options.Update, channel.Peer, State, "the name of this update");
        var limit = (ulong)options.MaximumPeerChanges;
        PeerFaultException.ThrowUnless(peer.Additions <= limit && peer.Removals <= limit, channel.Peer, State, $"at most {limit} changes of a kind");
        PeerFaultException.ThrowUnless(peer.Removals == 0 || state.IsReceiver, channel.Peer, State, "no removals of the receiver");

        var inStep = (own.Version, own.Chain) == (peer.Version, peer.Chain);
        var bothPrepared = inStep && own.Prepared != default && own.Prepared == peer.Prepared;
        var weLack = own.Prepared != default && (own.Version + 1, own.Prepared) == (peer.Version, peer.Chain);
        var peerLacks = peer.Prepared != default && (own.Version, own.Chain) == (peer.Version + 1, peer.Prepared);
        if (own.Context != peer.Context || !(inStep || weLack || peerLacks))
        {
            throw new IncrementalStateException(
                IncrementalStateException.Diverged, "The two parties hold states of different histories.", channel.Peer, State);
        }

        if (bothPrepared || weLack)
        {
            state.Commit();
            options.After?.Invoke("settled");
        }
        else
        {
            state.DropPending();
        }

        if (state.LastUpdate == options.Update) return null;
        // A peer that lacks the last update repeats it under its name, which is then this one's.
        PeerFaultException.ThrowUnless(inStep, channel.Peer, State, "the update that it did not finish");
        return peer;
    }

    /// <summary>Step 5: the version is on this party's disk, then on both, then it is the one that counts.</summary>
    /// <remarks>
    /// A crash before Prepare: this party has the old version. Between Prepare and Commit: it has both, and step 1 of the repetition settles
    /// which. After Commit: the other has it at least prepared, for it said so.
    /// </remarks>
    private static async Task FinishAsync(
        IChannel channel, IncrementalState state, IncrementalManifest next, IncrementalPsiOptions options, CancellationToken cancellation)
    {
        state.Prepare(next);
        options.After?.Invoke("prepared");
        await channel.SendAsync(new UpdatePrepared(next.Chain), cancellation).ConfigureAwait(false);
        options.After?.Invoke("told");
        var peer = await channel.ReceiveAsync<UpdatePrepared>(Ready, cancellation).ConfigureAwait(false);
        PeerFaultException.ThrowUnless(peer.Chain == next.Chain, channel.Peer, Ready, "the history that both have seen");
        options.After?.Invoke("heard");
        if (options.CallerSettles) return;
        state.Commit();
        options.After?.Invoke("committed");
    }

    private static ReadOnlyMemory<byte>[] ItemsOf(IReadOnlyList<IncrementalItem> items) => [.. items.Select(item => item.Item)];

    private static IReadOnlyList<Segment> ExtendNames(IncrementalState state, SetDifference difference)
    {
        using var names = state.OpenById();
        return names.Extend([.. difference.Added.Select(item => (item.Id, default(UInt128)))], [.. difference.Removed.Select(item => item.Id)]);
    }

    private static async Task SendItemsAsync(
        IChannel channel,
        IncrementalState state,
        ReadOnlyMemory<byte>[] items,
        StreamDigest digest,
        IncrementalPsiOptions options,
        CancellationToken cancellation)
    {
        var hash = new Curve25519Hash(Domain, state.Context.ToArray());
        foreach (var (number, start, size) in Batches.Of(items.Length))
        {
            var points = new byte[size * Arithmetic.Curves.Curve25519.PointSize];
            state.Key.HashAndBlind(hash, items.AsSpan(start, size), points, options.Parallelism);
            digest.Append(points);
            await channel.SendAsync(new BlindedItems(number, points), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Steps 2 and 3 at the sender.</summary>
    private static async Task AnswerAsync(
        IChannel channel, IncrementalState state, int count, UpdateHistory history, IncrementalPsiOptions options, CancellationToken cancellation)
    {
        foreach (var (number, _, size) in Batches.Of(count))
        {
            var (received, blinded) = await EcdhRun.ReceiveBatchAsync(
                channel, ReceiverBatch, number, size, state.Key, options.Parallelism, cancellation).ConfigureAwait(false);
            var masks = Masks128.Cut(blinded, Arithmetic.Curves.Curve25519.PointSize, Masks128.LargestWidth);
            history.Points.Append(received.Span);
            history.Masks.Append(masks);
            await channel.SendAsync(new SenderReply(number, masks), cancellation).ConfigureAwait(false);
        }
    }

    private static async Task ReceiveMasksAsync(IChannel channel, UInt128[] masks, UpdateHistory history, CancellationToken cancellation)
    {
        foreach (var (number, start, size) in Batches.Of(masks.Length))
        {
            var reply = await channel.ReceiveAsync<SenderReply>(ReplyBatch, cancellation).ConfigureAwait(false);
            PeerFaultException.ThrowUnless(reply.Number == number, channel.Peer, ReplyBatch, "the batches in order");
            PeerFaultException.ThrowUnless(reply.Masks.Length == size * Masks128.LargestWidth, channel.Peer, ReplyBatch, "a mask for each point");
            history.Masks.Append(reply.Masks.Span);
            Masks128.Read(reply.Masks.Span, Masks128.LargestWidth, Masks128.LargestWidth, masks.AsSpan(start, size));
        }
    }

    private static async Task ReceiveItemsAsync(
        IChannel channel, IncrementalState state, UInt128[] masks, StreamDigest digest, IncrementalPsiOptions options, CancellationToken cancellation)
    {
        foreach (var (number, start, size) in Batches.Of(masks.Length))
        {
            var (received, blinded) = await EcdhRun.ReceiveBatchAsync(
                channel, SenderBatch, number, size, state.Key, options.Parallelism, cancellation).ConfigureAwait(false);
            digest.Append(received.Span);
            Masks128.Read(blinded, Arithmetic.Curves.Curve25519.PointSize, Masks128.LargestWidth, masks.AsSpan(start, size));
        }
    }

    private static ReadOnlyMemory<byte>[] Shuffled(IReadOnlyList<ReadOnlyMemory<byte>> items, RandomSource random) =>
        Array.ConvertAll(Shuffle.Indices(items.Count, random), i => items[i]);
}
