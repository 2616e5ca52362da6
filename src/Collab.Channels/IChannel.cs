using Collab.Primitives;

namespace Collab.Channels;

/// <summary>An ordered, authenticated, two-party message stream. One reader and one writer at a time.</summary>
/// <remarks>
/// Flow-controlled: a sender waits while the receiver has not read. A message of any size passes in chunks. Every frame is
/// part of the transcript of its direction and sub-channel. Disposing a channel before the protocol is done fails the peer too.
/// </remarks>
public interface IChannel : IAsyncDisposable
{
    /// <summary>The party at the other end.</summary>
    PartyId Peer { get; }

    /// <summary>Messages and bytes so far, each way, of this channel without its forks.</summary>
    ChannelUsage Usage { get; }

    /// <summary>Sends one message; returns when it is handed to the transport.</summary>
    /// <exception cref="ChannelException">The way to the peer failed.</exception>
    ValueTask SendAsync<T>(T message, CancellationToken cancellation = default)
        where T : IMessage<T>;

    /// <summary>Receives the next message, which must be a <typeparamref name="T"/>.</summary>
    /// <param name="step">The step that is being received; a failure names it.</param>
    /// <exception cref="PeerFaultException">The peer sent something that is not such a message.</exception>
    /// <exception cref="ChannelException">The way to the peer failed, or nothing came within the limit.</exception>
    ValueTask<T> ReceiveAsync<T>(StepId step, CancellationToken cancellation = default)
        where T : IMessage<T>;

    /// <summary>Opens an independent sub-stream; both parties must use the same label, once.</summary>
    /// <param name="label">1 to 64 of <c>a-z 0-9 - . /</c>, for example <c>group-3/sum</c>.</param>
    IChannel Fork(string label);
}

/// <summary>Traffic of one channel: payload bytes and messages, each way.</summary>
public readonly record struct ChannelUsage(long MessagesSent, long BytesSent, long MessagesReceived, long BytesReceived)
{
    /// <summary>The traffic of two channels together.</summary>
    public static ChannelUsage operator +(ChannelUsage a, ChannelUsage b) => new(
        a.MessagesSent + b.MessagesSent, a.BytesSent + b.BytesSent,
        a.MessagesReceived + b.MessagesReceived, a.BytesReceived + b.BytesReceived);

    /// <summary>What has passed between two looks at the same channels, the earlier one last.</summary>
    public static ChannelUsage operator -(ChannelUsage a, ChannelUsage b) => new(
        a.MessagesSent - b.MessagesSent, a.BytesSent - b.BytesSent,
        a.MessagesReceived - b.MessagesReceived, a.BytesReceived - b.BytesReceived);
}
