namespace Collab.Jobs.Governance;

/// <summary>Roles as people and files write them.</summary>
public static class RoleText
{
    private static readonly MemberRoles[] Each = [MemberRoles.Provider, MemberRoles.Requester, MemberRoles.Algorithm, MemberRoles.Operator, MemberRoles.Auditor];

    /// <summary>The names of roles in their order, or <c>none</c>.</summary>
    public static string Of(MemberRoles roles, string separator = ", ") =>
        roles == MemberRoles.None ? "none" : string.Join(separator, Names(roles));

    /// <summary>The names of roles in their order.</summary>
    public static IReadOnlyList<string> Names(MemberRoles roles) => [.. Each.Where(r => (roles & r) != 0).Select(NameOf)];

    /// <summary>The role of that name, or null.</summary>
    public static MemberRoles? TryParse(string name) => Each.Where(r => NameOf(r) == name).Select(r => (MemberRoles?)r).FirstOrDefault();

    internal static string Closed(Standing standing) => standing.Successor is null ? "paused" : "superseded by another file";

    private static string NameOf(MemberRoles role) => role.ToString().ToLowerInvariant();
}
