using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Cryptography.KeyValueStore;
using Collab.ObliviousTransfer.Silent;
using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <content>The steps one by one, each side beside the other.</content>
public static partial class VolePsi
{
    private static readonly StepId Sizes = new("psi-vole.1");
    private static readonly StepId Commitment = new("psi-vole.2");
    private static readonly StepId Seed = new("psi-vole.3");
    private static readonly StepId Store = new("psi-vole.5");
    private static readonly StepId Opening = new("psi-vole.6");
    private static readonly StepId Masks = new("psi-vole.7");
    private static readonly StepId Matches = new("psi-vole.8");

    /// <summary>Step 1: both say which run this is, in what form, and how many items they have.</summary>
    internal static async Task<int> BeginAsync(
        IChannel channel, int count, int labelSize, VolePsiOptions options, CancellationToken cancellation)
    {
        options.Check(count);
        var own = new VoleAnnouncement(options.Context, (ulong)count, options.Security, options.BothLearn, (uint)labelSize);
        await channel.SendAsync(own, cancellation).ConfigureAwait(false);
        var peer = await channel.ReceiveAsync<VoleAnnouncement>(Sizes, cancellation).ConfigureAwait(false);
        PeerFaultException.ThrowUnless(peer.Context == options.Context, channel.Peer, Sizes, "the context of this run");
        PeerFaultException.ThrowUnless(peer with { ItemCount = own.ItemCount } == own, channel.Peer, Sizes, "the security model, outputs and labels of this run");
        PeerFaultException.ThrowUnless(
            peer.ItemCount <= (ulong)options.MaximumPeerItems, channel.Peer, Sizes, $"at most {options.MaximumPeerItems} items");
        return (int)peer.ItemCount;
    }

    internal static VoleRun RunOf(VolePsiOptions options, int senderCount, int receiverCount, int labelSize, IVectorOle ole, RandomSource random)
    {
        long done = 0, total = (long)senderCount + receiverCount;
        return new VoleRun(
            options.Context, senderCount, receiverCount, options.Security, options.BothLearn, labelSize, options.Parallelism, ole, random,
            count => options.Progress?.Report(new PsiProgress(Interlocked.Add(ref done, count), total)));
    }

    /// <summary>The digests of items; zeroed when disposed.</summary>
    internal static DigestList Digests(VolePsiOptions options, IReadOnlyList<ReadOnlyMemory<byte>> items) => new(options.Context, items);

    /// <summary>Steps 2 and 3 at the receiver: once the sender is bound to its half of the coin, seed and own half are told.</summary>
    private static async Task<Digest?> SendSeedAsync(VoleRun run, IChannel channel, Gf128 seed, Gf128 ownCoin, CancellationToken cancellation)
    {
        Digest? commitment = run.IsMalicious
            ? (await channel.ReceiveAsync<CoinCommitment>(Commitment, cancellation).ConfigureAwait(false)).Value
            : null;
        await channel.SendAsync(new StoreSeed(seed, run.IsMalicious ? ownCoin : null), cancellation).ConfigureAwait(false);
        return commitment;
    }

    /// <summary>Step 3 at the sender, which sorts its items for the store while it waits for it.</summary>
    private static async Task<SortedItems> ReceiveSeedAsync(
        VoleRun run, IChannel channel, OkvsParameters parameters, ReadOnlyMemory<Gf128> digests, CancellationToken cancellation)
    {
        var seed = await channel.ReceiveAsync<StoreSeed>(Seed, cancellation).ConfigureAwait(false);
        PeerFaultException.ThrowUnless(seed.Coin is not null == run.IsMalicious, channel.Peer, Seed, "a coin in the malicious form only");
        return new(OkvsKeys.Sort(parameters, seed.Seed, digests.Span, run.Parallelism), seed.Coin ?? Gf128.Zero);
    }

    private static async Task<VoleSender> SendOleAsync(VoleRun run, IChannel channel, int size, CancellationToken cancellation)
    {
        var fork = channel.Fork(OleFork);
        await using (fork.ConfigureAwait(false)) return await run.Ole.SendAsync(fork, size, run.Random, run.OleOptions, cancellation).ConfigureAwait(false);
    }

    private static async Task<VoleReceiver> ReceiveOleAsync(VoleRun run, IChannel channel, int size, CancellationToken cancellation)
    {
        var fork = channel.Fork(OleFork);
        await using (fork.ConfigureAwait(false)) return await run.Ole.ReceiveAsync(fork, size, run.Random, run.OleOptions, cancellation).ConfigureAwait(false);
    }

    /// <summary>Step 5 at the receiver: A + P, part by part.</summary>
    private static async Task SendStoreAsync(VoleRun run, IChannel channel, VoleReceiver ole, StoreOfItems store, CancellationToken cancellation)
    {
        var total = store.Size;
        var reported = 0;
        for (int number = 0, start = 0; start < total; number++, start += StoreParts.Elements)
        {
            var size = Math.Min(StoreParts.Elements, total - start);
            var part = Part.OfSize((uint)number, size * Gf128.Size);
            Gf128Vector.Add(ole.A.Span.Slice(start, size), store.Span.Slice(start, size), MemoryMarshal.Cast<byte, Gf128>(part.ToFill[..(size * Gf128.Size)]));
            await SendAndReleaseAsync(channel, part, cancellation).ConfigureAwait(false);
            reported = ReportShare(run, run.ReceiverCount, start + size, total, reported);
        }

        ole.A.Dispose();                                                                // neither is used again, and both are large
        store.DropStore();
    }

