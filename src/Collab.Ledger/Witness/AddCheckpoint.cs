using System.Globalization;
using System.Text;
using Collab.Ledger.Merkle;
using Collab.Ledger.Notes;
using Collab.Primitives;

namespace Collab.Ledger.Witness;

/// <summary>What a witness answers; the numbers are those of C2SP tlog-witness, and HTTP's for the last.</summary>
public enum WitnessStatus
{
    /// <summary>Stored and cosigned.</summary>
    Cosigned = 200,

    /// <summary>Malformed, or an old size beyond the checkpoint's.</summary>
    BadRequest = 400,

    /// <summary>No signature of a trusted key; or the origin is frozen, so that its key is trusted no more.</summary>
    Forbidden = 403,

    /// <summary>An origin this witness does not know.</summary>
    NotFound = 404,

    /// <summary>The old size is not the newest held, or another root is held for this very size.</summary>
    Conflict = 409,

    /// <summary>The proof, or the entries, do not lead from the tree held to the checkpoint.</summary>
    Unprocessable = 422,

    /// <summary>The witness cannot vouch for anything now: it is recovering, or its disk failed.</summary>
    Unavailable = 503,
}

/// <summary>A new checkpoint for a witness, with the entries it covers beyond those the witness holds.</summary>
/// <param name="OldSize">What the sender thinks the witness holds.</param>
/// <param name="Proof">Consistency of <paramref name="OldSize"/> with the checkpoint; empty from 0 and for equal sizes.</param>
/// <param name="Note">The signed checkpoint.</param>
/// <param name="Entries">The entries from <paramref name="OldSize"/> up to the checkpoint's size.</param>
public sealed record AddCheckpointRequest(
    long OldSize, IReadOnlyList<Digest> Proof, ReadOnlyMemory<byte> Note, IReadOnlyList<ReadOnlyMemory<byte>> Entries)
{
    /// <summary>The request body of tlog-witness: old size, proof lines, empty line, note. The entries travel beside it.</summary>
    public byte[] ToBody()
    {
        var head = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"old {OldSize}\n"));
        foreach (var hash in Proof) head.Append(Convert.ToBase64String(hash.ToArray())).Append('\n');
        return [.. Encoding.ASCII.GetBytes(head.Append('\n').ToString()), .. Note.Span];
    }

    /// <summary>Reads a body of tlog-witness.</summary>
    /// <exception cref="MalformedException">It is none; a witness answers <see cref="WitnessStatus.BadRequest"/>.</exception>
    public static AddCheckpointRequest Parse(ReadOnlySpan<byte> body, IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        const string rule = "a body of add-checkpoint: old size, at most 63 hashes, an empty line, a note";
        var split = body.IndexOf("\n\n"u8);
        if (split < 0) throw new MalformedException(rule);
        var lines = Encoding.ASCII.GetString(body[..split]).Split('\n');
        if (!lines[0].StartsWith("old ", StringComparison.Ordinal)
            || !long.TryParse(lines[0].AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out var oldSize)
            || lines[0] != string.Create(CultureInfo.InvariantCulture, $"old {oldSize}")
            || lines.Length - 1 > ConsistencyProof.LongestPath)
            throw new MalformedException(rule);
        var proof = lines.Skip(1).Select(line => SignedNote.Base64(line, rule)).ToList();
        if (proof.Exists(hash => hash.Length != Digest.Size)) throw new MalformedException(rule);
        return new AddCheckpointRequest(oldSize, [.. proof.Select(hash => new Digest(hash))], body[(split + 2)..].ToArray(), entries);
    }
}

/// <summary>What a witness answers.</summary>
/// <param name="Status">The status.</param>
/// <param name="Cosignature">The signature line, with <see cref="WitnessStatus.Cosigned"/> alone.</param>
/// <param name="Size">What the witness holds, with <see cref="WitnessStatus.Conflict"/> alone.</param>
/// <param name="Reason">For people: which rule was not kept.</param>
/// <param name="Code">The error's code, where one has its own.</param>
public sealed record AddCheckpointReply(WitnessStatus Status, NoteSignature? Cosignature, long? Size, string Reason, ErrorCode? Code = null)
{
    /// <summary>The reply body of tlog-witness: the signature line, or the size held; otherwise the reason.</summary>
    public string ToBody() => this switch
    {
        { Cosignature: { } line } => $"{line}\n",
        { Size: { } size } => string.Create(CultureInfo.InvariantCulture, $"{size}\n"),
        _ => $"{Reason}\n",
    };
}
