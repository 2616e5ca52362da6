using Collab.Jobs;
using Collab.Jobs.Governance;
using Collab.Primitives;

namespace Collab.Ledger.Embedded;

/// <summary>
/// The state of the ledger: a fold over the final entries of all logs. Which log was read first changes nothing; an entry that is
/// not a signed operation of its log's own party counts for nothing.
/// </summary>
internal sealed class LedgerFold(Standing founding)
{
    private readonly Lock _gate = new();
    private readonly JobBook _book = new();
    private readonly GovernanceBook _governance = new(founding);
    private readonly Dictionary<(PartyId Author, Digest Id), long> _indices = []; // of the first operation of that id in its log
    private readonly Dictionary<PartyId, long> _read = [];

    /// <summary>Reads a log on to its final size.</summary>
    /// <returns>Whether anything was new.</returns>
    public bool Read(LedgerParty author, long finalSize, Func<long, long, IReadOnlyList<ReadOnlyMemory<byte>>> entries)
    {
        lock (_gate)
        {
            var from = _read.GetValueOrDefault(author.Party);
            if (finalSize <= from) return false;
            var index = from;
            foreach (var entry in entries(from, finalSize))
            {
                if (SignedOperation.TryDecode(author, entry.Span) is { } operation)
                {
                    _indices.TryAdd((operation.Author, operation.Id), index);
                    _governance.Add(operation, index);
                    _book.Add(operation);
                }

                index++;
            }

            _read[author.Party] = finalSize;
            return true;
        }
    }

    public IReadOnlyList<Digest> Jobs
    {
        get { lock (_gate) return [.. _book.Pages.Select(p => p.Job)]; }
    }

    /// <summary>Who may do what, by all final operations.</summary>
    public Standing Standing
    {
        get { lock (_gate) return _governance.Standing; }
    }

    /// <summary>All motions that count.</summary>
    public IReadOnlyList<Motion> Motions
    {
        get { lock (_gate) return _governance.Motions; }
    }

    /// <summary>A copy of a job's page without what its author had no right to say, with more operations added to it.</summary>
    public JobPage Page(Digest job, IEnumerable<LedgerOperation> pending)
    {
        lock (_gate)
        {
            var counting = _book[job].Operations.Where(o => _governance.Counts(o, _indices[(o.Author, o.Id)]));
            return JobPage.Of(job, counting.Concat(pending), standing: _governance.Standing);
        }
    }

    /// <summary>Why an operation of this party cannot be said now; null when it can.</summary>
    public Refusal? Check(LedgerOperation operation)
    {
        lock (_gate) return OperationRights.Check(operation, _governance.Standing) ?? _governance.Check(operation);
    }
}
