using Collab.Primitives;
using Collab.Testing;

namespace Collab.Channels.Tests;

public class ChannelConnectionTests
{
    private static readonly StepId Step = new("test.1");

    [Fact]
    public async Task A_message_and_its_answer_pass()
    {
        var run = await TwoParty.RunAsync(
            async sender =>
            {
                await sender.SendAsync(Note.Of(1, 2, 3));
                return (await sender.ReceiveAsync<Note>(Step)).Bytes;
            },
            async receiver =>
            {
                var note = await receiver.ReceiveAsync<Note>(Step);
                await receiver.SendAsync(Note.Of([.. note.Bytes, 4]));
                return note.Bytes;
            });
        Assert.Equal([1, 2, 3, 4], run.Sender);
        Assert.Equal([1, 2, 3], run.Receiver);
        Assert.Equal(new ChannelUsage(1, 3, 1, 4), run.Usage);
        Assert.Equal(run.SenderTranscript.Root(Direction.Sent), run.ReceiverTranscript.Root(Direction.Received));
        Assert.Equal(run.SenderTranscript.Received, run.ReceiverTranscript.Sent);
    }

    public static TheoryData<int, FaultKind, bool> EveryFault() => new(Faults.Every(sent: 3, received: 1).Select(f => f));

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_broken_message_never_yields_a_silent_result(int message, FaultKind kind, bool byReceiver)
    {
        var (first, second) = await TwoParty.FailAsync(
            async sender =>
            {
                await sender.SendAsync(Note.Of(1));
                await sender.SendAsync(Note.Of());
                await sender.Fork("more").SendAsync(Note.Of(1, 2, 3));
                await sender.ReceiveAsync<Note>(Step);
            },
            async receiver =>
            {
                await receiver.ReceiveAsync<Note>(Step);
                await receiver.ReceiveAsync<Note>(Step);
                await receiver.Fork("more").ReceiveAsync<Note>(Step);
                await receiver.SendAsync(Note.Of(4));
            },
            Faults.At(message, kind, byReceiver));
        Assert.IsAssignableFrom<ProtocolException>(first);
        Assert.IsAssignableFrom<ProtocolException>(second);
    }
}
