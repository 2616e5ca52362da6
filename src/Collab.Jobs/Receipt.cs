using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>What one party says of a run: what it read, what it sent and received, what came out. Its digest goes on the ledger.</summary>
/// <param name="Job">The plan's digest.</param>
/// <param name="Run">The run.</param>
/// <param name="Party">Who says it.</param>
/// <param name="Nonce">32 random bytes: the digest tells nothing to who has not got the receipt.</param>
/// <param name="Software">Name and version of the program that ran.</param>
/// <param name="Snapshot">The commitment to exactly the rows and columns read; null for a party that read none.</param>
/// <param name="Conversations">What passed with each peer, ordered by peer.</param>
/// <param name="Result">The commitment to the result; null for a party that received none.</param>
/// <param name="Finished">When the protocol ended, by the party's clock.</param>
public sealed record Receipt(
    Digest Job,
    Digest Run,
    PartyId Party,
    Digest Nonce,
    string Software,
    SnapshotReference? Snapshot,
    IReadOnlyList<Conversation> Conversations,
    CommitmentReference? Result,
    DateTimeOffset Finished)
{
    private const string Domain = "collab/receipt/v1";
    private const byte Version = 1, VersionWithReplay = 2; // what needs less is said with less, so that it has one encoding

    /// <summary>The commitment to the party's seed and recording, where the plan keeps them for a replay (protocols/specs/replay.md); null elsewhere.</summary>
    public CommitmentReference? Replay { get; init; }

    /// <summary>The digest of the canonical encoding.</summary>
    public Digest Digest => Digest.Of(Domain, Encode());

    /// <summary>The canonical encoding (protocols/specs/receipt.md).</summary>
    public byte[] Encode() => new CanonicalWriter()
        .Byte(Replay is null ? Version : VersionWithReplay).Digest(Job).Digest(Run).Party(Party).Digest(Nonce).Text(Software)
        .Optional(Snapshot, (w, s) => w.Digest(s.DatasetId).Digest(s.Version).Digest(s.Commitment))
        .List(Conversations, Conversation.Encode)
        .Optional(Result, CommitmentReference.Encode)
        .Time(Finished)
        .Raw(Replay is null ? [] : new CanonicalWriter().Byte(Replay.Algorithm).Digest(Replay.Value).Written)
        .ToArray();

    /// <summary>Reads and checks a receipt.</summary>
    /// <exception cref="MalformedException">The bytes are not exactly one receipt.</exception>
    public static Receipt Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        var version = reader.Byte();
        if (version is not (Version or VersionWithReplay)) throw new MalformedException("version 1 or 2 of the receipt encoding");
        var receipt = new Receipt(
            reader.Digest(), reader.Digest(), reader.Party(), reader.Digest(), reader.Text(),
            reader.Optional((ref r) => new SnapshotReference(r.Digest(), r.Digest(), r.Digest())),
            reader.List((ref r) => Conversation.Decode(ref r)),
            reader.Optional((ref r) => CommitmentReference.Decode(ref r)),
            reader.Time())
        {
            Replay = version == VersionWithReplay ? CommitmentReference.Decode(ref reader) : null,
        };
        reader.End();
        if (!receipt.Conversations.Zip(receipt.Conversations.Skip(1)).All(p => p.First.Peer.CompareTo(p.Second.Peer) < 0))
            throw new MalformedException("each peer once, in order");
        return receipt;
    }
}

/// <summary>What was read for a run.</summary>
/// <param name="DatasetId">The dataset.</param>
/// <param name="Version">The version that was registered and granted.</param>
/// <param name="Commitment">The salted commitment to the rows and columns that were read.</param>
public sealed record SnapshotReference(Digest DatasetId, Digest Version, Digest Commitment);

/// <summary>A salted commitment whose opening stays with whoever may see what it commits to.</summary>
/// <param name="Algorithm">How it was made; 1 is salted SHA-256 (protocols/specs/commitment.md).</param>
/// <param name="Value">The commitment.</param>
public sealed record CommitmentReference(byte Algorithm, Digest Value)
{
    /// <summary>Writes the two fields.</summary>
    public static void Encode(CanonicalWriter writer, CommitmentReference commitment) => writer.Byte(commitment.Algorithm).Digest(commitment.Value);

    /// <summary>Reads the two fields.</summary>
    public static CommitmentReference Decode(ref CanonicalReader reader) => new(reader.Byte(), reader.Digest());
}

/// <summary>All that passed between the receipt's party and one peer in a run.</summary>
/// <param name="Peer">The other party.</param>
/// <param name="Sent">One line per sub-channel, ordered by label.</param>
/// <param name="Received">One line per sub-channel, ordered by label.</param>
public sealed record Conversation(PartyId Peer, IReadOnlyList<ChannelDigest> Sent, IReadOnlyList<ChannelDigest> Received)
{
    /// <summary>Writes the three fields.</summary>
    public static void Encode(CanonicalWriter writer, Conversation conversation) => writer
        .Party(conversation.Peer).List(conversation.Sent, ChannelDigest.Encode).List(conversation.Received, ChannelDigest.Encode);

    /// <summary>Reads the three fields.</summary>
    public static Conversation Decode(ref CanonicalReader reader) =>
        new(reader.Party(), reader.List((ref r) => ChannelDigest.Decode(ref r)), reader.List((ref r) => ChannelDigest.Decode(ref r)));
}

/// <summary>The running hash over one direction of one sub-channel, closed.</summary>
/// <param name="Label">The sub-channel.</param>
/// <param name="Messages">Messages.</param>
/// <param name="Bytes">Payload bytes.</param>
/// <param name="Value">The hash.</param>
public sealed record ChannelDigest(string Label, ulong Messages, ulong Bytes, Digest Value)
{
    /// <summary>Writes the four fields.</summary>
    public static void Encode(CanonicalWriter writer, ChannelDigest line) =>
        writer.Text(line.Label).UInt64(line.Messages).UInt64(line.Bytes).Digest(line.Value);

    /// <summary>Reads the four fields.</summary>
    public static ChannelDigest Decode(ref CanonicalReader reader) =>
        new(reader.Text(), reader.UInt64(), reader.UInt64(), reader.Digest());
}
