using Collab.Ledger.Merkle;
using Collab.Ledger.Notes;
using Collab.Ledger.Witness;

namespace Collab.Ledger.Embedded;

/// <summary>One party's log up to its newest final checkpoint, for reading and proving.</summary>
public interface ILogView
{
    /// <summary>The newest final checkpoint with its cosignatures; null before the first.</summary>
    SignedCheckpoint? Final { get; }

    /// <summary>The entries from one index up to, and without, another.</summary>
    IReadOnlyList<ReadOnlyMemory<byte>> ReadEntries(long from, long to);

    /// <summary>That an entry is in the log of that size.</summary>
    InclusionProof ProveInclusion(long index, long size);

    /// <summary>That the log of one size continues that of another.</summary>
    ConsistencyProof ProveConsistency(long oldSize, long newSize);
}

internal sealed class OwnLogView(PartyLog log) : ILogView
{
    public SignedCheckpoint? Final => log.NewestFinal;

    public IReadOnlyList<ReadOnlyMemory<byte>> ReadEntries(long from, long to) => log.ReadEntries(from, to);

    public InclusionProof ProveInclusion(long index, long size) => log.InclusionProof(index, size);

    public ConsistencyProof ProveConsistency(long oldSize, long newSize) => log.ConsistencyProof(oldSize, newSize);
}

internal sealed class ReplicaLogView(Replica replica) : ILogView
{
    public SignedCheckpoint? Final => replica.NewestFinal;

    public IReadOnlyList<ReadOnlyMemory<byte>> ReadEntries(long from, long to) => replica.ReadEntries(from, to);

    public InclusionProof ProveInclusion(long index, long size) => replica.InclusionProof(index, size);

    public ConsistencyProof ProveConsistency(long oldSize, long newSize) => replica.ConsistencyProof(oldSize, newSize);
}
