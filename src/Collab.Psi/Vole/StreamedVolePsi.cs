using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <summary><see cref="VolePsi"/> for sets larger than memory: bucket by bucket, every bucket a run of its own with padded sizes.</summary>
/// <remarks>
/// Memory of a party follows <see cref="StreamedPsiOptions.BucketItems"/> alone. Both learn the sizes of both sets and nothing of the loads
/// of buckets. Resuming: a run that failed leaves its <see cref="SpillFolder"/>, if that is kept; a later run over both parties' folders, under
/// a new <see cref="StreamedPsiOptions.Context"/>, repeats only buckets that one of them has not finished, with fresh randomness
/// throughout. Steps: specs/psi-vole.md, "Buckets".
/// </remarks>
public static class StreamedVolePsi
{
    private const string StreamDomain = "collab.psi-vole.stream";
    private const string BucketDomain = "collab.psi-vole.bucket";

    private static readonly StepId Sizes = new("psi-vole.b1");
    private static readonly StepId Finished = new("psi-vole.b2");

    /// <summary>The sender's part.</summary>
    /// <param name="channel">To the receiver; a fork for each bucket is opened under it.</param>
    /// <param name="items">All of the sender's items, distinct.</param>
    /// <param name="random">All randomness of this party; used from several threads at once.</param>
    /// <param name="options">Contexts, form, limits, threads, progress.</param>
    /// <param name="matched">If both learn: given the rows of matches, bucket by bucket, in no order; else never called and may be null.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <exception cref="ArgumentException">Items are missing, two are equal, or an option is out of range.</exception>
    /// <exception cref="PeerFaultException">The receiver broke the protocol.</exception>
    /// <exception cref="CollabException"><see cref="SpillFolder.Failed"/>.</exception>
    public static Task SendAsync(
        IChannel channel, SpillFolder items, RandomSource random, StreamedPsiOptions options,
        Func<ReadOnlyMemory<long>, CancellationToken, ValueTask>? matched = null, CancellationToken cancellation = default) =>
        RunAsync(true, channel, items, random, options, SilentVectorOle.Instance, matched, cancellation);

    /// <summary>The receiver's part.</summary>
    /// <param name="channel">To the sender; a fork for each bucket is opened under it.</param>
    /// <param name="items">All of the receiver's items, distinct.</param>
    /// <param name="random">All randomness of this party; used from several threads at once.</param>
    /// <param name="options">Contexts, form, limits, threads, progress.</param>
    /// <param name="matched">Given the rows of matches, bucket by bucket, in no order.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <exception cref="ArgumentException">Items are missing, two are equal, or an option is out of range.</exception>
    /// <exception cref="PeerFaultException">The sender broke the protocol.</exception>
    /// <exception cref="CollabException"><see cref="SpillFolder.Failed"/>.</exception>
    public static Task ReceiveAsync(
        IChannel channel, SpillFolder items, RandomSource random, StreamedPsiOptions options,
        Func<ReadOnlyMemory<long>, CancellationToken, ValueTask> matched, CancellationToken cancellation = default) =>
        RunAsync(false, channel, items, random, options, SilentVectorOle.Instance, matched, cancellation);

    /// <summary>The label of a bucket's channel under that of the run; forks of its own are below it.</summary>
    public static string LabelOf(int bucket) => $"bucket-{bucket}";

    internal static async Task RunAsync(
        bool isSender, IChannel channel, SpillFolder items, RandomSource random, StreamedPsiOptions options, IVectorOle ole,
        Func<ReadOnlyMemory<long>, CancellationToken, ValueTask>? matched, CancellationToken cancellation)
    {
        options.Check();
        if (!items.IsComplete) throw new ArgumentException("All items are set aside first.", nameof(items));
        var peerCount = await BeginAsync(channel, items, options, cancellation).ConfigureAwait(false);                    // b1 ↔
        var (senderCount, receiverCount) = isSender ? (items.Count, peerCount) : (peerCount, items.Count);
        var plan = BucketPlan.Of(senderCount, receiverCount, options.BucketItems)
            ?? throw new ArgumentException("More items than buckets of this size can hold.", nameof(options));
        var isEmpty = senderCount == 0 || receiverCount == 0;
        var toDo = await AgreeAsync(channel, items, plan.BucketCount, isEmpty, cancellation).ConfigureAwait(false);      // b2 ↔
        for (var bucket = 0; bucket < plan.BucketCount; bucket++)
        {
            if (toDo[bucket])
            {
                var rows = await RunBucketAsync(isSender, channel, items, random, options, ole, plan, bucket, cancellation).ConfigureAwait(false); // b3 ↔
                items.Finish(bucket, plan.BucketCount, rows, options.Note?.Invoke(bucket) ?? []);
            }
            else
            {
                options.Resumed?.Invoke(bucket, items.NoteOf(bucket, plan.BucketCount));
            }

            if (matched is not null && (!isSender || options.BothLearn))
                await matched(items.RowsOf(bucket, plan.BucketCount), cancellation).ConfigureAwait(false);                // b4
            options.Progress?.Report(new PsiProgress((items.Count + peerCount) * (bucket + 1) / plan.BucketCount, items.Count + peerCount));
        }
    }

