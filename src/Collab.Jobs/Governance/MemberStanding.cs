namespace Collab.Jobs.Governance;

/// <summary>How a member stands.</summary>
/// <param name="Roles">What it may do while it is not suspended.</param>
/// <param name="Active">False while it is suspended.</param>
public sealed record MemberStanding(MemberRoles Roles, bool Active)
{
    /// <summary>Whether it is active and has one of these roles.</summary>
    public bool Has(MemberRoles any) => Active && (Roles & any) != 0;
}
