using Collab.Primitives;

namespace Collab.Jobs.Governance;

/// <summary>Who may put which operation on the ledger: the table of protocols/specs/contract.md, "Who may call what", which a test compares with this.</summary>
public static class OperationRights
{
    /// <summary>What an operation takes.</summary>
    /// <param name="Roles">One of these.</param>
    /// <param name="WhilePaused">Whether it is possible while the consortium is paused or superseded.</param>
    /// <param name="WhileSuspended">Whether it is possible while its author is suspended.</param>
    public sealed record Right(MemberRoles Roles, bool WhilePaused, bool WhileSuspended);

    /// <summary>What an operation of that kind takes.</summary>
    /// <exception cref="ArgumentException">The kind has no row.</exception>
    public static Right Of(LedgerOperation operation) => operation switch
    {
        LedgerOperation.OpenMotion or LedgerOperation.Vote => new(MemberRoles.Operator, true, false),
        LedgerOperation.Propose or LedgerOperation.StartRun => new(MemberRoles.Requester, false, false),
        LedgerOperation.Approve or LedgerOperation.Spend => new(MemberRoles.Provider, false, false),
        LedgerOperation.RegisterAlgorithm or LedgerOperation.ApproveAlgorithm => new(MemberRoles.Algorithm, false, false),
        LedgerOperation.Endorse => new(MemberRoles.All, false, false),
        LedgerOperation.Refuse => new(MemberRoles.All, true, false), // an endorser has whatever role
        LedgerOperation.Revoke => new(MemberRoles.All, true, true),
        LedgerOperation.DeclareRefusal => new(MemberRoles.All, true, true),
        LedgerOperation.Commit or LedgerOperation.Abort => new(MemberRoles.Provider | MemberRoles.Requester, true, false),
        LedgerOperation.RegisterConsents => new(MemberRoles.Provider, true, true), // a withdrawal waits for nobody
        LedgerOperation.Attest => new(MemberRoles.Provider, false, false),
        LedgerOperation.RevokeRecord => new(MemberRoles.Provider, true, true),
        LedgerOperation.RecordChecked => new(MemberRoles.Provider | MemberRoles.Requester | MemberRoles.Auditor, true, false),
        _ => throw new ArgumentException($"{operation.GetType().Name} has no row in the table of rights.", nameof(operation)),
    };

    /// <summary>Why the author may not say this, by a standing; null when it may.</summary>
    public static Refusal? Check(LedgerOperation operation, Standing standing)
    {
        var (author, name, right) = (operation.Author, operation.GetType().Name, Of(operation));
        var member = standing.Of(author);
        if ((member.Roles & right.Roles) == 0)
            return new(GovernanceErrors.RoleMissing, author, $"{author} lacks the role for {name}: {RoleText.Of(right.Roles, " or ")}.");
        if (!member.Active && !right.WhileSuspended) return new(GovernanceErrors.Suspended, author, $"{author} is suspended and cannot say {name}.");
        return standing.IsOpen || right.WhilePaused ? null : new(GovernanceErrors.Paused, author, $"The consortium is {RoleText.Closed(standing)}: {name} has to wait.");
    }

    /// <summary>Why no run of a plan may start by a standing; null when one may.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="page">What the ledger says of it: the endorsements of suspended parties count for nothing while they are.</param>
    /// <param name="standing">The standing.</param>
    public static Refusal? CheckStart(Plan plan, JobPage page, Standing standing)
    {
        var requester = plan.Requester;
        if (!standing.IsOpen) return new(GovernanceErrors.Paused, requester, $"The consortium is {RoleText.Closed(standing)}: no run starts.");
        return CheckMember(requester, MemberRoles.Requester)
            ?? plan.Owners.Select(o => CheckMember(o, MemberRoles.Provider)).FirstOrDefault(r => r is not null)
            ?? plan.Parties.Select(p => CheckMember(p, MemberRoles.Provider | MemberRoles.Requester)).FirstOrDefault(r => r is not null)
            ?? (plan.Algorithm is { Provider: var provider } ? CheckMember(provider, MemberRoles.Algorithm) : null)
            ?? CheckEndorsers()
            ?? (standing.OwnApprovalForbidden && plan.Owners.All(o => o == requester)
                ? new(GovernanceErrors.OwnGrantOnly, requester, $"All data of the job is {requester}'s own, who asks for it.")
                : null);

        Refusal? CheckEndorsers()
        {
            var given = plan.Endorsers?.Of.Where(p => page.By<LedgerOperation.Endorse>(p) is not null).ToList() ?? [];
            return given.Find(p => !standing.Of(p).Active) is { } suspended && given.Count(p => standing.Of(p).Active) < plan.Endorsers!.AtLeast
                ? new(GovernanceErrors.Suspended, suspended, $"{suspended} is suspended: its endorsement counts for nothing meanwhile.")
                : null;
        }

        Refusal? CheckMember(PartyId party, MemberRoles roles)
        {
            var member = standing.Of(party);
            if (!member.Active && standing.Members.ContainsKey(party)) return new(GovernanceErrors.Suspended, party, $"{party} is suspended: no run with it starts.");
            return member.Has(roles) ? null : new(GovernanceErrors.RoleMissing, party, $"{party} lacks the role that the job needs of it: {RoleText.Of(roles, " or ")}.");
        }
    }
}
