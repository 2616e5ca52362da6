using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Cryptography.KeyValueStore;
using Collab.ObliviousTransfer.Silent;
using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <summary>Private set intersection by vector OLE and an oblivious key-value store: the receiver, or both, learn which of their items the other has.</summary>
/// <remarks>
/// Semi-honest or malicious. Both learn the sizes of both sets. Steps and messages: specs/psi-vole.md, which also says what a malicious
/// peer can still do. Sources: Raghuraman, Rindal, CCS 2022, eprint 2022/320, figure 4; malicious form: Rindal, Schoppmann, Eurocrypt 2021,
/// eprint 2021/266. The caller makes items canonical and distinct, and closes the channel, which compares the transcripts: before that a
/// changed message may pass for a missing item.
/// </remarks>
public static partial class VolePsi
{
    private const string OleFork = "vole";

    /// <summary>The sender's part.</summary>
    /// <param name="channel">To the receiver; forks are opened under it.</param>
    /// <param name="items">Canonical, distinct items; any length.</param>
    /// <param name="random">All randomness of this party; used from several threads at once.</param>
    /// <param name="options">Context, form, limits, threads, progress.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <returns>If both learn: the indices, ascending, of those items that the receiver has too; else null.</returns>
    /// <exception cref="ArgumentException">Two items are equal, or an option is out of range.</exception>
    /// <exception cref="PeerFaultException">The receiver broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the receiver failed.</exception>
    /// <remarks>Bytes, messages and memory: <see cref="VolePsiCost"/>.</remarks>
    public static async Task<int[]?> SendAsync(
        IChannel channel, IReadOnlyList<ReadOnlyMemory<byte>> items, RandomSource random, VolePsiOptions options, CancellationToken cancellation = default)
    {
        options.Check(items.Count);
        using var digests = Digests(options, items);
        return await SendDigestsAsync(channel, digests.Memory, random, options, SilentVectorOle.Instance, cancellation).ConfigureAwait(false);
    }

    /// <summary>The sender's part, with items hashed before by <see cref="ItemDigests"/> under the context of the run.</summary>
    /// <inheritdoc cref="SendAsync(IChannel, IReadOnlyList{ReadOnlyMemory{byte}}, RandomSource, VolePsiOptions, CancellationToken)"/>
    public static Task<int[]?> SendAsync(
        IChannel channel, ReadOnlyMemory<Gf128> digests, RandomSource random, VolePsiOptions options, CancellationToken cancellation = default) =>
        SendDigestsAsync(channel, digests, random, options, SilentVectorOle.Instance, cancellation);

    /// <summary>The receiver's part.</summary>
    /// <param name="channel">To the sender; forks are opened under it.</param>
    /// <param name="items">Canonical, distinct items; any length.</param>
    /// <param name="random">All randomness of this party; used from several threads at once.</param>
    /// <param name="options">Context, form, limits, threads, progress.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <returns>The indices, ascending, of those items that the sender has too.</returns>
    /// <exception cref="ArgumentException">Two items are equal, or an option is out of range.</exception>
    /// <exception cref="PeerFaultException">The sender broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the sender failed.</exception>
    /// <remarks>Bytes, messages and memory: <see cref="VolePsiCost"/>.</remarks>
    public static async Task<int[]> ReceiveAsync(
        IChannel channel, IReadOnlyList<ReadOnlyMemory<byte>> items, RandomSource random, VolePsiOptions options, CancellationToken cancellation = default)
    {
        options.Check(items.Count);
        using var digests = Digests(options, items);
        return await ReceiveDigestsAsync(channel, digests.Memory, random, options, SilentVectorOle.Instance, cancellation).ConfigureAwait(false);
    }

    /// <summary>The receiver's part, with items hashed before by <see cref="ItemDigests"/> under the context of the run.</summary>
    /// <inheritdoc cref="ReceiveAsync(IChannel, IReadOnlyList{ReadOnlyMemory{byte}}, RandomSource, VolePsiOptions, CancellationToken)"/>
    public static Task<int[]> ReceiveAsync(
        IChannel channel, ReadOnlyMemory<Gf128> digests, RandomSource random, VolePsiOptions options, CancellationToken cancellation = default) =>
        ReceiveDigestsAsync(channel, digests, random, options, SilentVectorOle.Instance, cancellation);

    internal static async Task<int[]?> SendDigestsAsync(
        IChannel channel, ReadOnlyMemory<Gf128> digests, RandomSource random, VolePsiOptions options, IVectorOle ole, CancellationToken cancellation)
    {
        var peerCount = await BeginAsync(channel, digests.Length, 0, options, cancellation).ConfigureAwait(false);      // 1 ↔
        var run = RunOf(options, digests.Length, peerCount, 0, ole, random);
        return await SendAsync(run, channel, digests, default, cancellation).ConfigureAwait(false);
    }

    internal static async Task<int[]> ReceiveDigestsAsync(
        IChannel channel, ReadOnlyMemory<Gf128> digests, RandomSource random, VolePsiOptions options, IVectorOle ole, CancellationToken cancellation)
    {
        var peerCount = await BeginAsync(channel, digests.Length, 0, options, cancellation).ConfigureAwait(false);      // 1 ↔
        var run = RunOf(options, peerCount, digests.Length, 0, ole, random);
        return (await ReceiveAsync(run, channel, digests, cancellation).ConfigureAwait(false)).Rows;
    }

