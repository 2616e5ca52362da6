using System.Buffers;
using Collab.Channels;
using Collab.Primitives;

namespace Collab.Testing;

/// <summary>What a party does to one of its messages. Unlike a <see cref="FaultKind"/> the way is sound: both sides saw what was sent.</summary>
public enum DeviationKind
{
    /// <summary>The last byte is missing.</summary>
    Truncate,

    /// <summary>The second half is missing.</summary>
    Halve,

    /// <summary>Nothing is in it.</summary>
    Empty,

    /// <summary>A zero byte follows.</summary>
    Extend,

    /// <summary>A bit of the first byte is another.</summary>
    FlipFirst,

    /// <summary>A bit in the middle is another.</summary>
    FlipMiddle,

    /// <summary>The highest bit of the last byte is another.</summary>
    FlipLast,

    /// <summary>All bytes are 0.</summary>
    Zeros,

    /// <summary>All bytes are 255: of points and of fields with a prime no canonical encoding.</summary>
    Ones,

    /// <summary>The message before it on the same channel comes once more in its place; of a first message, random bytes of its size.</summary>
    Earlier,

    /// <summary>It comes twice.</summary>
    Twice,

    /// <summary>A bit of the byte at <see cref="Deviation.Place"/> is another.</summary>
    FlipAt,
}

/// <summary>One message of a party, by the label of its channel (empty for the root) and its number there.</summary>
/// <param name="Size">Of its payload, in bytes; it is no part of the name.</param>
public sealed record MessageName(string Label, int Number, int Size)
{
    /// <summary>Whether both name the same message.</summary>
    public bool Equals(MessageName? other) => other is not null && (Label, Number) == (other.Label, other.Number);

    /// <inheritdoc/>
    public override int GetHashCode() => (Label, Number).GetHashCode();
}

/// <summary>A party that follows the protocol but for one message.</summary>
/// <param name="Message">Which.</param>
/// <param name="Kind">What it does to it.</param>
public sealed record Deviation(MessageName Message, DeviationKind Kind)
{
    /// <summary>The byte meant by <see cref="DeviationKind.FlipAt"/>.</summary>
    public int Place { get; init; }

    /// <summary>All kinds that need no place.</summary>
    public static IReadOnlyList<DeviationKind> Kinds { get; } = [.. Enum.GetValues<DeviationKind>().Where(kind => kind != DeviationKind.FlipAt)];
}

/// <summary>A channel that notes every message and deviates in one of them.</summary>
/// <param name="inner">The channel.</param>
/// <param name="label">Its label, empty for the root.</param>
/// <param name="deviation">Where it deviates; null for nowhere.</param>
/// <param name="sent">Receives the names of all messages sent here and on forks.</param>
public sealed class DeviatingChannel(IChannel inner, string label, Deviation? deviation, List<MessageName> sent) : IChannel
{
    private int _next;
    private byte[]? _earlier;

    /// <inheritdoc/>
    public PartyId Peer => inner.Peer;

    /// <inheritdoc/>
    public ChannelUsage Usage => inner.Usage;

    /// <inheritdoc/>
    public async ValueTask SendAsync<T>(T message, CancellationToken cancellation = default)
        where T : IMessage<T>
    {
        var written = new ArrayBufferWriter<byte>();
        message.Encode(written);
        var payload = written.WrittenSpan.ToArray();
        var name = new MessageName(label, _next++, payload.Length);
        lock (sent) sent.Add(name);
        if (deviation is null || deviation.Message.Label != label)
        {
            await inner.SendAsync(new Bytes(payload), cancellation);
            return;
        }

        var changed = name == deviation.Message ? Change(payload) : payload;
        await inner.SendAsync(new Bytes(changed), cancellation);
        if (name == deviation.Message && deviation.Kind == DeviationKind.Twice) await inner.SendAsync(new Bytes(payload), cancellation);
        _earlier = payload;
    }

    /// <inheritdoc/>
    public ValueTask<T> ReceiveAsync<T>(StepId step, CancellationToken cancellation = default)
        where T : IMessage<T> => inner.ReceiveAsync<T>(step, cancellation);

    /// <inheritdoc/>
    public IChannel Fork(string name) => new DeviatingChannel(inner.Fork(name), name, deviation, sent);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private byte[] Change(byte[] payload)
    {
        if (payload.Length == 0) return deviation!.Kind == DeviationKind.Extend ? [0] : payload;
        var changed = (byte[])payload.Clone();
        switch (deviation!.Kind)
        {
            case DeviationKind.Truncate: return payload[..^1];
            case DeviationKind.Halve: return payload[..(payload.Length / 2)];
            case DeviationKind.Empty: return [];
            case DeviationKind.Extend: return [.. payload, 0];
            case DeviationKind.FlipFirst: changed[0] ^= 1; break;
            case DeviationKind.FlipMiddle: changed[payload.Length / 2] ^= 16; break;
            case DeviationKind.FlipLast: changed[^1] ^= 128; break;
            case DeviationKind.Zeros: Array.Clear(changed); break;
            case DeviationKind.Ones: Array.Fill(changed, (byte)255); break;
            case DeviationKind.FlipAt: changed[deviation.Place] ^= 1; break;
            case DeviationKind.Earlier when _earlier is not null: return _earlier;
            case DeviationKind.Earlier: RandomSource.Seeded(payload.Length).Fill(changed); break;
            default: break;
        }

        return changed;
    }

    private sealed record Bytes(byte[] Payload) : IMessage<Bytes>
    {
        public void Encode(IBufferWriter<byte> destination) => destination.Write(Payload);

        public static Bytes Decode(ReadOnlySpan<byte> payload) => throw new NotSupportedException();
    }
}
