using Collab.Primitives;
using Collab.Psi.Vole;
using Collab.Testing;

namespace Collab.Psi.Tests.Vole;

public class LabelledPsiTests
{
    private static readonly VolePsiOptions Options = new(Digest.Of("collab.test.psi-labelled", []));

    /// <summary>Sizes of sender, receiver and what they share, and of a label: within a pad, about its edge, and over many parts.</summary>
    public static TheoryData<int, int, int, int> Sizes => new()
    {
        { 0, 3, 0, 8 }, { 3, 0, 0, 8 }, { 1, 1, 1, 1 }, { 50, 40, 20, 31 }, { 50, 40, 20, 32 }, { 40, 50, 0, 33 }, { 3000, 2000, 1500, 100 },
        { 30, 20, 10, LabelledPsi.LargestLabel },
    };

    [Theory, MemberData(nameof(Sizes))]
    public async Task The_receiver_gets_the_labels_of_the_matches_alone(int senderCount, int receiverCount, int common, int labelSize)
    {
        var sets = new SetPair((senderCount * 31) + labelSize, senderCount, receiverCount, common);
        var labels = new byte[senderCount * labelSize];
        new Random(labelSize).NextBytes(labels);
        var labelOf = Enumerable.Range(0, senderCount).ToDictionary(
            i => Convert.ToHexString(sets.Sender[i].Span), i => labels.AsMemory(i * labelSize, labelSize).ToArray());
        foreach (var security in new[] { SecurityModel.SemiHonest, SecurityModel.Malicious })
        {
            var ole = new DealerOle();
            var options = Options with { Security = security, BothLearn = senderCount % 2 == 0 };
            var run = await TwoParty.RunAsync(
                channel => LabelledPsi.SendAsync(channel, sets.Sender, labels, labelSize, RandomSource.System, options, ole, default),
                channel => LabelledPsi.ReceiveAsync(channel, sets.Receiver, labelSize, RandomSource.System, options, ole, default));
            Assert.Equal(sets.ReceiverRows, run.Receiver.Rows);
            Assert.Equal(options.BothLearn ? sets.SenderRows : null, run.Sender);
            Assert.Equal(sets.ReceiverRows.SelectMany(row => labelOf[Convert.ToHexString(sets.Receiver[row].Span)]), run.Receiver.Labels.ToArray());
            var cost = VolePsiCost.Of(senderCount, receiverCount, security, options.BothLearn, common, labelSize);
            Assert.Equal(
                (cost.Messages, cost.Bytes),
                (run.Usage.MessagesSent + run.Usage.MessagesReceived, run.Usage.BytesSent + run.Usage.BytesReceived));
        }
    }

    /// <summary>Malicious form, both learn: the sender's count, commitment, opening, masks and labels; the receiver's count, seed, store, matches and proofs.</summary>
    [Theory, InlineData(false, 5), InlineData(true, 5)]
    public async Task A_broken_message_never_yields_a_silent_result(bool byReceiver, int sent)
    {
        var sets = new SetPair(5, 40, 30, 10);
        var options = Options with { BothLearn = true };
        Task<TwoPartyRun<int[]?, LabelledMatches>> RunAsync(ChannelFault? fault)
        {
            var ole = new DealerOle();
            return TwoParty.RunAsync(
                channel => LabelledPsi.SendAsync(channel, sets.Sender, new byte[40 * 9], 9, RandomSource.System, options, ole, default),
                channel => LabelledPsi.ReceiveAsync(channel, sets.Receiver, 9, RandomSource.System, options, ole, default), fault);
        }

        var usage = (await RunAsync(null)).Usage;
        Assert.Equal(sent, byReceiver ? usage.MessagesReceived : usage.MessagesSent);
        for (var message = 0; message < sent; message++)
        {
            foreach (var kind in Enum.GetValues<FaultKind>())
                await Assert.ThrowsAnyAsync<ProtocolException>(() => RunAsync(Faults.At(message, kind, byReceiver)));
        }
    }

    [Fact]
    public async Task Another_label_size_is_a_fault_of_step_1()
    {
        var sets = new SetPair(1, 3, 3, 3);
        var failures = await TwoParty.FailAsync(
            channel => LabelledPsi.SendAsync(channel, sets.Sender, new byte[24], 8, RandomSource.System, Options, new DealerOle(), default),
            channel => LabelledPsi.ReceiveAsync(channel, sets.Receiver, 9, RandomSource.System, Options, new DealerOle(), default));
        Assert.Contains(new[] { failures.Sender, failures.Receiver }, failure => failure is PeerFaultException { Step.Name: "psi-vole.1" });
    }

    [Theory, InlineData(0, 0), InlineData(LabelledPsi.LargestLabel + 1, 0), InlineData(8, 1)]
    public async Task A_label_size_out_of_range_is_the_callers_mistake(int labelSize, int more) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => LabelledPsi.SendAsync(
            null!, [new byte[3]], new byte[labelSize + more], labelSize, RandomSource.System, Options, new DealerOle(), default));
}
