using Collab.Jobs.Governance;
using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>Whether a run of a plan may start, read from final ledger entries alone.</summary>
/// <remarks>Every node decides for itself, from its own copy of all logs; it takes no other node's word.</remarks>
public static partial class Authorization
{
    /// <summary>The job is not on the ledger as the plan says.</summary>
    public static readonly ErrorCode NotProposed = new(
        "job.not-proposed", ErrorKind.Refused, "Submit the job; if it was submitted, compare the plan's digest with 'collab job show'.");

    /// <summary>The plan's time is over.</summary>
    public static readonly ErrorCode JobExpired = new(
        "job.expired", ErrorKind.Refused, "Submit the job again with a later expiry.");

    /// <summary>Its requester took the job back.</summary>
    public static readonly ErrorCode JobWithdrawn = new(
        "job.withdrawn", ErrorKind.Refused, "A job that was taken back does not come back; its requester can submit it again.");

    /// <summary>An owner said no.</summary>
    public static readonly ErrorCode JobRefused = new(
        "job.refused", ErrorKind.Refused, "Ask that party what it would grant, and submit a job that asks for no more.");

    /// <summary>An owner's grant is missing.</summary>
    public static readonly ErrorCode GrantMissing = new(
        "grant.missing", ErrorKind.Refused, "Ask that party to look at the job: 'collab job explain', then 'collab job approve'.");

    /// <summary>The grant is for another dataset or another version of it.</summary>
    public static readonly ErrorCode GrantOtherVersion = new(
        "grant.other-version", ErrorKind.Refused, "The dataset changed after the grant: submit the job again and have it approved again.");

    /// <summary>The grant's time is over.</summary>
    public static readonly ErrorCode GrantExpired = new(
        "grant.expired", ErrorKind.Refused, "Submit the job again and have it approved again.");

    /// <summary>The owner took the grant back.</summary>
    public static readonly ErrorCode GrantRevoked = new(
        "grant.revoked", ErrorKind.Refused, "Ask that party why; a revoked grant does not come back, a new job may be granted.");

    /// <summary>All uses of the grant are spent.</summary>
    public static readonly ErrorCode GrantUsedUp = new(
        "grant.used-up", ErrorKind.Refused, "Submit the job again, with as many uses as are needed.");

    /// <summary>Checks everything but the run itself: proposal, roles and pause, grants, refusals, revocations, expiry, uses left.</summary>
    /// <param name="plan">The plan that would run; its digest is recomputed here.</param>
    /// <param name="page">What the ledger says of that digest.</param>
    /// <param name="now">The moment of asking.</param>
    /// <param name="run">A run whose own spends are not counted against the uses, when one is under way.</param>
    /// <returns>Null when a run may start, else the first thing in the way.</returns>
    public static Refusal? Check(Plan plan, JobPage page, DateTimeOffset now, Digest? run = null)
    {
        var job = plan.Digest;
        if (page.Job != job || page.By<LedgerOperation.Propose>(plan.Requester) is not { } proposal || !Matches(proposal, plan))
            return new(NotProposed, plan.Requester, "The ledger holds no final proposal of exactly this plan.");
        if (now >= plan.Expires) return new(JobExpired, plan.Requester, "The plan has expired.");
        if (CheckWithdrawal(plan, page) is { } withdrawn) return withdrawn;
        if (page.Standing is { } standing && !IsUnderWay(plan, page, run) && OperationRights.CheckStart(plan, page, standing) is { } barred) return barred;
        Refusal?[] agreements = [.. plan.Inputs.Select(input => CheckGrant(input, page, now)), CheckEndorsements(plan, page, now), CheckAlgorithm(plan, page)];
        return agreements.FirstOrDefault(r => r is not null && IsNo(r.Code)) // told even while others have not been heard
            ?? agreements.FirstOrDefault(r => r is not null)
            ?? CheckUses(plan, page, run);
    }

    /// <summary><see cref="Check"/>, thrown.</summary>
    /// <exception cref="CollabException">Refused; the code says why and the party whose grant is in the way.</exception>
    public static void Require(Plan plan, JobPage page, DateTimeOffset now, Digest? run = null)
    {
        if (Check(plan, page, now, run) is { } refusal) throw refusal.ToException();
    }

    /// <summary>Whether the requester has taken the job back: nobody need look at it any more, no run starts, and one that is under way stops.</summary>
    /// <returns>Null when it has not.</returns>
    public static Refusal? CheckWithdrawal(Plan plan, JobPage page) =>
        page.By<LedgerOperation.Revoke>(plan.Requester) is null ? null : new(JobWithdrawn, plan.Requester, $"{plan.Requester} took the job back.");

    // Said by a party, for good. What is not there, such as an algorithm, may only not have come here yet.
    private static bool IsNo(ErrorCode code) => code == JobRefused || code == GrantRevoked || code == EndorsementRefused || code == AlgorithmRefused;

    // A run that every owner has spent a use on goes on when the consortium is paused: what it read it has read.
    private static bool IsUnderWay(Plan plan, JobPage page, Digest? run) => run is { } started && plan.Owners.All(o => page.SpendOf(o, started) is not null);

    private static Refusal? CheckGrant(PlanInput input, JobPage page, DateTimeOffset now)
    {
        var owner = input.Owner;
        if (page.By<LedgerOperation.Refuse>(owner) is not null) return new(JobRefused, owner, $"{owner} refused the job.");
        if (page.By<LedgerOperation.Revoke>(owner) is not null) return new(GrantRevoked, owner, $"{owner} revoked its grant.");
        if (page.By<LedgerOperation.Approve>(owner) is not { } grant) return new(GrantMissing, owner, $"{owner} has not granted the job.");
        if (grant.DatasetId != input.DatasetId || grant.Version != input.Version)
            return new(GrantOtherVersion, owner, $"{owner}'s grant is for another dataset or version.");
        return now >= grant.Expires ? new(GrantExpired, owner, $"{owner}'s grant has expired.") : null;
    }

    // The smallest number of uses that any owner gave holds for all of them.
    private static Refusal? CheckUses(Plan plan, JobPage page, Digest? run)
    {
        var uses = plan.Owners.Min(o => Math.Min(plan.Uses, page.By<LedgerOperation.Approve>(o)!.Uses));
        var usedUp = plan.Owners.FirstOrDefault(o => page.UsesSpentBy(o, except: run) >= uses);
        return usedUp is null ? null : new(GrantUsedUp, usedUp, $"{usedUp}'s grant has no use left.");
    }

    private static bool Matches(LedgerOperation.Propose proposal, Plan plan) =>
        proposal.Datasets.SequenceEqual(plan.Inputs.Select(i => new DatasetReference(i.Owner, i.DatasetId)))
        && proposal.Parties.SequenceEqual(plan.Parties)
        && proposal.Expires == plan.Expires
        && proposal.Uses == plan.Uses
        && proposal.Terms == ProposalTerms.Of(plan);
}

/// <summary>Why a run may not start.</summary>
/// <param name="Code">The stable code.</param>
/// <param name="By">The party whose grant, refusal or proposal is in the way.</param>
/// <param name="Message">One sentence.</param>
public sealed record Refusal(ErrorCode Code, PartyId By, string Message)
{
    /// <summary>The refusal as a failure, to be thrown.</summary>
    /// <param name="step">The step of a run that it was found at; null outside of one.</param>
    public CollabException ToException(StepId? step = null) => new(Code, Message, By, step);
}
