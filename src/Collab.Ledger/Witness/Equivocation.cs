using Collab.Ledger.Merkle;
using Collab.Ledger.Notes;
using Collab.Primitives;

namespace Collab.Ledger.Witness;

/// <summary>
/// Proof that one log showed two histories: two checkpoints its author signed that cannot both be true. Anyone can check it with the
/// author's key alone.
/// </summary>
/// <param name="First">The smaller checkpoint, or either when the sizes are equal.</param>
/// <param name="Second">The other.</param>
/// <param name="RootInSecond">The root that the second history has at the first's size; null when the sizes are equal.</param>
/// <param name="Proof">That <paramref name="RootInSecond"/> is in the second history; null when the sizes are equal.</param>
public sealed record Equivocation(SignedCheckpoint First, SignedCheckpoint Second, Digest? RootInSecond, ConsistencyProof? Proof)
{
    /// <summary>Whether it proves what it says, of the log whose key this is.</summary>
    public bool Verify(NoteVerifier author)
    {
        if (First.Origin != Second.Origin || !author.HasSigned(First.Note) || !author.HasSigned(Second.Note)) return false;
        if (First.Size == Second.Size) return RootInSecond is null && Proof is null && First.Root != Second.Root;
        return RootInSecond is { } root
            && root != First.Root
            && Proof is { } proof
            && (proof.OldSize, proof.NewSize) == (First.Size, Second.Size)
            && proof.Verify(root, Second.Root);
    }

    /// <summary>The bytes that are kept and shown to others.</summary>
    public byte[] ToBytes()
    {
        var writer = new CanonicalWriter().Bytes(First.ToBytes()).Bytes(Second.ToBytes()).Boolean(Proof is not null);
        if (RootInSecond is { } root && Proof is { } proof) proof.Encode(writer.Digest(root));
        return writer.ToArray();
    }

    /// <summary>Reads what <see cref="ToBytes"/> writes; it proves nothing before <see cref="Verify"/>.</summary>
    /// <exception cref="MalformedException">Anything else.</exception>
    public static Equivocation Parse(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        var (first, second) = (SignedCheckpoint.Parse(reader.Bytes()), SignedCheckpoint.Parse(reader.Bytes()));
        var hasProof = reader.Boolean();
        Digest? root = hasProof ? reader.Digest() : null;
        var proof = hasProof ? ConsistencyProof.Decode(ref reader) : null;
        reader.End();
        return new Equivocation(first, second, root, proof);
    }
}
