using Collab.Primitives;
using Collab.Testing;

namespace Collab.Channels.Tests;

public class OpeningTests
{
    private static readonly PartyId A = TwoParty.Sender;
    private static readonly PartyId B = TwoParty.Receiver;
    private static readonly PartyId C = PartyId.Parse("stranger");

    [Fact]
    public async Task Two_runs_do_not_meet_and_both_sides_say_so()
    {
        var (a, b) = MemoryTransport.CreatePair();
        var first = ChannelConnection.OpenAsync(a, A, B, Digest.Sha256([1]));
        var second = ChannelConnection.OpenAsync(b, B, A, Digest.Sha256([2]));
        Assert.Equal(ChannelErrors.OtherRun, (await Assert.ThrowsAsync<ChannelException>(() => first)).Code);
        Assert.Equal(ChannelErrors.OtherRun, (await Assert.ThrowsAsync<ChannelException>(() => second)).Code);
    }

    [Fact]
    public async Task A_party_that_is_not_the_expected_one_is_refused_and_both_sides_say_so()
    {
        var (a, b) = MemoryTransport.CreatePair();
        var first = ChannelConnection.OpenAsync(a, A, C, Parties.RunContext);
        var second = ChannelConnection.OpenAsync(b, B, A, Parties.RunContext);
        Assert.Equal(ChannelErrors.OtherParty, (await Assert.ThrowsAsync<ChannelException>(() => first)).Code);
        Assert.Equal(ChannelErrors.OtherParty, (await Assert.ThrowsAsync<ChannelException>(() => second)).Code);
    }

    [Fact]
    public async Task Another_major_version_is_refused_whatever_its_hello_says_further()
    {
        var (a, b) = MemoryTransport.CreatePair();
        var peer = new RawPeer(b);
        await peer.SayAsync(FrameKind.Hello, new CanonicalWriter().Byte(0).UInt64(0).Bytes("collab.channel"u8).UInt32(2).UInt32(0).Text("?").ToArray());
        var failure = await Assert.ThrowsAsync<ChannelException>(() => ChannelConnection.OpenAsync(a, A, B, Parties.RunContext));
        Assert.Equal(ChannelErrors.OtherVersion, failure.Code);
        Assert.Equal(failure.ToFault(), await peer.HearAbortAsync());
    }

    [Fact]
    public async Task A_newer_minor_version_may_add_fields()
    {
        var (a, b) = MemoryTransport.CreatePair();
        var peer = new RawPeer(b);
        await peer.SayAsync(FrameKind.Hello, [.. Frames.Encode(RawPeer.Hello with { Minor = 1 }), 1, 2, 3]);
        await using var connection = await ChannelConnection.OpenAsync(a, A, B, Parties.RunContext);
        Assert.Equal(B, connection.Root.Peer);
    }

    [Theory]
    [InlineData(FrameKind.KeepAlive)]
    [InlineData(FrameKind.Hello)] // with nothing in it
    [InlineData((FrameKind)0)]
    public async Task What_is_no_hello_is_refused(FrameKind kind)
    {
        var (a, b) = MemoryTransport.CreatePair();
        var peer = new RawPeer(b);
        await peer.SayAsync(kind, new byte[9]);
        await Assert.ThrowsAsync<PeerFaultException>(() => ChannelConnection.OpenAsync(a, A, B, Parties.RunContext));
    }

    [Fact]
    public async Task A_peer_that_does_not_answer_is_silent()
    {
        var time = new ManualTime();
        var (a, _) = MemoryTransport.CreatePair();
        var opening = ChannelConnection.OpenAsync(a, A, B, Parties.RunContext, ChannelOptions.Default with { Time = time });
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(ChannelException.Silent, (await Assert.ThrowsAsync<ChannelException>(() => opening)).Code);
    }

    [Fact]
    public async Task A_peer_that_is_gone_is_closed()
    {
        var (a, b) = MemoryTransport.CreatePair();
        await b.DisposeAsync();
        var failure = await Assert.ThrowsAsync<ChannelException>(() => ChannelConnection.OpenAsync(a, A, B, Parties.RunContext));
        Assert.Equal(ChannelException.Closed, failure.Code);
    }
}
