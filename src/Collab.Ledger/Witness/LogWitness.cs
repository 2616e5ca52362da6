using System.Text;
using Collab.Ledger.Notes;
using Collab.Ledger.Storage;
using Collab.Primitives;

namespace Collab.Ledger.Witness;

/// <summary>
/// One party as witness of all others: it holds their logs whole, and cosigns a checkpoint after it has checked and stored everything it
/// covers (C2SP tlog-witness, with the entries beside the proof).
/// </summary>
/// <remarks>
/// Which logs it has a record of is itself a record. When that, or a log's folder, is gone, the witness recovers: it cosigns nothing of that
/// log until it was shown what others hold, for it may have cosigned another history before. Safe to use from many threads.
/// </remarks>
public sealed class LogWitness : IDisposable
{
    private const string RecordName = "watched";

    private readonly string _folder;
    private readonly StorageFiles _files;
    private readonly FinalityPolicy _policy;
    private readonly Dictionary<string, Replica> _byOrigin = [];
    private readonly Lock _recordGate = new();

    private LogWitness(string folder, FinalityPolicy policy, StorageFiles files) => (_folder, _policy, _files) = (folder, policy, files);

    /// <summary>Raised once for each equivocation, after it is on disk; the author's log is frozen already.</summary>
    public event Action<Equivocation>? Equivocated;

    /// <summary>The logs of the other parties, by name.</summary>
    public IReadOnlyList<Replica> Replicas => [.. _byOrigin.Values];

    /// <summary>Begins a witness at the founding of a consortium, when there is nothing it could have forgotten.</summary>
    /// <param name="folder">Must not hold a witness yet.</param>
    /// <param name="self">Which party this is.</param>
    /// <param name="signer">Cosigns; its key is the one the policy names.</param>
    /// <param name="policy">The parties and the finality rule.</param>
    /// <exception cref="CollabException">The folder cannot be written.</exception>
    public static LogWitness Found(string folder, PartyId self, NoteSigner signer, FinalityPolicy policy)
    {
        if (File.Exists(Path.Combine(folder, RecordName))) throw new ArgumentException("There is a witness in that folder.", nameof(folder));
        new LogWitness(folder, policy, StorageFiles.Disk).WriteRecord(policy.Parties.Select(party => party.Party).Where(party => party != self));
        return Open(folder, self, signer, policy, founding: true, StorageFiles.Disk);
    }

    /// <summary>Opens a witness. Logs it has no record of are in <see cref="ReplicaState.Recovering"/>.</summary>
    /// <inheritdoc cref="Found"/>
    public static LogWitness Open(string folder, PartyId self, NoteSigner signer, FinalityPolicy policy) =>
        Open(folder, self, signer, policy, founding: false, StorageFiles.Disk);

    internal static LogWitness Open(
        string folder, PartyId self, NoteSigner signer, FinalityPolicy policy, bool founding, StorageFiles files)
    {
        var own = policy.Parties.Single(party => party.Party == self).Witness;
        if (own != signer.Verifier && own.ToString() != signer.Verifier.ToString())
            throw new ArgumentException("The key is not the one the policy names for this witness.", nameof(signer));
        var witness = new LogWitness(folder, policy, files);
        try
        {
            Directory.CreateDirectory(folder);
            var watched = witness.ReadRecord();
            foreach (var author in policy.Parties.Where(party => party.Party != self))
            {
                var place = Path.Combine(folder, author.Party.Name);
                if (!founding && !Directory.Exists(Path.Combine(place, "log")) && watched.Remove(author.Party))
                    witness.WriteRecord(watched); // before the folder is there again and looks like a record
                var recovering = !watched.Contains(author.Party);
                Directory.CreateDirectory(place);
                witness._byOrigin.Add(
                    author.Origin, new Replica(place, author, policy, signer, recovering, e => witness.Equivocated?.Invoke(e), files));
            }

            files.SyncDirectory(folder);
            return witness;
        }
        catch (Exception fault)
        {
            witness.Dispose();
            if (fault is IOException or UnauthorizedAccessException)
                throw new CollabException(LedgerErrors.StorageFailed, "The witness's folder cannot be read or written.", inner: fault);
            throw;
        }
    }

