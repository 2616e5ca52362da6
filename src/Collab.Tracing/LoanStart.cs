using Collab.Cryptography.Sealing;
using Collab.Primitives;

namespace Collab.Tracing;

/// <summary>A loan that this bank traces.</summary>
/// <param name="Transfer">The transfer by which it was paid out.</param>
/// <param name="Round">The round in which its trace begins, from 1.</param>
/// <param name="Summary">The first summary.</param>
internal sealed record LoanStart(Transfer Transfer, int Round, HopSummary Summary)
{
    /// <summary>Draws where the trace of each begins, and makes its first summary.</summary>
    public static IReadOnlyList<LoanStart> Of(TransferBook book, TraceTerms terms, IncomparableSecret secret, RandomSource random) =>
    [
        .. book.Traced.Select(transfer => new LoanStart(
            transfer,
            1 + (int)(random.NextUInt64() % (ulong)(terms.Question.Delay + 1)), // uniform up to 2^-60
            new(HopDesk.NewLink(random), transfer.Reference, transfer.Traced, secret.NewKey(random)))),
    ];
}
