using Collab.Cryptography.Signatures;
using Collab.Ledger.Merkle;
using Collab.Ledger.Notes;
using Collab.Ledger.Storage;
using Collab.Primitives;

namespace Collab.Ledger;

/// <summary>Where entries were put.</summary>
/// <param name="FirstIndex">The index of the first of them; the others follow.</param>
/// <param name="Count">How many.</param>
/// <param name="Checkpoint">A signed checkpoint with them; it may hold entries of other callers too.</param>
public sealed record Appended(long FirstIndex, int Count, SignedCheckpoint Checkpoint);

/// <summary>This party's own append-only log: entries are opaque bytes, each batch is signed once, and an answered append is on disk.</summary>
/// <remarks>
/// Concurrent appends share one signature and one synchronisation. After opening, and before the first append, a node shows the log the
/// newest checkpoints its witnesses hold (<see cref="RequireAtLeast"/>). Safe to use from many threads.
/// </remarks>
public sealed class PartyLog : IDisposable
{
    /// <summary>The longest entry, in bytes.</summary>
    public const int LargestEntry = EntryBundle.LargestEntry;

    /// <summary>The most bytes of entries in one call of <see cref="AppendAsync"/>.</summary>
    public const int LargestBatch = 32 * 1024 * 1024;

    private const int GroupBytes = 4 * 1024 * 1024; // callers that wait are served together up to here

    private readonly TileLog _log;
    private readonly NoteSigner _signer;
    private readonly LedgerParty _author;
    private readonly FinalityTracker _finality;
    private readonly Lock _queueGate = new();
    private List<Waiting> _queue = [];
    private bool _draining;
    private long _required;
    private bool _forked;

    private PartyLog(TileLog log, NoteSigner signer, LedgerParty author, FinalityPolicy policy)
    {
        (_log, _signer, _author) = (log, signer, author);
        _finality = new FinalityTracker(log, author, policy);
    }

    /// <summary>The log's name.</summary>
    public string Origin => _author.Origin;

    /// <summary>Entries on disk.</summary>
    public long Size => _log.Size;

    /// <summary>The newest signed checkpoint; null while the log is empty.</summary>
    public SignedCheckpoint? Latest => _log.Latest;

    /// <summary>The newest final checkpoint with its cosignatures; null before the first.</summary>
    public SignedCheckpoint? NewestFinal => _log.Final;

    /// <summary>Entries under <see cref="NewestFinal"/>.</summary>
    public long FinalSize => _finality.FinalSize;

    /// <summary>Whether the log is as long as the longest that a witness has shown, and has one history.</summary>
    public bool IsCurrent => !_forked && _required <= Size;

    /// <summary>Opens the log, or begins it in a folder without one. Damage in the journal is found here; see <see cref="VerifyAsync"/>.</summary>
    /// <param name="folder">Used by this log and nothing else; one process at a time.</param>
    /// <param name="key">This party's log key, which must be the one the policy names; borrowed.</param>
    /// <param name="origin">This log's name in the policy.</param>
    /// <param name="policy">The parties and the finality rule.</param>
    /// <exception cref="CollabException">In use, damaged, or the disk failed.</exception>
    public static PartyLog Open(string folder, SigningKey key, string origin, FinalityPolicy policy) =>
        Open(folder, key, origin, policy, StorageFiles.Disk);

    internal static PartyLog Open(
        string folder, SigningKey key, string origin, FinalityPolicy policy, StorageFiles files)
    {
        var author = policy.AuthorOf(origin) ?? throw new ArgumentException("The policy has no party with that log.", nameof(origin));
        var signer = NoteSigner.ForLog(author.Log.Name, key);
        if (signer.Verifier.KeyId != author.Log.KeyId || !signer.Verifier.Key.Equals(author.Log.Key))
            throw new ArgumentException("The key is not the one the policy names for this log.", nameof(key));
        return new PartyLog(TileLog.Open(folder, origin, author.Log, files), signer, author, policy);
    }

    /// <summary>Appends entries in order, next to each other; they are on disk and signed when the task ends well.</summary>
    /// <param name="entries">One or more of at most 65,535 bytes, together at most 32 MiB.</param>
    /// <exception cref="CollabException">
    /// <see cref="LedgerErrors.EntryRefused"/>; <see cref="LedgerErrors.RolledBack"/>; <see cref="LedgerErrors.StorageFailed"/>: the entries
    /// may or may not be in the log after it is opened again, so writes need ids of their own.
    /// </exception>
    public async Task<Appended> AppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        if (entries.Count == 0 || entries.Sum(entry => (long)entry.Length) > LargestBatch || entries.Any(entry => entry.Length > LargestEntry))
            throw new CollabException(LedgerErrors.EntryRefused, "A batch has 1 or more entries of at most 65,535 bytes, together at most 32 MiB.");
        DemandCurrent();
        var waiting = new Waiting(entries);
        lock (_queueGate)
        {
            _queue.Add(waiting);
            if (!_draining)
            {
                _draining = true;
                _ = Task.Run(Drain); // whoever comes first writes for all who come meanwhile
            }
        }

