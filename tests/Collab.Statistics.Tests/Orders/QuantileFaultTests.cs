using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing.Garbling;
using Collab.SecretSharing.Tests;
using Collab.Statistics.Orders;

namespace Collab.Statistics.Tests.Orders;

/// <summary>Rounds of a search for quantiles that go wrong, and peers that cheat.</summary>
public class QuantileFaultTests
{
    private static readonly Analysis.Quantiles Median = new(new Measure("x", 0), null, [5], 1, -100, 155); // four rounds

    [Theory]
    [InlineData(false, "drop")]
    [InlineData(false, "truncate")]
    [InlineData(false, "flip")]
    [InlineData(true, "drop")]
    [InlineData(true, "truncate")]
    [InlineData(true, "flip")]
    public async Task A_broken_message_of_a_round_ends_in_a_fault_that_names_the_peer_and_the_step(bool receiverOwns, string fault)
    {
        var sound = await Run(receiverOwns, message => message.Payload).GoAsync();
        Assert.Empty(sound.Failures);
        foreach (var line in sound.Network.Passed.GroupBy(message => (message.From, message.To)))
        {
            InMemoryNetwork.PassedMessage[] all = [.. line];
            foreach (var broken in all[^(2 * (all.Length / 5))..]) // those of the last two rounds of four; the disclosure gate's go before
            {
                var run = await Run(receiverOwns, message => (message.From, message.To, message.Index) != (broken.From, broken.To, broken.Index)
                    ? message.Payload
                    : fault switch
                    {
                        "drop" => null,
                        "truncate" => message.Payload[..^1],
                        _ => [.. message.Payload[..^1], (byte)(message.Payload[^1] ^ 1)],
                    }).GoAsync();
                Assert.NotEmpty(run.Failures);
                Assert.All(run.Failures.Values, failure => Assert.IsAssignableFrom<ProtocolException>(failure));
                if (broken.From != run.Plan.Receiver) Assert.Null(run.Outcome); // the last proof comes after the receiver has its values
                if (fault == "drop") continue;
                var (by, step) = FoundBy(broken, fault == "flip", run.Plan.Receiver);
                Assert.Equal(step, Assert.IsType<PeerFaultException>(run.Failures[by]).Step);
            }
        }
    }

    [Fact]
    public async Task A_receiver_that_proves_another_answer_is_named_by_every_owner()
    {
        Func<byte[], byte[]>[] cheats =
        [
            proof => [.. proof[16..32], .. proof[16..]], // the second candidate's answer for the first's
            proof => [.. proof[..^1], (byte)(proof[^1] ^ 0x80)],
            proof => new byte[proof.Length],
            proof => proof[16..], // one comparison less
            proof => [.. proof, .. proof[..16]],
        ];
        foreach (var cheat in cheats)
        {
            var run = await Run(false, message => message.From == QuantileRun.Registry && message.Index == 2 ? cheat(message.Payload) : message.Payload).GoAsync();
            Assert.Null(run.Outcome);
            foreach (var owner in run.Plan.Owners)
            {
                var failure = Assert.IsType<PeerFaultException>(run.Failures[owner]);
                Assert.Equal((QuantileRun.Registry, JointGarbling.ReturnLabels), (failure.Party, failure.Step));
            }
        }
    }

    [Fact]
    public async Task An_owner_that_sends_too_few_or_too_many_labels_is_named_with_the_step()
    {
        foreach (var cheat in new Func<byte[], byte[]>[] { labels => labels[16..], labels => [.. labels, .. labels[..16]], labels => [] })
        {
            var run = await Run(false, message => message.From.Name == "clinic-1" && message.Type == JointRun.Labels && message.Index > 4 ? cheat(message.Payload) : message.Payload).GoAsync();
            var failure = Assert.IsType<PeerFaultException>(run.Failures[QuantileRun.Registry]);
            Assert.Equal(("clinic-1", JointGarbling.SendLabels), (failure.Party?.Name, failure.Step));
            Assert.Null(run.Outcome);
        }
    }

    [Fact]
    public void Answers_that_no_rows_give_end_the_search()
    {
        RankTarget lower = new(0, 1, 4, false), later = new(0, 3, 4, false);
        RankTarget[] targets = [lower, lower with { IsUpper = true }, later, later with { IsUpper = true }];
        Assert.Equal(StatisticsErrors.TotalsImpossible, Assert.Throws<CollabException>(() => Take([1, 1, 2, 2], hole: true)).Code);
        Assert.Equal(StatisticsErrors.TotalsImpossible, Assert.Throws<CollabException>(() => Take([2, 1, 2, 2])).Code); // the upper value below the lower
        Assert.Equal(StatisticsErrors.TotalsImpossible, Assert.Throws<CollabException>(() => Take([2, 2, 1, 2])).Code); // a later quantile below an earlier
        Assert.Equal(StatisticsErrors.TotalsImpossible, Assert.Throws<CollabException>(() => Take([1, 3, 1, 2])).Code);
        Take([1, 2, 1, 2]);
        Take([0, 0, 3, 3]);

        void Take(int[] digits, bool hole = false)
        {
            var answers = new bool[digits.Length * RankSearch.Candidates, 1];
            for (var t = 0; t < digits.Length; t++)
                for (var candidate = 0; candidate < RankSearch.Candidates; candidate++) answers[(t * RankSearch.Candidates) + candidate, 0] = candidate >= digits[t];
            if (hole) answers[2, 0] = false;
            new RankSearch(targets, 0, 255).Take(answers);
        }
    }

    // A seed or a half that differs by a bit shows only in what is made of it.
    private static (PartyId By, StepId Step) FoundBy(InMemoryNetwork.PassedMessage broken, bool flipped, PartyId receiver) => broken.Type switch
    {
        "SeedMessage" => flipped ? (receiver, JointGarbling.SendGarbled) : (broken.To, JointGarbling.ShareSeed),
        "BitsMessage" => flipped ? (receiver, JointGarbling.SendLabels) : (broken.To, JointGarbling.SplitInput),
        JointRun.Labels => (broken.To, broken.From == receiver ? JointGarbling.ReturnLabels : JointGarbling.SendLabels),
        _ => (broken.To, JointGarbling.SendGarbled),
    };

    private static QuantileRun Run(bool receiverOwns, Func<InMemoryNetwork.PassedMessage, byte[]?> spoil) => new(
        Median, 5, [.. Enumerable.Range(0, receiverOwns ? 3 : 2).Select(owner => Enumerable.Range(0, 9).Select(i => ((string?)"a", (long?)((10 * i) - owner))).ToArray())], receiverOwns, spoil);
}