    /// <summary>Step 5 at the sender: B becomes K = B + Δ·(A + P).</summary>
    private static async Task ReceiveStoreAsync(VoleRun run, IChannel channel, VoleSender ole, CancellationToken cancellation)
    {
        var total = ole.B.Span.Length;
        var reported = 0;
        for (int number = 0, start = 0; start < total; number++, start += StoreParts.Elements)
        {
            var size = Math.Min(StoreParts.Elements, total - start);
            var part = await ReceivePartAsync(channel, Store, number, cancellation).ConfigureAwait(false);
            PeerFaultException.ThrowUnless(part.Content.Length == size * Gf128.Size, channel.Peer, Store, "as many elements as the store has");
            Gf128Vector.MultiplyAdd(MemoryMarshal.Cast<byte, Gf128>(part.Content), ole.Delta, ole.B.Span.Slice(start, size));
            part.Release();
            reported = ReportShare(run, run.ReceiverCount, start + size, total, reported);
        }
    }

    /// <summary>Step 6 at the receiver: the sender's half of the coin, which must be the one committed to.</summary>
    private static async Task<Gf128> ReceiveCoinAsync(VoleRun run, IChannel channel, Digest commitment, CancellationToken cancellation)
    {
        var opening = await channel.ReceiveAsync<CoinOpening>(Opening, cancellation).ConfigureAwait(false);
        PeerFaultException.ThrowUnless(run.CommitTo(opening.Coin) == commitment, channel.Peer, Opening, "the coin that was committed to");
        return opening.Coin;
    }

    /// <summary>The sender's masks: F(x) from Decode(K, x) + Δ·H(x) + w.</summary>
    private static SortedMasks EvaluateAtSender(
        VoleRun run, SortedItems items, ReadOnlyMemory<Gf128> digests, VoleSender ole, Gf128 coin, NativeBuffer<Gf128>? keys)
    {
        using var values = NativeBuffer<Gf128>.Allocate(digests.Length);
        Okvs.Decode(items.Keys, ole.B.Span, values.Span, run.Parallelism);
        items.Dispose();
        var delta = ole.Delta;
        ole.B.Dispose();
        var masks = SortMasks(run, digests, delta, coin, values, keys);
        if (!masks.HasRepetition()) return masks;
        masks.Dispose();
        throw new ArgumentException("Items are distinct.", nameof(digests));
    }

    private static SortedMasks SortMasks(VoleRun run, ReadOnlyMemory<Gf128> digests, Gf128? delta, Gf128 coin, NativeBuffer<Gf128> values, NativeBuffer<Gf128>? keys)
    {
        using var function = new MaskFunction(run.Context, run.Masks.Width, run.Parallelism);
        function.Evaluate(digests, delta, coin, values, keys);
        return SortedMasks.Of(values.Span);
    }

    /// <summary>Step 7 at the sender.</summary>
    private static async Task SendMasksAsync(VoleRun run, IChannel channel, SortedMasks masks, CancellationToken cancellation)
    {
        var layout = run.Masks;
        var starts = MaskCodec.Starts(layout, masks.Masks);
        for (var number = 0; number < layout.BatchCount; number++)
        {
            var part = MaskCodec.Write(layout, (uint)number, masks.Masks[starts[number]..starts[number + 1]]);
            await SendAndReleaseAsync(channel, part, cancellation).ConfigureAwait(false);
            run.Report(starts[number + 1] - starts[number]);
        }
    }

    /// <summary>Step 7 at the receiver: every part is compared as it comes.</summary>
    private static async Task ReceiveMasksAsync(VoleRun run, IChannel channel, MatchList matches, CancellationToken cancellation)
    {
        var layout = run.Masks;
        using var masks = NativeBuffer<Gf128>.Allocate(layout.LargestBatch);
        Gf128? last = null;
        var seen = 0;
        for (var number = 0; number < layout.BatchCount; number++)
        {
            var part = await ReceivePartAsync(channel, Masks, number, cancellation).ConfigureAwait(false);
            var count = MaskCodec.Read(layout, part, last, masks.Span);
            part.Release();
            PeerFaultException.ThrowUnless(count >= 0, channel.Peer, Masks, "masks in strictly ascending order, as many as their counts say");
            PeerFaultException.ThrowUnless(count <= layout.Count - seen, channel.Peer, Masks, "a mask for each item announced");
            matches.Add(masks.Span[..count], seen);
            if (count > 0) last = masks.Span[count - 1];
            seen += count;
            run.Report(count);
        }

        PeerFaultException.ThrowUnless(seen == layout.Count, channel.Peer, Masks, "a mask for each item announced");
    }

    private static async Task SendAndReleaseAsync(IChannel channel, Part part, CancellationToken cancellation)
    {
        try
        {
            await channel.SendAsync(part, cancellation).ConfigureAwait(false);
        }
        finally
        {
            part.Release();
        }
    }

    private static async Task<Part> ReceivePartAsync(IChannel channel, StepId step, int number, CancellationToken cancellation)
    {
        var part = await channel.ReceiveAsync<Part>(step, cancellation).ConfigureAwait(false);
        PeerFaultException.ThrowUnless(part.Number == number, channel.Peer, step, "the parts in order");
        return part;
    }

    /// <summary>Reports the share of so many items that the done part of a whole stands for.</summary>
    private static int ReportShare(VoleRun run, int items, long done, long whole, int reported)
    {
        var now = (int)(items * done / whole);
        run.Report(now - reported);
        return now;
    }

    /// <summary>The sender's digests under the store's seed, and the receiver's half of the coin.</summary>
    private sealed record SortedItems(OkvsKeys Keys, Gf128 Coin) : IDisposable
    {
        public void Dispose() => Keys.Dispose();
    }
}
