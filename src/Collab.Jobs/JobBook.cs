using Collab.Jobs.Governance;
using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>
/// What the final entries of all logs say, job by job. A fold over a set: the same operations give the same book whatever
/// the order in which they arrive, because nothing is decided while folding; <see cref="Authorization"/> and
/// <see cref="JobState"/> decide when they are asked.
/// </summary>
/// <remarks>Not safe for concurrent use. Within one author's log the first of two equal operations counts.</remarks>
public sealed class JobBook
{
    private readonly Dictionary<Digest, JobPage> _pages = [];

    /// <summary>The jobs that any operation names.</summary>
    public IReadOnlyCollection<JobPage> Pages => _pages.Values;

    /// <summary>The page of a job; empty when no operation names it.</summary>
    public JobPage this[Digest job] => _pages.TryGetValue(job, out var page) ? page : new JobPage(job);

    /// <summary>Takes one more final operation in.</summary>
    public void Add(LedgerOperation operation)
    {
        if (!_pages.TryGetValue(operation.Job, out var page)) _pages.Add(operation.Job, page = new JobPage(operation.Job));
        page.Add(operation);
    }
}

/// <summary>What the final entries of all logs say of one job.</summary>
public sealed class JobPage(Digest job)
{
    private readonly List<LedgerOperation> _operations = [];
    private readonly HashSet<(PartyId Author, Digest Id)> _seen = []; // an id that another party copies must not hide its owner's operation

    /// <summary>The plan's digest.</summary>
    public Digest Job { get; } = job;

    /// <summary>What the ledger says of the plan's algorithm; null where it names none, or where nobody looked.</summary>
    public JobPage? Algorithm { get; init; }

    /// <summary>Who may do what in the consortium now; null where a ledger has no roles.</summary>
    public Standing? Standing { get; init; }

    /// <summary>All operations on the job, in order of arrival.</summary>
    public IReadOnlyList<LedgerOperation> Operations => _operations;

    /// <summary>The runs that were opened.</summary>
    public IEnumerable<LedgerOperation.StartRun> Starts => Of<LedgerOperation.StartRun>();

    /// <summary>The operations of one kind.</summary>
    public IEnumerable<T> Of<T>()
        where T : LedgerOperation => _operations.OfType<T>();

    /// <summary>The first operation of one kind by one author, or null.</summary>
    public T? By<T>(PartyId author)
        where T : LedgerOperation => Of<T>().FirstOrDefault(o => o.Author == author);

    /// <summary>The spend of that owner for that run, or null.</summary>
    public LedgerOperation.Spend? SpendOf(PartyId owner, Digest run) =>
        Of<LedgerOperation.Spend>().FirstOrDefault(s => s.Author == owner && s.Run == run);

    /// <summary>How many runs that owner has spent a use on.</summary>
    /// <param name="owner">The owner.</param>
    /// <param name="except">A run that is not counted, or null.</param>
    public int UsesSpentBy(PartyId owner, Digest? except = null) => Of<LedgerOperation.Spend>()
        .Where(s => s.Author == owner && s.Run != except).Select(s => s.Run).Distinct().Count();

    /// <summary>The commit of that party for that run, or null.</summary>
    public LedgerOperation.Commit? CommitOf(PartyId party, Digest run) =>
        Of<LedgerOperation.Commit>().FirstOrDefault(c => c.Author == party && c.Run == run);

    /// <summary>
    /// Why the run ended, or null. When several parties ended it, the earliest by their clocks counts, then the first by name:
    /// every party that sees the same logs names the same reason. What others of the consortium say of a run counts for nothing.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="plan">The plan of this page, which says who has a say: its parties and its requester.</param>
    public LedgerOperation.Abort? AbortOf(Digest run, Plan plan) => Of<LedgerOperation.Abort>()
        .Where(a => a.Run == run && (plan.Parties.Contains(a.Author) || a.Author == plan.Requester)).OrderBy(a => a.Time).ThenBy(a => a.Author).FirstOrDefault();

    /// <summary>A page of these operations.</summary>
    /// <param name="job">The plan's digest.</param>
    /// <param name="operations">The operations on it.</param>
    /// <param name="algorithm">The page of the plan's algorithm, if it names one.</param>
    /// <param name="standing">Who may do what in the consortium.</param>
    public static JobPage Of(Digest job, IEnumerable<LedgerOperation> operations, JobPage? algorithm = null, Standing? standing = null)
    {
        var page = new JobPage(job) { Algorithm = algorithm, Standing = standing };
        foreach (var operation in operations) page.Add(operation);
        return page;
    }

    /// <summary>This page with what the ledger says of the plan's algorithm; who may do what stays on it.</summary>
    public JobPage With(JobPage algorithm) => Of(Job, Operations, algorithm, Standing);

    internal void Add(LedgerOperation operation)
    {
        if (_seen.Add((operation.Author, operation.Id))) _operations.Add(operation);
    }
}
