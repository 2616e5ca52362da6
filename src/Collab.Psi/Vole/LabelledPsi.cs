using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Psi.Vole;

/// <summary>What the receiver of a labelled intersection has at the end.</summary>
/// <param name="Rows">Indices, ascending, of those of its items that the sender has too.</param>
/// <param name="Labels">The sender's labels for them, shape [Rows.Count, label size].</param>
public sealed record LabelledMatches(IReadOnlyList<int> Rows, ReadOnlyMemory<byte> Labels);

/// <summary>Intersection in which the receiver gets the sender's label for each item that both have: <see cref="VolePsi"/> with labels.</summary>
/// <remarks>
/// Labels have one size, so that sizes tell nothing, and each is encrypted by a one-time pad under a key that only who knows the item's F
/// has: specs/psi-vole.md, "Labels". A malicious sender may give any label it likes to any item, as it may choose its input; every byte
/// string of the size is a label, so that none makes the receiver fail. Whoever interprets labels must not let the sender see whether
/// one was well-formed.
/// </remarks>
public static class LabelledPsi
{
    /// <summary>The largest label, in bytes.</summary>
    public const int LargestLabel = 1 << 16;

    /// <summary>The sender's part.</summary>
    /// <param name="channel">To the receiver; forks are opened under it.</param>
    /// <param name="items">Canonical, distinct items; any length.</param>
    /// <param name="labels">Their labels, shape [n, labelSize], below 2 GiB in all.</param>
    /// <param name="labelSize">Bytes of a label, 1 to <see cref="LargestLabel"/>; the same at both parties.</param>
    /// <param name="random">All randomness of this party; used from several threads at once.</param>
    /// <param name="options">Context, form, limits, threads, progress.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <returns>If both learn: the indices, ascending, of those items that the receiver has too; else null.</returns>
    /// <exception cref="ArgumentException">Two items are equal, a size does not fit, or an option is out of range.</exception>
    /// <exception cref="PeerFaultException">The receiver broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the receiver failed.</exception>
    public static Task<int[]?> SendAsync(
        IChannel channel, IReadOnlyList<ReadOnlyMemory<byte>> items, ReadOnlyMemory<byte> labels, int labelSize, RandomSource random, VolePsiOptions options,
        CancellationToken cancellation = default) =>
        SendAsync(channel, items, labels, labelSize, random, options, SilentVectorOle.Instance, cancellation);

    /// <summary>The receiver's part.</summary>
    /// <param name="channel">To the sender; forks are opened under it.</param>
    /// <param name="items">Canonical, distinct items; any length.</param>
    /// <param name="labelSize">Bytes of a label, 1 to <see cref="LargestLabel"/>; the same at both parties.</param>
    /// <param name="random">All randomness of this party; used from several threads at once.</param>
    /// <param name="options">Context, form, limits, threads, progress.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <exception cref="ArgumentException">Two items are equal, or an option is out of range.</exception>
    /// <exception cref="PeerFaultException">The sender broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the sender failed.</exception>
    public static Task<LabelledMatches> ReceiveAsync(
        IChannel channel, IReadOnlyList<ReadOnlyMemory<byte>> items, int labelSize, RandomSource random, VolePsiOptions options,
        CancellationToken cancellation = default) =>
        ReceiveAsync(channel, items, labelSize, random, options, SilentVectorOle.Instance, cancellation);

    internal static async Task<int[]?> SendAsync(
        IChannel channel, IReadOnlyList<ReadOnlyMemory<byte>> items, ReadOnlyMemory<byte> labels, int labelSize, RandomSource random, VolePsiOptions options,
        IVectorOle ole, CancellationToken cancellation)
    {
        Check(labelSize);
        options.Check(items.Count);
        if (labels.Length != (long)items.Count * labelSize) throw new ArgumentException("A label for each item.", nameof(labels));
        using var digests = VolePsi.Digests(options, items);
        var peerCount = await VolePsi.BeginAsync(channel, items.Count, labelSize, options, cancellation).ConfigureAwait(false);
        var run = VolePsi.RunOf(options, items.Count, peerCount, labelSize, ole, random);
        return await VolePsi.SendAsync(run, channel, digests.Memory, labels, cancellation).ConfigureAwait(false);
    }

    internal static async Task<LabelledMatches> ReceiveAsync(
        IChannel channel, IReadOnlyList<ReadOnlyMemory<byte>> items, int labelSize, RandomSource random, VolePsiOptions options, IVectorOle ole,
        CancellationToken cancellation)
    {
        Check(labelSize);
        options.Check(items.Count);
        using var digests = VolePsi.Digests(options, items);
        var peerCount = await VolePsi.BeginAsync(channel, items.Count, labelSize, options, cancellation).ConfigureAwait(false);
        var run = VolePsi.RunOf(options, peerCount, items.Count, labelSize, ole, random);
        var matches = await VolePsi.ReceiveAsync(run, channel, digests.Memory, cancellation).ConfigureAwait(false);
        return new(matches.Rows, matches.Labels);
    }

    private static void Check(int labelSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(labelSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(labelSize, LargestLabel);
    }
}
