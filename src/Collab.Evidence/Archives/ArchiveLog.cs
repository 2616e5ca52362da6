using Collab.Ledger.Merkle;
using Collab.Ledger.Notes;
using Collab.Primitives;

namespace Collab.Evidence.Archives;

/// <summary>One party's log, or a window of it, with what proves that it is that and all of that: a part of an archive.</summary>
/// <param name="Checkpoint">A final checkpoint with its cosignatures.</param>
/// <param name="First">The index of the first entry of the window; 0 of a whole log.</param>
/// <param name="Before">The roots of the complete subtrees that cover what is before the window, the largest first.</param>
/// <param name="Entries">All entries of the window, none left out.</param>
/// <param name="After">The proof that the window's end is a beginning of the log under the checkpoint; nothing when it is all of it.</param>
/// <param name="Others">Entries outside of the window on jobs that have entries in a window, by index.</param>
/// <param name="Histories">States outside of the window that an operation in the archive saw, by size.</param>
public sealed record ArchiveLog(
    SignedCheckpoint Checkpoint,
    long First,
    IReadOnlyList<Digest> Before,
    IReadOnlyList<ReadOnlyMemory<byte>> Entries,
    IReadOnlyList<Digest> After,
    IReadOnlyList<ProvenEntry> Others,
    IReadOnlyList<ProvenHistory> Histories)
{
    private const int LongestPath = 63; // as of every proof of a log

    /// <summary>The index after the last entry of the window.</summary>
    public long End => First + Entries.Count;

    /// <summary>Whether nothing of the log under the checkpoint is outside of the window.</summary>
    public bool IsWhole => First == 0 && End == Checkpoint.Size;

    /// <summary>The canonical encoding.</summary>
    public byte[] Encode() => new CanonicalWriter()
        .Bytes(Checkpoint.ToBytes())
        .Int64(First)
        .List(Before, (w, d) => w.Digest(d))
        .List(Entries, (w, e) => w.Bytes(e.Span))
        .List(After, (w, d) => w.Digest(d))
        .List(Others, ProvenEntry.Encode)
        .List(Histories, ProvenHistory.Encode)
        .ToArray();

    /// <summary>Reads such a part strictly; nothing is verified by that.</summary>
    /// <exception cref="MalformedException">The bytes are not exactly a log of an archive.</exception>
    public static ArchiveLog Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        var log = new ArchiveLog(
            SignedCheckpoint.Parse(reader.Bytes()),
            reader.Int64(),
            reader.List((ref r) => r.Digest()),
            reader.List((ref r) => (ReadOnlyMemory<byte>)r.Bytes().ToArray()),
            reader.List((ref r) => r.Digest()),
            reader.List((ref r) => ProvenEntry.Decode(ref r)),
            reader.List((ref r) => ProvenHistory.Decode(ref r)));
        reader.End();
        if (log.First < 0 || log.First > log.Checkpoint.Size - log.Entries.Count || long.PopCount(log.First) != log.Before.Count)
            throw new MalformedException("a window within the log, and a subtree for each bit of its first index");
        if (log.After.Count > LongestPath) throw new MalformedException("a consistency proof");
        if (!LogExtract.Rises(log.Others.Select(e => e.Inclusion.Index)) || log.Others.Any(e => e.Inclusion.Index >= log.First && e.Inclusion.Index < log.End))
            throw new MalformedException("other entries outside of the window by index, each once");
        if (!LogExtract.Rises(log.Histories.Select(h => h.Consistency.OldSize))) throw new MalformedException("histories by size, each once");
        return log;
    }
}