    /// <summary>Step b1: both say which run this is, in what form, and how many items they have.</summary>
    private static async Task<long> BeginAsync(IChannel channel, SpillFolder items, StreamedPsiOptions options, CancellationToken cancellation)
    {
        var context = StreamContext(options.Context, items.ItemContext);
        var own = new VoleAnnouncement(context, (ulong)items.Count, options.Security, options.BothLearn, (uint)options.BucketItems);
        await channel.SendAsync(own, cancellation).ConfigureAwait(false);
        var peer = await channel.ReceiveAsync<VoleAnnouncement>(Sizes, cancellation).ConfigureAwait(false);
        PeerFaultException.ThrowUnless(
            peer with { ItemCount = own.ItemCount } == own, channel.Peer, Sizes, "the contexts, security model, outputs and bucket size of this run");
        PeerFaultException.ThrowUnless(
            peer.ItemCount <= (ulong)Math.Min(options.MaximumPeerItems, (long)options.BucketItems * BucketPlan.LargestBucketCount),
            channel.Peer, Sizes, "no more items than allowed");
        PeerFaultException.ThrowUnless(items.IsPeerCount((long)peer.ItemCount), channel.Peer, Sizes, "as many items as it announced at first");
        return (long)peer.ItemCount;
    }

    /// <summary>Step b2: buckets that both have finished before are not run again, and of others one at most was finished by one of them.</summary>
    private static async Task<bool[]> AgreeAsync(IChannel channel, SpillFolder items, int bucketCount, bool isEmpty, CancellationToken cancellation)
    {
        var own = new FinishedBuckets(new byte[FinishedBuckets.Size]);
        for (var bucket = 0; bucket < bucketCount; bucket++)
        {
            if (items.IsFinished(bucket, bucketCount)) own.Bits[bucket >> 3] |= (byte)(1 << (bucket & 7));
        }

        await channel.SendAsync(own, cancellation).ConfigureAwait(false);
        var peer = await channel.ReceiveAsync<FinishedBuckets>(Finished, cancellation).ConfigureAwait(false);
        var toDo = new bool[bucketCount];
        var again = 0;
        for (var bucket = 0; bucket < FinishedBuckets.Size * 8; bucket++)
        {
            PeerFaultException.ThrowUnless(bucket < bucketCount || !peer[bucket], channel.Peer, Finished, "no bucket beyond the last");
            if (bucket >= bucketCount) continue;
            toDo[bucket] = !(own[bucket] && peer[bucket]);
            if (own[bucket] && !peer[bucket]) again++;
        }

        // A bucket that is run again is one more question to this party's items: only the one that a broken line left open.
        PeerFaultException.ThrowUnless(again <= 1 || isEmpty, channel.Peer, Finished, "all buckets finished that this party finished, but the last");
        for (var bucket = 0; bucket < bucketCount; bucket++)
        {
            if (toDo[bucket] && own[bucket]) items.Forget(bucket, bucketCount);          // so that notes of both are of the same messages
        }

        return toDo;
    }

    /// <summary>Step b3: steps 2 to 8 over one bucket, in which both pad their items with random digests, which match nothing.</summary>
    private static async Task<long[]> RunBucketAsync(
        bool isSender, IChannel channel, SpillFolder items, RandomSource random, StreamedPsiOptions options, IVectorOle ole, BucketPlan plan, int bucket,
        CancellationToken cancellation)
    {
        var (capacity, load) = (isSender ? plan.SenderCapacity : plan.ReceiverCapacity, items.CountOf(bucket, plan.BucketCount));
        if (load > capacity) throw new ArgumentException("Items are digests of distinct items under this run's item context.", nameof(items));
        using var digests = new DigestList(capacity);
        using var rows = NativeBuffer<long>.Allocate((int)load);
        items.Read(bucket, plan.BucketCount, digests.GetSpan()[..(int)load], rows.Span);
        random.Fill(MemoryMarshal.AsBytes(digests.GetSpan()[(int)load..]));
        var run = new VoleRun(
            BucketContext(options.Context, items.ItemContext, bucket), plan.SenderCapacity, plan.ReceiverCapacity,
            options.Security, options.BothLearn, 0, options.Parallelism, ole, random, _ => { });
        var fork = channel.Fork(LabelOf(bucket));
        await using (fork.ConfigureAwait(false))
        {
            var found = isSender
                ? await VolePsi.SendAsync(run, fork, digests.Memory, default, cancellation).ConfigureAwait(false) ?? []
                : (await VolePsi.ReceiveAsync(run, fork, digests.Memory, cancellation).ConfigureAwait(false)).Rows;
            return [.. found.Where(row => row < load).Select(row => rows.Span[row])];
        }
    }

    private static Digest StreamContext(Digest run, Digest items)
    {
        Span<byte> content = stackalloc byte[2 * Digest.Size];
        run.CopyTo(content);
        items.CopyTo(content[Digest.Size..]);
        return Digest.Of(StreamDomain, content);
    }

    private static Digest BucketContext(Digest run, Digest items, int bucket)
    {
        Span<byte> content = stackalloc byte[Digest.Size + sizeof(uint)];
        StreamContext(run, items).CopyTo(content);
        BinaryPrimitives.WriteUInt32LittleEndian(content[Digest.Size..], (uint)bucket);
        return Digest.Of(BucketDomain, content);
    }
}

/// <summary>Step b2, both ways: a bit for each bucket that this party has finished before.</summary>
internal sealed record FinishedBuckets(byte[] Bits) : IMessage<FinishedBuckets>
{
    /// <summary>The payload, in bytes.</summary>
    public const int Size = BucketPlan.LargestBucketCount / 8;

    public bool this[int bucket] => (Bits[bucket >> 3] >> (bucket & 7) & 1) == 1;

    public void Encode(IBufferWriter<byte> destination) => destination.Write(Bits);

    public static FinishedBuckets Decode(ReadOnlySpan<byte> payload) =>
        payload.Length == Size ? new(payload.ToArray()) : throw new MalformedException("a bit for each of 256 buckets");
}
