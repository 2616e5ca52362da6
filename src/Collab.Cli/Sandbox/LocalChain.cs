using System.Text.Json;
using System.Text.Json.Nodes;
using Collab.Evm;
using Collab.Evm.Contract;
using Collab.Evm.Rpc;
using Collab.Node;
using Collab.Node.Configuration;
using Collab.Primitives;

namespace Collab.Cli.Sandbox;

/// <summary>Puts the contract of a sandbox on a test chain, as <c>collab consortium chain</c> does; its node must have an unlocked account that pays, as anvil has.</summary>
internal static class LocalChain
{
    private const int Roles = ConsortiumContract.Provider | ConsortiumContract.Requester | ConsortiumContract.Algorithm | ConsortiumContract.Operator | ConsortiumContract.Auditor;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);          // a test chain makes a block for each transaction
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Pays, deploys and joins for every party; the nodes must not run yet.</summary>
    public static async Task FoundAsync(LocalConsortium local, Uri address, CancellationToken cancellation)
    {
        var homes = local.Consortium.Members.Select(member => local.HomeOf(member.Party)).ToList();
        var cards = local.Consortium.Members.Select(member => ChainCard.Make(local.HomeOf(member.Party), member.Party, Roles, passphrase: null, RandomSource.System)).ToList();
        using var client = new JsonRpcClient(JsonRpcOptions.For(address), TimeProvider.System);
        var chainId = HexNumber(await client.CallAsync("eth_chainId", [], cancellation));
        using (var node = new EvmNode(client, chainId))
            await PayAsync(client, node, [.. cards.SelectMany(card => new[] { card.Administration, card.Provider, card.Requester })], cancellation);
        var chain = new ChainConfiguration(
            chainId, EvmAddress.Zero, 0, [address], 0, "immediate-without-empty-blocks", "dynamic-fee", 500, LookEvery, new Dictionary<PartyId, Digest>());
        chain = await ChainFiles.DeployAsync(homes[0], passphrase: null, cards, chain, (cards.Count / 2) + 1, TimeSpan.Zero, cancellation);
        await Task.WhenAll(homes.Select(home => ChainFiles.JoinAsync(home, passphrase: null, chain, cancellation)));
    }

    private static async Task PayAsync(JsonRpcClient client, EvmNode node, IReadOnlyList<EvmAddress> accounts, CancellationToken cancellation)
    {
        var unlocked = await client.CallAsync("eth_accounts", [], cancellation);
        if (unlocked.ValueKind != JsonValueKind.Array || unlocked.GetArrayLength() == 0)
            throw new CollabException(EvmErrors.Rejected, "The test chain has no unlocked account that pays; a sandbox needs one, as anvil has.");
        foreach (var account in accounts)
        {
            var payment = new JsonObject { ["from"] = unlocked[0].GetString(), ["to"] = account.ToString(), ["value"] = "0xde0b6b3a7640000" };
            await client.CallAsync("eth_sendTransaction", [payment], cancellation);
        }

        var start = TimeProvider.System.GetTimestamp();
        while ((await node.BalanceAsync(accounts[^1], cancellation)).IsZero)
        {
            if (TimeProvider.System.GetElapsedTime(start) > Limit) throw new CollabException(EvmErrors.Unreachable, "The test chain makes no blocks.");
            await Task.Delay(50, cancellation);
        }
    }

    private static ulong HexNumber(JsonElement number) => Convert.ToUInt64(number.GetString()![2..], 16);
}
