using Collab.Primitives;

namespace Collab.Channels;

/// <summary>One of the two ways of a connection, seen from one party.</summary>
public enum Direction
{
    /// <summary>From us to the peer.</summary>
    Sent = 1,

    /// <summary>From the peer to us.</summary>
    Received = 2,
}

/// <summary>What passed through one sub-channel one way.</summary>
/// <param name="Label">The sub-channel; the root's label is empty.</param>
/// <param name="Messages">Complete messages.</param>
/// <param name="Bytes">Payload bytes.</param>
/// <param name="Digest">SHA-256 over label and chunks (protocols/specs/channels.md, "Transcript").</param>
public sealed record TranscriptEntry(string Label, long Messages, long Bytes, Digest Digest)
{
    internal static void Encode(CanonicalWriter writer, TranscriptEntry entry) => writer
        .Text(entry.Label).Int64(entry.Messages).Int64(entry.Bytes).Digest(entry.Digest);

    internal static TranscriptEntry Decode(ref CanonicalReader reader)
    {
        var entry = new TranscriptEntry(reader.Text(), reader.Int64(), reader.Int64(), reader.Digest());
        return (entry.Label.Length == 0 || Frames.IsLabel(entry.Label)) && entry is { Messages: >= 0, Bytes: >= 0 }
            ? entry
            : throw new MalformedException("a transcript entry");
    }
}

/// <summary>What one party sent to another in a run: the sender's and the receiver's copy are equal, or they dispute.</summary>
/// <param name="Run">The run's context digest.</param>
/// <param name="Sender">Who sent.</param>
/// <param name="Receiver">Who received.</param>
/// <param name="Channels">Sub-channels that carried anything, in ordinal order of their labels.</param>
public sealed record DirectionTranscript(Digest Run, PartyId Sender, PartyId Receiver, IReadOnlyList<TranscriptEntry> Channels)
{
    private const string Domain = "collab.channel.transcript.1";

    /// <summary>The one digest that stands for all of it.</summary>
    public Digest Root => Digest.Of(Domain, Encode());

    /// <summary>Messages of all sub-channels.</summary>
    public long Messages => Channels.Sum(entry => entry.Messages);

    /// <summary>Payload bytes of all sub-channels.</summary>
    public long Bytes => Channels.Sum(entry => entry.Bytes);

    /// <summary>The canonical encoding.</summary>
    public byte[] Encode()
    {
        var writer = new CanonicalWriter();
        Encode(writer, this);
        return writer.ToArray();
    }

    /// <summary>Reads the canonical encoding strictly.</summary>
    /// <exception cref="MalformedException">The bytes are not exactly a transcript.</exception>
    public static DirectionTranscript Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        var transcript = Decode(ref reader);
        reader.End();
        return transcript;
    }

    /// <inheritdoc/>
    public bool Equals(DirectionTranscript? other) => other is not null && Encode().AsSpan().SequenceEqual(other.Encode());

    /// <inheritdoc/>
    public override int GetHashCode() => Root.GetHashCode();

    internal static void Encode(CanonicalWriter writer, DirectionTranscript transcript) => writer
        .Digest(transcript.Run).Party(transcript.Sender).Party(transcript.Receiver).List(transcript.Channels, TranscriptEntry.Encode);

    internal static DirectionTranscript Decode(ref CanonicalReader reader)
    {
        var transcript = new DirectionTranscript(
            reader.Digest(), reader.Party(), reader.Party(), reader.List(TranscriptEntry.Decode));
        for (var i = 1; i < transcript.Channels.Count; i++)
        {
            if (string.CompareOrdinal(transcript.Channels[i - 1].Label, transcript.Channels[i].Label) >= 0)
                throw new MalformedException("labels in order, each once");
        }

        return transcript;
    }
}

/// <summary>What passed over a connection, both ways, as one party saw it.</summary>
/// <param name="Sent">What we sent.</param>
/// <param name="Received">What we received.</param>
public sealed record Transcript(DirectionTranscript Sent, DirectionTranscript Received)
{
    /// <summary>The digest of one direction; our <see cref="Direction.Sent"/> is the peer's <see cref="Direction.Received"/>.</summary>
    public Digest Root(Direction direction) => direction switch
    {
        Direction.Sent => Sent.Root,
        Direction.Received => Received.Root,
        _ => throw new ArgumentOutOfRangeException(nameof(direction)),
    };

    /// <summary>The canonical encoding: sent, then received.</summary>
    public byte[] Encode()
    {
        var writer = new CanonicalWriter();
        DirectionTranscript.Encode(writer, Sent);
        DirectionTranscript.Encode(writer, Received);
        return writer.ToArray();
    }

    /// <summary>Reads the canonical encoding strictly; both directions must belong to one run and one pair of parties.</summary>
    /// <exception cref="MalformedException">The bytes are not exactly a transcript.</exception>
    public static Transcript Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        var (sent, received) = (DirectionTranscript.Decode(ref reader), DirectionTranscript.Decode(ref reader));
        reader.End();
        return sent.Run == received.Run && sent.Sender == received.Receiver && sent.Receiver == received.Sender
            ? new Transcript(sent, received)
            : throw new MalformedException("two directions of one connection");
    }
}
