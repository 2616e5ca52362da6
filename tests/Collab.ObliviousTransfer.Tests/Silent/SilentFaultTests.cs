using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.ObliviousTransfer.Silent;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.ObliviousTransfer.Tests.Silent;

/// <summary>Every message of silent vector OLE and silent transfers, spoiled on the way or by its sender; in the malicious form.</summary>
public class SilentFaultTests
{
    private const int VoleCount = 2000, TransferCount = SilentOt.LargestShortCount + 1;
    private static readonly VoleOptions Options = new(Digest.Of("collab.test.silent-faults", []));

    /// <summary>Vector OLE or transfers; messages of the sender or of the receiver: base transfers, the extension's, and the protocol's own.</summary>
    public static TheoryData<bool, bool> Sides => new() { { false, false }, { false, true }, { true, false }, { true, true } };

    /// <summary>A message changed on the way ends the run at both parties, with a code, a party and a step.</summary>
    [Theory, MemberData(nameof(Sides))]
    public async Task A_message_broken_on_the_way_ends_the_run_at_both(bool transfers, bool byReceiver)
    {
        var sent = (await NamesAsync(transfers, byReceiver)).Count;
        Assert.InRange(sent, 3, 40);
        for (var message = 0; message < sent; message++)
        {
            foreach (var kind in Enum.GetValues<FaultKind>())
            {
                var failures = await TwoParty.FailAsync(
                    channel => SendAsync(transfers, channel), channel => ReceiveAsync(transfers, channel), Faults.At(message, kind, byReceiver));
                foreach (var failure in new[] { failures.Sender, failures.Receiver })
                    Assert.True(failure is CollabException { Party: not null }, $"message {message}, {kind}: {failure?.ToString() ?? "no failure"}");
                Assert.True(
                    failures.Sender is CollabException { Step: not null } || failures.Receiver is CollabException { Step: not null } || kind is FaultKind.Close,
                    $"message {message}, {kind}: {failures}");
            }
        }
    }

    /// <summary>A party that deviates in one message ends the run at the other with a code, a party and a step, or what both have at the end is right all the same.</summary>
    [Theory, MemberData(nameof(Sides))]
    public async Task A_party_that_deviates_is_caught_or_harms_nothing(bool transfers, bool byReceiver)
    {
        List<string> harmless = [];
        var cheat = byReceiver ? TwoParty.Receiver : TwoParty.Sender;
        foreach (var name in await NamesAsync(transfers, byReceiver))
        {
            foreach (var kind in Deviation.Kinds)
            {
                var deviation = new Deviation(name, kind);
                Correlation? sender = null, receiver = null;
                var failures = await TwoParty.FailAsync(
                    async channel => sender = await SendAsync(transfers, byReceiver ? channel : new DeviatingChannel(channel, "", deviation, [])),
                    async channel => receiver = await ReceiveAsync(transfers, byReceiver ? new DeviatingChannel(channel, "", deviation, []) : channel));
                if ((byReceiver ? failures.Sender : failures.Receiver) is { } seen)
                {
                    // Who deviates without knowing it may be the first to notice, and then accuses the other.
                    Assert.True(
                        seen is PeerFaultException fault ? fault.Party == cheat : seen is AbortedByPeerException { Party: not null, Step: not null }, $"{deviation}: {seen}");
                    continue;
                }

                Assert.True(Correlation.Holds(sender!, receiver!), $"{deviation} was not seen, and the correlation does not hold.");
                harmless.Add($"{name.Number} {kind}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"Harmless: {string.Join(", ", harmless)}");
    }

    private static async Task<List<MessageName>> NamesAsync(bool transfers, bool byReceiver)
    {
        List<MessageName> sent = [], received = [];
        var run = await TwoParty.RunAsync(
            channel => SendAsync(transfers, new DeviatingChannel(channel, "", null, sent)),
            channel => ReceiveAsync(transfers, new DeviatingChannel(channel, "", null, received)));
        Assert.True(Correlation.Holds(run.Sender, run.Receiver));
        return byReceiver ? received : sent;
    }

    private static async Task<Correlation> SendAsync(bool transfers, IChannel channel)
    {
        if (transfers)
        {
            using var made = await SilentOt.SendAsync(channel, TransferCount, RandomSource.System, Options);
            return new(made.Delta, null, made.B.Span.ToArray());
        }

        using var there = await SilentVole.SendAsync(channel, VoleCount, RandomSource.System, Options);
        return new(there.Delta, null, there.B.Span.ToArray());
    }

    private static async Task<Correlation> ReceiveAsync(bool transfers, IChannel channel)
    {
        if (transfers)
        {
            using var made = await SilentOt.ReceiveAsync(channel, TransferCount, RandomSource.System, Options);
            return new(default, Array.ConvertAll(made.A.Span.ToArray(), bit => bit == 0 ? Gf128.Zero : Gf128.One), made.C.Span.ToArray());
        }

        using var here = await SilentVole.ReceiveAsync(channel, VoleCount, RandomSource.System, Options);
        return new(default, here.A.Span.ToArray(), here.C.Span.ToArray());
    }

    private sealed record Correlation(Gf128 Delta, Gf128[]? A, Gf128[] Values)
    {
        public static bool Holds(Correlation sender, Correlation receiver)
        {
            for (var i = 0; i < sender.Values.Length; i++)
            {
                if (receiver.Values[i] != (receiver.A![i] * sender.Delta) + sender.Values[i]) return false;
            }

            return sender.Values.Length == receiver.Values.Length;
        }
    }
}