    /// <summary>The log of a party; null for this party itself and for strangers.</summary>
    public Replica? ReplicaOf(PartyId author) => _byOrigin.Values.FirstOrDefault(replica => replica.Author.Party == author);

    /// <summary>
    /// Checks a checkpoint and the entries it brings, stores both, and cosigns; or says why not. What is cosigned is on disk before.
    /// </summary>
    public AddCheckpointReply AddCheckpoint(AddCheckpointRequest request)
    {
        SignedCheckpoint checkpoint;
        try
        {
            checkpoint = SignedCheckpoint.Parse(request.Note.Span);
        }
        catch (MalformedException fault)
        {
            return new AddCheckpointReply(WitnessStatus.BadRequest, null, null, fault.Message, fault.Code);
        }

        if (request.OldSize < 0 || request.Proof.Count > Merkle.ConsistencyProof.LongestPath)
            return new AddCheckpointReply(WitnessStatus.BadRequest, null, null, "an old size below 0, or more than 63 hashes");
        if (!_byOrigin.TryGetValue(checkpoint.Origin, out var replica))
            return new AddCheckpointReply(WitnessStatus.NotFound, null, null, "this witness does not know that log");
        if (!replica.Author.Log.HasSigned(checkpoint.Note))
            return new AddCheckpointReply(WitnessStatus.Forbidden, null, null, "no signature of that log's key");
        try
        {
            return replica.Add(request, checkpoint);
        }
        catch (CollabException fault) when (
            fault.Code == LedgerErrors.StorageFailed || fault.Code == LedgerErrors.StorageClosed || fault.Code == LedgerErrors.StorageDamaged)
        {
            return new AddCheckpointReply(WitnessStatus.Unavailable, null, null, "this witness cannot rely on its disk", fault.Code);
        }
    }

    /// <summary>Takes a checkpoint of another party's log from anyone, for comparison and for its cosignatures.</summary>
    /// <returns>False when it is of no log known here, or not signed by its author.</returns>
    public bool Observe(SignedCheckpoint checkpoint) =>
        _byOrigin.TryGetValue(checkpoint.Origin, out var replica) && replica.Observe(checkpoint);

    /// <summary>
    /// Says that the other parties have shown what they hold of a log (<see cref="Observe"/>), so that the witness may cosign it again, from
    /// the largest size shown on. How many must have answered is the caller's rule; fewer than all weakens the promise of this witness.
    /// </summary>
    public void CompleteRecovery(PartyId author)
    {
        var replica = ReplicaOf(author) ?? throw new ArgumentException("This witness does not watch that party.", nameof(author));
        lock (_recordGate)
        {
            WriteRecord(ReadRecord().Append(author));
            replica.CompleteRecovery();
        }
    }

    /// <summary>Closes all logs.</summary>
    public void Dispose()
    {
        foreach (var replica in _byOrigin.Values) replica.Dispose();
    }

    private HashSet<PartyId> ReadRecord()
    {
        var path = Path.Combine(_folder, RecordName);
        if (!File.Exists(path)) return [];
        // A name that cannot be read is a log without a record, which is the safe side.
        return [.. File.ReadAllLines(path).Select(PartyId.TryParse).OfType<PartyId>()];
    }

    private void WriteRecord(IEnumerable<PartyId> watched)
    {
        try
        {
            Directory.CreateDirectory(_folder);
            _files.Replace(
                Path.Combine(Path.GetFullPath(_folder), RecordName),
                Encoding.ASCII.GetBytes(string.Concat(watched.Distinct().Order().Select(party => $"{party.Name}\n"))));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CollabException(LedgerErrors.StorageFailed, "The witness's record cannot be written.", inner: fault);
        }
    }
}
