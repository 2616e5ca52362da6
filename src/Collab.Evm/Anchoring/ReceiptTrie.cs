using System.Numerics;
using Collab.Arithmetic.Hashing;
using Collab.Evm.Codecs;
using Collab.Primitives;

namespace Collab.Evm.Anchoring;

/// <summary>The Merkle-Patricia tree over the receipts of a block, whose root is in the block's header: proofs of one receipt, made and verified.</summary>
/// <remarks>Source: Ethereum yellow paper, appendices C (hex-prefix encoding) and D (tree). The key of a receipt is the RLP of its place in the block.</remarks>
internal static class ReceiptTrie
{
    private const int HashSize = 32;
    private const int Branches = 16;

    /// <summary>The root over receipts in their order, and the nodes from it to one of them.</summary>
    /// <param name="receipts">Each as it is encoded in the tree.</param>
    /// <param name="index">Which one is proven.</param>
    public static (Digest Root, IReadOnlyList<byte[]> Nodes) Prove(IReadOnlyList<byte[]> receipts, int index)
    {
        var entries = receipts.Select((receipt, i) => (Path: PathOf(i), Value: receipt)).ToList();
        var nodes = new List<byte[]>();
        var root = Node(entries, 0, PathOf(index), nodes);
        nodes.Reverse();
        return (new Digest(Keccak256.Hash(root)), nodes);
    }

    /// <summary>The receipt at a place of the block with that root.</summary>
    /// <exception cref="MalformedException">The nodes do not lead from the root to a receipt at that place.</exception>
    public static byte[] Verify(Digest root, int index, IReadOnlyList<byte[]> nodes)
    {
        var path = PathOf(index);
        var (used, at) = (0, 0);
        var node = Take(root.ToArray());
        while (true)
        {
            var parts = node.AsList();
            RlpItem child;
            if (parts.Count == Branches + 1 && at < path.Length)
            {
                child = parts[path[at++]];
            }
            else if (parts.Count == 2)
            {
                var (nibbles, isLeaf) = Decode(parts[0].AsBytes().Span);
                if (!path.AsSpan(at).StartsWith(nibbles)) throw Wrong();
                at += nibbles.Length;
                if (isLeaf) return at == path.Length && used == nodes.Count ? parts[1].AsBytes().ToArray() : throw Wrong();
                child = parts[1];
            }
            else
            {
                throw Wrong();
            }

            node = child.IsList ? child : Take(child.AsBytes().Span);
        }

        RlpItem Take(ReadOnlySpan<byte> hash) =>
            hash.Length == HashSize && used < nodes.Count && hash.SequenceEqual(Keccak256.Hash(nodes[used])) ? Rlp.Decode(nodes[used++]) : throw Wrong();
    }

    // The encoding of the subtree over entries that agree in the first nibbles; nodes on the way to the target that are named by a hash are kept, the lowest first.
    private static byte[] Node(List<(byte[] Path, byte[] Value)> entries, int depth, byte[] target, List<byte[]> kept)
    {
        byte[] node;
        var first = entries[0].Path;
        var common = entries.Min(entry => entry.Path.AsSpan(depth).CommonPrefixLength(first.AsSpan(depth)));
        if (entries.Count == 1) node = Rlp.List(Encode(first.AsSpan(depth), isLeaf: true), Rlp.Bytes(entries[0].Value));
        else if (common > 0) node = Rlp.List(Encode(first.AsSpan(depth, common), isLeaf: false), Reference(Node(entries, depth + common, target, kept)));
        else
        {
            var children = entries.ToLookup(entry => entry.Path[depth]);                 // no key is the beginning of another
            node = Rlp.List([
                .. Enumerable.Range(0, Branches).Select(nibble => children[(byte)nibble].ToList() is { Count: > 0 } below ? Reference(Node(below, depth + 1, target, kept)) : Rlp.Bytes([])),
                Rlp.Bytes([])]);
        }

        var isOnTheWay = entries.Exists(entry => entry.Path.AsSpan().SequenceEqual(target));
        if (isOnTheWay && (depth == 0 || node.Length >= HashSize)) kept.Add(node);
        return node;
    }

    private static byte[] Reference(byte[] node) => node.Length < HashSize ? node : Rlp.Bytes(Keccak256.Hash(node));

    private static byte[] PathOf(int index) => [.. Rlp.Number(new BigInteger(index)).SelectMany(b => new[] { (byte)(b >> 4), (byte)(b & 15) })];

    private static byte[] Encode(ReadOnlySpan<byte> nibbles, bool isLeaf)
    {
        var isOdd = nibbles.Length % 2 == 1;
        var flag = (byte)((isLeaf ? 2 : 0) + (isOdd ? 1 : 0));
        byte[] all = isOdd ? [flag, .. nibbles] : [flag, 0, .. nibbles];
        return Rlp.Bytes([.. all.Chunk(2).Select(pair => (byte)((pair[0] << 4) | pair[1]))]);
    }

    private static (byte[] Nibbles, bool IsLeaf) Decode(ReadOnlySpan<byte> encoded)
    {
        if (encoded.IsEmpty || encoded[0] > 0x3f || (encoded[0] is < 0x10 or (>= 0x20 and < 0x30) && (encoded[0] & 15) != 0)) throw Wrong();
        var nibbles = new List<byte>();
        if ((encoded[0] & 0x10) != 0) nibbles.Add((byte)(encoded[0] & 15));
        foreach (var b in encoded[1..])
        {
            nibbles.Add((byte)(b >> 4));
            nibbles.Add((byte)(b & 15));
        }

        return ([.. nibbles], (encoded[0] & 0x20) != 0);
    }

    private static MalformedException Wrong() => new("nodes that lead from the root to the receipt");
}
