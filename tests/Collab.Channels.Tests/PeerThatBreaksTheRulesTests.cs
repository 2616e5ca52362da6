using Collab.Primitives;
using Collab.Testing;

namespace Collab.Channels.Tests;

/// <summary>Every check on a frame, broken once by a peer that writes frames by hand.</summary>
public class PeerThatBreaksTheRulesTests
{
    private static readonly StepId Step = new("test.1");

    private static readonly Dictionary<string, Func<RawPeer, Task>> Lies = new()
    {
        ["a frame left out"] = peer =>
        {
            peer.Skip();
            return peer.SayAsync(FrameKind.KeepAlive, new byte[9]);
        },
        ["an unknown kind"] = peer => peer.SayAsync((FrameKind)99, new byte[9]),
        ["credit without a body"] = peer => peer.SayAsync(FrameKind.Credit, new byte[9]),
        ["a second hello"] = peer => peer.SayAsync(FrameKind.Hello, Frames.Encode(RawPeer.Hello)),
        ["data of an unknown sub-channel"] = peer => peer.SayDataAsync(7, 0, true, 1),
        ["a sequence number that is not the next"] = peer => peer.SayDataAsync(0, 1, true, 1),
        ["a last flag that is neither 0 nor 1"] = async peer =>
        {
            var frame = new byte[23];
            frame[21] = 2;
            await peer.SayAsync(FrameKind.Data, frame);
        },
        ["a short chunk that is not the last"] = peer => peer.SayDataAsync(0, 0, false, 1),
        ["more than the window"] = async peer =>
        {
            for (var i = 0UL; i < 8; i++) await peer.SayDataAsync(0, i, false, new byte[Frames.ChunkSize]);
        },
        ["a label twice"] = async peer =>
        {
            await peer.SayAsync(FrameKind.Open, Frames.EncodeOpen(1, "sum"));
            await peer.SayAsync(FrameKind.Open, Frames.EncodeOpen(2, "sum"));
        },
        ["the root's label"] = peer => peer.SayAsync(FrameKind.Open, Frames.EncodeOpen(1, "")),
        ["a label of other characters"] = peer => peer.SayAsync(FrameKind.Open, Frames.EncodeOpen(1, "A")),
        ["a number of a sub-channel left out"] = peer => peer.SayAsync(FrameKind.Open, Frames.EncodeOpen(2, "sum")),
        ["too many forks"] = async peer =>
        {
            for (var i = 1U; i <= 4; i++) await peer.SayAsync(FrameKind.Open, Frames.EncodeOpen(i, $"fork-{i}"));
        },
        ["credit that was never spent"] = peer => peer.SayAsync(FrameKind.Credit, Frames.EncodeCredit(0, 1)),
        ["credit of an unknown sub-channel"] = peer => peer.SayAsync(FrameKind.Credit, Frames.EncodeCredit(9, 1)),
        ["the end of an unknown sub-channel"] = peer => peer.SayAsync(FrameKind.End, Frames.EncodeEnd(3)),
        ["data after the end"] = async peer =>
        {
            await peer.SayAsync(FrameKind.Open, Frames.EncodeOpen(1, "sum"));
            await peer.SayAsync(FrameKind.End, Frames.EncodeEnd(1));
            await peer.SayDataAsync(1, 0, true, 1);
        },
        ["a keep-alive with content"] = peer => peer.SayAsync(FrameKind.KeepAlive, new byte[10]),
        ["a close of another transcript"] = peer => peer.SayAsync(FrameKind.Close, Frames.EncodeRoot(Digest.Sha256([]))),
        ["an acceptance before the close"] = peer => peer.SayAsync(FrameKind.Accepted, Frames.EncodeRoot(Digest.Sha256([]))),
        ["an abort with a line break"] = peer => peer.SayAsync(FrameKind.Abort, RawAbort("two\nlines")),
        ["an abort that is cut"] = peer => peer.SayAsync(FrameKind.Abort, RawAbort("x")[..^1]),
        ["frames after the close"] = async peer =>
        {
            var nothing = new DirectionTranscript(Parties.RunContext, TwoParty.Receiver, TwoParty.Sender, []);
            await peer.SayAsync(FrameKind.Close, Frames.EncodeRoot(nothing.Root));
            await peer.SayAsync(FrameKind.Close, Frames.EncodeRoot(nothing.Root));
        },
    };

    public static TheoryData<string> EveryLie() => [.. Lies.Keys];

