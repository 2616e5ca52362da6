using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Ledger.Embedded;

/// <summary>
/// The state of the ledger: a fold over the final entries of all logs. Which log was read first changes nothing; an entry that is
/// not a signed operation of its log's own party counts for nothing.
/// </summary>
internal sealed class LedgerFold
{
    private readonly Lock _gate = new();
    private readonly JobBook _book = new();
    private readonly Dictionary<PartyId, long> _read = [];

    /// <summary>Reads a log on to its final size.</summary>
    /// <returns>Whether anything was new.</returns>
    public bool Read(LedgerParty author, long finalSize, Func<long, long, IReadOnlyList<ReadOnlyMemory<byte>>> entries)
    {
        lock (_gate)
        {
            var from = _read.GetValueOrDefault(author.Party);
            if (finalSize <= from) return false;
            foreach (var entry in entries(from, finalSize))
            {
                if (SignedOperation.TryDecode(author, entry.Span) is { } operation) _book.Add(operation);
            }

            _read[author.Party] = finalSize;
            return true;
        }
    }

    public IReadOnlyList<Digest> Jobs
    {
        get { lock (_gate) return [.. _book.Pages.Select(p => p.Job)]; }
    }

    /// <summary>A copy of a job's page, with more operations added to it.</summary>
    public JobPage Page(Digest job, IEnumerable<LedgerOperation> pending)
    {
        lock (_gate) return JobPage.Of(job, _book[job].Operations.Concat(pending));
    }
}
