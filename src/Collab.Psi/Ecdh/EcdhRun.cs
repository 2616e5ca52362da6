using Collab.Arithmetic.Curves;
using Collab.Channels;
using Collab.Cryptography.HashToCurve;
using Collab.Primitives;

namespace Collab.Psi.Ecdh;

/// <summary>What stays the same for one party during one run of a protocol of blinded points, and the moves that these protocols share.</summary>
internal sealed class EcdhRun : IDisposable
{
    private readonly EcdhPsiOptions _options;
    private long _done;

    private EcdhRun(string domain, IReadOnlyList<ReadOnlyMemory<byte>> items, int peerCount, RandomSource random, EcdhPsiOptions options)
    {
        _options = options;
        Items = items;
        PeerCount = peerCount;
        Key = BlindingKey.Generate(random);
        Hash = new Curve25519Hash(domain, options.Context.ToArray());
        Width = Masks128.Width(items.Count, peerCount);
    }

    public IReadOnlyList<ReadOnlyMemory<byte>> Items { get; }

    public int PeerCount { get; }

    public BlindingKey Key { get; }

    public Curve25519Hash Hash { get; }

    /// <summary>Bytes of a mask that travel and are compared.</summary>
    public int Width { get; }

    /// <summary>Both say which run this is and how many items they have.</summary>
    public static async Task<EcdhRun> BeginAsync(
        IChannel channel,
        StepId step,
        string domain,
        IReadOnlyList<ReadOnlyMemory<byte>> items,
        RandomSource random,
        EcdhPsiOptions options,
        CancellationToken cancellation)
    {
        options.Check(items.Count);
        await channel.SendAsync(new Announcement(options.Context, (ulong)items.Count), cancellation).ConfigureAwait(false);
        var peer = await channel.ReceiveAsync<Announcement>(step, cancellation).ConfigureAwait(false);
        PeerFaultException.ThrowUnless(peer.Context == options.Context, channel.Peer, step, "the context of this run");
        PeerFaultException.ThrowUnless(
            peer.ItemCount <= (ulong)options.MaximumPeerItems, channel.Peer, step, $"at most {options.MaximumPeerItems} items");
        return new EcdhRun(domain, items, (int)peer.ItemCount, random, options);
    }

    /// <summary>Sends this party's items, hashed and blinded, in the order given or their own.</summary>
    public async Task SendItemsAsync(IChannel channel, int[]? order, CancellationToken cancellation)
    {
        foreach (var (number, start, size) in Batches.Of(Items.Count))
        {
            var batch = new ReadOnlyMemory<byte>[size];
            for (var i = 0; i < size; i++) batch[i] = Items[order?[start + i] ?? start + i];
            var points = new byte[size * Curve25519.PointSize];
            Key.HashAndBlind(Hash, batch, points, _options.Parallelism);
            await channel.SendAsync(new BlindedItems(number, points), cancellation).ConfigureAwait(false);
            Report(size);
        }
    }

    /// <summary>Receives the peer's items and blinds them again: their whole masks, in the order in which they came.</summary>
    public async Task ReceiveItemsAsync(IChannel channel, StepId step, UInt128[] masks, CancellationToken cancellation)
    {
        foreach (var (number, start, size) in Batches.Of(masks.Length))
        {
            var points = await ReceiveBatchAsync(channel, step, number, size, cancellation).ConfigureAwait(false);
            Masks128.Read(points, Curve25519.PointSize, Masks128.LargestWidth, masks.AsSpan(start, size));
            Report(size);
        }
    }

    /// <summary>Receives a batch of points, checks each, and blinds them with this party's key.</summary>
    public async Task<byte[]> ReceiveBatchAsync(IChannel channel, StepId step, uint number, int size, CancellationToken cancellation) =>
        (await ReceiveBatchAsync(channel, step, number, size, Key, _options.Parallelism, cancellation).ConfigureAwait(false)).Blinded;

    /// <summary>Receives a batch of points, checks each, and blinds them: the batch as it came, and blinded.</summary>
    public static async Task<(ReadOnlyMemory<byte> Received, byte[] Blinded)> ReceiveBatchAsync(
        IChannel channel, StepId step, uint number, int size, BlindingKey key, int parallelism, CancellationToken cancellation)
    {
        var batch = await channel.ReceiveAsync<BlindedItems>(step, cancellation).ConfigureAwait(false);
        PeerFaultException.ThrowUnless(batch.Number == number, channel.Peer, step, "the batches in order");
        PeerFaultException.ThrowUnless(batch.Points.Length == size * Curve25519.PointSize, channel.Peer, step, "as many points as announced");
        PeerFaultException.ThrowUnless(
            Curve25519.IndexOfInvalidVariableTime(batch.Points.Span, parallelism) < 0, channel.Peer, step, "canonical points of the curve");
        var blinded = new byte[batch.Points.Length];
        key.Blind(batch.Points.Span, blinded, parallelism);
        PeerFaultException.ThrowUnless(Curve25519.IndexOfNeutral(blinded) < 0, channel.Peer, step, "no point of small order");
        return (batch.Points, blinded);
    }

    /// <summary>Receives masks of this run's width, so many in all.</summary>
    public async Task ReceiveMasksAsync(IChannel channel, StepId step, UInt128[] masks, CancellationToken cancellation)
    {
        foreach (var (number, start, size) in Batches.Of(masks.Length))
        {
            var reply = await channel.ReceiveAsync<SenderReply>(step, cancellation).ConfigureAwait(false);
            PeerFaultException.ThrowUnless(reply.Number == number, channel.Peer, step, "the batches in order");
            PeerFaultException.ThrowUnless(reply.Masks.Length == size * Width, channel.Peer, step, "a mask for each point");
            Masks128.Read(reply.Masks.Span, Width, Width, masks.AsSpan(start, size));
        }
    }

    public void Report(int count) =>
        _options.Progress?.Report(new PsiProgress(Interlocked.Add(ref _done, count), (long)Items.Count + PeerCount));

    public void Dispose() => Key.Dispose();
}
