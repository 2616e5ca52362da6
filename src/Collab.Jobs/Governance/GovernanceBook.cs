using Collab.Primitives;

namespace Collab.Jobs.Governance;

/// <summary>
/// Motions and votes of all final logs, and the standing that follows from them (protocols/specs/governance.md). A fold over a set: the same
/// entries give the same standing in whatever order they arrive.
/// </summary>
/// <remarks>Not safe for concurrent use. A fold takes about n·p² steps for n motions and votes of p parties; it is kept until another comes.</remarks>
public sealed class GovernanceBook(Standing founding)
{
    private readonly Dictionary<(PartyId Author, Digest Id), GovernanceEntry> _entries = [];
    private readonly Dictionary<string, Standing> _seen = []; // by the entries that were seen
    private GovernanceCount? _now;

    /// <summary>How the consortium was founded.</summary>
    public Standing Founding { get; } = founding;

    /// <summary>How it stands by all entries.</summary>
    public Standing Standing => Now.Standing;

    /// <summary>All motions that count, in the order in which they were opened.</summary>
    public IReadOnlyList<Motion> Motions => Now.Motions;

    private GovernanceCount Now => _now ??= GovernanceCount.Of(Founding, _entries.Values);

    /// <summary>Takes in a motion or vote; other operations, and a second one of the same author and id, change nothing.</summary>
    public void Add(LedgerOperation operation, long index)
    {
        if (operation is not (LedgerOperation.OpenMotion or LedgerOperation.Vote)) return;
        var key = (operation.Author, operation.Id);
        if (_entries.TryGetValue(key, out var known) && known.Index <= index) return; // the first in its log counts
        _entries[key] = new GovernanceEntry(operation, index);
        _now = null;
        _seen.Clear();
    }

    /// <summary>The standing that the author of an operation had seen when it wrote it: by the heads it names and its own log before it.</summary>
    public Standing SeenBy(LedgerOperation operation, long index)
    {
        if (_entries.Count == 0) return Founding;
        var asking = new GovernanceEntry(operation, index);
        var seen = _entries.Values.Where(asking.HadSeen).ToList();
        if (seen.Count == _entries.Count) return Standing;
        var key = string.Join(' ', seen.Select(e => $"{e.Operation.Author}/{e.Index}").Order(StringComparer.Ordinal));
        return _seen.TryGetValue(key, out var standing) ? standing : _seen[key] = GovernanceCount.Of(Founding, seen).Standing;
    }

    /// <summary>Whether an operation counts: its author was allowed it by the standing it had seen.</summary>
    public bool Counts(LedgerOperation operation, long index) => OperationRights.Check(operation, SeenBy(operation, index)) is null;

    /// <summary>Why a motion cannot be opened, or a vote cannot be cast, by the standing as it is; null when it can, and for other operations.</summary>
    /// <param name="operation">The operation, not signed yet.</param>
    public Refusal? Check(LedgerOperation operation) => operation switch
    {
        LedgerOperation.OpenMotion o => Now.CheckOpening(o),
        LedgerOperation.Vote v => Now.CheckVote(v),
        _ => null,
    };
}
