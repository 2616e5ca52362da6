using System.Numerics;
using System.Text.Json;
using Collab.Arithmetic.Hashing;
using Collab.Evm.Codecs;
using Collab.Evm.Contract;
using Collab.Evm.Rpc;
using Collab.Primitives;

namespace Collab.Evm.Anchoring;

/// <summary>A block that holds an anchored head, as far as its own bytes say.</summary>
/// <param name="Number">Its place.</param>
/// <param name="Hash">Its name: whoever asks a node of the chain for the block at that place must find this.</param>
/// <param name="Time">The chain's clock.</param>
public sealed record AnchoringBlock(ulong Number, Digest Hash, DateTimeOffset Time);

/// <summary>That a contract recorded the head of a log in a block with a certain hash: header, and the path from its root of receipts to the event.</summary>
/// <param name="Party">Whose log.</param>
/// <param name="Organisation">The party on the contract.</param>
/// <param name="Size">In entries.</param>
/// <param name="Root">The root at that size.</param>
/// <param name="Header">The RLP of the block's header, whose hash names the block.</param>
/// <param name="Index">The transaction's place in the block.</param>
/// <param name="Nodes">From the header's root of receipts to the transaction's receipt.</param>
public sealed record AnchorProof(PartyId Party, Digest Organisation, ulong Size, Digest Root, byte[] Header, int Index, IReadOnlyList<byte[]> Nodes)
{
    private const int LeastFields = 15, ReceiptsRoot = 5, NumberField = 8, TimeField = 11;
    private const byte LargestType = 0x7f;

    // In the order of the header; those of later forks end it.
    private static readonly string[] HeaderFields =
    [
        "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "difficulty", "number", "gasLimit", "gasUsed", "timestamp",
        "extraData", "mixHash", "nonce", "baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash",
    ];

    private static readonly HashSet<string> Numbers = ["difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas", "blobGasUsed", "excessBlobGas"];

    /// <summary>Takes the proof of a head from a node; what the node says is checked by recomputing it.</summary>
    /// <param name="node">The chain.</param>
    /// <param name="contract">The contract.</param>
    /// <param name="organisation">The party on it.</param>
    /// <param name="head">What is proven.</param>
    /// <param name="cancellation">Ends the asking.</param>
    /// <exception cref="CollabException"><see cref="EvmErrors.ReplyInvalid"/>: the header or the receipts are not of that block, or of a form that is not known here.</exception>
    public static async Task<AnchorProof> TakeAsync(EvmNode node, EvmAddress contract, Digest organisation, AnchoredHead head, CancellationToken cancellation)
    {
        var block = await node.BlockFieldsAsync(head.BlockNumber, cancellation);
        var receipts = await node.BlockReceiptsAsync(head.BlockNumber, cancellation);
        return EvmNode.Read("eth_getBlockReceipts", receipts, list =>
        {
            var all = list.EnumerateArray().ToList();
            var index = all.FindIndex(receipt => HexText.Digest(receipt.GetProperty("transactionHash").GetString(), "a hash") == head.Transaction);
            if (index < 0) throw new MalformedException("the transaction among the block's receipts");
            var (_, nodes) = ReceiptTrie.Prove([.. all.Select(ReceiptOf)], index);
            var proof = new AnchorProof(head.Party, organisation, head.Size, head.Root, HeaderOf(block), index, nodes);
            return proof.Verify(contract).Hash == head.Block ? proof : throw new MalformedException("the header of the block");
        });
    }

    /// <summary>Checks the proof from its own bytes.</summary>
    /// <param name="contract">The contract that must have recorded the head.</param>
    /// <returns>The block that holds it, if a block with that hash is on the chain: that only a node of the chain can say.</returns>
    /// <exception cref="MalformedException">It proves nothing of this head on that contract.</exception>
    public AnchoringBlock Verify(EvmAddress contract)
    {
        var fields = Rlp.Decode(Header).AsList();
        if (fields.Count < LeastFields) throw new MalformedException("the header of a block");
        var root = fields[ReceiptsRoot].AsBytes();
        if (root.Length != Digest.Size) throw new MalformedException("a root of receipts");
        var receipt = ReceiptTrie.Verify(new Digest(root.Span), Index, Nodes);
        if (receipt.Length == 0) throw new MalformedException("a receipt");
        var content = Rlp.Decode(receipt.AsMemory(receipt[0] <= LargestType ? 1 : 0)).AsList();
        if (content.Count != 4 || content[0].AsNumber() != BigInteger.One) throw new MalformedException("the receipt of a transaction that succeeded");
        if (!content[3].AsList().Any(log => IsHead(log.AsList(), contract))) throw new MalformedException("the contract's event with this head");
        var (number, seconds) = (fields[NumberField].AsNumber(), fields[TimeField].AsNumber());
        if (number > long.MaxValue || seconds > 100_000_000_000) throw new MalformedException("a block's number and its time in seconds");
        return new AnchoringBlock((ulong)number, new Digest(Keccak256.Hash(Header)), DateTimeOffset.FromUnixTimeSeconds((long)seconds));
    }

