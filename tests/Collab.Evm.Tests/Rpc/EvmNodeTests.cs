using Collab.Evm.Rpc;
using Collab.Evm.Tests.Chain;
using Collab.Evm.Transactions;
using Collab.Primitives;

namespace Collab.Evm.Tests.Rpc;

public class EvmNodeTests
{
    [Fact]
    public async Task A_real_node_takes_our_transactions_and_answers_our_questions()
    {
        await using var anvil = await Anvil.StartAsync();
        using var key = await anvil.FundedKeyAsync(1);
        var node = anvil.Node;
        await node.DemandChainAsync(default);
        var contract = await anvil.DeployAsync(key);
        Assert.Equal(EvmAddress.OfContract(key.Address, 0), contract);
        Assert.Equal(Anvil.Recorder[11..], await node.CodeAsync(contract, default));

        var call = Anvil.Transaction(1, contract, Anvil.Word(7)).Sign(key);
        await node.SendAsync(call, default);
        Assert.True(await node.KnowsAsync(call.Hash, default));
        Assert.Null(await node.ReceiptAsync(call.Hash, default));
        await anvil.MineAsync();
        var receipt = (await node.ReceiptAsync(call.Hash, default))!;
        Assert.True(receipt.Succeeded);
        var block = (await node.BlockAsync(receipt.BlockNumber, default))!;
        Assert.Equal(block.Hash, receipt.Block);
        var log = Assert.Single(await node.LogsAsync(block, contract, default));
        Assert.Equal(call.Hash, log.Transaction);
        Assert.Equal(Anvil.Word(7), log.Data.ToArray());
        Assert.Equal(new Digest(Anvil.Word(7)), Assert.Single(log.Topics));
        Assert.Equal(block, await node.LatestAsync(default));
        Assert.Equal(2UL, await node.LatestNonceAsync(key.Address, default));
        Assert.Equal(1UL, await node.NonceAsync(key.Address, block.Number - 1, default));
        Assert.Null(await node.BlockAsync(block.Number + 1, default));
        Assert.Null(await node.ReceiptAsync(new Digest(Anvil.Word(1)), default));
        Assert.False(await node.KnowsAsync(new Digest(Anvil.Word(1)), default));

        // The older kinds, and money.
        var price = (await node.GasPriceAsync(default)) * 2;
        foreach (var (kind, nonce) in new[] { (TransactionKind.Legacy, 2UL), (TransactionKind.AccessList, 3UL) })
        {
            var pay = new EvmTransaction(kind, Anvil.ChainId, nonce, price, price, 50_000, EvmAddress.Parse("0x00000000000000000000000000000000000000aa"), 5, default, []).Sign(key);
            await node.SendAsync(pay, default);
            await anvil.MineAsync();
            Assert.True((await node.ReceiptAsync(pay.Hash, default))!.Succeeded);
        }

        Assert.Equal(10, await node.BalanceAsync(EvmAddress.Parse("0x00000000000000000000000000000000000000aa"), default));

        var refusal = await Assert.ThrowsAsync<RpcRejectedException>(() => node.CallAsync(new EvmCall(key.Address, contract, Anvil.Word(0)), default));
        Assert.Equal((EvmErrors.Reverted, 32), (refusal.Code, refusal.Returned!.Value.Length));
        refusal = await Assert.ThrowsAsync<RpcRejectedException>(() => node.SendAsync(Anvil.Transaction(0, contract, Anvil.Word(1)).Sign(key), default));
        Assert.Equal(EvmErrors.Rejected, refusal.Code); // the nonce is used
    }

    [Fact]
    public async Task Another_chain_is_refused()
    {
        await using var anvil = await Anvil.StartAsync("--chain-id", "5");
        Assert.Equal(EvmErrors.OtherChain, (await Assert.ThrowsAsync<CollabException>(() => anvil.Node.DemandChainAsync(default))).Code);
        await using var liar = await Liar.BeforeAsync(anvil.Address);
        liar.Change = (_, answer) => { answer["result"] = "0x0"; return answer; };
        using var node = new EvmNode(new JsonRpcClient(JsonRpcOptions.For(liar.Address), TimeProvider.System), 5);
        Assert.Equal(EvmErrors.OtherChain, (await Assert.ThrowsAsync<CollabException>(() => node.DemandChainAsync(default))).Code);
        Assert.Throws<ArgumentException>(() => new EvmNode(new JsonRpcClient(JsonRpcOptions.For(liar.Address), TimeProvider.System), 0));
    }
}
