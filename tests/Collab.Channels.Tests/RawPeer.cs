using Collab.Primitives;
using Collab.Testing;

namespace Collab.Channels.Tests;

/// <summary>A peer that writes its frames by hand, to say what an honest one never says.</summary>
internal sealed class RawPeer(IFrameTransport transport) : IAsyncDisposable
{
    private ulong _number;

    public static Hello Hello { get; } = new(
        1, 0, Parties.RunContext, TwoParty.Receiver, TwoParty.Sender, (uint)ChannelOptions.Default.Window, (uint)ChannelOptions.Default.MaxMessageSize);

    /// <summary>An honest party that has met a raw peer.</summary>
    public static async Task<(ChannelConnection Connection, RawPeer Peer)> MeetAsync(ChannelOptions? options = null)
    {
        var (a, b) = MemoryTransport.CreatePair(1024);
        var peer = new RawPeer(b);
        await peer.SayAsync(FrameKind.Hello, Frames.Encode(Hello));
        var connection = await ChannelConnection.OpenAsync(a, TwoParty.Sender, TwoParty.Receiver, Parties.RunContext, options);
        Assert.Equal(FrameKind.Hello, (FrameKind)(await peer.HearAsync())![0]);
        return (connection, peer);
    }

    public async Task SayAsync(FrameKind kind, byte[] frame)
    {
        Frames.WriteHeader(frame, kind, _number++);
        await transport.SendAsync(frame);
    }

    public Task SayDataAsync(uint channel, ulong sequence, bool last, params byte[] payload)
    {
        var frame = new byte[Frames.DataHeaderSize + payload.Length];
        payload.CopyTo(frame, Frames.DataHeaderSize);
        Frames.WriteData(frame, _number, channel, sequence, last);
        return SayAsync(FrameKind.Data, frame);
    }

    /// <summary>Leaves a number out.</summary>
    public void Skip() => _number++;

    public async Task<byte[]?> HearAsync()
    {
        if (await transport.ReceiveAsync() is not { } frame) return null;
        var bytes = frame.Memory.ToArray();
        frame.Release();
        return bytes;
    }

    /// <summary>Reads until the honest party gives up, and returns what it reported.</summary>
    public async Task<Fault> HearAbortAsync()
    {
        while (await HearAsync() is { } frame)
        {
            if ((FrameKind)frame[0] == FrameKind.Abort) return Frames.DecodeAbort(frame);
        }

        throw new InvalidOperationException("Closed without an abort.");
    }

    public ValueTask DisposeAsync() => transport.DisposeAsync();
}
