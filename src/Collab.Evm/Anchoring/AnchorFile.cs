using System.Text;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Evm.Anchoring;

/// <summary>Proofs that the heads of logs stand on a contract: the file that lies beside an evidence bundle.</summary>
/// <param name="ChainId">The chain, by the word of who made the file: no header names it.</param>
/// <param name="Contract">The contract.</param>
/// <param name="Proofs">One of each log that is anchored, ordered by party.</param>
public sealed record AnchorFile(ulong ChainId, EvmAddress Contract, IReadOnlyList<AnchorProof> Proofs)
{
    private const int MostProofs = 64;
    private static readonly byte[] Mark = Encoding.ASCII.GetBytes("collab-anchor/1\n");

    /// <summary>The file's bytes (protocols/specs/ledger-evm.md, section Anchoring).</summary>
    public byte[] Encode() => [.. Mark, .. new CanonicalWriter().UInt64(ChainId).Bytes(Contract.ToArray()).List([.. Proofs.OrderBy(proof => proof.Party)], AnchorProof.Encode).ToArray()];

    /// <summary>Reads a file.</summary>
    /// <exception cref="MalformedException">The bytes are not exactly one.</exception>
    public static AnchorFile Decode(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(Mark)) throw new MalformedException("a file of anchors, version 1");
        var reader = new CanonicalReader(bytes[Mark.Length..]);
        var chainId = reader.UInt64();
        var contract = reader.Bytes();
        if (contract.Length != EvmAddress.Size) throw new MalformedException("an address");
        var file = new AnchorFile(chainId, new EvmAddress(contract), reader.List((ref r) => AnchorProof.Decode(ref r)));
        reader.End();
        if (file.Proofs.Count > MostProofs || !file.Proofs.Zip(file.Proofs.Skip(1)).All(pair => pair.First.Party.CompareTo(pair.Second.Party) < 0))
            throw new MalformedException("at most 64 parties, each once, in order");
        return file;
    }

    /// <summary>Checks, from bytes alone, that every head is anchored on the contract an auditor knows.</summary>
    /// <param name="chainId">The chain that the auditor knows.</param>
    /// <param name="contract">The contract on it.</param>
    /// <param name="organisations">The organisations of the parties on it.</param>
    /// <param name="heads">The heads of the logs of a bundle: their checkpoints.</param>
    /// <returns>The block of each head.</returns>
    /// <exception cref="CollabException"><see cref="EvmErrors.AnchorInvalid"/>: one is not, or is proven wrongly.</exception>
    public IReadOnlyDictionary<PartyId, AnchoringBlock> Verify(
        ulong chainId, EvmAddress contract, IReadOnlyDictionary<PartyId, Digest> organisations, IEnumerable<LedgerHead> heads)
    {
        if (ChainId != chainId) throw Invalid(null, $"The anchors are of chain {ChainId}, not of {chainId}.");
        if (Contract != contract) throw Invalid(null, $"The anchors are of the contract {Contract}, not of {contract}.");
        var blocks = new SortedDictionary<PartyId, AnchoringBlock>();
        foreach (var head in heads)
        {
            var proof = Proofs.FirstOrDefault(known => known.Party == head.Party) ?? throw Invalid(head.Party, $"There is no anchor of {head.Party}'s log.");
            if (proof.Size != head.Size || proof.Root != head.Root)
                throw Invalid(head.Party, $"The anchor of {head.Party}'s log is of {proof.Size} entries, not of the checkpoint of {head.Size} in the bundle.");
            if (!organisations.TryGetValue(head.Party, out var organisation) || organisation != proof.Organisation)
                throw Invalid(head.Party, $"The anchor of {head.Party}'s log is of another organisation.");
            try
            {
                blocks[head.Party] = proof.Verify(contract);
            }
            catch (MalformedException fault)
            {
                throw Invalid(head.Party, $"The anchor of {head.Party}'s log proves nothing: expected {fault.Rule}.");
            }
        }

        return blocks;
    }

    private static CollabException Invalid(PartyId? party, string message) => new(EvmErrors.AnchorInvalid, message, party);
}
