using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>Where a job stands: a closed set, derived from the ledger's page and the clock and never stored.</summary>
public abstract record JobState
{
    /// <summary>The word users and scripts see.</summary>
    public abstract string Name { get; }

    /// <summary>Grants are missing.</summary>
    /// <param name="Missing">The owners, endorsers and provider of the algorithm still to be asked.</param>
    public sealed record Proposed(IReadOnlyList<PartyId> Missing) : JobState
    {
        /// <inheritdoc/>
        public override string Name => "proposed";
    }

    /// <summary>Every owner granted it; a run may start.</summary>
    public sealed record Authorized : JobState
    {
        /// <inheritdoc/>
        public override string Name => "authorized";
    }

    /// <summary>No run may start any more: taken back, refused, revoked, expired or used up.</summary>
    /// <param name="Why">What <see cref="Authorization"/> says.</param>
    public sealed record Closed(Refusal Why) : JobState
    {
        /// <inheritdoc/>
        public override string Name => "closed";
    }

    /// <summary>A run is under way.</summary>
    /// <param name="Run">The run.</param>
    public sealed record Started(Digest Run) : JobState
    {
        /// <inheritdoc/>
        public override string Name => "started";
    }

    /// <summary>All parties of the newest run committed.</summary>
    /// <param name="Run">The run.</param>
    public sealed record Committed(Digest Run) : JobState
    {
        /// <inheritdoc/>
        public override string Name => "committed";
    }

    /// <summary>The newest run ended before all had committed.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="Why">Who ended it and why.</param>
    public sealed record Aborted(Digest Run, LedgerOperation.Abort Why) : JobState
    {
        /// <inheritdoc/>
        public override string Name => "aborted";
    }

    /// <summary>Derives the state of a job.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="page">What the ledger says of it.</param>
    /// <param name="now">The moment of asking; expiry is derived, not written.</param>
    public static JobState Of(Plan plan, JobPage page, DateTimeOffset now)
    {
        var newest = page.Starts.Where(s => s.Author == plan.Requester).OrderBy(s => s.Time).ThenBy(s => s.Run).LastOrDefault();
        if (newest is not null)
        {
            // Once all have committed, a late abort changes nothing: the result may have been released.
            if (plan.Parties.All(p => page.CommitOf(p, newest.Run) is not null)) return new Committed(newest.Run);
            return page.AbortOf(newest.Run, plan) is { } abort ? new Aborted(newest.Run, abort) : new Started(newest.Run);
        }

        return Authorization.Check(plan, page, now) switch
        {
            null => new Authorized(),
            { Code: var code } when code == Authorization.NotProposed => new Proposed(plan.Owners),
            { Code: var code } when Authorization.IsPending(code) => new Proposed([.. MissingOf(plan, page)]),
            var refusal => new Closed(refusal),
        };
    }

    // Of the endorsers all who have not been heard: any of them may be the one that is enough.
    private static IEnumerable<PartyId> MissingOf(Plan plan, JobPage page) => plan.Owners.Where(o => page.By<LedgerOperation.Approve>(o) is null)
        .Concat((plan.Endorsers?.Of ?? []).Where(e => page.By<LedgerOperation.Endorse>(e) is null && page.By<LedgerOperation.Refuse>(e) is null))
        .Concat(plan.Algorithm is { Provider: var p } && page.By<LedgerOperation.ApproveAlgorithm>(p) is null ? [p] : []).Distinct();
}
