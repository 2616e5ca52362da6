using Collab.Evm.Anchoring;
using Collab.Evm.Contract;
using Collab.Evm.Following;
using Collab.Evm.Rpc;
using Collab.Evm.Tests.Chain;
using Collab.Evm.Tests.Contract;
using Collab.Jobs;
using Collab.Primitives;
using static Collab.Evm.Tests.Contract.ContractParties;

namespace Collab.Evm.Tests.Anchoring;

/// <summary>Checkpoints of logs on the contract: what is there shows forks and old copies.</summary>
public class CheckpointAnchorTests
{
    private readonly Dictionary<PartyId, LedgerHead> _logs = [];                         // what each party's log is, as A has it

    [Fact]
    public async Task The_newest_final_checkpoint_is_anchored_and_seen_by_the_others()
    {
        await using var parties = await StartAsync();
        var (a, b) = (Anchor(parties, A), Anchor(parties, B));
        await SettleAsync(parties, a, b);
        Assert.Empty(a.Heads);                                                           // nothing is final yet
        _logs[A] = Head(A, 3);
        await SettleAsync(parties, a, b);
        _logs[A] = Head(A, 5);
        await SettleAsync(parties, a, b);
        Assert.Equal(3UL, Assert.Single(b.Heads).Size);                                  // not more often than every minute
        parties.Clock.Advance(TimeSpan.FromMinutes(1));
        _logs[A] = Head(A, 9);
        await SettleAsync(parties, a, b);
        var seen = Assert.Single(b.Heads);
        Assert.Equal((A, 9UL, Head(A, 9).Root), (seen.Party, seen.Size, seen.Root));
        Assert.Equal(seen, Assert.Single(a.Heads));
        var receipt = await parties.Anvil.Node.ReceiptAsync(seen.Transaction, default);
        Assert.Equal((seen.Block, seen.BlockNumber), (receipt!.Block, receipt.BlockNumber));
        Assert.Empty(a.Alarms);
        Assert.Empty(b.Alarms);
    }

    [Fact]
    public async Task A_second_log_of_one_length_and_a_shorter_one_are_alarms_for_everybody()
    {
        await using var parties = await StartAsync();
        var a = Anchor(parties, A);
        foreach (var (size, root) in new[] { (7UL, Root("log")), (7UL, Root("another log")), (4UL, Root("log")), (7UL, Root("log")) })
        {
            parties.ProviderBoxB.Queue(Root($"{size} {root} {a.Heads.Count}"), parties.Contract, ConsortiumContract.Checkpoint.EncodeCall(size, root));
            await parties.SettleAsync();
            await SettleAsync(parties, a);
        }

        Assert.Equal(2, a.Alarms.Count);
        Assert.All(a.Alarms, alarm => Assert.Equal(("chain.anchor-conflict", B), (alarm.Code, alarm.Party!)));
        Assert.Contains("a second log of the same length", a.Alarms[0].Message);
        Assert.Contains("a shorter log", a.Alarms[1].Message);
        Assert.Equal((7UL, Root("log")), (a.Heads[0].Size, a.Heads[0].Root));            // which stays where it was
    }

    [Fact]
    public async Task A_log_that_is_not_the_one_that_was_anchored_is_an_alarm_once_it_is_long_enough_to_tell()
    {
        await using var parties = await StartAsync();
        var a = Anchor(parties, A);
        parties.ProviderBoxB.Queue(Root("call"), parties.Contract, ConsortiumContract.Checkpoint.EncodeCall(7, Root("shown to the chain alone")));
        await parties.SettleAsync();
        await SettleAsync(parties, a);
        Assert.Empty(a.Alarms);                                                          // nothing of that log is here yet
        _logs[B] = Head(B, 8);
        await SettleAsync(parties, a);
        await SettleAsync(parties, a);
        Assert.Contains("is not the one that was anchored", Assert.Single(a.Alarms).Message);
    }

