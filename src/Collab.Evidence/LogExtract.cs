using Collab.Ledger;
using Collab.Ledger.Merkle;
using Collab.Ledger.Notes;
using Collab.Primitives;

namespace Collab.Evidence;

/// <summary>What one party's log says of one job, with the proofs that it does: a part of a bundle.</summary>
/// <param name="Checkpoint">A final checkpoint with its cosignatures.</param>
/// <param name="Entries">The entries on the job, by index.</param>
/// <param name="Histories">
/// For every earlier state of this log that an operation in the bundle saw: the proof that it is a beginning of the log.
/// </param>
public sealed record LogExtract(
    SignedCheckpoint Checkpoint, IReadOnlyList<ProvenEntry> Entries, IReadOnlyList<ProvenHistory> Histories)
{
    /// <summary>The canonical encoding.</summary>
    public byte[] Encode() => new CanonicalWriter()
        .Bytes(Checkpoint.ToBytes())
        .List(Entries, ProvenEntry.Encode)
        .List(Histories, ProvenHistory.Encode)
        .ToArray();

    /// <summary>Reads an extract strictly; nothing is verified by that.</summary>
    /// <exception cref="MalformedException">The bytes are not exactly an extract.</exception>
    public static LogExtract Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        var extract = new LogExtract(
            SignedCheckpoint.Parse(reader.Bytes()),
            reader.List((ref r) => ProvenEntry.Decode(ref r)),
            reader.List((ref r) => ProvenHistory.Decode(ref r)));
        reader.End();
        // "The first operation of a party" must mean the first in its log, whatever an exporter would like it to mean.
        if (!Rises(extract.Entries.Select(e => e.Inclusion.Index)) || !Rises(extract.Histories.Select(h => h.Consistency.OldSize)))
            throw new MalformedException("entries by index and histories by size, each once");
        return extract;
    }

    internal static bool Rises(IEnumerable<long> numbers)
    {
        var last = -1L;
        foreach (var number in numbers)
        {
            if (number <= last) return false;
            last = number;
        }

        return true;
    }
}

/// <summary>A log entry with the proof that it is in the log.</summary>
/// <param name="Entry">The bytes of a <see cref="SignedOperation"/>.</param>
/// <param name="Inclusion">The proof against the extract's checkpoint.</param>
public sealed record ProvenEntry(ReadOnlyMemory<byte> Entry, InclusionProof Inclusion)
{
    /// <summary>Writes entry and proof.</summary>
    public static void Encode(CanonicalWriter writer, ProvenEntry proven)
    {
        writer.Bytes(proven.Entry.Span);
        proven.Inclusion.Encode(writer);
    }

    /// <summary>Reads entry and proof; nothing is verified by that.</summary>
    public static ProvenEntry Decode(ref CanonicalReader reader) => new(reader.Bytes().ToArray(), InclusionProof.Decode(ref reader));
}

/// <summary>An earlier state of a log with the proof that the log grew from it.</summary>
/// <param name="Root">The root at the proof's old size.</param>
/// <param name="Consistency">The proof against the extract's checkpoint.</param>
public sealed record ProvenHistory(Digest Root, ConsistencyProof Consistency)
{
    /// <summary>Writes root and proof.</summary>
    public static void Encode(CanonicalWriter writer, ProvenHistory proven)
    {
        writer.Digest(proven.Root);
        proven.Consistency.Encode(writer);
    }

    /// <summary>Reads root and proof; nothing is verified by that.</summary>
    public static ProvenHistory Decode(ref CanonicalReader reader) => new(reader.Digest(), ConsistencyProof.Decode(ref reader));
}
