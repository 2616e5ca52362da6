using Collab.Channels;

namespace Collab.Testing;

/// <summary>What happens to one data frame.</summary>
public enum FaultKind
{
    /// <summary>It is lost.</summary>
    Drop,

    /// <summary>Its last byte is lost; of an empty payload, the last byte of its header.</summary>
    Truncate,

    /// <summary>One bit in the middle of its payload changes; of an empty payload, in its header.</summary>
    Flip,

    /// <summary>It comes twice.</summary>
    Duplicate,

    /// <summary>It comes after the frame that follows it.</summary>
    Reorder,

    /// <summary>The connection closes instead.</summary>
    Close,
}

/// <summary>A fault on the n-th data frame (from 0) that one party sends, counted over all its sub-channels.</summary>
/// <param name="Message">Which data frame.</param>
/// <param name="Kind">What happens to it.</param>
/// <param name="ByReceiver">Whether the frames of the second party are meant, and not those of the first.</param>
public sealed record ChannelFault(int Message, FaultKind Kind, bool ByReceiver)
{
    internal IFrameTransport Around(IFrameTransport transport, bool receiver) =>
        receiver == ByReceiver ? new FaultingTransport(transport, this) : transport;
}

/// <summary>Broken ways, to prove that a broken message never yields a silent result.</summary>
public static class Faults
{
    /// <summary>One fault on the n-th data frame (from 0) of the first party or, if said so, of the second.</summary>
    public static ChannelFault At(int message, FaultKind kind, bool byReceiver = false) => new(message, kind, byReceiver);

    /// <summary>Every fault on every data frame, given how many each party sends: rows of a theory (message, kind, byReceiver).</summary>
    public static IEnumerable<(int Message, FaultKind Kind, bool ByReceiver)> Every(int sent, int received)
    {
        foreach (var byReceiver in new[] { false, true })
        {
            for (var message = 0; message < (byReceiver ? received : sent); message++)
            {
                foreach (var kind in Enum.GetValues<FaultKind>()) yield return (message, kind, byReceiver);
            }
        }
    }
}

/// <summary>A transport that does as the other, but for one data frame.</summary>
public sealed class FaultingTransport(IFrameTransport inner, ChannelFault fault) : IFrameTransport
{
    private const int PayloadStart = 22; // protocols/specs/channels.md, "Messages"
    private int _seen;
    private byte[]? _held;

    /// <inheritdoc/>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation = default)
    {
        if ((FrameKind)frame.Span[0] == FrameKind.Data && _seen++ == fault.Message)
        {
            await SpoilAsync(frame.ToArray(), cancellation);
            return;
        }

        await inner.SendAsync(frame, cancellation);
        if (_held is { } late)
        {
            _held = null;
            await inner.SendAsync(late, cancellation);
        }
    }

    /// <inheritdoc/>
    public ValueTask<OwnedFrame?> ReceiveAsync(CancellationToken cancellation = default) => inner.ReceiveAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async ValueTask SpoilAsync(byte[] frame, CancellationToken cancellation)
    {
        switch (fault.Kind)
        {
            case FaultKind.Drop:
                break;
            case FaultKind.Truncate:
                await inner.SendAsync(frame.AsMemory(0, frame.Length - 1), cancellation);
                break;
            case FaultKind.Flip:
                frame[frame.Length > PayloadStart ? (PayloadStart + frame.Length) / 2 : PayloadStart - 2] ^= 1;
                await inner.SendAsync(frame, cancellation);
                break;
            case FaultKind.Duplicate:
                await inner.SendAsync(frame, cancellation);
                await inner.SendAsync(frame, cancellation);
                break;
            case FaultKind.Reorder:
                _held = frame;
                break;
            case FaultKind.Close:
                await inner.DisposeAsync();
                throw new IOException("Closed by the test.");
            default:
                throw new ArgumentOutOfRangeException(nameof(frame), fault.Kind, "Unknown fault.");
        }
    }
}