    [Fact]
    public async Task An_old_copy_of_the_own_log_is_an_alarm_and_is_not_anchored()
    {
        await using var parties = await StartAsync();
        _logs[A] = Head(A, 9);
        var a = Anchor(parties, A);
        await SettleAsync(parties, a);
        _logs[A] = Head(A, 6);                                                           // restored from a backup
        parties.Clock.Advance(TimeSpan.FromHours(1));
        await SettleAsync(parties, a);
        Assert.Contains("it is an old copy", Assert.Single(a.Alarms).Message);
        Assert.Equal(9UL, Assert.Single(a.Heads).Size);
        var conflicts = a.Alarms.Count(alarm => alarm.Message.Contains("anchored a shorter"));
        Assert.Equal(0, conflicts);
    }

    [Fact]
    public async Task Nothing_of_another_contract_or_another_chain_counts()
    {
        await using var parties = await StartAsync();
        await using var liar = await Liar.BeforeAsync(parties.Anvil.Address);
        using var node = Nodes.At(liar.Address);
        parties.ProviderBoxB.Queue(Root("call"), parties.Contract, ConsortiumContract.Checkpoint.EncodeCall(7, Root("log")));
        await parties.SettleAsync();
        var other = new CheckpointAnchor(Options(parties, A, new ChainFollower(node, [], 0, EvmAddress.OfContract(parties.Contract, 1), 0, FinalityRule.ImmediateWithoutEmptyBlocks, parties.Clock)));
        await other.LookAsync(default);
        Assert.Empty(other.Heads);                                                       // the logs of the contract it was told of, and no others

        var anchor = new CheckpointAnchor(Options(parties, A, new ChainFollower(node, [], 0, parties.Contract, 0, FinalityRule.ImmediateWithoutEmptyBlocks, parties.Clock)));
        liar.Change = (method, answer) =>
        {
            if (method != "eth_getLogs") return null;
            foreach (var log in answer["result"]!.AsArray()) log!["address"] = EvmAddress.OfContract(parties.Contract, 1).ToString();
            return answer;
        };
        Assert.Equal(EvmErrors.ReplyInvalid, (await Assert.ThrowsAsync<CollabException>(() => anchor.LookAsync(default))).Code);
        liar.Change = (method, answer) =>
        {
            if (method != "eth_chainId") return null;
            answer["result"] = "0x1";
            return answer;
        };
        Assert.Equal(EvmErrors.OtherChain, (await Assert.ThrowsAsync<CollabException>(() => anchor.LookAsync(default))).Code);
        Assert.Empty(anchor.Heads);
        liar.Change = null;
        await anchor.LookAsync(default);
        Assert.Equal(7UL, Assert.Single(anchor.Heads).Size);
    }

    private CheckpointAnchor Anchor(ContractParties parties, PartyId party) =>
        new(Options(parties, party, new ChainFollower(parties.Anvil.Node, [], 0, parties.Contract, 0, FinalityRule.ImmediateWithoutEmptyBlocks, parties.Clock)));

    private AnchorOptions Options(ContractParties parties, PartyId party, ChainFollower follower) => new(
        party, new Dictionary<PartyId, Digest> { [A] = Organisation(A), [B] = Organisation(B) }, follower,
        party == A ? parties.ProviderBoxA : parties.ProviderBoxB, () => _logs.GetValueOrDefault(party), Continues, parties.Clock, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

    private bool? Continues(LedgerHead head) =>
        _logs.GetValueOrDefault(head.Party) is { } log && log.Size >= head.Size ? head.Root == Head(head.Party, head.Size).Root : null;

    private static Task<ContractParties> StartAsync() => ContractParties.StartAsync();

    private static async Task SettleAsync(ContractParties parties, params CheckpointAnchor[] anchors)
    {
        for (var i = 0; i < 3; i++)
        {
            foreach (var anchor in anchors) await anchor.LookAsync(default);
            await parties.Anvil.MineAsync();
        }

        foreach (var anchor in anchors) await anchor.LookAsync(default);
    }

    private static LedgerHead Head(PartyId party, ulong size) => new(party, size, Root($"{party} at {size}"));

    private static Digest Root(string name) => Digest.Of("test", System.Text.Encoding.ASCII.GetBytes(name));
}
