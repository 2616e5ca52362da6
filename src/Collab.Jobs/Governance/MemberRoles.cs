namespace Collab.Jobs.Governance;

/// <summary>What a member of a consortium may do; a member can have several. Numbers are those of the contract (protocols/specs/contract.md).</summary>
[Flags]
public enum MemberRoles : byte
{
    /// <summary>Nothing but reading, and witnessing the others' logs.</summary>
    None = 0,

    /// <summary>Has data: grants, refuses, revokes.</summary>
    Provider = 1,

    /// <summary>Asks for jobs and starts runs.</summary>
    Requester = 2,

    /// <summary>Answers for algorithms.</summary>
    Algorithm = 4,

    /// <summary>Opens motions and votes.</summary>
    Operator = 8,

    /// <summary>Reads and verifies.</summary>
    Auditor = 16,

    /// <summary>All of them.</summary>
    All = Provider | Requester | Algorithm | Operator | Auditor,
}
