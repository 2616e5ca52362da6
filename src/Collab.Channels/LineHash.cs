namespace Collab.Channels;

/// <summary>What the transcript of a connection says of one direction of one sub-channel, from whole messages: for who has the messages and not the connection.</summary>
/// <remarks>Source: protocols/specs/channels.md, "Transcript". For one caller at a time.</remarks>
public sealed class LineHash(string label) : IDisposable
{
    private readonly TranscriptHash _hash = new(label);

    /// <summary>The entry so far; null when nothing passed.</summary>
    public TranscriptEntry? Entry => _hash.Entry();

    /// <summary>Takes in the next message, in the chunks in which a connection sends it.</summary>
    public void Append(ReadOnlySpan<byte> message)
    {
        do
        {
            var size = Math.Min(message.Length, Frames.ChunkSize);
            _hash.Append(size == message.Length, message[..size]);
            message = message[size..];
        }
        while (message.Length > 0);
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
