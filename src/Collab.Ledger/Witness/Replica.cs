using System.Globalization;
using Collab.Ledger.Merkle;
using Collab.Ledger.Notes;
using Collab.Ledger.Storage;
using Collab.Primitives;

namespace Collab.Ledger.Witness;

/// <summary>How a witness stands to one log.</summary>
public enum ReplicaState
{
    /// <summary>It follows and cosigns.</summary>
    Watching,

    /// <summary>It lost its record and cosigns nothing until others have shown theirs.</summary>
    Recovering,

    /// <summary>The author was caught with two histories; nothing of it is cosigned any more.</summary>
    Frozen,
}

/// <summary>Another party's log, whole, as this party holds and vouches for it.</summary>
public sealed class Replica : IDisposable
{
    /// <summary>The most checkpoints kept that were refused or seen from afar, per log.</summary>
    public const int MostKept = 64;

    private const string FloorName = "floor.note";

    private readonly string _folder;
    private readonly StorageFiles _files;
    private readonly TileLog _log;
    private readonly FinalityTracker _finality;
    private readonly NoteSigner _witness;
    private readonly Action<Equivocation> _alarm;
    private readonly Lock _gate = new(); // checking the old size, storing and cosigning are one step (tlog-witness)
    private readonly List<SignedCheckpoint> _kept = [];
    private readonly List<Equivocation> _equivocations = [];
    private bool _recovering;
    private SignedCheckpoint? _floor;

    internal Replica(
        string folder, LedgerParty author, FinalityPolicy policy, NoteSigner witness, bool recovering, Action<Equivocation> alarm, StorageFiles files)
    {
        (_folder, _files, _witness, _alarm, _recovering, Author) = (Path.GetFullPath(folder), files, witness, alarm, recovering, author);
        foreach (var part in (string[])["log", "kept", "equivocation"]) Directory.CreateDirectory(Path.Combine(folder, part));
        files.SyncDirectory(folder);
        _log = TileLog.Open(Path.Combine(folder, "log"), author.Origin, author.Log, files);
        _finality = new FinalityTracker(_log, author, policy);
        try
        {
            LoadEvidence();
        }
        catch (MalformedException fault)
        {
            _log.Dispose();
            throw new CollabException(LedgerErrors.StorageDamaged, "A stored checkpoint of another party's log was changed.", inner: fault);
        }
    }

    /// <summary>Whose log it is.</summary>
    public LedgerParty Author { get; }

    /// <summary>How this witness stands to the log.</summary>
    public ReplicaState State => _equivocations.Count > 0 ? ReplicaState.Frozen : _recovering ? ReplicaState.Recovering : ReplicaState.Watching;

    /// <summary>Entries held.</summary>
    public long Size => _log.Size;

    /// <summary>The newest checkpoint held, of that size; null before the first.</summary>
    public SignedCheckpoint? Latest => _log.Latest;

    /// <summary>The newest checkpoint known to be final; null before the first.</summary>
    public SignedCheckpoint? NewestFinal => _log.Final;

    /// <summary>Entries under <see cref="NewestFinal"/>.</summary>
    public long FinalSize => _finality.FinalSize;

    /// <summary>What the author was caught with; transferable.</summary>
    public IReadOnlyList<Equivocation> Equivocations
    {
        get { lock (_gate) return [.. _equivocations]; }
    }

    /// <summary>Checkpoints of the author that were refused, or shown by others and not reached yet.</summary>
    public IReadOnlyList<SignedCheckpoint> Kept
    {
        get { lock (_gate) return [.. _kept]; }
    }

    /// <summary>The entries from one index up to, and without, another; checked against the tree as they are read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The replica is not that long.</exception>
    public IReadOnlyList<ReadOnlyMemory<byte>> ReadEntries(long from, long to) => _log.ReadEntries(from, to);

    /// <summary>That an entry is in the log of that size.</summary>
    public InclusionProof InclusionProof(long index, long size) => _log.ProveInclusion(index, size);

