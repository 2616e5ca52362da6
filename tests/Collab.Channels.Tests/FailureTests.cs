using Collab.Primitives;
using Collab.Testing;

namespace Collab.Channels.Tests;

public class FailureTests
{
    private static readonly StepId Step = new("test.1");
    private static readonly Fault Reason = new("peer.protocol", ErrorKind.Peer, TwoParty.Sender, Step, "sender broke step test.1.", "Ask."), OwnReason = new("disclosure.too-close", ErrorKind.Refused, TwoParty.Sender, Step, "Too close.", "Ask otherwise.");
    private const int Rounds = 2000;

    [Fact]
    public async Task An_abort_reaches_the_peer_with_its_reason_while_a_send_waits_for_it()
    {
        var (a, b) = await OpenAsync();
        var stuck = a.Root.SendAsync(new Note(new byte[32 << 20])).AsTask(); // four windows
        await a.AbortAsync(Reason);
        Assert.Equal(Reason, (await Assert.ThrowsAsync<AbortedHereException>(() => stuck)).ToFault());
        var told = await Assert.ThrowsAsync<AbortedByPeerException>(() => b.CloseAsync());
        Assert.Equal(Reason, told.ToFault());
        Assert.Equal(TwoParty.Sender, told.Peer);
        await b.DisposeAsync();
    }

    /// <summary>What arrives once we have given up is no fault of the peer's, and is not told it in place of the reason.</summary>
    [Fact]
    public async Task Who_gives_up_tells_its_reason_whatever_arrives_meanwhile()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var (a, b) = await OpenAsync();
            var sending = Task.Run(async () =>
            {
                while (true) await b.Root.SendAsync(Note.Of(1));
            });
            for (var taken = 0; taken <= round % 5; taken++) await a.Root.ReceiveAsync<Note>(Step);
            var aborting = a.AbortAsync(OwnReason);
            Assert.Equal(OwnReason, (await Assert.ThrowsAnyAsync<ProtocolException>(() => sending)).ToFault());
            await aborting;
            await b.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_abort_does_not_wait_for_ever_when_the_transport_stalls()
    {
        var time = new ManualTime();
        var (first, second) = (new StallingTransport(), new StallingTransport());
        first.Other = second;
        second.Other = first;
        var opening = ChannelConnection.OpenAsync(first, TwoParty.Sender, TwoParty.Receiver, Parties.RunContext, ChannelOptions.Default with { Time = time });
        await using var b = await ChannelConnection.OpenAsync(second, TwoParty.Receiver, TwoParty.Sender, Parties.RunContext);
        var a = await opening;
        first.Stalled = true;
        var stuck = a.Root.SendAsync(Note.Of(1)).AsTask();
        var aborting = a.AbortAsync(Reason);
        while (!aborting.IsCompleted)
        {
            time.Advance(ChannelOptions.Default.AbortPatience);
            await Task.Yield();
        }

        await Assert.ThrowsAnyAsync<ProtocolException>(() => stuck);
    }

    [Fact]
    public async Task Both_sides_report_the_same_fault()
    {
        var (sender, receiver) = await TwoParty.FailAsync(
            async channel =>
            {
                await channel.SendAsync(Note.Of(0xFF));
                await channel.ReceiveAsync<Note>(Step);
            },
            async channel => await channel.ReceiveAsync<Note>(Step));
        var (reported, found) = (Assert.IsType<AbortedByPeerException>(sender), Assert.IsType<PeerFaultException>(receiver));
        Assert.Equal(found.ToFault(), reported.ToFault());
        Assert.Equal(TwoParty.Sender, reported.Party);
    }

    [Fact]
    public async Task A_disposed_connection_closes_the_peer_at_its_step_and_lets_it_read_what_came_before()
    {
        var (a, b) = await OpenAsync();
        await a.Root.SendAsync(Note.Of(1));
        await a.DisposeAsync();
        Assert.Equal([1], (await b.Root.ReceiveAsync<Note>(Step)).Bytes);
        var failure = await Assert.ThrowsAsync<ChannelException>(async () => await b.Root.ReceiveAsync<Note>(Step));
        Assert.Equal((ChannelException.Closed, Step), (failure.Code, failure.Step));
        await Assert.ThrowsAsync<ChannelException>(async () => await a.Root.ReceiveAsync<Note>(Step));
    }

    [Fact]
    public async Task A_disposed_fork_fails_the_peer_on_that_fork()
    {
        var (a, b) = await OpenAsync();
        var (left, right) = (a.Root.Fork("sum"), b.Root.Fork("sum"));
        await left.DisposeAsync();
        var failure = await Assert.ThrowsAsync<ChannelException>(async () => await right.ReceiveAsync<Note>(Step));
        Assert.Equal(ChannelException.Closed, failure.Code);
        await Assert.ThrowsAsync<ChannelException>(async () => await right.SendAsync(Note.Of(1)));
        await a.Root.SendAsync(Note.Of(2));
        Assert.Equal([2], (await b.Root.ReceiveAsync<Note>(Step)).Bytes); // the others go on
        await Task.WhenAll(a.CloseAsync(), b.CloseAsync());
    }