        return await waiting.Done.Task.ConfigureAwait(false);
    }

    /// <summary>Takes the cosignatures of a checkpoint of this log; whoever sent them needs no trust.</summary>
    /// <returns>The checkpoint with all valid cosignatures known of it.</returns>
    /// <exception cref="CollabException">
    /// <see cref="LedgerErrors.Mismatch"/>: not a checkpoint of this log. <see cref="LedgerErrors.Forked"/>: this log's key signed another history.
    /// </exception>
    public SignedCheckpoint AddCosignatures(SignedCheckpoint cosigned) => _finality.Observe(cosigned);

    /// <summary>Takes the cosignature a witness returned for a checkpoint.</summary>
    /// <exception cref="CollabException">As <see cref="AddCosignatures"/>.</exception>
    public SignedCheckpoint AddCosignature(SignedCheckpoint checkpoint, NoteSignature cosignature) =>
        AddCosignatures(checkpoint.With(cosignature));

    /// <summary>
    /// Shows the log a checkpoint that a witness holds of it. Until the log has reached it, nothing is appended: an old backup would
    /// otherwise spend a use twice, or fork the log.
    /// </summary>
    /// <exception cref="CollabException">
    /// <see cref="LedgerErrors.Mismatch"/>: not signed with this log's key. <see cref="LedgerErrors.Forked"/>: it contradicts the entries held.
    /// </exception>
    public void RequireAtLeast(SignedCheckpoint newest)
    {
        if (newest.Size > Size && newest.Origin == Origin && _author.Log.HasSigned(newest.Note))
        {
            lock (_queueGate) _required = Math.Max(_required, newest.Size);
            return;
        }

        try
        {
            _finality.Observe(newest);
        }
        catch (CollabException fault) when (fault.Code == LedgerErrors.Forked)
        {
            _forked = true; // whatever else happens, this history is not continued
            throw;
        }
    }

    /// <summary>Puts back entries of this log that a witness kept, with the checkpoint that signed them then.</summary>
    /// <param name="entries">The entries from <see cref="Size"/> up to the checkpoint's size.</param>
    /// <param name="checkpoint">Signed with this log's key.</param>
    /// <exception cref="CollabException"><see cref="LedgerErrors.Mismatch"/>: they do not continue this log to that root.</exception>
    public void Restore(IReadOnlyList<ReadOnlyMemory<byte>> entries, SignedCheckpoint checkpoint)
    {
        if (checkpoint.Origin != Origin || !_author.Log.HasSigned(checkpoint.Note))
            throw new CollabException(LedgerErrors.Mismatch, "The checkpoint is not signed by this log's key.");
        lock (_queueGate)
        {
            if (_draining || checkpoint.Size != Size + entries.Count || _log.RootWith(entries) != checkpoint.Root)
                throw new CollabException(LedgerErrors.Mismatch, "The entries do not continue this log to the checkpoint.");
            _log.Append(entries, (_, _) => _finality.Bare(checkpoint));
        }

        _finality.Observe(checkpoint);
    }

    /// <summary>That an entry is in the log of that size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The log is not that long.</exception>
    public InclusionProof InclusionProof(long index, long size) => _log.ProveInclusion(index, size);

    /// <summary>That the log of one size continues that of another.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The log is not that long.</exception>
    public ConsistencyProof ConsistencyProof(long oldSize, long newSize) => _log.ProveConsistency(oldSize, newSize);

    /// <summary>The entries from one index up to, and without, another; checked against the tree as they are read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The log is not that long.</exception>
    /// <exception cref="CollabException"><see cref="LedgerErrors.StorageDamaged"/>.</exception>
    public IReadOnlyList<ReadOnlyMemory<byte>> ReadEntries(long from, long to) => _log.ReadEntries(from, to);

    /// <summary>A tile as tlog-tiles serves it; null when there is none.</summary>
    /// <param name="level">0 for leaf hashes.</param>
    /// <param name="index">Counted from 0.</param>
    /// <param name="width">1 to 256 hashes.</param>
    public byte[]? ReadTile(int level, long index, int width) => _log.ReadTile(level, index, width);

    /// <summary>Reads the whole log from disk and checks every byte of it up to the signed root.</summary>
    /// <exception cref="CollabException"><see cref="LedgerErrors.StorageDamaged"/>.</exception>
    public Task VerifyAsync(CancellationToken cancel = default) => Task.Run(() => _log.Verify(cancel), cancel);

    /// <summary>Closes the log; whoever waits for an append gets <see cref="LedgerErrors.StorageClosed"/>.</summary>
    public void Dispose() => _log.Dispose();

    private void Drain()
    {
        while (true)
        {
            List<Waiting> group;
            lock (_queueGate)
            {
                if (_queue.Count == 0)
                {
                    _draining = false;
                    return;
                }

                group = TakeGroup();
            }

            Write(group);
        }
    }

    private List<Waiting> TakeGroup()
    {
        var size = 0L;
        var group = _queue.TakeWhile((waiting, i) => (size += waiting.Size) <= GroupBytes || i == 0).ToList();
        _queue = _queue.GetRange(group.Count, _queue.Count - group.Count);
        return group;
    }

    private void Write(List<Waiting> group)
    {
        try
        {
            DemandCurrent();
            var entries = group.SelectMany(waiting => waiting.Entries).ToList();
            var checkpoint = _log.Append(entries, (size, root) => SignedCheckpoint.Sign(new Checkpoint(Origin, size, root), _signer));
            var first = checkpoint.Size - entries.Count;
            foreach (var waiting in group)
            {
                waiting.Done.SetResult(new Appended(first, waiting.Entries.Count, checkpoint));
                first += waiting.Entries.Count;
            }
        }
        catch (Exception fault)
        {
            foreach (var waiting in group) waiting.Done.TrySetException(fault);
        }
    }

    private void DemandCurrent()
    {
        if (_forked) throw new CollabException(LedgerErrors.Forked, "This log's key has signed another history.");
        if (_required > Size)
            throw new CollabException(LedgerErrors.RolledBack, "A witness holds a newer checkpoint of this log than the log itself.");
    }

    private sealed class Waiting(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        public IReadOnlyList<ReadOnlyMemory<byte>> Entries { get; } = entries;

        public long Size { get; } = entries.Sum(entry => (long)entry.Length);

        public TaskCompletionSource<Appended> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
