using System.Buffers;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Psi.Tests;

/// <summary>A channel that does as the other and keeps what was sent, by label.</summary>
internal sealed class RecordingChannel(IChannel inner, string label, Dictionary<string, List<string>> sent) : IChannel
{
    public PartyId Peer => inner.Peer;

    public ChannelUsage Usage => inner.Usage;

    public async ValueTask SendAsync<T>(T message, CancellationToken cancellation = default)
        where T : IMessage<T>
    {
        var payload = new ArrayBufferWriter<byte>();
        message.Encode(payload);
        lock (sent)
        {
            if (!sent.TryGetValue(label, out var messages)) sent.Add(label, messages = []);
            messages.Add(Convert.ToHexStringLower(payload.WrittenSpan));
        }

        await inner.SendAsync(message, cancellation);
    }

    public ValueTask<T> ReceiveAsync<T>(StepId step, CancellationToken cancellation = default)
        where T : IMessage<T> => inner.ReceiveAsync<T>(step, cancellation);

    public IChannel Fork(string name) => new RecordingChannel(inner.Fork(name), name, sent);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
