using Collab.Ledger.Notes;
using Collab.Ledger.Storage;
using Collab.Primitives;

namespace Collab.Ledger;

/// <summary>Gathers the cosignatures of one log's checkpoints until one is final, and records that one.</summary>
internal sealed class FinalityTracker(TileLog log, LedgerParty author, FinalityPolicy policy)
{
    private const int MostPending = 256;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, SignedCheckpoint> _pending = [];

    public long FinalSize => log.Final?.Size ?? 0;

    /// <summary>Takes the valid cosignatures of a checkpoint of this log.</summary>
    /// <returns>The checkpoint with all cosignatures known of it.</returns>
    /// <exception cref="CollabException">
    /// <see cref="LedgerErrors.Mismatch"/>: not signed by the author, or beyond this log. <see cref="LedgerErrors.Forked"/>: another root.
    /// </exception>
    public SignedCheckpoint Observe(SignedCheckpoint checkpoint)
    {
        DemandOurs(checkpoint);
        lock (_gate)
        {
            var known = KnownAt(checkpoint.Size) ?? Bare(checkpoint);
            var text = checkpoint.Note.TextBytes;
            foreach (var signature in checkpoint.Note.Signatures)
                if (policy.Parties.Any(party => party != author && party.Witness.Verify(text, signature)))
                    known = known.With(signature);
            if (checkpoint.Size <= FinalSize) return known;
            if (policy.IsFinal(known))
            {
                log.RecordFinal(known);
                foreach (var size in _pending.Keys.TakeWhile(size => size <= known.Size).ToList()) _pending.Remove(size);
                return known;
            }

            _pending[known.Size] = known;
            if (_pending.Count > MostPending) _pending.Remove(_pending.Keys.First());
            return known;
        }
    }

    /// <summary>The checkpoint without signatures that nobody here can verify.</summary>
    public SignedCheckpoint Bare(SignedCheckpoint checkpoint) => checkpoint.OnlyWith(author.Log.IsNamedBy);

    private SignedCheckpoint? KnownAt(long size) =>
        log.Final is { } final && final.Size == size ? final : _pending.GetValueOrDefault(size);

    private void DemandOurs(SignedCheckpoint checkpoint)
    {
        if (checkpoint.Origin != author.Origin || !author.Log.HasSigned(checkpoint.Note))
            throw new CollabException(LedgerErrors.Mismatch, "The checkpoint is not signed by this log's author.");
        if (checkpoint.Size > log.Size)
            throw new CollabException(LedgerErrors.Mismatch, "The checkpoint is beyond the entries held here.");
        if (checkpoint.Root != log.RootAt(checkpoint.Size))
            throw new CollabException(LedgerErrors.Forked, "A signed checkpoint of this log has another root than its entries.");
    }
}
