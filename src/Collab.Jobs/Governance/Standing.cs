using Collab.Primitives;

namespace Collab.Jobs.Governance;

/// <summary>Who may do what in a consortium at one point: its members' roles, who is suspended, whether it is paused. Immutable.</summary>
/// <param name="Members">How each member stands.</param>
/// <param name="Quorum">How many operators carry a motion.</param>
public sealed record Standing(IReadOnlyDictionary<PartyId, MemberStanding> Members, int Quorum)
{
    /// <summary>Whether a motion paused it.</summary>
    public bool Paused { get; init; }

    /// <summary>The salted digest of the consortium file that takes the place of this one, or null.</summary>
    public Digest? Successor { get; init; }

    /// <summary>Whether a job needs the grant of somebody else than its requester.</summary>
    public bool OwnApprovalForbidden { get; init; }

    /// <summary>Whether new work may begin: neither paused nor superseded.</summary>
    public bool IsOpen => !Paused && Successor is null;

    /// <summary>The members that may vote, by name.</summary>
    public IReadOnlyList<PartyId> ActiveOperators => [.. Members.Where(m => m.Value.Has(MemberRoles.Operator)).Select(m => m.Key).Order()];

    /// <summary>A consortium as it is founded.</summary>
    /// <param name="roles">Each member with its roles.</param>
    /// <param name="quorum">How many operators carry a motion; by default more than half of them.</param>
    /// <exception cref="CollabException"><see cref="GovernanceErrors.QuorumUnreachable"/>: nobody could ever carry a motion.</exception>
    public static Standing Found(IEnumerable<(PartyId Party, MemberRoles Roles)> roles, int? quorum = null)
    {
        var members = roles.ToDictionary(m => m.Party, m => new MemberStanding(m.Roles, true));
        var operators = members.Values.Count(m => m.Has(MemberRoles.Operator));
        var votes = quorum ?? (operators / 2) + 1;
        return votes >= 1 && votes <= operators
            ? new Standing(members, votes)
            : throw new CollabException(GovernanceErrors.QuorumUnreachable, $"A quorum of {votes} cannot be reached by {operators} operators.");
    }

    /// <summary>A consortium without roles: every member may do everything.</summary>
    public static Standing Everybody(IEnumerable<PartyId> parties) => Found(parties.Select(p => (p, MemberRoles.All)));

    /// <summary>How a party stands; a stranger has no role.</summary>
    public MemberStanding Of(PartyId party) => Members.GetValueOrDefault(party) ?? new MemberStanding(MemberRoles.None, false);

    /// <summary>This with one change made, or null when it would leave a quorum that nobody can reach, or names no member.</summary>
    internal Standing? With(MotionChange change)
    {
        var next = change switch
        {
            MotionChange.Member c when Members.ContainsKey(c.Subject) => this with
            {
                Members = new Dictionary<PartyId, MemberStanding>(Members) { [c.Subject] = new MemberStanding(c.Roles, c.Active) },
            },
            MotionChange.Pause c => this with { Paused = c.Paused },
            MotionChange.Quorum c => this with { Quorum = c.Votes },
            MotionChange.Successor c => this with { Successor = c.File },
            _ => null,
        };
        return next is not null && next.Quorum >= 1 && next.Quorum <= next.ActiveOperators.Count ? next : null;
    }
}