    /// <summary>That the log of one size continues that of another.</summary>
    public ConsistencyProof ConsistencyProof(long oldSize, long newSize) => _log.ProveConsistency(oldSize, newSize);

    /// <summary>Reads the whole replica from disk and checks every byte of it up to the signed root.</summary>
    /// <exception cref="CollabException"><see cref="LedgerErrors.StorageDamaged"/>.</exception>
    public Task VerifyAsync(CancellationToken cancel = default) => Task.Run(() => _log.Verify(cancel), cancel);

    /// <summary>Takes a checkpoint of this log from anyone: its cosignatures, or the contradiction it makes.</summary>
    /// <returns>False when it is not signed by the author; such a thing is dropped.</returns>
    /// <remarks>While recovering, the largest one shown becomes the size below which nothing is cosigned again.</remarks>
    public bool Observe(SignedCheckpoint checkpoint)
    {
        if (checkpoint.Origin != Author.Origin || !Author.Log.HasSigned(checkpoint.Note)) return false;
        lock (_gate)
        {
            if (Contradicts(checkpoint)) return true;
            if (checkpoint.Size <= Size)
            {
                _finality.Observe(checkpoint);
                return true;
            }

            Keep(checkpoint);
            if (_recovering && checkpoint.Size > (_floor?.Size ?? 0))
            {
                Store(Path.Combine(_folder, FloorName), checkpoint.ToBytes());
                _floor = checkpoint;
            }

            return true;
        }
    }

    internal void CompleteRecovery()
    {
        lock (_gate) _recovering = false;
    }

    internal AddCheckpointReply Add(AddCheckpointRequest request, SignedCheckpoint checkpoint)
    {
        lock (_gate)
        {
            if (Refusal(request, checkpoint) is { } refusal) return refusal;
            if (checkpoint.Size > Size) _log.Append(request.Entries, (_, _) => _finality.Bare(checkpoint)); // on disk before it is cosigned
            foreach (var kept in _kept.ToList())
                if (Contradicts(kept)) return Frozen();
            _kept.RemoveAll(kept => kept.Size <= Size); // the same history, and held in full now
            var cosignature = _witness.Sign(checkpoint.Note.TextBytes);
            _finality.Observe(checkpoint.With(cosignature));
            return new AddCheckpointReply(WitnessStatus.Cosigned, cosignature, null, "cosigned");
        }
    }

    /// <summary>Closes the files.</summary>
    public void Dispose() => _log.Dispose();

    // The checks of tlog-witness in their order; null when all hold.
    private AddCheckpointReply? Refusal(AddCheckpointRequest request, SignedCheckpoint checkpoint)
    {
        if (State == ReplicaState.Frozen) return Frozen();
        if (State == ReplicaState.Recovering)
            return Reply(WitnessStatus.Unavailable, "this witness is recovering its record", LedgerErrors.WitnessRecovering);
        if (Contradicts(checkpoint)) return Conflict("another root is held for that size", LedgerErrors.Forked);
        if (request.OldSize > checkpoint.Size)
            return KeepAnd(checkpoint, Reply(WitnessStatus.BadRequest, "the old size is beyond the checkpoint"));
        if (request.OldSize != Size) return KeepAnd(checkpoint, Conflict("the old size is not the newest held"));
        if (checkpoint.Size < (_floor?.Size ?? 0)) return Conflict("others have shown a larger checkpoint of this log");
        if (request.Entries.Count != checkpoint.Size - request.OldSize || request.Entries.Any(entry => entry.Length > PartyLog.LargestEntry))
            return KeepAnd(checkpoint, Reply(WitnessStatus.BadRequest, "the entries between the two sizes are needed, each at most 65,535 bytes"));
        var proof = new ConsistencyProof(request.OldSize, checkpoint.Size, request.Proof);
        if (!proof.Verify(_log.RootAt(Size), checkpoint.Root))
            return KeepAnd(checkpoint, Reply(WitnessStatus.Unprocessable, "the consistency proof does not hold"));
        if (_log.RootWith(request.Entries) != checkpoint.Root)
            return KeepAnd(checkpoint, Reply(WitnessStatus.Unprocessable, "the entries do not give the root"));
        return null;
    }

