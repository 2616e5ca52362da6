using System.Buffers;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Engine.Replays;

/// <summary>A channel that keeps what is received, and of what is sent the digest.</summary>
internal sealed class RecordingChannel(IChannel inner, string label, ReplayRecorder recorder) : IChannel
{
    public PartyId Peer => inner.Peer;

    public ChannelUsage Usage => inner.Usage;

    public async ValueTask SendAsync<T>(T message, CancellationToken cancellation = default)
        where T : IMessage<T>
    {
        var payload = new ArrayBufferWriter<byte>();
        message.Encode(payload);
        recorder.Write(ReplayBlock.Sent.Of(Peer, label, payload.WrittenSpan)); // before it leaves: what has left is never missing here
        await inner.SendAsync(new Payload(payload.WrittenMemory), cancellation).ConfigureAwait(false);
    }

    public async ValueTask<T> ReceiveAsync<T>(StepId step, CancellationToken cancellation = default)
        where T : IMessage<T>
    {
        var received = await inner.ReceiveAsync<Kept<T>>(step, cancellation).ConfigureAwait(false);
        recorder.Write(new ReplayBlock.Received(Peer, label, received.Payload));
        return received.Message;
    }

    public IChannel Fork(string part) => new RecordingChannel(inner.Fork(part), label.Length == 0 ? part : $"{label}/{part}", recorder);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    /// <summary>A message as bytes.</summary>
    private readonly struct Payload(ReadOnlyMemory<byte> bytes) : IMessage<Payload>
    {
        public void Encode(IBufferWriter<byte> destination)
        {
            bytes.Span.CopyTo(destination.GetSpan(bytes.Length));
            destination.Advance(bytes.Length);
        }

        public static Payload Decode(ReadOnlySpan<byte> payload) => new(payload.ToArray());
    }

    /// <summary>A message with the bytes it was read from.</summary>
    private readonly struct Kept<T>(T message, byte[] payload) : IMessage<Kept<T>>
        where T : IMessage<T>
    {
        public T Message { get; } = message;

        public byte[] Payload { get; } = payload;

        public void Encode(IBufferWriter<byte> destination) => Message.Encode(destination);

        public static Kept<T> Decode(ReadOnlySpan<byte> payload) => new(T.Decode(payload), payload.ToArray());
    }
}
