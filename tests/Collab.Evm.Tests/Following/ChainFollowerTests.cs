using System.Text.Json.Nodes;
using Collab.Evm.Following;
using Collab.Evm.Rpc;
using Collab.Evm.Tests.Chain;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Evm.Tests.Following;

public class ChainFollowerTests
{
    private static readonly FinalityRule EightBlocks = FinalityRule.Probable with { Confirmations = 8 };

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6)]
    public async Task Blocks_that_are_replaced_are_rolled_back_and_what_is_said_again_becomes_final_once(int depth)
    {
        await using var anvil = await Anvil.StartAsync();
        using var key = await anvil.FundedKeyAsync(1);
        var contract = await anvil.DeployAsync(key);
        var (heard, clock) = (new Heard(), new ManualTime());
        var follower = new ChainFollower(anvil.Node, [], 0, contract, 0, EightBlocks, clock);
        for (var i = 1; i <= 6; i++)
        {
            await anvil.Node.SendAsync(Anvil.Transaction((ulong)i, contract, Anvil.Word(i)).Sign(key), default);
            await anvil.MineAsync();
            heard.Take(await follower.AdvanceAsync(default));
        }

        Assert.Equal(6, heard.Added.Count);
        await anvil.ReorganiseAsync(depth); // the same number of empty blocks in their place
        heard.Take(await follower.AdvanceAsync(default));
        Assert.Equal((6 - depth, depth), (heard.Added.Count, heard.RolledBack));
        Assert.Equal(follower.Newest, await anvil.Node.LatestAsync(default));

        for (var i = 7 - depth; i <= 6; i++) await anvil.Node.SendAsync(Anvil.Transaction((ulong)i, contract, Anvil.Word(i)).Sign(key), default);
        await anvil.MineAsync(10);
        heard.Take(await follower.AdvanceAsync(default));
        Assert.Equal([1, 2, 3, 4, 5, 6], heard.FinalWords);
        Assert.Empty(heard.Added);
    }

    [Fact]
    public async Task A_final_block_that_is_replaced_stops_everything_for_good()
    {
        await using var anvil = await Anvil.StartAsync();
        var follower = new ChainFollower(anvil.Node, [], 0, EvmAddress.Zero, 0, FinalityRule.Immediate, new ManualTime());
        await anvil.MineAsync(5);
        await follower.AdvanceAsync(default);
        follower.DemandFresh();
        await anvil.ReorganiseAsync(2);
        Assert.Equal(EvmErrors.FinalityBroken, (await Assert.ThrowsAsync<CollabException>(() => follower.AdvanceAsync(default))).Code);
        Assert.Equal(EvmErrors.FinalityBroken, Assert.Throws<CollabException>(follower.DemandFresh).Code);
        await anvil.MineAsync(5);
        Assert.Equal(EvmErrors.FinalityBroken, (await Assert.ThrowsAsync<CollabException>(() => follower.AdvanceAsync(default))).Code);
    }

    [Fact]
    public async Task A_view_grows_old_when_the_chain_stands_still_or_the_node_is_away()
    {
        await using var anvil = await Anvil.StartAsync();
        await using var liar = await Liar.BeforeAsync(anvil.Address);
        using var node = Nodes.At(liar.Address);
        var clock = new ManualTime();
        var follower = new ChainFollower(node, [], 0, EvmAddress.Zero, 0, FinalityRule.Immediate, clock);
        Assert.Equal(EvmErrors.ViewStale, Assert.Throws<CollabException>(follower.DemandFresh).Code); // never seen
        await follower.AdvanceAsync(default);
        clock.Advance(TimeSpan.FromSeconds(30));
        follower.DemandFresh();
        clock.Advance(TimeSpan.FromSeconds(1));
        await follower.AdvanceAsync(default); // the same head again: a node that is frozen says it for ever
        Assert.Equal(EvmErrors.ViewStale, Assert.Throws<CollabException>(follower.DemandFresh).Code);
        await anvil.MineAsync();
        await follower.AdvanceAsync(default);
        follower.DemandFresh();

        liar.Instead = _ => (503, []);
        Assert.Equal(EvmErrors.Unreachable, (await Assert.ThrowsAsync<CollabException>(() => follower.AdvanceAsync(default))).Code);
        clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(EvmErrors.ViewStale, Assert.Throws<CollabException>(follower.DemandFresh).Code);
        liar.Instead = null;
        await anvil.MineAsync();
        await follower.AdvanceAsync(default);
        follower.DemandFresh();

        var idle = new ChainFollower(node, [], 0, EvmAddress.Zero, 0, FinalityRule.ImmediateWithoutEmptyBlocks, clock);
        await idle.AdvanceAsync(default);
        clock.Advance(TimeSpan.FromSeconds(31));
        await idle.AdvanceAsync(default);
        idle.DemandFresh();
    }

    [Fact]
    public async Task The_chains_own_word_on_finality_is_taken()
    {
        await using var anvil = await Anvil.StartAsync("--slots-in-an-epoch", "2");
        var follower = new ChainFollower(anvil.Node, [], 0, EvmAddress.Zero, 0, FinalityRule.Tagged, new ManualTime());
        await anvil.MineAsync(10);
        await follower.AdvanceAsync(default);
        Assert.Equal(await anvil.Node.FinalizedAsync(default), follower.Final);
        Assert.True(follower.Final!.Number < follower.Newest!.Number);
    }

    [Fact]
    public async Task Another_node_must_show_the_same_blocks_and_logs()
    {
        await using var anvil = await Anvil.StartAsync();
        await using var liar = await Liar.BeforeAsync(anvil.Address);
        using var key = await anvil.FundedKeyAsync(1);
        var contract = await anvil.DeployAsync(key);
        using var other = Nodes.At(liar.Address);
        var (heard, clock) = (new Heard(), new ManualTime());
        var follower = new ChainFollower(anvil.Node, [other], 1, contract, 0, FinalityRule.Immediate, clock);
        heard.Take(await follower.AdvanceAsync(default));
        follower.DemandFresh();
        await anvil.Node.SendAsync(Anvil.Transaction(1, contract, Anvil.Word(1)).Sign(key), default);
        await anvil.MineAsync();

        // What the other node may lie about. Nothing becomes final, nothing is counted as seen.
        (string Method, Func<JsonObject, JsonNode?> Change, ErrorCode Code)[] lies =
        [
            ("eth_getLogs", answer => { answer["result"] = new JsonArray(); return answer; }, EvmErrors.EndpointsDisagree),
            ("eth_getLogs", answer => { answer["result"]![0]!["data"] = "0x" + new string('1', 64); return answer; }, EvmErrors.EndpointsDisagree),
            ("eth_getLogs", answer => { answer["result"]![0]!["address"] = "0x" + new string('1', 40); return answer; }, EvmErrors.ReplyInvalid),
            ("eth_getLogs", answer => { answer["result"]![0]!["blockHash"] = "0x" + new string('1', 64); return answer; }, EvmErrors.ReplyInvalid),
            ("eth_getLogs", answer => { answer["result"]!.AsArray().Add(answer["result"]![0]!.DeepClone()); return answer; }, EvmErrors.ReplyInvalid),
            ("eth_getBlockByNumber", answer => { answer["result"]!["hash"] = "0x" + new string('1', 64); return answer; }, EvmErrors.EndpointsDisagree),
            ("eth_getBlockByNumber", answer => { answer["result"]!["number"] = "0x7"; return answer; }, EvmErrors.ReplyInvalid),
            ("eth_getBlockByNumber", answer => { answer["result"] = "0x7"; return answer; }, EvmErrors.ReplyInvalid),
            ("eth_chainId", answer => { answer["result"] = "0x1"; return answer; }, EvmErrors.OtherChain),
            ("eth_chainId", answer => { answer["id"] = 77; return answer; }, EvmErrors.ReplyInvalid),
        ];
        foreach (var (method, change, code) in lies)
        {
            liar.Change = (asked, answer) => asked == method ? change(answer) : null;
            var fault = await Assert.ThrowsAsync<CollabException>(() => follower.AdvanceAsync(default));
            Assert.Equal((method, code), (method, fault.Code));
        }

        liar.Change = null;
        liar.Instead = _ => (503, []); // away: nobody is there to agree
        heard.Take(await follower.AdvanceAsync(default));
        Assert.Empty(heard.Final);
        clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(EvmErrors.ViewStale, Assert.Throws<CollabException>(follower.DemandFresh).Code);

        liar.Instead = null;
        await anvil.MineAsync();
        heard.Take(await follower.AdvanceAsync(default));
        Assert.Equal([1], heard.FinalWords);
        follower.DemandFresh();
    }

    [Fact]
    public async Task A_node_that_fails_midway_loses_and_doubles_nothing()
    {
        await using var anvil = await Anvil.StartAsync();
        await using var liar = await Liar.BeforeAsync(anvil.Address);
        using var key = await anvil.FundedKeyAsync(1);
        var contract = await anvil.DeployAsync(key);
        using var node = Nodes.At(liar.Address);
        for (var i = 1; i <= 20; i++) await anvil.Node.SendAsync(Anvil.Transaction((ulong)i, contract, Anvil.Word(i)).Sign(key), default);
        await anvil.MineAsync();
        await anvil.MineAsync(30);
        var heard = new Heard();
        var follower = new ChainFollower(node, [], 0, contract, 0, FinalityRule.Immediate, new ManualTime());
        var asked = 0;
        liar.Instead = _ => ++asked % 5 == 0 ? (503, []) : null; // every fifth question
        for (var i = 0; i < 40; i++)
        {
            try
            {
                heard.Take(await follower.AdvanceAsync(default));
            }
            catch (CollabException fault) when (fault.Code == EvmErrors.Unreachable)
            {
            }
        }

        liar.Instead = null;
        heard.Take(await follower.AdvanceAsync(default));
        Assert.Equal(Enumerable.Range(1, 20), heard.FinalWords);
    }
}