    // A signed checkpoint at or below the size held must have the root held; otherwise the two are evidence.
    private bool Contradicts(SignedCheckpoint checkpoint)
    {
        if (checkpoint.Size <= Size && checkpoint.Root == _log.RootAt(checkpoint.Size)) return false;
        if (checkpoint.Size <= Size && Latest is { } held)
        {
            Record(checkpoint.Size == Size
                ? new Equivocation(_finality.Bare(checkpoint), _finality.Bare(held), null, null)
                : new Equivocation(
                    _finality.Bare(checkpoint), _finality.Bare(held), _log.RootAt(checkpoint.Size), _log.ProveConsistency(checkpoint.Size, Size)));
            return true;
        }

        if (_kept.Find(kept => kept.Size == checkpoint.Size && kept.Root != checkpoint.Root) is not { } other) return false;
        Record(new Equivocation(_finality.Bare(checkpoint), other, null, null));
        return true;
    }

    private void Record(Equivocation equivocation)
    {
        var bytes = equivocation.ToBytes();
        var path = Path.Combine(_folder, "equivocation", $"{Digest.Sha256(bytes).Short}.bin");
        if (File.Exists(path) || _equivocations.Count >= MostKept) return;
        Store(path, bytes);
        _equivocations.Add(equivocation);
        _alarm(equivocation);
    }

    private AddCheckpointReply KeepAnd(SignedCheckpoint checkpoint, AddCheckpointReply reply)
    {
        Keep(checkpoint);
        return reply;
    }

    // Kept only while it may still become evidence: what lies within the history held was compared already.
    private void Keep(SignedCheckpoint checkpoint)
    {
        if (checkpoint.Size <= Size || _kept.Count >= MostKept || _kept.Exists(kept => kept.Checkpoint == checkpoint.Checkpoint)) return;
        var bare = _finality.Bare(checkpoint);
        var name = string.Create(CultureInfo.InvariantCulture, $"{checkpoint.Size}-{checkpoint.Root.Short}.note");
        Store(Path.Combine(_folder, "kept", name), bare.ToBytes());
        _kept.Add(bare);
    }

    private void LoadEvidence()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(_folder, "equivocation"), "*.bin"))
        {
            var equivocation = Equivocation.Parse(File.ReadAllBytes(file));
            if (!equivocation.Verify(Author.Log)) throw new MalformedException("evidence that holds");
            _equivocations.Add(equivocation);
        }

        foreach (var file in Directory.EnumerateFiles(Path.Combine(_folder, "kept"), "*.note"))
        {
            var kept = SignedCheckpoint.Parse(File.ReadAllBytes(file));
            if (!Author.Log.HasSigned(kept.Note)) throw new MalformedException("a checkpoint signed by the author");
            if (kept.Size > Size) _kept.Add(kept);
            else File.Delete(file);
        }

        var floor = Path.Combine(_folder, FloorName);
        if (!File.Exists(floor)) return;
        _floor = SignedCheckpoint.Parse(File.ReadAllBytes(floor));
        if (!Author.Log.HasSigned(_floor.Note)) throw new MalformedException("a checkpoint signed by the author");
    }

    private void Store(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            _files.Replace(path, content);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CollabException(LedgerErrors.StorageFailed, "A checkpoint of another party's log could not be kept.", inner: fault);
        }
    }

    private AddCheckpointReply Frozen() =>
        Reply(WitnessStatus.Forbidden, "the author of this log was caught with two histories", LedgerErrors.OriginFrozen);

    private AddCheckpointReply Conflict(string reason, ErrorCode? code = null) => new(WitnessStatus.Conflict, null, Size, reason, code);

    private static AddCheckpointReply Reply(WitnessStatus status, string reason, ErrorCode? code = null) => new(status, null, null, reason, code);
}
