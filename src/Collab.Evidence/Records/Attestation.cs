using Collab.Cryptography;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Ledger.Merkle;
using Collab.Primitives;

namespace Collab.Evidence.Records;

/// <summary>A batch of records under one commitment, which one operation puts on the ledger whatever their number.</summary>
/// <remarks>
/// The commitment is <c>Digest.Of("collab.attestation.v1", attestation ‖ u64 size ‖ root)</c> by the algorithm's hash: it fixes how many records there are and, its root
/// being made of salts, does not tell it. Memory: two hashes a record. Source: protocols/specs/record.md, step 2.
/// </remarks>
public sealed class Attestation
{
    private const string Domain = "collab.attestation.v1";

    private readonly MemoryTree _tree;
    private DateTimeOffset _expires = DateTimeOffset.UnixEpoch;

    /// <summary>Begins a batch.</summary>
    /// <param name="issuer">Who attests.</param>
    /// <param name="random">For the attestation's id.</param>
    /// <param name="algorithm">How its records are committed to.</param>
    public Attestation(PartyId issuer, RandomSource random, CommitmentAlgorithm algorithm = CommitmentAlgorithm.SaltedSha256)
    {
        (Issuer, Id, Algorithm) = (issuer, new Digest(random.Bytes(Digest.Size)), algorithm);
        _tree = new MemoryTree((left, right) => TreeHash.Node(algorithm, left, right));
    }

    /// <summary>Who attests.</summary>
    public PartyId Issuer { get; }

    /// <summary>Its random id.</summary>
    public Digest Id { get; }

    /// <summary>How its records are committed to.</summary>
    public CommitmentAlgorithm Algorithm { get; }

    /// <summary>How many records it has; it stays with the issuer, and a record's path bounds it.</summary>
    public long Size => _tree.Size;

    /// <summary>Takes a record's root in.</summary>
    /// <returns>The record's place in the batch.</returns>
    /// <exception cref="ArgumentException">Another issuer's record, or of another algorithm.</exception>
    public long Add(SaltedRecord record)
    {
        if (record.Header.Issuer != Issuer || record.Algorithm != Algorithm) throw new ArgumentException("The record is of another issuer or algorithm.", nameof(record));
        if (record.Header.Expires > _expires) _expires = record.Header.Expires;
        _tree.AddLeaf(LeafOf(Algorithm, record.Root));
        return _tree.Size - 1;
    }

    /// <summary>The operation that attests all records taken in so far; there is one at least.</summary>
    /// <param name="stamp">The ledger's stamp.</param>
    /// <param name="job">The plan's digest when a job made the batch; null otherwise.</param>
    public LedgerOperation.Attest Operation(OperationStamp stamp, Digest? job = null)
    {
        if (Size == 0) throw new InvalidOperationException("An attestation has a record at least.");
        return new LedgerOperation.Attest(
            stamp.Author, stamp.Id, stamp.Time, stamp.Heads, job ?? Id, Id, (byte)Algorithm, CommitmentOf(Algorithm, Id, Size, _tree.Root), _expires);
    }

    /// <summary>The record as its holder carries it, without a proof from the ledger yet.</summary>
    /// <param name="record">A record that was taken in.</param>
    /// <param name="place">What <see cref="Add"/> gave for it.</param>
    /// <param name="job">As in <see cref="Operation"/>.</param>
    public CarriedRecord Carry(SaltedRecord record, long place, Digest? job = null) => new(
        Algorithm, record.Header, record.Leaves, [.. record.Openings.Index().Select(o => new ShownField(o.Index, o.Item))],
        new AttestationReference(Id, job ?? Id, _tree.ProveInclusion(place, Size)), null);

    internal static Digest LeafOf(CommitmentAlgorithm algorithm, Digest recordRoot) =>
        TreeHash.Leaf(algorithm, new CanonicalWriter().Text("collab.record.v1").Digest(recordRoot).Written);

    internal static Digest CommitmentOf(CommitmentAlgorithm algorithm, Digest id, long size, Digest root) =>
        TreeHash.Of(algorithm, Domain, new CanonicalWriter().Digest(id).UInt64((ulong)size).Digest(root).Written);
}