    /// <summary>Steps 2 to 8 at the sender.</summary>
    /// <param name="run">The run or bucket.</param>
    /// <param name="channel">To the receiver.</param>
    /// <param name="digests">Of the items, shape [n].</param>
    /// <param name="labels">Shape [n, run.LabelSize].</param>
    /// <param name="cancellation">Ends the run.</param>
    internal static async Task<int[]?> SendAsync(
        VoleRun run, IChannel channel, ReadOnlyMemory<Gf128> digests, ReadOnlyMemory<byte> labels, CancellationToken cancellation)
    {
        if (run.IsEmpty) return run.BothLearn ? [] : null;
        var parameters = OkvsParameters.Create(run.ReceiverCount);
        var ownCoin = run.IsMalicious ? run.DrawBlock() : Gf128.Zero;
        if (run.IsMalicious) await channel.SendAsync(new CoinCommitment(run.CommitTo(ownCoin)), cancellation).ConfigureAwait(false); // 2 →
        SortedItems? items = null;
        VoleSender? ole = null;
        try
        {
            await Concurrently.RunAsync(
                cancellation,
                async stop => items = await ReceiveSeedAsync(run, channel, parameters, digests, stop).ConfigureAwait(false), // 3 ←  r, w_r
                async stop => ole = await SendOleAsync(run, channel, (int)parameters.Size, stop).ConfigureAwait(false))     // 4 ↔  Δ, B
                .ConfigureAwait(false);
            await ReceiveStoreAsync(run, channel, ole!, cancellation).ConfigureAwait(false);                            // 5 ←  K = B + Δ·(A + P)
            if (run.IsMalicious) await channel.SendAsync(new CoinOpening(ownCoin), cancellation).ConfigureAwait(false); // 6 →  w_s
            using var keys = run.NeedsKeys ? NativeBuffer<Gf128>.Allocate(digests.Length) : null;
            using var masks = EvaluateAtSender(run, items!, digests, ole!, ownCoin + items!.Coin, keys);
            await SendMasksAsync(run, channel, masks, cancellation).ConfigureAwait(false);                              // 7 →  F(x), ascending
            if (run.LabelSize > 0) await SendLabelsAsync(run, channel, masks, keys!, labels, cancellation).ConfigureAwait(false);
            return run.BothLearn ? await ReceiveMatchesAsync(run, channel, masks, keys, cancellation).ConfigureAwait(false) : null; // 8 ←
        }
        finally
        {
            items?.Dispose();
            ole?.Dispose();
        }
    }

    /// <summary>Steps 2 to 8 at the receiver.</summary>
    internal static async Task<VoleMatches> ReceiveAsync(
        VoleRun run, IChannel channel, ReadOnlyMemory<Gf128> digests, CancellationToken cancellation)
    {
        if (run.IsEmpty) return new([], []);
        var parameters = OkvsParameters.Create(run.ReceiverCount);
        var ownCoin = run.IsMalicious ? run.DrawBlock() : Gf128.Zero;
        var seed = run.DrawBlock();
        Digest? commitment = null;
        VoleReceiver? ole = null;
        StoreOfItems? store = null;
        try
        {
            await Concurrently.RunAsync(
                cancellation,
                async stop => commitment = await SendSeedAsync(run, channel, seed, ownCoin, stop).ConfigureAwait(false),    // 2 ←  3 →  r, w_r
                async stop => ole = await ReceiveOleAsync(run, channel, (int)parameters.Size, stop).ConfigureAwait(false),  // 4 ↔  A, C
                stop => Task.Run(() => store = StoreOfItems.Solve(run, parameters, seed, digests), stop)).ConfigureAwait(false); // P
            using var values = NativeBuffer<Gf128>.Allocate(digests.Length);
            await SendStoreAsync(run, channel, ole!, store!, cancellation).ConfigureAwait(false);                        // 5 →  A + P
            Okvs.Decode(store!.Keys, ole!.C.Span, values.Span, run.Parallelism);                    // not beside it: the sender waits for A + P
            var coin = run.IsMalicious ? ownCoin + await ReceiveCoinAsync(run, channel, commitment!.Value, cancellation).ConfigureAwait(false) : Gf128.Zero; // 6 ←  w_s
            ole!.Dispose();
            store!.Dispose();
            using var keys = run.NeedsKeys ? NativeBuffer<Gf128>.Allocate(digests.Length) : null;
            using var masks = SortMasks(run, digests, null, coin, values, keys);
            using var matches = new MatchList(masks);
            await ReceiveMasksAsync(run, channel, matches, cancellation).ConfigureAwait(false);                          // 7 ←  F(x), ascending
            var found = await FinishAsync(run, channel, matches, keys, cancellation).ConfigureAwait(false);
            if (run.BothLearn) await SendMatchesAsync(run, channel, matches, keys, cancellation).ConfigureAwait(false);  // 8 →
            return found;
        }
        finally
        {
            ole?.Dispose();
            store?.Dispose();
        }
    }
}
