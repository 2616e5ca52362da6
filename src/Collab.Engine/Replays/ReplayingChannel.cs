using System.Buffers;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Engine.Replays;

/// <summary>A channel at whose other end a recording is: what is received comes from it, what is sent is hashed and compared with what was sent then.</summary>
internal sealed class ReplayingChannel : IChannel
{
    private readonly ReplayedLines _lines;
    private readonly string _label;
    private readonly LineHash _sent;
    private readonly List<ReplayBlock.Sent> _messages = [];
    private int _messagesReceived;
    private long _bytesSent, _bytesReceived;

    public ReplayingChannel(ReplayedLines lines, PartyId peer, string label)
    {
        (_lines, Peer, _label, _sent) = (lines, peer, label, new LineHash(label));
        lines.Add(this);
    }

    public PartyId Peer { get; }

    public string Label => _label;

    /// <summary>The line of what was sent so far; null when nothing was.</summary>
    public TranscriptEntry? SentLine => _sent.Entry;

    /// <summary>The messages that were sent, as a recording has them.</summary>
    public IReadOnlyList<ReplayBlock.Sent> Sent => _messages;

    public int MessagesReceived => _messagesReceived;

    public ChannelUsage Usage => new(_messages.Count, _bytesSent, _messagesReceived, _bytesReceived);

    public ValueTask SendAsync<T>(T message, CancellationToken cancellation = default)
        where T : IMessage<T>
    {
        cancellation.ThrowIfCancellationRequested();
        var payload = new ArrayBufferWriter<byte>();
        message.Encode(payload);
        _sent.Append(payload.WrittenSpan);
        _messages.Add(ReplayBlock.Sent.Of(Peer, _label, payload.WrittenSpan));
        _bytesSent += payload.WrittenCount;
        return ValueTask.CompletedTask;
    }

    public ValueTask<T> ReceiveAsync<T>(StepId step, CancellationToken cancellation = default)
        where T : IMessage<T>
    {
        cancellation.ThrowIfCancellationRequested();
        if (_messagesReceived == _lines.Package.CountReceived(Peer, _label))
            throw new ChannelException(ChannelException.Closed, Peer, $"{ReplayedLines.Name(_label)} from {Peer} has no message {_messagesReceived + 1} in the recording.", step);
        var payload = _lines.Package.ReceivedMessage(Peer, _label, _messagesReceived++);
        _bytesReceived += payload.Length;
        try
        {
            return ValueTask.FromResult(T.Decode(payload.Span));
        }
        catch (MalformedException malformed)
        {
            throw new PeerFaultException(Peer, step, malformed.Rule);
        }
    }

    public IChannel Fork(string label) => new ReplayingChannel(_lines, Peer, _label.Length == 0 ? label : $"{_label}/{label}");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
