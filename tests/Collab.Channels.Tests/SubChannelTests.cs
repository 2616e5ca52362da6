using Collab.Primitives;
using Collab.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Collab.Channels.Tests;

public class SubChannelTests
{
    private static readonly StepId Step = new("test.1");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData((1 << 20) - 1)]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) + 1)]
    [InlineData((32 << 20) + 5)]
    public async Task A_message_of_any_size_comes_whole(int size)
    {
        var bytes = RandomBytes(size);
        var run = await TwoParty.RunAsync(
            sender => sender.SendAsync(new Note(bytes)).AsTask(),
            async receiver => (await receiver.ReceiveAsync<Note>(Step)).Bytes);
        Assert.True(bytes.AsSpan().SequenceEqual(run.Receiver));
        Assert.Equal(new ChannelUsage(1, size, 0, 0), run.Usage);
    }

    [Fact]
    public void Any_sequence_of_messages_comes_in_order() => Prop.ForAll<byte[][]>(messages =>
    {
        var sent = messages.Select(m => m is [0xFF, ..] ? [] : m).ToArray();
        var run = TwoParty.RunAsync(
            async sender =>
            {
                foreach (var message in sent) await sender.SendAsync(new Note(message));
            },
            async receiver =>
            {
                var received = new List<byte[]>();
                while (received.Count < sent.Length) received.Add((await receiver.ReceiveAsync<Note>(Step)).Bytes);
                return received;
            }).GetAwaiter().GetResult();
        return sent.Zip(run.Receiver).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task An_unread_sub_channel_blocks_its_writer_alone()
    {
        var (a, b) = await FailureTests.OpenAsync();
        var unread = a.Root.Fork("unread");
        var stuck = unread.SendAsync(new Note(new byte[20 << 20])).AsTask();
        for (var i = 0; i < 100; i++)
        {
            await a.Root.SendAsync(new Note(new byte[1 << 20]));
            Assert.Equal(1 << 20, (await b.Root.ReceiveAsync<Note>(Step)).Bytes.Length);
        }

        Assert.False(stuck.IsCompleted);
        Assert.InRange(b.Unread, 0, ChannelOptions.Default.Window);
        Assert.Equal(20 << 20, (await b.Root.Fork("unread").ReceiveAsync<Note>(Step)).Bytes.Length);
        await stuck;
        await Task.WhenAll(a.CloseAsync(), b.CloseAsync());
    }

    [Fact]
    public async Task Many_forks_run_at_once_and_do_not_mix()
    {
        const int forks = 50;
        var run = await TwoParty.RunAsync(
            sender => Task.WhenAll(Enumerable.Range(0, forks).Select(async i =>
            {
                var fork = sender.Fork($"part-{i}").Fork("inner");
                for (var round = 0; round < 20; round++) await fork.SendAsync(Note.Of((byte)i, (byte)round));
            })),
            async receiver => await Task.WhenAll(Enumerable.Range(0, forks).Reverse().Select(async i =>
            {
                var fork = receiver.Fork($"part-{i}/inner"); // the same label, however it is reached
                for (var round = 0; round < 20; round++)
                    Assert.Equal([(byte)i, (byte)round], (await fork.ReceiveAsync<Note>(Step)).Bytes);
                return i;
            })));
        Assert.Equal(forks, run.SenderTranscript.Sent.Channels.Count);
        Assert.Equal(new ChannelUsage(forks * 20, forks * 40, 0, 0), run.Usage);
    }

    [Fact]
    public async Task Both_may_speak_first_with_more_than_a_window()
    {
        async Task<int> Exchange(IChannel channel) =>
            (await channel.ExchangeAsync<Note, Note>(new Note(new byte[20 << 20]), Step)).Bytes.Length;
        var run = await TwoParty.RunAsync(Exchange, Exchange);
        Assert.Equal((20 << 20, 20 << 20), (run.Sender, run.Receiver));
    }

    [Fact]
    public async Task A_label_is_used_once_and_well_formed()
    {
        var (a, b) = await FailureTests.OpenAsync(ChannelOptions.Default with { MaxForks = 2 });
        a.Root.Fork("x");
        Assert.Throws<ArgumentException>(() => a.Root.Fork("x"));
        Assert.Throws<ArgumentException>(() => a.Root.Fork(""));
        Assert.Throws<ArgumentException>(() => a.Root.Fork("X"));
        Assert.Throws<ArgumentException>(() => a.Root.Fork("x\n"));
        Assert.Throws<ArgumentException>(() => a.Root.Fork(new string('x', 65)));
        a.Root.Fork("y");
        Assert.Throws<ArgumentException>(() => a.Root.Fork("z"));
        await a.DisposeAsync();
        await b.DisposeAsync();
    }

    [Fact]
    public async Task A_second_writer_or_reader_at_the_same_time_is_a_mistake()
    {
        var (a, b) = await FailureTests.OpenAsync();
        var writing = a.Root.SendAsync(new Note(new byte[20 << 20])).AsTask();
        await Assert.ThrowsAsync<ArgumentException>(async () => await a.Root.SendAsync(Note.Of(1)));
        var reading = a.Root.ReceiveAsync<Note>(Step).AsTask();
        await Assert.ThrowsAsync<ArgumentException>(async () => await a.Root.ReceiveAsync<Note>(Step));
        await b.DisposeAsync();
        await Assert.ThrowsAnyAsync<ProtocolException>(() => writing);
        await Assert.ThrowsAnyAsync<ProtocolException>(() => reading);
    }

    [Fact]
    public async Task A_message_larger_than_the_peer_takes_is_refused_here()
    {
        var (a, b) = await FailureTests.OpenAsync(ChannelOptions.Default with { MaxMessageSize = 100 });
        await Assert.ThrowsAsync<ArgumentException>(async () => await a.Root.SendAsync(new Note(new byte[101])));
        await a.Root.SendAsync(new Note(new byte[100]));
        Assert.Equal(100, (await b.Root.ReceiveAsync<Note>(Step)).Bytes.Length);
        await Task.WhenAll(a.CloseAsync(), b.CloseAsync());
    }

    internal static byte[] RandomBytes(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        if (size > 0) bytes[0] = 0;
        return bytes;
    }
}