    [Fact]
    public async Task A_silent_peer_fails_at_the_limit_and_a_computing_one_does_not()
    {
        var time = new ManualTime();
        var options = ChannelOptions.Default with { Time = time };
        var (connection, peer) = await RawPeer.MeetAsync(options);
        var waiting = connection.Root.ReceiveAsync<Note>(Step).AsTask();
        for (var i = 0; i < 10; i++) // 250 s of computing
        {
            await peer.SayAsync(FrameKind.Open, Frames.EncodeOpen((uint)i + 1, $"heard-{i}"));
            while (!connection.Knows($"heard-{i}")) await Task.Yield();
            time.Advance(TimeSpan.FromSeconds(25));
            Assert.False(waiting.IsCompleted);
        }

        time.Advance(TimeSpan.FromSeconds(10));
        var failure = await Assert.ThrowsAsync<ChannelException>(() => waiting);
        Assert.Equal((ChannelException.Silent, Step), (failure.Code, failure.Step));
        Assert.Equal(ChannelException.Silent.Name, (await peer.HearAbortAsync()).Code);
    }

    [Fact]
    public async Task An_idle_party_says_that_it_lives()
    {
        var time = new ManualTime();
        var (connection, peer) = await RawPeer.MeetAsync(ChannelOptions.Default with { Time = time });
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(FrameKind.KeepAlive, (FrameKind)(await peer.HearAsync())![0]);
        await connection.DisposeAsync();
    }

    [Fact]
    public async Task A_cancelled_receive_that_took_nothing_harms_nothing()
    {
        var (a, b) = await OpenAsync();
        using var cancellation = new CancellationTokenSource();
        var waiting = b.Root.ReceiveAsync<Note>(Step, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await a.Root.SendAsync(Note.Of(5));
        Assert.Equal([5], (await b.Root.ReceiveAsync<Note>(Step)).Bytes);
        await Task.WhenAll(a.CloseAsync(), b.CloseAsync());
    }

    [Fact]
    public async Task A_send_cancelled_in_the_middle_of_a_message_ends_the_connection()
    {
        var (a, b) = await OpenAsync();
        using var cancellation = new CancellationTokenSource();
        var sending = a.Root.SendAsync(new Note(new byte[32 << 20]), cancellation.Token).AsTask();
        var waiting = b.Root.Fork("other").ReceiveAsync<Note>(Step).AsTask();
        while (!b.Root.Usage.Equals(default) || !b.HasUnread) await Task.Yield();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        await Assert.ThrowsAsync<ChannelException>(() => waiting);
    }

    [Fact]
    public async Task One_party_of_five_that_fails_fails_them_all_with_its_reason()
    {
        var parties = Parties.Named(5);
        var failure = await Assert.ThrowsAsync<InsecureParametersException>(() => Parties.RunAsync(parties, async (self, channels) =>
        {
            if (self == parties[2]) throw new InsecureParametersException("Too small.");
            foreach (var channel in channels.Values) await channel.ReceiveAsync<Note>(Step);
            return 0;
        }));
        Assert.Equal("Too small.", failure.Message);
    }

    internal static async Task<(ChannelConnection A, ChannelConnection B)> OpenAsync(ChannelOptions? options = null)
    {
        var (a, b) = MemoryTransport.CreatePair();
        var opening = ChannelConnection.OpenAsync(a, TwoParty.Sender, TwoParty.Receiver, Parties.RunContext, options);
        var other = await ChannelConnection.OpenAsync(b, TwoParty.Receiver, TwoParty.Sender, Parties.RunContext, options);
        return (await opening, other);
    }

    /// <summary>A transport whose sends stop going anywhere.</summary>
    private sealed class StallingTransport : IFrameTransport
    {
        private readonly System.Threading.Channels.Channel<byte[]> _frames = System.Threading.Channels.Channel.CreateUnbounded<byte[]>();

        public StallingTransport Other { get; set; } = null!;

        public bool Stalled { get; set; }

        public async ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation = default)
        {
            if (Stalled) await Task.Delay(Timeout.Infinite, cancellation);
            Other._frames.Writer.TryWrite(frame.ToArray());
        }

        public async ValueTask<OwnedFrame?> ReceiveAsync(CancellationToken cancellation = default) =>
            await _frames.Reader.WaitToReadAsync(cancellation) && _frames.Reader.TryRead(out var frame) ? OwnedFrame.Of(frame) : null;

        public ValueTask DisposeAsync()
        {
            _frames.Writer.TryComplete();
            Other._frames.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }
    }
}
