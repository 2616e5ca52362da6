using Collab.Jobs;
using Collab.Jobs.Governance;
using Collab.Primitives;

namespace Collab.Ledger;

/// <summary>
/// The ledger as a node uses it: put an operation on it, wait until it is final, read what all parties' final operations say.
/// An embedded Merkle log and a chain implement it alike (protocols/specs/ledger-operations.md).
/// </summary>
public interface ILedger
{
    /// <summary>The party that writes here.</summary>
    PartyId Self { get; }

    /// <summary>Grows by one or more whenever a final operation came in.</summary>
    long Position { get; }

    /// <summary>The jobs that any final operation names.</summary>
    IReadOnlyList<Digest> Jobs { get; }

    /// <summary>Who may do what in the consortium, as of now.</summary>
    Standing Standing { get; }

    /// <summary>What the final operations of all parties say of one job, as of now.</summary>
    JobPage Page(Digest job);

    /// <summary><see cref="Page"/> with this party's own operations that are not final yet: what it has already done, whatever became of it.</summary>
    JobPage PageWithPending(Digest job);

    /// <summary>Returns once <see cref="Position"/> is above <paramref name="seen"/>.</summary>
    Task WaitForChangeAsync(long seen, CancellationToken cancellation);

    /// <summary>Signs an operation and puts it on this party's log; returns when it is on disk, not yet final.</summary>
    /// <param name="make">Makes the operation from its stamp.</param>
    /// <exception cref="CollabException">
    /// The log cannot be written, or it is behind what its witnesses have cosigned; or this party may not say that now: the codes of <see cref="GovernanceErrors"/>.
    /// </exception>
    Task<T> AppendAsync<T>(Func<OperationStamp, T> make, CancellationToken cancellation)
        where T : LedgerOperation;

    /// <summary>Returns once the operation is final: enough other parties cosigned a checkpoint over it.</summary>
    /// <exception cref="CollabException"><see cref="OperationErrors.NotFinal"/> when that takes longer than the ledger's limit.</exception>
    Task WaitForFinalityAsync(LedgerOperation operation, CancellationToken cancellation);
}

/// <summary>What every operation begins with; made by the ledger at the moment of writing.</summary>
/// <param name="Author">The party that writes.</param>
/// <param name="Id">32 fresh random bytes.</param>
/// <param name="Time">The clock.</param>
/// <param name="Heads">What the author sees of the final logs, ordered by party.</param>
public sealed record OperationStamp(PartyId Author, Digest Id, DateTimeOffset Time, IReadOnlyList<LedgerHead> Heads);

/// <summary>What the ledger port reports.</summary>
public static class OperationErrors
{
    /// <summary>Too few witnesses answered.</summary>
    public static readonly ErrorCode NotFinal = new(
        "ledger.not-final", ErrorKind.Peer, "Check that the other parties' nodes run and can be reached ('collab node status'); then submit again.");

    /// <summary>An entry that is not a signed operation of the log's own party.</summary>
    public static readonly ErrorCode EntryInvalid = new(
        "ledger.entry-invalid", ErrorKind.Peer, "Keep the evidence; ask that party which version and build it runs.");
}
