using System.Buffers;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.SecretSharing.Boolean;

/// <summary>Bytes of one step of specs/boolean-sharing.md; both parties know how many, and the receiver checks it.</summary>
/// <param name="Content">The bytes.</param>
internal sealed record BooleanMessage(ReadOnlyMemory<byte> Content) : IMessage<BooleanMessage>
{
    public void Encode(IBufferWriter<byte> destination) => destination.Write(Content.Span);

    public static BooleanMessage Decode(ReadOnlySpan<byte> payload) => new(payload.ToArray());
}

/// <summary>Sending and receiving of the engine's messages.</summary>
internal static class BooleanMessages
{
    /// <summary>Bytes of so many bits.</summary>
    public static int Size(long bits) => (int)((bits + 7) / 8);

    /// <summary>Receives exactly so many bits, zeros after the last.</summary>
    public static async Task<byte[]> ReceiveBitsAsync(this BooleanEngine engine, StepId step, long bits, CancellationToken cancellation)
    {
        var message = await engine.Channel.ReceiveAsync<BooleanMessage>(step, cancellation).ConfigureAwait(false);
        PeerFaultException.ThrowUnless(message.Content.Length == Size(bits), engine.Channel.Peer, step, "as many bits as the step has");
        PeerFaultException.ThrowUnless(
            bits % 8 == 0 || message.Content.Span[^1] >> (int)(bits % 8) == 0, engine.Channel.Peer, step, "zeros after the last bit");
        return System.Runtime.InteropServices.MemoryMarshal.TryGetArray(message.Content, out var array) ? array.Array! : message.Content.ToArray();
    }

    /// <summary>Sends bytes.</summary>
    public static ValueTask SendBitsAsync(this BooleanEngine engine, ReadOnlyMemory<byte> bytes, CancellationToken cancellation) =>
        engine.Channel.SendAsync(new BooleanMessage(bytes), cancellation);

    /// <summary>Sends and receives as many bits at once.</summary>
    public static async Task<byte[]> ExchangeBitsAsync(
        this BooleanEngine engine, StepId step, ReadOnlyMemory<byte> bytes, long bits, CancellationToken cancellation)
    {
        byte[] received = [];
        await Round.AllAsync(
            [
                token => engine.SendBitsAsync(bytes, token).AsTask(),
                async token => received = await engine.ReceiveBitsAsync(step, bits, token).ConfigureAwait(false),
            ],
            cancellation).ConfigureAwait(false);
        return received;
    }
}
