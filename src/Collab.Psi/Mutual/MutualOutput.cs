using System.Security.Cryptography;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Ecdh;

namespace Collab.Psi.Mutual;

/// <summary>After an intersection its receiver tells the sender which of the sender's items match: output for both.</summary>
/// <remarks>
/// Semi-honest parties only: a receiver may leave matches out, and nothing shows it. Items are named by 16 bytes of a digest over run and
/// item, in ascending order, so that no order of the receiver's shows. Steps and messages: specs/psi-mutual.md.
/// </remarks>
public static class MutualOutput
{
    private const string Domain = "collab.psi-mutual.v1";

    private static readonly StepId CountStep = new("psi-mutual.1");
    private static readonly StepId NamesStep = new("psi-mutual.2");

    /// <summary>The receiver's part.</summary>
    /// <param name="channel">To the sender; nothing else passes on it.</param>
    /// <param name="context">The run's context.</param>
    /// <param name="items">The receiver's items.</param>
    /// <param name="matches">Places of those that match.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ChannelException">The way to the sender failed.</exception>
    /// <remarks>8 + 4·⌈k/2048⌉ + 16·k bytes and one digest for each of k matches.</remarks>
    public static async Task TellAsync(
        IChannel channel, Digest context, IReadOnlyList<ReadOnlyMemory<byte>> items, IReadOnlyList<int> matches, CancellationToken cancellation = default)
    {
        var names = new UInt128[matches.Count];
        for (var i = 0; i < names.Length; i++) names[i] = NameOf(context, items[matches[i]].Span);
        Array.Sort(names);
        await channel.SendAsync(new MatchCount((ulong)names.Length), cancellation).ConfigureAwait(false);     // 1 →  how many
        foreach (var (number, start, size) in Batches.Of(names.Length))
            await channel.SendAsync(MatchNames.Of(number, names.AsSpan(start, size)), cancellation).ConfigureAwait(false); // 2 →  which
    }

    /// <summary>The sender's part.</summary>
    /// <param name="channel">To the receiver; nothing else passes on it.</param>
    /// <param name="context">The run's context.</param>
    /// <param name="items">The sender's items.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>The places, ascending, of those items that the receiver has too.</returns>
    /// <exception cref="PeerFaultException">The receiver named what is no item, or one twice.</exception>
    /// <exception cref="ChannelException">The way to the receiver failed.</exception>
    /// <remarks>One digest for each own item; 20 bytes of memory for each.</remarks>
    public static async Task<int[]> HearAsync(
        IChannel channel, Digest context, IReadOnlyList<ReadOnlyMemory<byte>> items, CancellationToken cancellation = default)
    {
        var count = (await channel.ReceiveAsync<MatchCount>(CountStep, cancellation).ConfigureAwait(false)).Count;     // 1 ←
        PeerFaultException.ThrowUnless(count <= (ulong)items.Count, channel.Peer, CountStep, "no more matches than items");
        var (names, places) = (new UInt128[items.Count], new int[items.Count]);
        for (var i = 0; i < names.Length; i++) (names[i], places[i]) = (NameOf(context, items[i].Span), i);
        Array.Sort(names, places);

        var matches = new int[(int)count];
        var next = 0; // both lists ascend, so one pass finds all
        foreach (var (number, start, size) in Batches.Of(matches.Length))
        {
            var batch = await channel.ReceiveAsync<MatchNames>(NamesStep, cancellation).ConfigureAwait(false);          // 2 ←
            PeerFaultException.ThrowUnless(batch.Number == number, channel.Peer, NamesStep, "the batches in order");
            PeerFaultException.ThrowUnless(batch.Count == size, channel.Peer, NamesStep, "as many names as said");
            for (var i = 0; i < size; i++)
            {
                var name = batch[i];
                while (next < names.Length && names[next] < name) next++;
                PeerFaultException.ThrowUnless(
                    next < names.Length && names[next] == name, channel.Peer, NamesStep, "items of the sender, each once, in order");
                matches[start + i] = places[next++];
            }
        }

        Array.Sort(matches);
        return matches;
    }

    /// <summary>The receiver's part where only the number of matches is told.</summary>
    /// <param name="channel">To the sender; nothing else passes on it.</param>
    /// <param name="count">How many items match.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ChannelException">The way to the sender failed.</exception>
    public static ValueTask TellCountAsync(IChannel channel, long count, CancellationToken cancellation = default) =>
        channel.SendAsync(new MatchCount((ulong)count), cancellation);                                               // 1 →

    /// <summary>The sender's part where only the number of matches is told.</summary>
    /// <param name="channel">To the receiver; nothing else passes on it.</param>
    /// <param name="items">How many items the sender has.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="PeerFaultException">The receiver says more than the sender has items.</exception>
    /// <exception cref="ChannelException">The way to the receiver failed.</exception>
    public static async Task<long> HearCountAsync(IChannel channel, long items, CancellationToken cancellation = default)
    {
        var count = (await channel.ReceiveAsync<MatchCount>(CountStep, cancellation).ConfigureAwait(false)).Count;     // 1 ←
        PeerFaultException.ThrowUnless(count <= (ulong)items, channel.Peer, CountStep, "no more matches than items");
        return (long)count;
    }

    private static UInt128 NameOf(Digest context, ReadOnlySpan<byte> item)
    {
        using var hash = Digest.Begin(Domain, (ulong)(Digest.Size + item.Length));
        Span<byte> bytes = stackalloc byte[Digest.Size];
        context.CopyTo(bytes);
        hash.AppendData(bytes);
        hash.AppendData(item);
        hash.GetHashAndReset(bytes);
        return MatchNames.Read(bytes);
    }
}