    /// <summary>Writes the seven fields.</summary>
    public static void Encode(CanonicalWriter writer, AnchorProof proof) => writer
        .Party(proof.Party).Digest(proof.Organisation).UInt64(proof.Size).Digest(proof.Root).Bytes(proof.Header).UInt32((uint)proof.Index).List(proof.Nodes, static (w, node) => w.Bytes(node));

    /// <summary>Reads the seven fields.</summary>
    /// <exception cref="MalformedException">Anything else.</exception>
    public static AnchorProof Decode(ref CanonicalReader reader)
    {
        var (party, organisation, size, root, header) = (reader.Party(), reader.Digest(), reader.UInt64(), reader.Digest(), reader.Bytes().ToArray());
        var index = reader.UInt32();
        if (index > 1 << 20) throw new MalformedException("a place in a block");
        return new AnchorProof(party, organisation, size, root, header, (int)index, reader.List((ref r) => r.Bytes().ToArray()));
    }

    private bool IsHead(IReadOnlyList<RlpItem> log, EvmAddress contract)
    {
        if (log.Count != 3 || !log[0].AsBytes().Span.SequenceEqual(contract.ToArray())) return false;
        var topics = log[1].AsList().Select(topic => topic.AsBytes()).ToList();
        if (topics.Count != 2 || topics.Exists(topic => topic.Length != Digest.Size)) return false;
        if (new Digest(topics[0].Span) != ConsortiumContract.CheckpointMade.Topic || new Digest(topics[1].Span) != Organisation) return false;
        var values = ConsortiumContract.CheckpointMade.Decode([.. topics.Select(topic => new Digest(topic.Span))], log[2].AsBytes().Span);
        return (BigInteger)values[1] == Size && new Digest((byte[])values[2]) == Root;
    }

    private static byte[] HeaderOf(JsonElement block) => EvmNode.Read("eth_getBlockByNumber", block, static fields => Rlp.List([.. HeaderFields
        .TakeWhile((name, i) => i < LeastFields || (fields.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String))
        .Select(name => Field(fields, name))]));

    private static byte[] Field(JsonElement fields, string name) => Numbers.Contains(name)
        ? Rlp.Number(HexText.Number(fields.GetProperty(name).GetString(), "a number"))
        : Rlp.Bytes(HexText.Bytes(fields.GetProperty(name).GetString()!, "bytes"));

    private static byte[] ReceiptOf(JsonElement receipt)
    {
        var type = receipt.TryGetProperty("type", out var named) && named.ValueKind == JsonValueKind.String ? (int)HexText.UInt64(named.GetString(), "a kind") : 0;
        var content = Rlp.List(
            Rlp.Number(HexText.Number(receipt.GetProperty("status").GetString(), "a status")),
            Rlp.Number(HexText.Number(receipt.GetProperty("cumulativeGasUsed").GetString(), "a number")),
            Bytes(receipt, "logsBloom"),
            Rlp.List([.. receipt.GetProperty("logs").EnumerateArray().Select(log => Rlp.List(
                Bytes(log, "address"),
                Rlp.List([.. log.GetProperty("topics").EnumerateArray().Select(topic => Rlp.Bytes(HexText.Bytes(topic.GetString()!, "bytes")))]),
                Bytes(log, "data")))]));
        return type == 0 ? content : type <= LargestType ? [(byte)type, .. content] : throw new MalformedException("a kind of transaction");
    }

    private static byte[] Bytes(JsonElement of, string name) => Rlp.Bytes(HexText.Bytes(of.GetProperty(name).GetString()!, "bytes"));
}
