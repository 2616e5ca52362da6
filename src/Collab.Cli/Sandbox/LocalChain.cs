using System.Text.Json;
using System.Text.Json.Nodes;
using Collab.Evm;
using Collab.Evm.Contract;
using Collab.Evm.Keys;
using Collab.Evm.Rpc;
using Collab.Evm.Sending;
using Collab.Evm.Transactions;
using Collab.Node.Configuration;
using Collab.Primitives;

namespace Collab.Cli.Sandbox;

/// <summary>Puts the contract of a sandbox on a test chain: its node must have an unlocked account that pays, as anvil has.</summary>
/// <remarks>Each party gets an administration key (forgotten once the others are claimed), a provider's and a requester's, and is an operator.</remarks>
internal static class LocalChain
{
    private const int Roles = ConsortiumContract.Provider | ConsortiumContract.Requester | ConsortiumContract.Operator;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Deploys, claims, and writes the chain's file and keys into every party's home; the nodes must not run yet.</summary>
    public static async Task FoundAsync(LocalConsortium local, Uri address, CancellationToken cancellation)
    {
        using var client = new JsonRpcClient(JsonRpcOptions.For(address), TimeProvider.System);
        var chainId = HexNumber(await client.CallAsync("eth_chainId", [], cancellation));
        using var node = new EvmNode(client, chainId);
        var parties = local.Consortium.Members.Select(member => new Party(member.Party)).ToList();
        try
        {
            using var deployer = EvmKey.Generate(RandomSource.System);
            await PayAsync(client, node, [deployer.Address, .. parties.SelectMany(p => new[] { p.Administration.Address, p.Provider.Address, p.Requester.Address })], cancellation);
            var first = (await node.LatestAsync(cancellation)).Number;
            var contract = EvmAddress.OfContract(deployer.Address, 0);
            await DoAsync(node, deployer, 0, null, ConsortiumContract.Deployment([.. parties.Select(p => (p.Organisation, Roles, p.Administration.Address))], (parties.Count / 2) + 1, 0), cancellation);
            await Task.WhenAll(parties.Select(party => ClaimAsync(node, contract, party, cancellation)));
            var configuration = new ChainConfiguration(
                chainId, contract, first, [address], 0, "immediate-without-empty-blocks", "dynamic-fee", 500, TimeSpan.FromSeconds(1), parties.ToDictionary(p => p.Id, p => p.Organisation));
            foreach (var party in parties)
            {
                var home = local.HomeOf(party.Id);
                EvmKeyFile.Save(party.Provider, home.ChainProviderKeyFile, passphrase: null);
                EvmKeyFile.Save(party.Requester, home.ChainRequesterKeyFile, passphrase: null);
                await File.WriteAllTextAsync(home.ChainFile, configuration.ToYaml(), cancellation);
            }
        }
        finally
        {
            parties.ForEach(party => party.Dispose());
        }
    }

    private static async Task ClaimAsync(EvmNode node, EvmAddress contract, Party party, CancellationToken cancellation)
    {
        await DoAsync(node, party.Administration, 0, contract, ConsortiumContract.ClaimCall(party.Organisation), cancellation);
        await DoAsync(node, party.Administration, 1, contract, ConsortiumContract.NominateCall(party.Provider.Address, ConsortiumContract.Provider), cancellation);
        await DoAsync(node, party.Administration, 2, contract, ConsortiumContract.NominateCall(party.Requester.Address, ConsortiumContract.Requester), cancellation);
        await DoAsync(node, party.Provider, 0, contract, ConsortiumContract.ClaimCall(party.Organisation), cancellation);
        await DoAsync(node, party.Requester, 0, contract, ConsortiumContract.ClaimCall(party.Organisation), cancellation);
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

        await UntilAsync(async () => !(await node.BalanceAsync(accounts[^1], cancellation)).IsZero, cancellation);
    }

    private static async Task DoAsync(EvmNode node, EvmKey key, ulong nonce, EvmAddress? to, byte[] data, CancellationToken cancellation)
    {
        var gas = await node.EstimateGasAsync(new EvmCall(key.Address, to, data), cancellation) * 5 / 4;
        var (tip, price) = await FeeRule.Standard.OfferAsync(node, await node.LatestAsync(cancellation), cancellation);
        var signed = new EvmTransaction(TransactionKind.DynamicFee, node.ChainId, nonce, tip, price, gas, to, 0, data, []).Sign(key);
        await node.SendAsync(signed, cancellation);
        TransactionReceipt? receipt = null;
        await UntilAsync(async () => (receipt = await node.ReceiptAsync(signed.Hash, cancellation)) is not null, cancellation);
        if (!receipt!.Succeeded) throw new CollabException(EvmErrors.Reverted, "The contract of the sandbox could not be set up.");
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, CancellationToken cancellation)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Limit) throw new CollabException(EvmErrors.Unreachable, "The test chain makes no blocks.");
            await Task.Delay(50, cancellation);
        }
    }

    private static ulong HexNumber(JsonElement number) => Convert.ToUInt64(number.GetString()![2..], 16);

    private sealed record Party(PartyId Id) : IDisposable
    {
        public Digest Organisation { get; } = new(RandomSource.System.Bytes(Digest.Size));

        public EvmKey Administration { get; } = EvmKey.Generate(RandomSource.System);

        public EvmKey Provider { get; } = EvmKey.Generate(RandomSource.System);

        public EvmKey Requester { get; } = EvmKey.Generate(RandomSource.System);

        public void Dispose()
        {
            Administration.Dispose();
            Provider.Dispose();
            Requester.Dispose();
        }
    }
}
