using System.Numerics;
using Collab.Evm.Codecs;
using Collab.Evm.Keys;
using Collab.Evm.Rpc;
using Collab.Evm.Sending;
using Collab.Evm.Transactions;
using Collab.Primitives;

namespace Collab.Evm.Contract;

/// <summary>An organisation as the contract has it.</summary>
/// <param name="Exists">Whether it is a member at all.</param>
/// <param name="IsActive">Whether it is not suspended.</param>
/// <param name="Roles">Its roles, as bits.</param>
/// <param name="Administration">Its administration key; zero until that is claimed.</param>
/// <param name="HeadSize">The size of its log that stands on the contract.</param>
/// <param name="Conflicts">How often it sent a checkpoint that contradicts that.</param>
public sealed record OrganisationStatus(bool Exists, bool IsActive, int Roles, EvmAddress Administration, ulong HeadSize, uint Conflicts);

/// <summary>Founding a consortium's contract and taking one's place on it. Whatever was cut short is done by doing it again.</summary>
/// <param name="node">The chain.</param>
/// <param name="fees">What is paid.</param>
/// <param name="limit">How long one transaction may take to come into a block.</param>
/// <param name="clock">The clock.</param>
public sealed class ContractSetup(EvmNode node, FeeRule fees, TimeSpan limit, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private static readonly AbiFunction
        Keys = AbiFunction.Parse("keys(address)", "(bytes32,uint8)"),
        Nominations = AbiFunction.Parse("nominations(bytes32,address)", "(uint8,uint64)"),
        Organisations = AbiFunction.Parse("organisations(bytes32)", "(address,uint8,bool,bool,uint32,uint32)"),
        Heads = AbiFunction.Parse("heads(bytes32)", "(bytes32,uint64,uint32)");

    /// <summary>Puts the contract on the chain.</summary>
    /// <param name="deployer">Pays; has no rights afterwards.</param>
    /// <param name="founders">Id, roles and administration key of each organisation.</param>
    /// <param name="quorum">How many operators carry a motion.</param>
    /// <param name="keyDelay">How long a nominated key waits; whole seconds.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>The contract, and the block that made it.</returns>
    /// <exception cref="CollabException">The chain's node is on another chain, is away, or refuses.</exception>
    public async Task<(EvmAddress Contract, ulong FirstBlock)> DeployAsync(
        EvmKey deployer, IReadOnlyList<(Digest Id, int Roles, EvmAddress Key)> founders, int quorum, TimeSpan keyDelay, CancellationToken cancellation)
    {
        await node.DemandChainAsync(cancellation);
        var receipt = await DoAsync(deployer, null, ConsortiumContract.Deployment(founders, quorum, (ulong)keyDelay.TotalSeconds), cancellation);
        return (receipt.Contract ?? throw new CollabException(EvmErrors.ReplyInvalid, "The chain's node names no contract that was made."), receipt.BlockNumber);
    }

    /// <summary>Claims an organisation with its administration key, and a place for each of its other keys.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="organisation">The organisation, which the founders or a motion named with this administration key.</param>
    /// <param name="administration">Its administration key.</param>
    /// <param name="keys">Its other keys with one role each; each pays for its own claim.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>When the last nominated key may claim its place, if that is later than the newest block: do the same again then. Null when all is done.</returns>
    /// <exception cref="CollabException">The contract does not know the organisation with this key, or the chain's node is away or refuses.</exception>
    public async Task<DateTimeOffset?> JoinAsync(
        EvmAddress contract, Digest organisation, EvmKey administration, IReadOnlyList<(EvmKey Key, int Role)> keys, CancellationToken cancellation)
    {
        await node.DemandChainAsync(cancellation);
        if ((await node.CodeAsync(contract, cancellation)).Length == 0) throw new CollabException(EvmErrors.NotOnContract, "There is no contract at that address of the chain.");
        if (await OrganisationOfAsync(contract, administration.Address, cancellation) != organisation)
        {
            if ((await NominationAsync(contract, organisation, administration.Address, cancellation)).Role == 0)
                throw new CollabException(EvmErrors.NotOnContract, "The contract does not know this organisation with this administration key.");
            await DoAsync(administration, contract, ConsortiumContract.ClaimCall(organisation), cancellation);
        }

        DateTimeOffset? ready = null;
        foreach (var (key, role) in keys)
        {
            if (await OrganisationOfAsync(contract, key.Address, cancellation) == organisation) continue;
            if ((await NominationAsync(contract, organisation, key.Address, cancellation)).Role != role)
                await DoAsync(administration, contract, ConsortiumContract.NominateCall(key.Address, role), cancellation);
            var readyAt = (await NominationAsync(contract, organisation, key.Address, cancellation)).ReadyAt;
            if (readyAt > (await node.LatestAsync(cancellation)).Time) ready = ready is { } later && later > readyAt ? later : readyAt;
            else await DoAsync(key, contract, ConsortiumContract.ClaimCall(organisation), cancellation);
        }

        return ready;
    }

    /// <summary>What the contract says of an organisation at the newest block.</summary>
    public async Task<OrganisationStatus> StatusAsync(EvmAddress contract, Digest organisation, CancellationToken cancellation)
    {
        var o = await ReadAsync(contract, Organisations, cancellation, organisation);
        var h = await ReadAsync(contract, Heads, cancellation, organisation);
        return new OrganisationStatus((bool)o[3], (bool)o[2], (int)(BigInteger)o[1], (EvmAddress)o[0], (ulong)(BigInteger)h[1], (uint)(BigInteger)h[2]);
    }

    /// <summary>The role of a key on the contract if it is that organisation's; 0 otherwise.</summary>
    public async Task<int> RoleAsync(EvmAddress contract, Digest organisation, EvmAddress key, CancellationToken cancellation)
    {
        var held = await ReadAsync(contract, Keys, cancellation, key);
        return new Digest((byte[])held[0]) == organisation ? (int)(BigInteger)held[1] : 0;
    }

    private async Task<Digest> OrganisationOfAsync(EvmAddress contract, EvmAddress key, CancellationToken cancellation) =>
        new((byte[])(await ReadAsync(contract, Keys, cancellation, key))[0]);

    private async Task<(int Role, DateTimeOffset ReadyAt)> NominationAsync(EvmAddress contract, Digest organisation, EvmAddress key, CancellationToken cancellation)
    {
        var nomination = await ReadAsync(contract, Nominations, cancellation, organisation, key);
        return ((int)(BigInteger)nomination[0], DateTimeOffset.FromUnixTimeSeconds((long)(BigInteger)nomination[1]));
    }

    private async Task<object[]> ReadAsync(EvmAddress contract, AbiFunction function, CancellationToken cancellation, params object[] arguments)
    {
        try
        {
            return function.DecodeResult(await node.CallAsync(new EvmCall(EvmAddress.Zero, contract, function.EncodeCall(arguments)), cancellation));
        }
        catch (MalformedException fault)
        {
            throw new CollabException(EvmErrors.NotOnContract, "What is at that address is not a consortium's contract.", inner: fault);
        }
    }

    // Signed anew when it is done again: setting up is watched by a person, and what was done already is not asked for twice.
    private async Task<TransactionReceipt> DoAsync(EvmKey key, EvmAddress? to, byte[] data, CancellationToken cancellation)
    {
        var gas = await node.EstimateGasAsync(new EvmCall(key.Address, to, data), cancellation) * 5 / 4;
        var (tip, price) = await fees.OfferAsync(node, await node.LatestAsync(cancellation), cancellation);
        var nonce = await node.LatestNonceAsync(key.Address, cancellation);
        var signed = new EvmTransaction(fees.Kind, node.ChainId, nonce, tip, price, gas, to, 0, data, []).Sign(key);
        await node.SendAsync(signed, cancellation);
        var start = clock.GetTimestamp();
        while (true)
        {
            if (await node.ReceiptAsync(signed.Hash, cancellation) is { } receipt)
                return receipt.Succeeded ? receipt : throw new CollabException(EvmErrors.Reverted, "The contract refused a step of the set-up.");
            if (clock.GetElapsedTime(start) > limit) throw new CollabException(EvmErrors.Unreachable, "The chain took a transaction and made no block with it within the limit.");
            await Task.Delay(Interval, clock, cancellation);
        }
    }
}
