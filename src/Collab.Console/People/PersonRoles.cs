using Collab.Wire.Operator;

namespace Collab.Console.People;

/// <summary>What a person of this party may do in the console (protocols/specs/console.md). Parties have roles of their own, which the ledger knows; persons it does not.</summary>
public static class PersonRoles
{
    /// <summary>Proposes jobs, runs them and reads results.</summary>
    public const string Researcher = "researcher";

    /// <summary>Offers datasets, and approves, rejects and revokes.</summary>
    public const string Owner = "owner";

    /// <summary>Searches, verifies and exports evidence.</summary>
    public const string Auditor = "auditor";

    /// <summary>Sees how the consortium's jobs stand.</summary>
    public const string Supervisor = "supervisor";

    /// <summary>Members, keys, certificates, motions and the people of this party.</summary>
    public const string Operator = "operator";

    /// <summary>All roles, in the order they are shown in.</summary>
    public static IReadOnlyList<string> All { get; } = [Researcher, Owner, Auditor, Supervisor, Operator];

    /// <summary>A role in words.</summary>
    public static TextView Words(string role) => role switch
    {
        Researcher => new("researcher", "研究人员"),
        Owner => new("data owner", "数据所有者"),
        Auditor => new("auditor", "审计员"),
        Supervisor => new("supervisor", "监管人员"),
        Operator => new("operator", "运维人员"),
        _ => new(role, role),
    };
}
