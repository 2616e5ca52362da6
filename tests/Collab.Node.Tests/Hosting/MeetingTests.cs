using Queue = System.Threading.Channels.Channel;
using Collab.Channels;
using Collab.Node.Hosting;
using Collab.Primitives;
using Collab.Testing;
using Collab.Wire.Party;

namespace Collab.Node.Tests.Hosting;

/// <summary>Lines that break before, between and after the hellos.</summary>
public sealed class MeetingTests
{
    private static readonly Digest Context = Digest.Of("collab.test.meeting", []);

    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_line_that_closes_before_the_hello_is_dialled_again()
    {
        var lines = new Lines();
        var bank = MeetAsync(Plans.Bank, Plans.Bureau, lines);
        for (var i = 0; i < 3; i++) await lines.Offer().DisposeAsync(); // accepted by a node that was stopped before it had begun
        var bureau = OpenAsync(Plans.Bureau, Plans.Bank, lines.Offer());

        await using var here = await EventuallyAsync(bank);
        await using var there = await bureau;
        await Task.WhenAll(here.CloseAsync(), there.CloseAsync());
    }

    [Fact]
    public async Task A_party_that_is_away_is_dialled_until_it_listens()
    {
        var tried = 0;
        var (near, far) = MemoryTransport.CreatePair();
        var bank = new Meeting(Plans.Bank, Plans.Bureau, Context, Options).OpenAsync(
            _ => ++tried < 4
                ? throw new CollabException(PartyClient.Unreachable, "bureau does not answer.", Plans.Bureau)
                : Task.FromResult<IFrameTransport>(near),
            CancellationToken.None);
        var bureau = OpenAsync(Plans.Bureau, Plans.Bank, far);
        await using var here = await EventuallyAsync(bank);
        await using var there = await bureau;
        Assert.Equal(4, tried);
    }

    [Fact]
    public async Task Lines_that_go_on_closing_are_reported_as_closed_at_the_limit()
    {
        var bank = new Meeting(Plans.Bank, Plans.Bureau, Context, Options).OpenAsync(
            async _ =>
            {
                var (near, far) = MemoryTransport.CreatePair();
                await far.DisposeAsync();
                return near;
            },
            CancellationToken.None);
        var failure = await Assert.ThrowsAsync<ChannelException>(() => EventuallyAsync(bank));
        Assert.Equal((ChannelException.Closed, Plans.Bureau, "run.4-connect"), (failure.Code, failure.Party, failure.Step?.Name));
    }

    [Fact]
    public async Task No_line_at_all_is_silence_at_the_limit()
    {
        var bank = MeetAsync(Plans.Bank, Plans.Bureau, new Lines());
        var failure = await Assert.ThrowsAsync<ChannelException>(() => EventuallyAsync(bank));
        Assert.Equal((ChannelException.Silent, Plans.Bureau, "run.4-connect"), (failure.Code, failure.Party, failure.Step?.Name));
    }

    [Theory]
    [InlineData("another run")]
    [InlineData("another party")]
    public async Task A_refusal_ends_the_meeting_at_once_on_both_sides(string what)
    {
        var lines = new Lines();
        var bank = MeetAsync(Plans.Bank, Plans.Bureau, lines);
        var self = what == "another party" ? Plans.Stranger : Plans.Bureau;
        var context = what == "another run" ? Digest.Of("collab.test.another", []) : Context;
        var bureau = ChannelConnection.OpenAsync(lines.Offer(), self, Plans.Bank, context, Options);
        foreach (var opening in new[] { bank, bureau }) // the clock stands: neither waits for anything
        {
            var failure = await Assert.ThrowsAnyAsync<ProtocolException>(async () => await (await opening).CloseAsync());
            Assert.Contains(failure.Code.Name, new[] { "channel.other-run", "channel.other-party" });
        }

        Assert.Equal(1, lines.Taken);
    }

    [Fact]
    public async Task Whoever_stops_the_run_stops_the_meeting()
    {
        using var stop = new CancellationTokenSource();
        var bank = new Meeting(Plans.Bank, Plans.Bureau, Context, Options).OpenAsync(new Lines().NextAsync, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bank);
    }

    [Fact]
    public async Task A_side_that_had_both_hellos_fails_when_its_line_breaks_while_the_other_waits_for_another_line()
    {
        var lines = new Lines();
        var bank = MeetAsync(Plans.Bank, Plans.Bureau, lines);
        var deaf = new DeafTransport(lines.Offer());
        await using var there = await OpenAsync(Plans.Bureau, Plans.Bank, deaf); // it has our hello; its own is lost with the line
        await deaf.BreakAsync();

        Assert.Equal(ChannelException.Closed.Name, (await there.Failed).ToFault().Code);
        var failure = await Assert.ThrowsAsync<ChannelException>(() => EventuallyAsync(bank));
        Assert.Equal((ChannelException.Closed, "run.4-connect"), (failure.Code, failure.Step?.Name));
    }

    private ChannelOptions Options => ChannelOptions.Default with { Time = _time };

    private Task<ChannelConnection> MeetAsync(PartyId self, PartyId peer, Lines lines) =>
        new Meeting(self, peer, Context, Options).OpenAsync(lines.NextAsync, CancellationToken.None);

    private Task<ChannelConnection> OpenAsync(PartyId self, PartyId peer, IFrameTransport line) =>
        ChannelConnection.OpenAsync(line, self, peer, Context, Options);

    /// <summary>Lets time pass until it is decided.</summary>
    private async Task<T> EventuallyAsync<T>(Task<T> task)
    {
        while (!task.IsCompleted)
        {
            await Task.Delay(5); // real time, for the other threads; the clock of the meeting is ours
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        return await task;
    }

    /// <summary>Lines in the order in which they are offered.</summary>
    private sealed class Lines
    {
        private readonly System.Threading.Channels.Channel<IFrameTransport> _offered = Queue.CreateUnbounded<IFrameTransport>();

        public int Taken { get; private set; }

        /// <summary>A new line; the far end is returned.</summary>
        public MemoryTransport Offer()
        {
            var (near, far) = MemoryTransport.CreatePair();
            _offered.Writer.TryWrite(near);
            return far;
        }

        public async Task<IFrameTransport> NextAsync(CancellationToken cancellation)
        {
            var line = await _offered.Reader.ReadAsync(cancellation);
            Taken++;
            return line;
        }
    }

    /// <summary>A line that carries nothing from here to the other side.</summary>
    private sealed class DeafTransport(MemoryTransport line) : IFrameTransport
    {
        public ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation = default) => ValueTask.CompletedTask;

        public ValueTask<OwnedFrame?> ReceiveAsync(CancellationToken cancellation = default) => line.ReceiveAsync(cancellation);

        public ValueTask BreakAsync() => line.DisposeAsync();

        public ValueTask DisposeAsync() => line.DisposeAsync();
    }
}
