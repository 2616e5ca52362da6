using System.Buffers;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Engine.Tests.Support;

/// <summary>The channel of a node that was patched: one message of those it sends is another than its protocol gives, and everything else is honest.</summary>
internal sealed class CheatingChannel(IChannel inner, string label, CheatingChannel.Patch patch) : IChannel
{
    public PartyId Peer => inner.Peer;

    public ChannelUsage Usage => inner.Usage;

    public static IReadOnlyDictionary<PartyId, IChannel> Around(IReadOnlyDictionary<PartyId, IChannel> channels, Patch patch) =>
        channels.ToDictionary(c => c.Key, IChannel (c) => new CheatingChannel(c.Value, "", patch));

    public ValueTask SendAsync<T>(T message, CancellationToken cancellation = default)
        where T : IMessage<T>
    {
        var payload = new ArrayBufferWriter<byte>();
        message.Encode(payload);
        return inner.SendAsync(new Raw(patch.Apply(label, payload.WrittenSpan.ToArray())), cancellation);
    }

    public ValueTask<T> ReceiveAsync<T>(StepId step, CancellationToken cancellation = default)
        where T : IMessage<T> => inner.ReceiveAsync<T>(step, cancellation);

    public IChannel Fork(string part) => new CheatingChannel(inner.Fork(part), label.Length == 0 ? part : $"{label}/{part}", patch);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    /// <summary>What is done to the first message on a sub-channel.</summary>
    internal sealed class Patch(string on, Action<byte[]> alter)
    {
        private int _done;

        public bool IsDone => Volatile.Read(ref _done) == 1;

        public byte[] Apply(string label, byte[] payload)
        {
            if (label == on && Interlocked.Exchange(ref _done, 1) == 0) alter(payload);
            return payload;
        }
    }

    private readonly struct Raw(byte[] bytes) : IMessage<Raw>
    {
        public void Encode(IBufferWriter<byte> destination) => destination.Write(bytes);

        public static Raw Decode(ReadOnlySpan<byte> payload) => new(payload.ToArray());
    }
}
