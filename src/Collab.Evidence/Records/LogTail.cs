using Collab.Ledger.Merkle;
using Collab.Ledger.Notes;
using Collab.Primitives;

namespace Collab.Evidence.Records;

/// <summary>
/// A party's log from one entry up to a final checkpoint, every entry: unlike an extract, it shows that nothing was left out, so that no revocation can be hidden.
/// </summary>
/// <param name="Checkpoint">The checkpoint with exactly as many cosignatures as the policy wants.</param>
/// <param name="First">The place of the first entry, whose path gives what stands to its left.</param>
/// <param name="Entries">All entries from it to the end.</param>
public sealed record LogTail(SignedCheckpoint Checkpoint, InclusionProof First, IReadOnlyList<ReadOnlyMemory<byte>> Entries)
{
    /// <summary>Whether these are exactly the entries from the first one's place to the end of the log under the checkpoint.</summary>
    /// <remarks>
    /// The left siblings on the first entry's path are the complete subtrees before it, one for each bit of its index; with the entries after them they give the root,
    /// and no other entries do (RFC 6962, section 2.1). One hash an entry, and one more.
    /// </remarks>
    public bool IsWhole()
    {
        if (Entries.Count == 0 || First.TreeSize != Checkpoint.Size || First.Index + Entries.Count != Checkpoint.Size
            || !First.Verify(MerkleTree.LeafHash(Entries[0].Span), Checkpoint.Root))
            return false;

        var subtrees = new Stack<(int Height, Digest Root)>();
        foreach (var subtree in LeftOf(First).AsEnumerable().Reverse()) subtrees.Push(subtree);
        foreach (var entry in Entries)
        {
            var (height, root) = (0, MerkleTree.LeafHash(entry.Span));
            while (subtrees.TryPeek(out var left) && left.Height == height) (height, root) = (height + 1, MerkleTree.NodeHash(subtrees.Pop().Root, root));
            subtrees.Push((height, root));
        }

        var whole = subtrees.Pop().Root;
        while (subtrees.TryPop(out var left)) whole = MerkleTree.NodeHash(left.Root, whole);
        return whole == Checkpoint.Root;
    }

    /// <summary>Writes checkpoint, place and entries.</summary>
    public void Encode(CanonicalWriter writer)
    {
        writer.Bytes(Checkpoint.ToBytes());
        First.Encode(writer);
        writer.List(Entries, (w, entry) => w.Bytes(entry.Span));
    }

    /// <summary>Reads what <see cref="Encode"/> writes; nothing is verified by that.</summary>
    /// <exception cref="MalformedException">Anything else.</exception>
    public static LogTail Decode(ref CanonicalReader reader) => new(
        SignedCheckpoint.Parse(reader.Bytes()), InclusionProof.Decode(ref reader), reader.List((ref r) => (ReadOnlyMemory<byte>)r.Bytes().ToArray()));

    // From the leaf up, as the path lists them.
    private static List<(int Height, Digest Root)> LeftOf(InclusionProof proof)
    {
        var left = new List<(int, Digest)>();
        var (node, last, height) = (proof.Index, proof.TreeSize - 1, 0);
        foreach (var sibling in proof.Path)
        {
            if ((node & 1) == 1 || node == last)
            {
                while ((node & 1) == 0 && node != 0) (node, last, height) = (node >> 1, last >> 1, height + 1);
                left.Add((height, sibling));
            }

            (node, last, height) = (node >> 1, last >> 1, height + 1);
        }

        return left;
    }
}
