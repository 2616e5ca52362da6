using Collab.Evm.Anchoring;
using Collab.Evm.Contract;
using Collab.Evm.Following;
using Collab.Evm.Tests.Contract;
using Collab.Jobs;
using Collab.Primitives;
using static Collab.Evm.Tests.Contract.ContractParties;

namespace Collab.Evm.Tests.Anchoring;

/// <summary>A file of anchors shows offline that heads stand in a block's receipts; nothing in it can be changed.</summary>
public class AnchorProofTests
{
    private static readonly Dictionary<PartyId, Digest> Organisations = new() { [A] = Organisation(A), [B] = Organisation(B) };

    [Fact]
    public async Task Heads_are_proven_by_a_blocks_own_receipts_and_any_change_is_seen()
    {
        await using var parties = await ContractParties.StartAsync();

        // Both heads in one block with many other transactions, so that the tree has branches at two levels.
        using var key = await parties.Anvil.FundedKeyAsync(99);
        for (var i = 0; i < 140; i++) await parties.Anvil.Node.SendAsync(Chain.Anvil.Transaction((ulong)i, key.Address, []).Sign(key), default);
        parties.ProviderBoxA.Queue(Root("a"), parties.Contract, ConsortiumContract.Checkpoint.EncodeCall(41UL, Root("log a")));
        parties.ProviderBoxB.Queue(Root("b"), parties.Contract, ConsortiumContract.Checkpoint.EncodeCall(7UL, Root("log b")));
        await parties.SettleAsync();
        var anchor = new CheckpointAnchor(new AnchorOptions(
            A, Organisations, new ChainFollower(parties.Anvil.Node, [], 0, parties.Contract, 0, FinalityRule.ImmediateWithoutEmptyBlocks, parties.Clock), parties.ProviderBoxA,
            () => new LedgerHead(A, 41, Root("log a")), _ => null, parties.Clock, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1)));
        await anchor.LookAsync(default);

        var proofs = new List<AnchorProof>();
        foreach (var head in anchor.Heads) proofs.Add(await AnchorProof.TakeAsync(parties.Anvil.Node, parties.Contract, Organisations[head.Party], head, default));
        var file = AnchorFile.Decode(new AnchorFile(Chain.Anvil.ChainId, parties.Contract, proofs).Encode());
        LedgerHead[] heads = [new(A, 41, Root("log a")), new(B, 7, Root("log b"))];
        var blocks = file.Verify(Chain.Anvil.ChainId, parties.Contract, Organisations, heads);
        Assert.Equal(anchor.Heads.Select(head => (head.BlockNumber, head.Block)), blocks.Values.Select(block => (block.Number, block.Hash)));
        Assert.Contains(file.Proofs, proof => proof.Nodes.Count > 1);                    // a real path

        // Other heads, another chain, contract or organisation.
        AssertInvalid(() => file.Verify(1, parties.Contract, Organisations, heads), "of chain");
        AssertInvalid(() => file.Verify(Chain.Anvil.ChainId, EvmAddress.Zero, Organisations, heads), "of the contract");
        AssertInvalid(() => (file with { Contract = EvmAddress.Zero }).Verify(Chain.Anvil.ChainId, EvmAddress.Zero, Organisations, heads), "proves nothing");
        AssertInvalid(() => file.Verify(Chain.Anvil.ChainId, parties.Contract, Organisations, [new(A, 42, Root("log a"))]), "not of the checkpoint");
        AssertInvalid(() => file.Verify(Chain.Anvil.ChainId, parties.Contract, Organisations, [new(A, 41, Root("a fork"))]), "not of the checkpoint");
        AssertInvalid(() => file.Verify(Chain.Anvil.ChainId, parties.Contract, Organisations, [new(PartyId.Parse("hospital-c"), 41, Root("log a"))]), "no anchor");
        var swapped = new Dictionary<PartyId, Digest> { [A] = Organisation(B), [B] = Organisation(A) };
        AssertInvalid(() => file.Verify(Chain.Anvil.ChainId, parties.Contract, swapped, heads), "another organisation");
        AssertInvalid(() => Replaced(file, proof => proof with { Size = 42 }).Verify(Chain.Anvil.ChainId, parties.Contract, Organisations, [new(A, 42, Root("log a"))]), "proves nothing");

        // Every byte of a proof: a changed header is another block, and everything else leads nowhere.
        var (honest, at) = (file.Proofs[0], blocks[A].Hash);
        for (var i = 0; i < honest.Header.Length; i++) Assert.False(Holds(honest with { Header = Changed(honest.Header, i) }));
        for (var node = 0; node < honest.Nodes.Count; node++)
        {
            for (var i = 0; i < honest.Nodes[node].Length; i++) Assert.False(Holds(honest with { Nodes = [.. honest.Nodes.Select((bytes, n) => n == node ? Changed(bytes, i) : bytes)] }));
        }

        Assert.False(Holds(honest with { Index = honest.Index + 1 }));
        Assert.False(Holds(honest with { Nodes = [.. honest.Nodes, honest.Nodes[0]] }));
        Assert.False(Holds(honest with { Nodes = [.. honest.Nodes.SkipLast(1)] }));

        bool Holds(AnchorProof proof)
        {
            try
            {
                return proof.Verify(parties.Contract).Hash == at;
            }
            catch (MalformedException)
            {
                return false;
            }
        }
    }

    [Fact]
    public void A_file_that_is_cut_short_or_goes_on_is_none()
    {
        var bytes = new AnchorFile(5, EvmAddress.Zero, [new(A, Root("o"), 1, Root("r"), [1], 0, [[2]]), new(B, Root("o"), 1, Root("r"), [1], 0, [])]).Encode();
        for (var length = 0; length < bytes.Length; length++) Assert.Throws<MalformedException>(() => AnchorFile.Decode(bytes.AsSpan(0, length)));
        Assert.Throws<MalformedException>(() => AnchorFile.Decode([.. bytes, 0]));
        Assert.Equal(bytes, AnchorFile.Decode(bytes).Encode());
    }

    private static AnchorFile Replaced(AnchorFile file, Func<AnchorProof, AnchorProof> change) => file with { Proofs = [change(file.Proofs[0]), .. file.Proofs.Skip(1)] };

    private static byte[] Changed(byte[] bytes, int at)
    {
        var changed = bytes.ToArray();
        changed[at] ^= 1;
        return changed;
    }

    private static void AssertInvalid(Action verify, string says)
    {
        var fault = Assert.Throws<CollabException>(verify);
        Assert.Equal("chain.anchor-invalid", fault.Code.Name);
        Assert.Contains(says, fault.Message);
    }

    private static Digest Root(string name) => Digest.Of("test", System.Text.Encoding.ASCII.GetBytes(name));
}
