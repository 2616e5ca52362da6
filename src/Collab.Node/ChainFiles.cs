using Collab.Evm;
using Collab.Evm.Anchoring;
using Collab.Evm.Contract;
using Collab.Evm.Following;
using Collab.Evm.Keys;
using Collab.Evm.Rpc;
using Collab.Jobs;
using Collab.Node.Configuration;
using Collab.Primitives;

namespace Collab.Node;

/// <summary>Sets up what a node has of a chain: contract, places on it, and the file <c>chain.yaml</c>.</summary>
public static class ChainFiles
{
    private static readonly TimeSpan BlockLimit = TimeSpan.FromMinutes(1);

    /// <summary>Puts the contract on the chain, paid by the administration key of a home, and says how all parties reach it.</summary>
    /// <param name="home">The home whose administration key pays.</param>
    /// <param name="passphrase">Of its keys.</param>
    /// <param name="cards">The founders.</param>
    /// <param name="chain">How the chain is reached and used; contract, first block and organisations are filled in.</param>
    /// <param name="quorum">How many operators carry a motion.</param>
    /// <param name="keyDelay">How long a nominated key waits.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="CollabException">The chain is another, is away or refuses.</exception>
    public static async Task<ChainConfiguration> DeployAsync(
        NodeHome home, SecretBytes? passphrase, IReadOnlyList<ChainCard> cards, ChainConfiguration chain, int quorum, TimeSpan keyDelay, CancellationToken cancellation)
    {
        using var node = NodeOf(chain);
        using var payer = EvmKeyFile.Load(home.ChainAdministrationKeyFile, passphrase);
        var founders = cards.OrderBy(card => card.Party).Select(card => (card.Organisation, card.Roles, card.Administration)).ToList();
        var (contract, first) = await SetupOf(node, chain).DeployAsync(payer, founders, quorum, keyDelay, cancellation);
        return chain with { Contract = contract, FirstBlock = first, Organisations = cards.ToDictionary(card => card.Party, card => card.Organisation) };
    }

    /// <summary>Takes the party's place on the contract with the keys of its home, and writes <c>chain.yaml</c> there once all of them have theirs.</summary>
    /// <returns>When to do it again, because the contract's delay for new keys is not over; null when all is done.</returns>
    /// <exception cref="CollabException">The contract does not know the party with this key, or the chain is another, is away or refuses.</exception>
    public static async Task<DateTimeOffset?> JoinAsync(NodeHome home, SecretBytes? passphrase, ChainConfiguration chain, CancellationToken cancellation)
    {
        var card = ChainCard.Parse(await File.ReadAllTextAsync(home.ChainCardFile, cancellation));
        if (!chain.Organisations.TryGetValue(card.Party, out var organisation) || organisation != card.Organisation)
            throw new CollabException(EvmErrors.NotOnContract, "The file does not name this party with the organisation of its card.", card.Party);
        using var node = NodeOf(chain);
        using var administration = EvmKeyFile.Load(home.ChainAdministrationKeyFile, passphrase);
        using var provider = EvmKeyFile.Load(home.ChainProviderKeyFile, passphrase);
        using var requester = EvmKeyFile.Load(home.ChainRequesterKeyFile, passphrase);
        var ready = await SetupOf(node, chain).JoinAsync(
            chain.Contract, organisation, administration, [(provider, ConsortiumContract.Provider), (requester, ConsortiumContract.Requester)], cancellation);
        if (ready is null) await File.WriteAllTextAsync(home.ChainFile, chain.ToYaml(), cancellation);
        return ready;
    }

    /// <summary>What the contract says of every party at the newest block, and that block's number.</summary>
    /// <exception cref="CollabException">The chain is another, is away or refuses.</exception>
    public static async Task<(ulong Block, IReadOnlyDictionary<PartyId, OrganisationStatus> Parties)> StatusAsync(ChainConfiguration chain, CancellationToken cancellation)
    {
        using var node = NodeOf(chain);
        await node.DemandChainAsync(cancellation);
        var head = await node.LatestAsync(cancellation);
        var parties = new SortedDictionary<PartyId, OrganisationStatus>();
        foreach (var (party, organisation) in chain.Organisations)
            parties[party] = await SetupOf(node, chain).StatusAsync(chain.Contract, organisation, cancellation);
        return (head.Number, parties);
    }

    /// <summary>Takes from the chain the proofs that heads of logs are anchored, of final blocks alone.</summary>
    /// <exception cref="CollabException">One is not anchored (<see cref="EvmErrors.AnchorInvalid"/>), or the chain is another, is away or lies.</exception>
    public static async Task<AnchorFile> TakeAnchorsAsync(ChainConfiguration chain, IReadOnlyList<LedgerHead> heads, CancellationToken cancellation)
    {
        using var node = NodeOf(chain);
        var follower = new ChainFollower(node, [], 0, chain.Contract, chain.FirstBlock, chain.FinalityRule, TimeProvider.System);
        var anchored = await AnchoredHeads.ReadAsync(follower, chain.Organisations, cancellation);
        var proofs = new List<AnchorProof>();
        foreach (var head in heads)
        {
            var found = anchored.FirstOrDefault(known => (known.Party, known.Size, known.Root) == (head.Party, head.Size, head.Root))
                ?? throw new CollabException(EvmErrors.AnchorInvalid, $"The checkpoint of {head.Party}'s log in the bundle, of {head.Size} entries, is not on the chain.", head.Party);
            proofs.Add(await AnchorProof.TakeAsync(node, chain.Contract, chain.Organisations[head.Party], found, cancellation));
        }

        return new AnchorFile(chain.ChainId, chain.Contract, proofs);
    }

    private static EvmNode NodeOf(ChainConfiguration chain) => new(new JsonRpcClient(JsonRpcOptions.For(chain.Endpoints[0]), TimeProvider.System), chain.ChainId);

    private static ContractSetup SetupOf(EvmNode node, ChainConfiguration chain) => new(node, chain.FeeRule, BlockLimit, TimeProvider.System);
}
