using Collab.Channels;
using Collab.Testing;

namespace Collab.Tracing.Tests;

/// <summary>Messages and their sizes follow from the plan alone, and a message that is changed never makes another way.</summary>
public class TrafficTests
{
    private static readonly Jobs.TraceQuestion Question = Banks.Question with { Hops = 3, Mailbox = 2, FanOut = 2 };

    [Fact]
    public async Task Traffic_is_the_same_whoever_traces_and_however_far_it_goes()
    {
        var terms = new Banks(3).Terms(Question);
        var (messages, bytes) = terms.Traffic;
        foreach (var banks in new[] { new Banks(3), Chain(), Elsewhere() })
        {
            var runs = await banks.RunAsync(Question);
            var lines = runs.Select(run => run.Transcripts.OrderBy(peer => peer.Key).SelectMany(peer => peer.Value.Sent.Channels.Concat(peer.Value.Received.Channels).Where(c => c.Messages > 0)
                .OrderBy(c => c.Label, StringComparer.Ordinal).Select(c => (c.Label, c.Messages, c.Bytes))).ToList()).ToList();
            Assert.All(lines, own => Assert.Equal(lines[0], own));
            Assert.Equal(messages, runs.Sum(run => run.Transcripts.Values.Sum(peer => peer.Sent.Channels.Sum(c => c.Messages))));
            Assert.Equal(bytes, runs.Sum(run => run.Transcripts.Values.Sum(peer => peer.Sent.Channels.Sum(c => c.Bytes))));
        }

        static Banks Elsewhere()
        {
            var banks = new Banks(3);
            for (var i = 0; i < 2; i++) banks.Pay("3/x", $"1/y{i}", 1000, 1, traced: 500);
            return banks;
        }
    }

    [Fact]
    public async Task A_message_that_breaks_on_the_way_ends_the_run_at_both_ends()
    {
        var banks = Chain();
        for (var message = 0; message < Question.Hops + 1; message++)
        {
            foreach (var kind in new[] { FaultKind.Truncate, FaultKind.Flip, FaultKind.Duplicate, FaultKind.Drop, FaultKind.Close })
            {
                foreach (var byReceiver in new[] { false, true })
                    await Assert.ThrowsAnyAsync<Exception>(() => banks.RunAsync(Question, fault: Faults.At(message, kind, byReceiver)));
            }
        }
    }

    [Fact]
    public async Task A_bank_that_deviates_is_named_or_its_hops_are_not_told()
    {
        var honest = (await Chain().RunAsync(Question))[0].Result.Loans[0].Hops;
        var sent = await SentAsync();
        Assert.Equal(2 * (Question.Hops + 1), sent.Count);
        foreach (var message in sent.Distinct())
        {
            foreach (var kind in Deviation.Kinds.Where(kind => kind != DeviationKind.Twice))
            {
                try
                {
                    var result = (await Chain().RunAsync(Question, around: Around(new Deviation(message, kind), [])))[0].Result;
                    var hops = result.Loans[0].Hops;
                    for (var i = 0; i < hops.Count; i++)
                    {
                        if (hops[i].End is HopEnd.Followed or HopEnd.LastHop) // told as it was, or not at all
                            Assert.Equal(PooledTrace.Line(honest[i]), PooledTrace.Line(hops[i]));
                    }
                }
                catch (Primitives.PeerFaultException fault)
                {
                    Assert.Equal("party-2", fault.Party!.Name);
                }
            }
        }
    }

    private static async Task<IReadOnlyList<MessageName>> SentAsync()
    {
        var sent = new List<MessageName>();
        await Chain().RunAsync(Question, around: Around(null, sent));
        return sent;
    }

    // The second bank, in the middle of the way, deviates towards both others.
    private static Func<int, IReadOnlyDictionary<Primitives.PartyId, IChannel>, IReadOnlyDictionary<Primitives.PartyId, IChannel>> Around(Deviation? deviation, List<MessageName> sent) =>
        (bank, channels) => bank == 1
            ? channels.ToDictionary(channel => channel.Key, IChannel (channel) => new DeviatingChannel(channel.Value, "", deviation, sent))
            : channels;

    private static Banks Chain()
    {
        var banks = new Banks(3);
        banks.Pay("1/ann", "2/shop", 1000, 1, traced: 1000);
        banks.Pay("2/shop", "3/farm", 900, 2);
        banks.Pay("3/farm", "2/mill", 800, 3);
        return banks;
    }
}
