namespace Collab.Channels;

/// <summary>Limits of one connection. Each party announces its own window and message size in its hello.</summary>
public sealed record ChannelOptions
{
    /// <summary>The product's limits.</summary>
    public static ChannelOptions Default { get; } = new();

    /// <summary>What a peer may send into one sub-channel unread, in bytes; 2 MiB to 1 GiB.</summary>
    public int Window { get; init; } = 8 << 20;

    /// <summary>The largest message accepted, in bytes; larger things are sent as streams (<see cref="ChannelStreams"/>).</summary>
    public int MaxMessageSize { get; init; } = 64 << 20;

    /// <summary>Sub-channels of one connection over its whole life, beside the root.</summary>
    public int MaxForks { get; init; } = 4096;

    /// <summary>Unread bytes of all sub-channels together; beyond it the connection fails rather than the process.</summary>
    public long MaxUnread { get; init; } = 512L << 20;

    /// <summary>How long nothing at all may come from the peer; at least three times <see cref="KeepAlive"/> of either party.</summary>
    public TimeSpan SilenceLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often an idle connection says that it lives; a computing party is not a silent one.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an abort may wait for a stalled transport before it is closed without telling.</summary>
    public TimeSpan AbortPatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Window, Frames.MinWindow);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Window, Frames.MaxWindow);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxMessageSize);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxForks);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxUnread, Window);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(KeepAlive, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(SilenceLimit, 3 * KeepAlive); // two beats may fall together
    }
}
