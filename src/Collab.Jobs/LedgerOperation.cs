using Collab.Jobs.Governance;
using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>One thing a party puts on the ledger. Digests, ids and codes only: never a name of data, a count or a value.</summary>
/// <param name="Author">The party whose log holds it.</param>
/// <param name="Id">32 random bytes made by the author; the same id twice is the same write (idempotence).</param>
/// <param name="Time">The author's clock, for people and for expiry.</param>
/// <param name="Heads">What the author had seen of the final logs, ordered by party.</param>
/// <param name="Job">The digest of the plan.</param>
public abstract record LedgerOperation(
    PartyId Author, Digest Id, DateTimeOffset Time, IReadOnlyList<LedgerHead> Heads, Digest Job)
{
    /// <summary>
    /// Whether a reason, an error code or a step may stand on the ledger: 1 to 64 of <c>a-z 0-9 . - /</c>, so that nothing else can be
    /// smuggled there under their name.
    /// </summary>
    public static bool IsCode(string text) =>
        text.Length is >= 1 and <= 64 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-' or '/');

    /// <summary>A new job is asked for; opens it.</summary>
    /// <param name="Datasets">The owner and dataset id of each input, ordered by owner: whose grants are needed.</param>
    /// <param name="Parties">Who takes part, ordered.</param>
    /// <param name="Expires">As in the plan.</param>
    /// <param name="Uses">As in the plan.</param>
    public sealed record Propose(
        PartyId Author, Digest Id, DateTimeOffset Time, IReadOnlyList<LedgerHead> Heads, Digest Job,
        IReadOnlyList<DatasetReference> Datasets, IReadOnlyList<PartyId> Parties, DateTimeOffset Expires, int Uses)
        : LedgerOperation(Author, Id, Time, Heads, Job)
    {
        /// <summary>Endorsers and algorithm of the plan; null where it has neither.</summary>
        public ProposalTerms? Terms { get; init; }
    }

    /// <summary>An owner's grant for exactly this plan and this version of its dataset.</summary>
    /// <param name="DatasetId">The dataset.</param>
    /// <param name="Version">The version it approved; another version makes the grant inert.</param>
    /// <param name="Expires">Not later than the plan's.</param>
    /// <param name="Uses">Not more than the plan's; the smallest of all grants wins.</param>
    public sealed record Approve(
        PartyId Author, Digest Id, DateTimeOffset Time, IReadOnlyList<LedgerHead> Heads, Digest Job,
        Digest DatasetId, Digest Version, DateTimeOffset Expires, int Uses)
        : LedgerOperation(Author, Id, Time, Heads, Job);

    /// <summary>An owner says no; the job is closed.</summary>
    /// <param name="Reason">A reason code, for example <c>policy.purpose</c>; never free text.</param>
    public sealed record Refuse(
        PartyId Author, Digest Id, DateTimeOffset Time, IReadOnlyList<LedgerHead> Heads, Digest Job, string Reason)
        : LedgerOperation(Author, Id, Time, Heads, Job);

    /// <summary>An owner takes its grant back, or the requester its job; no further run starts, and running ones stop.</summary>
    public sealed record Revoke(
        PartyId Author, Digest Id, DateTimeOffset Time, IReadOnlyList<LedgerHead> Heads, Digest Job)
        : LedgerOperation(Author, Id, Time, Heads, Job);

    /// <summary>The requester opens a run.</summary>
    /// <param name="Run">32 random bytes, used once.</param>
    /// <param name="Deadline">After it anyone may end the run.</param>
    public sealed record StartRun(
        PartyId Author, Digest Id, DateTimeOffset Time, IReadOnlyList<LedgerHead> Heads, Digest Job, Digest Run, DateTimeOffset Deadline)
        : LedgerOperation(Author, Id, Time, Heads, Job);

    /// <summary>An owner spends one use of its grant for this run; before this is final it reads no row. Never refunded.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="DatasetId">The dataset.</param>
    /// <param name="Use">The number of this use, from 1.</param>
    public sealed record Spend(
        PartyId Author, Digest Id, DateTimeOffset Time, IReadOnlyList<LedgerHead> Heads, Digest Job, Digest Run, Digest DatasetId, int Use)
        : LedgerOperation(Author, Id, Time, Heads, Job);

    /// <summary>A party of the run says what it saw: the digest of its salted receipt.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="Receipt">The digest of the <see cref="Jobs.Receipt"/>.</param>
    public sealed record Commit(
        PartyId Author, Digest Id, DateTimeOffset Time, IReadOnlyList<LedgerHead> Heads, Digest Job, Digest Run, Digest Receipt)
        : LedgerOperation(Author, Id, Time, Heads, Job);

    /// <summary>A party of the run ends it.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="Code">The stable error code.</param>
    /// <param name="AtFault">The party at fault, or null.</param>
    /// <param name="Step">The step, or null.</param>
    public sealed record Abort(
        PartyId Author, Digest Id, DateTimeOffset Time, IReadOnlyList<LedgerHead> Heads, Digest Job, Digest Run,
        string Code, PartyId? AtFault, StepId? Step)
        : LedgerOperation(Author, Id, Time, Heads, Job);

    /// <summary>An owner's register of consents has a new version. Its job is the register's random id: it belongs to no plan.</summary>
    /// <param name="Number">The version's number, counted from 1; it grows.</param>
    /// <param name="Algorithm">How the commitment was made (protocols/specs/commitment.md).</param>
    /// <param name="Root">The salted commitment to the whole version.</param>
    public sealed record RegisterConsents(
        PartyId Author, Digest Id, DateTimeOffset Time, IReadOnlyList<LedgerHead> Heads, Digest Job, int Number, byte Algorithm, Digest Root)
        : LedgerOperation(Author, Id, Time, Heads, Job);

    /// <summary>An operator asks the others to change who may do what, and votes for it by that. Its job is its own id: it belongs to no plan.</summary>
    /// <param name="Change">What would change.</param>
    /// <param name="Closes">The last moment of a vote, at most 30 days after <see cref="Time"/>.</param>
    public sealed record OpenMotion(
        PartyId Author, Digest Id, DateTimeOffset Time, IReadOnlyList<LedgerHead> Heads, Digest Job, MotionChange Change, DateTimeOffset Closes)
        : LedgerOperation(Author, Id, Time, Heads, Job);

    /// <summary>An operator votes for a motion. Its job is that of the motion.</summary>
    /// <param name="Motion">The digest of the operation that opened it (<see cref="Governance.Motion.DigestOf"/>): for these words and no others.</param>
    public sealed record Vote(
        PartyId Author, Digest Id, DateTimeOffset Time, IReadOnlyList<LedgerHead> Heads, Digest Job, Digest Motion)
        : LedgerOperation(Author, Id, Time, Heads, Job);

    /// <summary>An issuer attests a batch of records: one salted commitment for any number of them (protocols/specs/record.md).</summary>
    /// <param name="Job">The plan's digest when it came out of a job; else the attestation's own id.</param>
    /// <param name="Attestation">The attestation's random id.</param>
    /// <param name="Algorithm">How the records were committed to (protocols/specs/commitment.md).</param>
    /// <param name="Root">The commitment; it tells neither the records nor how many they are.</param>
    /// <param name="Expires">No record of the batch is valid from here on.</param>
    public sealed record Attest(
        PartyId Author, Digest Id, DateTimeOffset Time, IReadOnlyList<LedgerHead> Heads, Digest Job,
        Digest Attestation, byte Algorithm, Digest Root, DateTimeOffset Expires)
        : LedgerOperation(Author, Id, Time, Heads, Job);

    /// <summary>An issuer takes one record of an attestation back, for good. Its job is the attestation's id.</summary>
    /// <param name="Record">The record's random handle, which only those know who have seen the record.</param>
    /// <param name="Reason">A reason code, for example <c>record.mistaken</c>; never free text.</param>
    public sealed record RevokeRecord(
        PartyId Author, Digest Id, DateTimeOffset Time, IReadOnlyList<LedgerHead> Heads, Digest Job, Digest Record, string Reason)
        : LedgerOperation(Author, Id, Time, Heads, Job);

    /// <summary>A party has checked some record: which one and with what verdict only the opening tells, which stays with it.</summary>
    /// <param name="Job">The plan's digest when a job asked for it; else the random id of the checker's own book.</param>
    /// <param name="Algorithm">How the commitment was made.</param>
    /// <param name="Commitment">The salted commitment to record, verdict and time.</param>
    public sealed record RecordChecked(
        PartyId Author, Digest Id, DateTimeOffset Time, IReadOnlyList<LedgerHead> Heads, Digest Job, byte Algorithm, Digest Commitment)
        : LedgerOperation(Author, Id, Time, Heads, Job);

    /// <summary>A provider's algorithm has a new version. Its job is the algorithm's random id: it belongs to no plan.</summary>
    /// <param name="Version">The version's number, one more than the last, from 1; a withdrawal takes a number too.</param>
    /// <param name="Digest">The salted digest (<see cref="AlgorithmReference.DigestOf"/>); all zeros withdraws the algorithm.</param>
    public sealed record RegisterAlgorithm(
        PartyId Author, Digest Id, DateTimeOffset Time, IReadOnlyList<LedgerHead> Heads, Digest Job, int Version, Digest Digest)
        : LedgerOperation(Author, Id, Time, Heads, Job);

    /// <summary>The provider lets its algorithm be used for exactly this plan.</summary>
    /// <param name="Algorithm">The algorithm's id.</param>
    /// <param name="Version">The version.</param>
    public sealed record ApproveAlgorithm(
        PartyId Author, Digest Id, DateTimeOffset Time, IReadOnlyList<LedgerHead> Heads, Digest Job, Digest Algorithm, int Version)
        : LedgerOperation(Author, Id, Time, Heads, Job);

    /// <summary>An endorser agrees to exactly this plan.</summary>
    /// <param name="Expires">Not later than the plan's; after it the endorsement counts no more.</param>
    public sealed record Endorse(
        PartyId Author, Digest Id, DateTimeOffset Time, IReadOnlyList<LedgerHead> Heads, Digest Job, DateTimeOffset Expires)
        : LedgerOperation(Author, Id, Time, Heads, Job);

    /// <summary>A node did not do what somebody tried; only a record, it changes no job.</summary>
    /// <param name="Run">The run that was tried, or null.</param>
    /// <param name="Code">The stable error code.</param>
    /// <param name="Of">Who tried: the author itself when its own operator did.</param>
    public sealed record DeclareRefusal(
        PartyId Author, Digest Id, DateTimeOffset Time, IReadOnlyList<LedgerHead> Heads, Digest Job, Digest? Run, string Code, PartyId Of)
        : LedgerOperation(Author, Id, Time, Heads, Job);
}

/// <summary>An input as the ledger knows it.</summary>
/// <param name="Owner">The owner.</param>
/// <param name="DatasetId">The random id of its dataset.</param>
public sealed record DatasetReference(PartyId Owner, Digest DatasetId);
