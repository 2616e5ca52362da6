using Collab.Cryptography;
using Collab.Engine.Ports;
using Collab.Evidence.Records;
using Collab.Jobs;
using Collab.Ledger;
using Collab.Ledger.Embedded;
using Collab.Primitives;

namespace Collab.Engine.Records;

/// <summary>A verdict, and the salted commitment to it that this party put on the ledger; its content and opening stay with the party.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Commitment">What stands on the ledger; null where nothing was put there.</param>
/// <param name="Content">What it commits to; null where there is no commitment.</param>
/// <param name="Opening">What opens it; null where there is no commitment.</param>
public sealed record CheckedRecord(RecordVerdict Verdict, Commitment? Commitment, ReadOnlyMemory<byte> Content, CommitmentOpening? Opening);

/// <summary>Checks records by this party's own copy of the ledger, and notes on its log that it checked something (protocols/specs/record.md, "At a node").</summary>
public sealed class RecordChecker(
    IJobStore store, EmbeddedLedger ledger, FinalityPolicy policy, RandomSource random, TimeProvider clock, CommitmentAlgorithm algorithm)
{
    /// <summary>The domain of the commitment.</summary>
    public const string Domain = "collab.record-check.v1";

    private const string BookKey = "record/book";

    private readonly Lock _gate = new();

    /// <summary>Checks a file and notes it.</summary>
    /// <param name="file">The bytes.</param>
    /// <param name="issuer">Who must have attested it; null for whoever it names.</param>
    /// <param name="cancellation">Ends the waiting for the witnesses.</param>
    /// <remarks>
    /// The note is cosigned by the witnesses with their clocks of this moment: that is the second clock, by which the record must not have ended either. Where the
    /// witnesses do not answer, the verdict is by one clock and its margin, as without a node.
    /// </remarks>
    public async Task<CheckedRecord> CheckAsync(ReadOnlyMemory<byte> file, PartyId? issuer, CancellationToken cancellation)
    {
        var verdict = Judge(file, issuer, alone: false);
        if (verdict.Record is null) return new CheckedRecord(verdict, null, default, null);
        var noted = Commit(verdict);
        try
        {
            await AppendAsync(noted, cancellation);
        }
        catch (CollabException e) when (e.Code == OperationErrors.NotFinal)
        {
            return noted with { Verdict = Judge(file, issuer, alone: true) };
        }

        var second = Judge(file, issuer, alone: false);
        if (second.Status == verdict.Status) return noted with { Verdict = second };
        noted = Commit(second); // it ended by the witnesses' clock, or was revoked while it was noted
        await AppendAsync(noted, cancellation);
        return noted;
    }

    /// <summary>Checks a file and leaves no trace; by one clock, with its margin of a day.</summary>
    /// <param name="file">The bytes.</param>
    /// <param name="issuer">Who must have attested it; null for whoever it names.</param>
    public RecordVerdict CheckUnnoted(ReadOnlyMemory<byte> file, PartyId? issuer) => Judge(file, issuer, alone: true);

    private RecordVerdict Judge(ReadOnlyMemory<byte> file, PartyId? issuer, bool alone)
    {
        var question = new RecordQuestion(clock.GetUtcNow(), issuer) { StatusAge = null };
        return RecordVerifier.Verify(file.Span, ledger, LedgerTimes.Of(ledger, policy), alone ? question : question with { ClockMargin = TimeSpan.Zero });
    }

    private CheckedRecord Commit(RecordVerdict verdict)
    {
        var content = new CanonicalWriter().Digest(verdict.Record!.Attestation.Id).Digest(verdict.Record.Header.Handle).Text(verdict.Name).Time(clock.GetUtcNow()).ToArray();
        var (commitment, opening) = Commitment.Commit(Domain, content, random, algorithm);
        return new CheckedRecord(verdict, commitment, content, opening);
    }

    private async Task AppendAsync(CheckedRecord noted, CancellationToken cancellation)
    {
        var (commitment, book) = (noted.Commitment!.Value, Book());
        var operation = await ledger.AppendAsync(
            s => new LedgerOperation.RecordChecked(s.Author, s.Id, s.Time, s.Heads, book, (byte)commitment.Algorithm, commitment.Value), cancellation);
        await ledger.WaitForFinalityAsync(operation, cancellation);
    }

    // One random name for all checks of this party: it tells no more than the author does.
    private Digest Book()
    {
        lock (_gate)
        {
            if (store.Get(BookKey) is not { } book) store.Put(BookKey, book = random.Bytes(Digest.Size));
            return new Digest(book);
        }
    }
}
