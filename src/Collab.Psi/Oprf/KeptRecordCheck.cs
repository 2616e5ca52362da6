using System.Buffers;
using Collab.Channels;
using Collab.Cryptography.Oprf;
using Collab.Primitives;

namespace Collab.Psi.Oprf;

/// <summary>A check of records against a list that both sides keep: the list passes only when the client has another one (specs/psi-oprf.md, "Kept lists").</summary>
public static class KeptRecordCheck
{
    /// <summary>The most tokens a client takes: 10 to 11 bytes each, held in memory.</summary>
    public const int LargestList = 1 << 24;

    private const string ListFork = "list";

    private static readonly StepId Offer = new("psi-oprf.0");

    /// <summary>The server's part: offers its list, gives it when it is asked for, answers one check.</summary>
    /// <param name="channel">To the client; a fork, <c>list</c>, is opened.</param>
    /// <param name="key">The key the list was made with.</param>
    /// <param name="list">The list as it is now.</param>
    /// <param name="maximumRecords">The most records of the check.</param>
    /// <param name="random">The proof's secret.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>How many records were checked.</returns>
    /// <exception cref="PeerFaultException">The client broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the client failed.</exception>
    public static async Task<int> AnswerAsync(
        IChannel channel, OprfKey key, TokenList list, int maximumRecords, RandomSource random, CancellationToken cancellation = default)
    {
        var fork = channel.Fork(ListFork);
        await using (fork.ConfigureAwait(false))
        {
            await fork.SendAsync(new ListOffer(list.Version), cancellation).ConfigureAwait(false);                       // 0 → version
            if ((await fork.ReceiveAsync<ListWish>(Offer, cancellation).ConfigureAwait(false)).IsWanted)                 // 0 ← has it, or wants it
            {
                await RecordCheck.SendListAsync(fork, list, cancellation).ConfigureAwait(false);                         // 1, 2 →
            }
        }

        return await RecordCheck.AnswerAsync(channel, key, list, maximumRecords, random, cancellation).ConfigureAwait(false); // 3 ← 4 →
    }

    /// <summary>The client's part: takes the list if its own is another, and checks records.</summary>
    /// <param name="channel">To the server; a fork, <c>list</c>, is opened.</param>
    /// <param name="folder">Where this client keeps the list of this server.</param>
    /// <param name="records">Canonical records, 1 to <see cref="RecordCheck.LargestCount"/>; their number shows.</param>
    /// <param name="random">The blinds.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>Whether each record is in the server's set.</returns>
    /// <exception cref="PeerFaultException">The server broke the protocol.</exception>
    /// <exception cref="ChannelException">The way to the server failed.</exception>
    public static async Task<bool[]> CheckAsync(
        IChannel channel, string folder, IReadOnlyList<ReadOnlyMemory<byte>> records, RandomSource random, CancellationToken cancellation = default)
    {
        TokenList? list;
        var fork = channel.Fork(ListFork);
        await using (fork.ConfigureAwait(false))
        {
            var version = (await fork.ReceiveAsync<ListOffer>(Offer, cancellation).ConfigureAwait(false)).Version;       // 0 ←
            list = KeptList.Find(folder, version);
            await fork.SendAsync(new ListWish(list is null), cancellation).ConfigureAwait(false);                        // 0 →
            if (list is null)
            {
                list = await RecordCheck.ReceiveListAsync(fork, OprfMode.Voprf, LargestList, cancellation).ConfigureAwait(false); // 1, 2 ←
                PeerFaultException.ThrowUnless(list.Version == version, channel.Peer, Offer, "the list that was offered");
                KeptList.Keep(folder, list);
            }
        }

        return await RecordCheck.CheckAsync(channel, list, records, random, cancellation).ConfigureAwait(false);         // 3 → 4 ← 5
    }
}

/// <summary>Step 0: the version of the server's list.</summary>
internal sealed record ListOffer(Digest Version) : IMessage<ListOffer>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(Version.ToArray());

    public static ListOffer Decode(ReadOnlySpan<byte> payload) =>
        payload.Length == Digest.Size ? new(new Digest(payload)) : throw new MalformedException("a version of 32 bytes");
}

/// <summary>Step 0: whether the client wants the list, or has it.</summary>
internal sealed record ListWish(bool IsWanted) : IMessage<ListWish>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write([IsWanted ? (byte)1 : (byte)0]);

    public static ListWish Decode(ReadOnlySpan<byte> payload) => payload is [0 or 1]
        ? new(payload[0] == 1)
        : throw new MalformedException("0 or 1");
}
