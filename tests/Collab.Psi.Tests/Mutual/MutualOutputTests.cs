using System.Text;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Mutual;
using Collab.Testing;

namespace Collab.Psi.Tests.Mutual;

public class MutualOutputTests
{
    private static readonly Digest Context = Digest.Of("collab.test.psi", []);

    /// <summary>The receiver sends a count and a batch.</summary>
    public static IEnumerable<TheoryDataRow<int, FaultKind, bool>> EveryFault =>
        Faults.Every(sent: 0, received: 2).Select(fault => new TheoryDataRow<int, FaultKind, bool>(fault.Message, fault.Kind, fault.ByReceiver));

    [Theory]
    [InlineData(0, 5)]
    [InlineData(5, 5)]
    [InlineData(1, 1)]
    [InlineData(2047, 3000)]
    [InlineData(2048, 3000)]
    [InlineData(5000, 5001)]
    public async Task The_sender_hears_which_of_its_items_match_and_the_bytes_are_those_of_the_spec(int matches, int items)
    {
        var own = Items(Enumerable.Range(0, items));
        var receivers = Items(Enumerable.Range(0, items).Reverse());
        var told = Enumerable.Range(0, items).Where(i => i < matches).Select(i => items - 1 - i).ToArray();
        var run = await TwoParty.RunAsync(
            channel => MutualOutput.HearAsync(channel, Context, own),
            channel => MutualOutput.TellAsync(channel, Context, receivers, told));
        Assert.Equal(Enumerable.Range(0, matches), run.Sender);
        Assert.Equal(8 + (4 * ((matches + 2047) / 2048)) + (16 * matches), run.Usage.BytesReceived);
        Assert.Equal(0, run.Usage.MessagesSent);
    }

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver) =>
        await Assert.ThrowsAnyAsync<ProtocolException>(() => TwoParty.RunAsync(
            channel => MutualOutput.HearAsync(channel, Context, Items([1, 2, 3])),
            channel => MutualOutput.TellAsync(channel, Context, Items([3, 2]), [0, 1]),
            Faults.At(message, kind, byReceiver)));

    [Fact]
    public async Task Names_are_sent_in_an_order_that_says_nothing_of_the_receivers()
    {
        byte[][] sent = await Task.WhenAll(new[] { new[] { 1, 2, 3 }, [3, 1, 2] }.Select(async order =>
        {
            var run = await TwoParty.RunAsync(
                async channel =>
                {
                    await channel.ReceiveAsync<MatchCount>(new StepId("test"));
                    return (await channel.ReceiveAsync<MatchNames>(new StepId("test"))).Names.ToArray();
                },
                channel => MutualOutput.TellAsync(channel, Context, Items(order), [0, 1, 2]));
            return run.Sender;
        }));
        Assert.Equal(sent[0], sent[1]);
    }

    [Fact]
    public async Task A_name_that_is_no_item_or_comes_twice_or_out_of_order_is_a_fault_of_step_2()
    {
        var names = new UInt128[3];
        await TwoParty.RunAsync(
            async channel =>
            {
                await channel.ReceiveAsync<MatchCount>(new StepId("test"));
                var batch = await channel.ReceiveAsync<MatchNames>(new StepId("test"));
                for (var i = 0; i < 3; i++) names[i] = batch[i];
                return true;
            },
            channel => MutualOutput.TellAsync(channel, Context, Items([1, 2, 3]), [0, 1, 2]));
        foreach (var bad in new UInt128[][] { [names[0], names[0]], [names[1], names[0]], [names[0], names[1] + 1], [names[0]] })
        {
            var failures = await TwoParty.FailAsync(
                channel => MutualOutput.HearAsync(channel, Context, Items([1, 2, 3])),
                async channel =>
                {
                    await channel.SendAsync(new MatchCount(2));
                    await channel.SendAsync(MatchNames.Of(0, bad));
                });
            Assert.Equal("psi-mutual.2", Assert.IsType<PeerFaultException>(failures.Sender).Step!.Name);
        }
    }

    [Fact]
    public async Task More_matches_than_items_are_a_fault_of_step_1()
    {
        var failures = await TwoParty.FailAsync(
            channel => MutualOutput.HearAsync(channel, Context, Items([1, 2])),
            channel => channel.SendAsync(new MatchCount(3)).AsTask());
        Assert.Equal("psi-mutual.1", Assert.IsType<PeerFaultException>(failures.Sender).Step!.Name);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 5)]
    [InlineData(5, 5)]
    public async Task Only_the_number_is_told_where_only_it_is_to_be_known(int count, int items)
    {
        var run = await TwoParty.RunAsync(
            channel => MutualOutput.HearCountAsync(channel, items), channel => MutualOutput.TellCountAsync(channel, count).AsTask());
        Assert.Equal((count, 8L), (run.Sender, run.Usage.BytesReceived));
        var failures = await TwoParty.FailAsync(
            channel => MutualOutput.HearCountAsync(channel, items), channel => MutualOutput.TellCountAsync(channel, items + 1).AsTask());
        Assert.Equal("psi-mutual.1", Assert.IsType<PeerFaultException>(failures.Sender).Step!.Name);
    }

    private static ReadOnlyMemory<byte>[] Items(IEnumerable<int> numbers) =>
        [.. numbers.Select(i => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes($"item {i}"))];
}
