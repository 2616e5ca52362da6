using Collab.Evm.Rpc;
using Collab.Evm.Tests.Chain;
using Collab.Primitives;

namespace Collab.Evm.Tests.Transactions;

/// <summary>A signed transaction does what it says once, on one chain, for who signed it.</summary>
public class ReplayTests
{
    [Fact]
    public async Task A_signature_is_for_one_nonce_one_chain_and_one_account()
    {
        await using var anvil = await Anvil.StartAsync();
        await using var other = await Anvil.StartAsync("--chain-id", "5");
        using var key = await anvil.FundedKeyAsync(1);
        using var same = await other.FundedKeyAsync(1);
        Assert.Equal(key.Address, same.Address);
        var contract = await anvil.DeployAsync(key);
        var signed = Anvil.Transaction(1, contract, Anvil.Word(1)).Sign(key);
        await anvil.Node.SendAsync(signed, default);
        await anvil.MineAsync();
        Assert.True((await anvil.Node.ReceiptAsync(signed.Hash, default))!.Succeeded);
        Assert.Equal(2UL, await anvil.Node.LatestNonceAsync(key.Address, default));

        // Replayed on the same chain, and on another.
        await Assert.ThrowsAsync<RpcRejectedException>(() => anvil.Node.SendAsync(signed, default));
        await Assert.ThrowsAsync<RpcRejectedException>(() => other.AskAsync("eth_sendRawTransaction", HexText.Of(signed.Bytes.Span)));

        // Forged: a byte of r changed names another account, which has neither this nonce nor money, or none at all.
        var forged = Anvil.Transaction(2, contract, Anvil.Word(2)).Sign(key).Bytes.ToArray();
        forged[^40] ^= 1;
        await Assert.ThrowsAsync<RpcRejectedException>(() => anvil.AskAsync("eth_sendRawTransaction", HexText.Of(forged)));
        await anvil.MineAsync();
        Assert.Equal(2UL, await anvil.Node.LatestNonceAsync(key.Address, default));
    }
}
