using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Vole;
using Collab.Testing;

namespace Collab.Psi.Tests.Vole;

/// <summary>The malicious form over the vector OLE of the product, trees and all: every message spoiled on the way or by its sender.</summary>
/// <remarks>A wrong set is one with an item that is not common: a party that deviates may only choose other items than it has, which can but be fewer common ones.</remarks>
public class MaliciousFaultTests
{
    private static readonly SetPair Sets = new(19, 60, 1200, 25);                         // a store long enough for the trees
    private static readonly VolePsiOptions Options = new(Digest.Of("collab.test.psi-vole.malicious", [])) { BothLearn = true };

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_message_broken_on_the_way_ends_the_run_at_both(bool byReceiver)
    {
        var sent = (await NamesAsync(byReceiver)).Count;
        Assert.InRange(sent, 9, 20);
        for (var message = 0; message < sent; message++)
        {
            foreach (var kind in Enum.GetValues<FaultKind>())
            {
                var run = await PlayAsync(channel => channel, channel => channel, Faults.At(message, kind, byReceiver));
                foreach (var failure in new[] { run.SenderFailure, run.ReceiverFailure })
                    Assert.True(failure is CollabException { Party: not null }, $"message {message}, {kind}: {failure?.ToString() ?? "no failure"}");
                Assert.True(
                    run.SenderFailure is CollabException { Step: not null } || run.ReceiverFailure is CollabException { Step: not null } || kind is FaultKind.Close,
                    $"message {message}, {kind}");
            }
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_party_that_deviates_never_makes_the_other_find_what_is_not_common(bool byReceiver)
    {
        var cheat = byReceiver ? TwoParty.Receiver : TwoParty.Sender;
        List<string> unseen = [];
        foreach (var name in await NamesAsync(byReceiver))
        {
            foreach (var kind in Deviation.Kinds)
            {
                var deviation = new Deviation(name, kind);
                IChannel Cheating(IChannel channel) => new DeviatingChannel(channel, "", deviation, []);
                var run = await PlayAsync(byReceiver ? channel => channel : Cheating, byReceiver ? Cheating : channel => channel);
                var (found, common) = byReceiver ? (run.Sender, Sets.SenderRows) : (run.Receiver, Sets.ReceiverRows);
                if (found is not null) Assert.True(found.All(common.Contains), $"{deviation}: a wrong set.");
                if ((byReceiver ? run.SenderFailure : run.ReceiverFailure) is not { } seen) unseen.Add($"{name.Label} {name.Number} {kind}: {found!.Length}");
                else Assert.True(seen is PeerFaultException fault ? fault.Party == cheat : seen is ProtocolException { Party: not null, Step: not null }, $"{deviation}: {seen}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"Not seen, and what was found of {Sets.SenderRows.Length}: {string.Join(", ", unseen)}");
    }

    private static async Task<List<MessageName>> NamesAsync(bool byReceiver)
    {
        List<MessageName> sent = [], received = [];
        var run = await PlayAsync(channel => new DeviatingChannel(channel, "", null, sent), channel => new DeviatingChannel(channel, "", null, received));
        Assert.Equal(Sets.SenderRows, run.Sender);
        Assert.Equal(Sets.ReceiverRows, run.Receiver);
        return byReceiver ? received : sent;
    }

    /// <summary>What each party found, which it may have before it fails, and how it failed.</summary>
    private static async Task<(int[]? Sender, int[]? Receiver, Exception? SenderFailure, Exception? ReceiverFailure)> PlayAsync(
        Func<IChannel, IChannel> sender, Func<IChannel, IChannel> receiver, ChannelFault? fault = null)
    {
        int[]? there = null, here = null;
        var failures = await TwoParty.FailAsync(
            async channel => there = await VolePsi.SendAsync(sender(channel), Sets.Sender, RandomSource.System, Options),
            async channel => here = await VolePsi.ReceiveAsync(receiver(channel), Sets.Receiver, RandomSource.System, Options), fault);
        return (there, here, failures.Sender, failures.Receiver);
    }
}