    [Theory, MemberData(nameof(EveryLie))]
    public async Task It_is_refused_and_told_so(string lie)
    {
        var (connection, peer) = await RawPeer.MeetAsync(ChannelOptions.Default with { MaxForks = 3 });
        var fork = connection.Root.Fork("waiting"); // whoever waits anywhere is woken
        var waiting = fork.ReceiveAsync<Note>(Step).AsTask();
        await Lies[lie](peer);
        var reported = await peer.HearAbortAsync();
        Assert.Equal((PeerFaultException.BrokeTheProtocol.Name, TwoParty.Receiver), (reported.Code, reported.Party));
        var failure = await Assert.ThrowsAnyAsync<ProtocolException>(() => waiting);
        if (lie != "frames after the close") Assert.Equal(reported, failure.ToFault());
        await Assert.ThrowsAnyAsync<ProtocolException>(async () => await connection.Root.SendAsync(Note.Of(1)));
        await connection.DisposeAsync();
    }

    [Fact]
    public async Task A_message_that_does_not_decode_is_refused_at_the_step_that_was_received()
    {
        var (connection, peer) = await RawPeer.MeetAsync();
        await peer.SayDataAsync(0, 0, true, 0xFF);
        var fault = await Assert.ThrowsAsync<PeerFaultException>(async () => await connection.Root.ReceiveAsync<Note>(Step));
        Assert.Equal(Step, fault.Step);
        Assert.Equal(fault.ToFault(), await peer.HearAbortAsync());
    }

    [Fact]
    public async Task A_message_beyond_the_limit_is_refused_before_it_is_held()
    {
        var (connection, peer) = await RawPeer.MeetAsync(ChannelOptions.Default with { MaxMessageSize = Frames.ChunkSize + 1 });
        await peer.SayDataAsync(0, 0, false, new byte[Frames.ChunkSize]);
        await peer.SayDataAsync(0, 1, true, 1, 2);
        var fault = await Assert.ThrowsAsync<PeerFaultException>(async () => await connection.Root.ReceiveAsync<Note>(Step));
        Assert.Contains("at most 1048577 bytes", fault.Message);
    }

    [Fact]
    public async Task Too_much_unread_in_all_fails_the_connection_and_not_the_process()
    {
        var (connection, peer) = await RawPeer.MeetAsync(ChannelOptions.Default with { MaxUnread = 9 << 20 });
        for (var channel = 1U; channel <= 2; channel++)
        {
            await peer.SayAsync(FrameKind.Open, Frames.EncodeOpen(channel, $"fork-{channel}"));
            for (var i = 0UL; i < (channel == 1 ? 7UL : 2UL); i++) await peer.SayDataAsync(channel, i, true, new byte[Frames.ChunkSize]);
        }

        Assert.Equal(ChannelErrors.TooMuchUnread.Name, (await peer.HearAbortAsync()).Code);
        await connection.DisposeAsync();
    }

    [Fact]
    public async Task An_unread_message_at_the_end_is_refused()
    {
        // Who finds it is a matter of threads: the receiver an unread message, or the sender that the receiver had closed before.
        // Either way both say the same.
        var (there, here) = await TwoParty.FailAsync(
            sender => sender.Fork("unknown-to-the-other").SendAsync(Note.Of(1)).AsTask(), _ => Task.CompletedTask);
        var (first, second) = (Assert.IsAssignableFrom<ProtocolException>(there), Assert.IsAssignableFrom<ProtocolException>(here));
        Assert.Equal(new StepId("channel.close"), first.Step);
        Assert.Equal(first.ToFault(), second.ToFault());
        Assert.IsType<AbortedByPeerException>(first is PeerFaultException ? second : first);
    }

    [Fact]
    public async Task A_close_before_the_last_message_is_refused()
    {
        var (a, b) = await FailureTests.OpenAsync();
        var closing = b.CloseAsync();
        await a.Root.Fork("known").ReceiveAsync<Note>(Step).AsTask().ContinueWith(_ => { }, TaskScheduler.Default); // the close has come
        var found = await Assert.ThrowsAsync<PeerFaultException>(async () => await a.Root.SendAsync(Note.Of(1)));
        Assert.Equal((TwoParty.Receiver, new StepId("channel.close")), (found.Party, found.Step));
        Assert.Equal(found.ToFault(), (await Assert.ThrowsAsync<AbortedByPeerException>(() => closing)).ToFault());
    }

    private static byte[] RawAbort(string message) => new CanonicalWriter().Byte(0).UInt64(0)
        .Text("peer.protocol").Byte((byte)ErrorKind.Peer).Boolean(false).Boolean(false).Text(message).Text("Do it again.").ToArray();
}
