using Collab.Primitives;

namespace Collab.Jobs.Governance;

/// <summary>
/// The contract's rules of motions (contract.md, step 1) over one order of the entries: what an author had seen comes before what it wrote,
/// and what nobody had seen of each other goes by the authors' clocks, then by name, then by place in the log.
/// </summary>
internal sealed class GovernanceCount
{
    private readonly List<Motion> _motions = [];

    private GovernanceCount(Standing founding) => Standing = founding;

    public Standing Standing { get; private set; }

    public IReadOnlyList<Motion> Motions => _motions;

    public static GovernanceCount Of(Standing founding, IEnumerable<GovernanceEntry> entries)
    {
        var count = new GovernanceCount(founding);
        foreach (var entry in InOrder(entries))
        {
            if (OperationRights.Check(entry.Operation, count.Standing) is not null) continue;
            if (entry.Operation is LedgerOperation.OpenMotion o && count.CheckOpening(o) is null) count.Open(o);
            else if (entry.Operation is LedgerOperation.Vote v && count.CheckVote(v) is null) count.Cast(v);
        }

        return count;
    }

    /// <summary>Why this motion cannot be opened now; null when it can.</summary>
    public Refusal? CheckOpening(LedgerOperation.OpenMotion opening)
    {
        var author = opening.Author;
        if (opening.Closes <= opening.Time || opening.Closes > opening.Time + Motion.LongestOpen)
            return new(GovernanceErrors.MotionInvalid, author, "A motion closes after it was opened, and within 30 days.");
        if (opening.Change is MotionChange.Member { Subject: var subject } && !Standing.Members.ContainsKey(subject))
            return new(GovernanceErrors.MotionInvalid, author, $"{subject} is no member of this consortium.");
        return Standing.Quorum == 1 ? CheckCarrying(opening) : null;
    }

    /// <summary>Why this vote cannot be cast now; null when it can.</summary>
    public Refusal? CheckVote(LedgerOperation.Vote vote)
    {
        var author = vote.Author;
        if (_motions.Find(m => m.Digest == vote.Motion && m.Opened.Job == vote.Job) is not { } motion)
            return new(GovernanceErrors.MotionUnknown, author, $"No motion {vote.Motion.Short} was opened.");
        if (!motion.IsOpen(vote.Time)) return new(GovernanceErrors.MotionClosed, author, $"The motion {vote.Motion.Short} takes no more votes.");
        if (motion.Votes.Contains(author)) return new(GovernanceErrors.AlreadyVoted, author, $"{author} has voted on the motion {vote.Motion.Short}.");
        return motion.Votes.Count + 1 >= Standing.Quorum ? CheckCarrying(motion.Opened) : null;
    }

    private Refusal? CheckCarrying(LedgerOperation.OpenMotion opened) => Standing.With(opened.Change) is null
        ? new(GovernanceErrors.QuorumUnreachable, opened.Author, "The motion would leave a quorum that the active operators cannot reach.")
        : null;

    private void Open(LedgerOperation.OpenMotion opened)
    {
        _motions.Add(new Motion(Motion.DigestOf(opened), opened, [opened.Author], Carried: false));
        CarryIfReached(_motions.Count - 1);
    }

    private void Cast(LedgerOperation.Vote vote)
    {
        var at = _motions.FindIndex(m => m.Digest == vote.Motion);
        _motions[at] = _motions[at] with { Votes = [.. _motions[at].Votes, vote.Author] };
        CarryIfReached(at);
    }

    // Only a vote carries a motion: a quorum that was lowered meanwhile takes the next vote to do so, as on the contract.
    private void CarryIfReached(int at)
    {
        var motion = _motions[at];
        if (motion.Votes.Count < Standing.Quorum) return;
        var before = Standing;
        Standing = Standing.With(motion.Opened.Change)!;
        _motions[at] = motion with { Carried = true };

        // Who is no active operator any more loses its votes in all open motions for good.
        foreach (var lost in before.ActiveOperators.Except(Standing.ActiveOperators))
        {
            for (var i = 0; i < _motions.Count; i++)
                if (!_motions[i].Carried) _motions[i] = _motions[i] with { Votes = [.. _motions[i].Votes.Where(v => v != lost)] };
        }
    }

    private static IEnumerable<GovernanceEntry> InOrder(IEnumerable<GovernanceEntry> entries)
    {
        var logs = entries.GroupBy(e => e.Operation.Author).OrderBy(g => g.Key).ToDictionary(g => g.Key, g => new Queue<GovernanceEntry>(g.OrderBy(e => e.Index)));
        while (logs.Values.Where(log => log.Count > 0).Select(log => log.Peek()).ToList() is { Count: > 0 } fronts)
        {
            // Heads that claim each other are a lie of one of two; then the first by the clocks goes first all the same.
            var free = fronts.FindAll(e => e.Operation.Heads.All(h => !logs.TryGetValue(h.Party, out var log) || log.Count == 0 || (ulong)log.Peek().Index >= h.Size));
            var next = (free.Count > 0 ? free : fronts).MinBy(e => (e.Operation.Time, e.Operation.Author))!;
            yield return logs[next.Operation.Author].Dequeue();
        }
    }
}
