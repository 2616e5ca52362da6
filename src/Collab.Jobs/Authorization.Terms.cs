using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>Endorsements and algorithms (protocols/specs/endorsement.md, algorithm.md).</summary>
public static partial class Authorization
{
    /// <summary>Fewer endorsers agree than the plan asks for.</summary>
    public static readonly ErrorCode EndorsementMissing = new(
        "endorsement.missing", ErrorKind.Refused, "Ask that party to look at the job: 'collab job explain', then 'collab job approve'.");

    /// <summary>So many endorsers refused, took back or let expire that too few are left.</summary>
    public static readonly ErrorCode EndorsementRefused = new(
        "endorsement.refused", ErrorKind.Refused, "Ask that party what it would endorse, and submit a job that asks for no more.");

    /// <summary>The provider has no such algorithm on the ledger.</summary>
    public static readonly ErrorCode AlgorithmUnknown = new(
        "algorithm.unknown", ErrorKind.Refused, "Ask that party whether it has registered the algorithm ('collab algorithm list').");

    /// <summary>The provider withdrew the algorithm.</summary>
    public static readonly ErrorCode AlgorithmWithdrawn = new(
        "algorithm.withdrawn", ErrorKind.Refused, "Ask that party why, and submit a job with an algorithm that stands.");

    /// <summary>Another version than the plan's is current.</summary>
    public static readonly ErrorCode AlgorithmOtherVersion = new(
        "algorithm.other-version", ErrorKind.Refused, "Submit the job with the version that is current now, and have it approved again.");

    /// <summary>The plan's question is not the algorithm that its provider registered.</summary>
    public static readonly ErrorCode AlgorithmOtherContent = new(
        "algorithm.other-content", ErrorKind.Refused, "Do not approve; take the algorithm from its provider anew and submit the job again.");

    /// <summary>The provider has not let its algorithm be used for this plan.</summary>
    public static readonly ErrorCode AlgorithmNotApproved = new(
        "algorithm.not-approved", ErrorKind.Refused, "Ask the algorithm's provider to look at the job: 'collab job explain', then 'collab job approve'.");

    /// <summary>The provider does not let its algorithm be used for this plan, or no longer.</summary>
    public static readonly ErrorCode AlgorithmRefused = new(
        "algorithm.refused", ErrorKind.Refused, "Ask the algorithm's provider what it would allow.");

    /// <summary>Whether what is refused may still come: somebody has not been heard yet, and nobody said no.</summary>
    public static bool IsPending(ErrorCode code) =>
        code == GrantMissing || code == EndorsementMissing || code == AlgorithmNotApproved;

    /// <summary>Whether the author of an operation has a say of its kind in a plan (ledger-operations.md, "Who may say what"); records that belong to no state of a job are anybody's.</summary>
    public static bool HasSay(Plan plan, LedgerOperation operation)
    {
        var author = operation.Author;
        return operation switch
        {
            LedgerOperation.Propose or LedgerOperation.StartRun => author == plan.Requester,
            LedgerOperation.Approve or LedgerOperation.Spend => plan.InputOf(author) is not null,
            LedgerOperation.Revoke when author == plan.Requester => true,
            LedgerOperation.Refuse or LedgerOperation.Revoke => plan.InputOf(author) is not null || ProposalTerms.Of(plan)?.Asks(author) == true,
            LedgerOperation.Endorse => plan.Endorsers?.Of.Contains(author) == true,
            LedgerOperation.ApproveAlgorithm => plan.Algorithm?.Provider == author,
            LedgerOperation.Commit => plan.Parties.Contains(author),
            LedgerOperation.Abort => author == plan.Requester || plan.Parties.Contains(author),
            _ => true,
        };
    }

    private static Refusal? CheckEndorsements(Plan plan, JobPage page, DateTimeOffset now)
    {
        if (plan.Endorsers is not { } rule) return null;
        var lost = rule.Of.Where(party => HasLost(page, party, now)).ToList();
        if (lost.Count > rule.Of.Count - rule.AtLeast)
            return new(EndorsementRefused, lost[0], $"{lost[0]} does not endorse the job, or no longer.");
        var missing = rule.Of.Where(party => !lost.Contains(party) && page.By<LedgerOperation.Endorse>(party) is null).ToList();
        return rule.Of.Count - lost.Count - missing.Count >= rule.AtLeast ? null
            : new(EndorsementMissing, missing[0], $"{rule.AtLeast} of {rule.Of.Count} endorsers must agree; {missing[0]} has not.");
    }

    // Once refused, taken back or expired, it does not come back: the first endorsement of a party is its only one.
    private static bool HasLost(JobPage page, PartyId party, DateTimeOffset now) =>
        page.By<LedgerOperation.Refuse>(party) is not null || page.By<LedgerOperation.Revoke>(party) is not null
        || page.By<LedgerOperation.Endorse>(party)?.Expires <= now;

    private static Refusal? CheckAlgorithm(Plan plan, JobPage page)
    {
        if (plan.Algorithm is not { Provider: var provider } algorithm) return null;
        if (CheckContent(plan, page.Algorithm) is { } refusal) return refusal;
        if (page.By<LedgerOperation.Refuse>(provider) is not null || page.By<LedgerOperation.Revoke>(provider) is not null)
            return new(AlgorithmRefused, provider, $"{provider} does not let its algorithm be used for this job.");
        return page.Of<LedgerOperation.ApproveAlgorithm>().Any(a => a.Author == provider && a.Algorithm == algorithm.Id && a.Version == algorithm.Version)
            ? null
            : new(AlgorithmNotApproved, provider, $"{provider} has not yet let its algorithm be used for this job.");
    }

    /// <summary>Whether the plan's question is the algorithm's version that stands on the ledger; owners ask this before they grant.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="algorithm">What the ledger says under the algorithm's id; null counts as nothing.</param>
    /// <returns>Null when it is, or when the plan names no algorithm.</returns>
    public static Refusal? CheckContent(Plan plan, JobPage? algorithm)
    {
        if (plan.Algorithm is not { Provider: var provider } reference) return null;
        var newest = algorithm?.Job == reference.Id ? AlgorithmHistory.Of(algorithm, provider) : default;
        if (newest.Version < reference.Version) return new(AlgorithmUnknown, provider, $"{provider} has no such version of the algorithm on the ledger.");
        if (!newest.IsCurrent) return new(AlgorithmWithdrawn, provider, $"{provider} withdrew the algorithm.");
        if (newest.Version != reference.Version)
            return new(AlgorithmOtherVersion, provider, $"{provider}'s algorithm is at version {newest.Version}, not {reference.Version}.");
        return newest.Digest == reference.DigestOf(plan.Question) ? null
            : new(AlgorithmOtherContent, provider, $"The plan's question is not what {provider} registered.");
    }
}
